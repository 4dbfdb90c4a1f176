package corrupt_test

import (
	"math"
	"slices"
	"testing"

	"rethinking/lib/corrupt"
)

// mnist are the moments of MNIST's training set in [0,1].
var mnist = corrupt.Summary{Mean: 0.1307, SD: 0.3081, Min: 0, Max: 1}

// near fails the test if got lies more than five standard errors from want.
func near(t *testing.T, what string, got, want, se float64) {
	t.Helper()
	if math.Abs(got-want) > 5*se {
		t.Errorf("%s is %.5f, expected %.5f ± %.5f", what, got, want, se)
	}
}

// gaussian replaces a share of 1000 inputs of 784 values, each of which differs from every other and from the noise.
func gaussian(t *testing.T, p float64, clip bool, seed uint64) (out []float32, replaced []bool) {
	t.Helper()
	x := numbered(1000, 784, 1)
	out, replaced, err := corrupt.Gaussian(x, 784, p, mnist, clip, rng(seed))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x, numbered(1000, 784, 1)) {
		t.Fatal("the input was changed")
	}
	return out, replaced
}

func TestMoments(t *testing.T) {
	x := []float32{-1, 0, 0.5, 2.5}
	got, want := corrupt.Moments(x), corrupt.Summary{Mean: 0.5, SD: math.Sqrt(1.625), Min: -1, Max: 2.5}
	if math.Abs(got.SD-want.SD) > 1e-15 {
		t.Errorf("SD is %v, want %v", got.SD, want.SD)
	}
	if got.SD = want.SD; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, x := range [][]float32{nil, {1, float32(math.NaN())}} {
		if m := corrupt.Moments(x); m.Mean == m.Mean || m.SD == m.SD || m.Min == m.Min || m.Max == m.Max {
			t.Errorf("of %v they are %+v, want NaN", x, m)
		}
	}
}

func TestGaussianReplacesWholeInputs(t *testing.T) {
	for _, p := range []float64{0, 0.0004, 0.0006, 0.2, 0.5, 1} {
		x := numbered(1000, 784, 1)
		out, replaced := gaussian(t, p, true, 1)
		if got, want := share(replaced), math.Round(1000*p)/1000; got != want {
			t.Errorf("p %g: a share %g was replaced, want %g", p, got, want)
		}
		for i, gone := range replaced {
			before, after := x[i*784:][:784], out[i*784:][:784]
			if !gone && !slices.Equal(before, after) {
				t.Fatalf("p %g: input %d changed but is not said to be replaced", p, i)
			}
			if gone && slices.Max(after) > 1 && i > 0 { // all values of inputs 1, 2, ... are above 1
				t.Fatalf("p %g: input %d is not replaced as a whole", p, i)
			}
		}
	}
}

// The moments of n iid values X have the standard errors sd/sqrt(n) and, of the normal distribution, sd/sqrt(2n).
func TestGaussianMoments(t *testing.T) {
	out, _ := gaussian(t, 1, false, 1)
	got, n := corrupt.Moments(out), float64(len(out))
	near(t, "mean", got.Mean, mnist.Mean, mnist.SD/math.Sqrt(n))
	near(t, "standard deviation", got.SD, mnist.SD, mnist.SD/math.Sqrt(2*n))
	if got.Min > -1 || got.Max < 1.2 {
		t.Errorf("values from %g to %g of a normal distribution", got.Min, got.Max)
	}
	var within float64
	for _, v := range out {
		if math.Abs(float64(v)-mnist.Mean) < mnist.SD {
			within++
		}
	}
	near(t, "share within one standard deviation", within/n, 0.68269, math.Sqrt(0.68269*0.31731/n))
}

// The seed study's noise: N(0.1307, 0.3081) clipped to [0,1] has mean 0.19894, standard deviation 0.22144 and kurtosis 3.454, as its
// integrals say. A standard deviation from n values has the standard error sd*sqrt((kurtosis-1)/4n).
func TestClippedGaussianMoments(t *testing.T) {
	out, _ := gaussian(t, 1, true, 1)
	got, n := corrupt.Moments(out), float64(len(out))
	near(t, "mean", got.Mean, 0.19894, 0.22144/math.Sqrt(n))
	near(t, "standard deviation", got.SD, 0.22144, 0.22144*math.Sqrt((3.454-1)/4/n))
	if got.Min != 0 || got.Max != 1 {
		t.Errorf("values from %g to %g, want 0 to 1", got.Min, got.Max)
	}
}

