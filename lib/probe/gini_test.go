package probe_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rethinking/lib/probe"
)

func gini(t *testing.T, values []float64) float64 {
	t.Helper()
	g, err := probe.Gini(values)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGini(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 0},
		{[]float64{2, 2, 2}, 0},
		{[]float64{0, 5, 0, 0}, 3. / 4},
		{[]float64{4, 1, 3, 2}, 1. / 4},
		{[]float64{1, 3}, 1. / 4},
	} {
		if got := gini(t, c.values); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("the coefficient of %v is %g, want %g", c.values, got, c.want)
		}
	}
}

// The coefficient is half the mean difference of two values over their mean, whatever their unit; the values stay in their order.
func TestGiniIsHalfTheRelativeMeanDifference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 40; n++ {
		values, scaled := make([]float64, n), make([]float64, n)
		for i := range values {
			values[i] = rng.ExpFloat64()
			scaled[i] = 1e9 * values[i]
		}
		differences, sum := 0., 0.
		for _, a := range values {
			sum += a
			for _, b := range values {
				differences += math.Abs(a - b)
			}
		}
		got, want := gini(t, values), differences/(2*float64(n)*sum)
		if math.Abs(got-want) > 1e-14 || math.Abs(gini(t, scaled)-want) > 1e-14 {
			t.Errorf("%d values: %.17g, times 1e9 %.17g, want %.17g", n, got, gini(t, scaled), want)
		}
		if values[0]*1e9 != scaled[0] {
			t.Errorf("%d values were reordered", n)
		}
	}
}

func TestGiniRefuses(t *testing.T) {
	for want, values := range map[string][]float64{
		"probe: the Gini coefficient of 0 values whose sum is 0": nil,
		"probe: the Gini coefficient of 2 values whose sum is 0": {0, 0},
		"of a value of -1: each must be finite and at least 0":   {2, -1},
		"of a value of NaN: each must be":                        {1, math.NaN()},
		"of a value of +Inf: each must be":                       {1, math.Inf(1)},
	} {
		if _, err := probe.Gini(values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got error %v, want %q", values, err, want)
		}
	}
}
