package probe_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/probe"
)

// formula is a function of n numbers, which sets dst to its gradient. It keeps where it was asked.
type formula struct {
	n     int
	of    func(dst, z []float64) float64
	asked [][]float64
}

func (f *formula) Len() int { return f.n }

func (f *formula) GradientAt(_ context.Context, dst, direction []float64, step float64) (float64, error) {
	z := floats.ScaleTo(make([]float64, f.n), step, direction)
	f.asked = append(f.asked, z)
	return f.of(dst, z), nil
}

// rosenbrock is the negative of Rosenbrock's function: -Σ 100 (z[i+1] - z[i]²)² + (1 - z[i])².
func rosenbrock(dst, z []float64) (value float64) {
	clear(dst)
	for i := range len(z) - 1 {
		a, b := z[i+1]-z[i]*z[i], 1-z[i]
		value -= 100*a*a + b*b
		dst[i] += 400*z[i]*a + 2*b
		dst[i+1] -= 200 * a
	}
	return value
}

// wave has many maxima: -Σ cos(3 z[i] + i) - (Σ z)²/2n - Σ sin(i) z[i] / 10.
func wave(dst, z []float64) (value float64) {
	n, sum := float64(len(z)), floats.Sum(z)
	for i, x := range z {
		k := float64(i)
		value -= math.Cos(3*x+k) + 0.1*math.Sin(k)*x
		dst[i] = 3*math.Sin(3*x+k) - sum/n - 0.1*math.Sin(k)
	}
	return value - sum*sum/(2*n)
}

func filled(n int, of func(i int) float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = of(i)
	}
	return v
}

func constant(c float64) func(int) float64 { return func(int) float64 { return c } }

// The values after each iteration, and the number of evaluations, are those of SciPy 1.17.1 (with NumPy 2.4.6):
//
//	fmin_l_bfgs_b(f, start, bounds=…, m=…, maxiter=…, factr=0, pgtol=0, callback=…)
//
// of the negatives of these functions. Of waves, seven components end at a bound.
func TestMaximizeAsSciPy(t *testing.T) {
	const n = 20
	zigzag := filled(n, func(i int) float64 { return []float64{-1.2, 0.9}[i%2] })
	edges := filled(n, func(i int) float64 { return 0.2 + 0.05*float64(i) })
	inside := filled(n, func(i int) float64 { return min(edges[i], 0.3*math.Sin(float64(i)+1)) })
	for _, c := range []struct {
		name             string
		of               func(dst, z []float64) float64
		start, low, high []float64
		o                probe.MaximizeOptions
		evaluations      int
		want             []float64
	}{
		{"rosenbrock", rosenbrock, zigzag, filled(n, constant(-1.5)), filled(n, constant(0.9)), probe.MaximizeOptions{}, 12, []float64{
			-3976.18, -232.422713, -79.8827846, -29.3698546, -19.3162415, -19.0255449, -18.9804815, -18.9422814, -18.8813392, -18.8057001, -18.6602875}},
		{"rosenbrock, memory 3", rosenbrock, zigzag, filled(n, constant(-1.5)), filled(n, constant(0.9)), probe.MaximizeOptions{Memory: 3, Iterations: 20}, 25, []float64{
			-3976.18, -232.422713, -79.8827846, -29.3698546, -19.3162415, -19.0219179, -18.9825591, -18.9477787, -18.8708446, -18.8077651, -18.6467895,
			-18.209251, -17.9254553, -17.5787683, -17.330716, -16.8451521, -16.6053386, -16.3294933, -16.2441651, -15.9782862, -15.762142}},
		{"wave", wave, inside, filled(n, constant(-1)), edges, probe.MaximizeOptions{Iterations: 7}, 9, []float64{
			3.07919687, 3.44746874, 10.8780192, 12.6627142, 12.996168, 13.0447036, 13.0465741, 13.0465776}},
		{"wave, memory 3", wave, inside, filled(n, constant(-1)), edges, probe.MaximizeOptions{Memory: 3, Iterations: 7}, 9, []float64{
			3.07919687, 3.44746874, 10.8780192, 12.6627142, 12.996168, 13.0433081, 13.0465428, 13.0465782}},
	} {
		m := maximize(t, &formula{n: n, of: c.of}, c.start, c.low, c.high, c.o)
		if m.Evaluations != c.evaluations || len(m.History) != len(c.want) || !floats.EqualApprox(m.History, c.want, 1e-6) {
			t.Errorf("%s: %d evaluations to %v", c.name, m.Evaluations, m.History)
		}
	}
}