func TestGaussianBySeed(t *testing.T) {
	a, chosenA := gaussian(t, 0.5, false, 1)
	b, chosenB := gaussian(t, 0.5, false, 1)
	c, chosenC := gaussian(t, 0.5, false, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) || !slices.Equal(chosenA, chosenB) || slices.Equal(chosenA, chosenC) {
		t.Error("what is replaced, and by what, must depend on the seed, and on it alone")
	}
}

func TestGaussianNests(t *testing.T) {
	few, fewReplaced := gaussian(t, 0.3, false, 1)
	many, manyReplaced := gaussian(t, 0.7, false, 1)
	clipped, _ := gaussian(t, 0.7, true, 1)
	for i, gone := range fewReplaced {
		if !gone {
			continue
		}
		if !manyReplaced[i] || !slices.Equal(few[i*784:][:784], many[i*784:][:784]) {
			t.Fatalf("input %d is replaced at p 0.3, but not by the same noise at 0.7", i)
		}
		for j := i * 784; j < (i+1)*784; j++ {
			if clipped[j] != min(max(few[j], 0), 1) {
				t.Fatalf("value %d is %g, clipped %g", j, few[j], clipped[j])
			}
		}
	}
}

func TestNoise(t *testing.T) {
	x := numbered(100, 784, 1)
	for _, sd := range []float64{0, 0.5, 5} {
		out, err := corrupt.Noise(x, sd, rng(1))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x, numbered(100, 784, 1)) {
			t.Fatal("the input was changed")
		}
		noise := make([]float32, len(x))
		for i := range x {
			noise[i] = out[i] - x[i]
		}
		got, n := corrupt.Moments(noise), float64(len(x))
		near(t, "mean", got.Mean, 0, sd/math.Sqrt(n))
		near(t, "standard deviation", got.SD, sd, sd/math.Sqrt(2*n))
	}
	a, _ := corrupt.Noise(x, 1, rng(1))
	b, _ := corrupt.Noise(x, 1, rng(1))
	c, _ := corrupt.Noise(x, 1, rng(2))
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("noise must depend on the seed, and on it alone")
	}
}

func TestNoiseIsProportional(t *testing.T) {
	x := make([]float32, 784)
	one, _ := corrupt.Noise(x, 1, rng(1))
	four, _ := corrupt.Noise(x, 4, rng(1))
	for i := range x {
		if four[i] != 4*one[i] {
			t.Fatalf("value %d is %g at standard deviation 1 and %g at 4", i, one[i], four[i])
		}
	}
}

func TestGaussianErrors(t *testing.T) {
	replace := func(values, dim int, p float64, m corrupt.Summary) error {
		_, _, err := corrupt.Gaussian(make([]float32, values), dim, p, m, false, rng(1))
		return err
	}
	add := func(sd float64) error {
		_, err := corrupt.Noise(make([]float32, 3), sd, rng(1))
		return err
	}
	tests := []struct {
		err  error
		want string
	}{
		{replace(6, 3, -0.1, mnist), "Gaussian inputs -0.1: a share lies in [0,1]"},
		{replace(6, 3, 1.1, mnist), "Gaussian inputs 1.1: a share"},
		{replace(6, 3, math.NaN(), mnist), "Gaussian inputs NaN: a share"},
		{replace(7, 3, 0, mnist), "7 values are no whole number of inputs of 3 values"},
		{replace(6, 0, 0, mnist), "inputs of 0 values"},
		{replace(6, 3, 0, corrupt.Moments(nil)), "Mean:NaN SD:NaN Min:NaN Max:NaN}: they must be finite"},
		{replace(6, 3, 0, corrupt.Summary{SD: -1}), "SD not negative"},
		{replace(6, 3, 0, corrupt.Summary{Min: 1}), "Min not above Max"},
		{replace(6, 3, 0, corrupt.Summary{Max: math.Inf(1)}), "must be finite"},
		{add(-1), "noise of standard deviation -1: it must be finite and not negative"},
		{add(math.NaN()), "noise of standard deviation NaN"},
		{add(math.Inf(1)), "noise of standard deviation +Inf"},
	}
	for _, tt := range tests {
		says(t, tt.err, tt.want)
	}
}