// maximize also checks what is so of every maximization: no point is outside the box, and no iteration falls.
func maximize(t *testing.T, f *formula, start, low, high []float64, o probe.MaximizeOptions) probe.Maximum {
	t.Helper()
	m, err := probe.Maximize(ctx, f, start, low, high, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range f.asked {
		for i := range z {
			if !(low[i] <= z[i] && z[i] <= high[i]) {
				t.Fatalf("asked at %g, the bounds are %g and %g", z[i], low[i], high[i])
			}
		}
	}
	if !slices.IsSorted(m.History) || m.Value != m.History[m.Iterations] || m.Evaluations != len(f.asked) {
		t.Errorf("%+v, %d evaluations", m, len(f.asked))
	}
	if got := f.of(make([]float64, f.n), m.At); got != m.Value {
		t.Errorf("the value is %g, and %g at the point", m.Value, got)
	}
	return m
}

// parabola is c/2 Σ (i+1) (z[i] - centre[i])².
func parabola(c float64, centre []float64) func(dst, z []float64) float64 {
	return func(dst, z []float64) (value float64) {
		for i, x := range z {
			h, d := c*float64(i+1), x-centre[i]
			value += h * d * d / 2
			dst[i] = h * d
		}
		return value
	}
}

// A concave quadratic has its maximum at its centre, or at the point of the box next to it; a convex one at the corner that is farthest from its centre.
func TestMaximizeQuadratics(t *testing.T) {
	centre := []float64{0.3, -0.2, 2, 0, -7}
	low, high := filled(5, constant(-1)), filled(5, constant(1.5))
	m := maximize(t, &formula{n: 5, of: parabola(-1, centre)}, make([]float64, 5), low, high, probe.MaximizeOptions{Iterations: 30})
	if want := []float64{0.3, -0.2, 1.5, 0, -1}; !floats.EqualApprox(m.At, want, 1e-7) {
		t.Errorf("the maximum of a concave quadratic is at %v, want %v", m.At, want)
	}
	m = maximize(t, &formula{n: 5, of: parabola(1, centre)}, []float64{0.4, 0, 1, 0.1, 0}, low, high, probe.MaximizeOptions{Iterations: 30})
	if want := []float64{1.5, 1.5, -1, 1.5, 1.5}; !slices.Equal(m.At, want) {
		t.Errorf("the maximum of a convex quadratic is at %v, want %v", m.At, want)
	}
	if m := maximize(t, &formula{n: 5, of: parabola(1, make([]float64, 5))}, make([]float64, 5), low, high, probe.MaximizeOptions{}); m.Iterations != 0 || m.Value != 0 {
		t.Errorf("from where the gradient vanishes it moved: %+v", m)
	}
}

func TestMaximizeErrors(t *testing.T) {
	f := &formula{n: 2, of: parabola(1, make([]float64, 2))}
	two := func(x float64) []float64 { return []float64{x, x} }
	for want, try := range map[string]func() (probe.Maximum, error){
		"the function takes 2": func() (probe.Maximum, error) {
			return probe.Maximize(ctx, f, []float64{0}, two(-1), two(1), probe.MaximizeOptions{})
		},
		"its bounds are -1 and 1": func() (probe.Maximum, error) {
			return probe.Maximize(ctx, f, two(2), two(-1), two(1), probe.MaximizeOptions{})
		},
		"must be finite": func() (probe.Maximum, error) {
			return probe.Maximize(ctx, f, two(0), two(-1), two(math.Inf(1)), probe.MaximizeOptions{})
		},
		"none may be negative": func() (probe.Maximum, error) {
			return probe.Maximize(ctx, f, two(0), two(-1), two(1), probe.MaximizeOptions{Memory: -1})
		},
		"take a smaller one": func() (probe.Maximum, error) {
			log := &formula{n: 1, of: func(dst, z []float64) float64 { dst[0] = 1; return -math.Log(z[0]) }}
			return probe.Maximize(ctx, log, []float64{0}, []float64{-1}, []float64{1}, probe.MaximizeOptions{})
		},
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
