package exact_test

import (
	"math"
	"slices"
	"testing"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/exact"
)

// Any targets of any distinct inputs, with 2n+d weights (d+n+nk with k outputs) and biases that interleave the projections.
func TestMemorize(t *testing.T) {
	for _, s := range []struct{ n, dim, outputs int }{{1, 1, 1}, {2, 1, 1}, {3, 5, 2}, {100, 1, 1}, {400, 30, 10}, {1000, 784, 1}} {
		r := rng(uint64(s.n))
		x, y := normal(s.n*s.dim, r), targets(s.n*s.outputs, r)
		c := must.M1(exact.Memorize(ctx, x, s.dim, y, s.outputs, r))
		if got, want := c.Parameters(), s.dim+s.n+s.n*s.outputs; got != want {
			t.Errorf("%+v: %d weights, want %d", s, got, want)
		}
		if got := exact.Residual(must.M1(c.Evaluate(ctx, x)), y); !(got < 1e-10) {
			t.Errorf("%+v: residual %g", s, got)
		}
		for i, z := range c.Z {
			if !(c.B[i] < z) || i > 0 && !(c.Z[i-1] < c.B[i]) {
				t.Fatalf("%+v: bias %d does not interleave", s, i)
			}
		}
	}
}

// Random labels of 4000 inputs are fitted to the last one, by rounding one output and by the largest of ten.
func TestMemorizeRandomLabels(t *testing.T) {
	const n = 4000
	images, _ := digits(t, n)
	for name, x := range map[string][]float32{"mnist": images, "normal": normal(n*784, rng(1))} {
		labels := labels(n, rng(2))
		one := must.M1(exact.Memorize(ctx, x, 784, exact.Indices(labels), 1, rng(3)))
		out := must.M1(one.Evaluate(ctx, x))
		if !slices.Equal(exact.Nearest(out, 10), labels) {
			t.Errorf("%s: rounded outputs are not the labels", name)
		}
		hot := must.M1(exact.OneHot(labels, 10))
		ten := must.M1(exact.Memorize(ctx, x, 784, hot, 10, rng(3)))
		outs := must.M1(ten.Evaluate(ctx, x))
		if !slices.Equal(exact.Argmax(outs, 10), labels) {
			t.Errorf("%s: largest outputs are not at the labels", name)
		}
		residual, residuals := exact.Residual(out, exact.Indices(labels)), exact.Residual(outs, hot)
		if !(residual < 1e-11 && residuals < 1e-11) {
			t.Errorf("%s: residuals %g and %g", name, residual, residuals)
		}
		t.Logf("%s: residuals %.1e and %.1e, %+v", name, residual, residuals, one.Conditioning())
	}
}

// Between and beyond the inputs, c is the sum that the theorem says; the weights solve its triangular system as gonum does.
func TestMemorizeIsTheTheoremsNetwork(t *testing.T) {
	const n, dim = 60, 3
	r := rng(1)
	x, y := normal(n*dim, r), targets(n, r)
	c := must.M1(exact.Memorize(ctx, x, dim, y, 1, r))
	others := normal(500*dim, r)
	for i, got := range must.M1(c.Evaluate(ctx, others)) {
		z, want := 0.0, 0.0
		for k, a := range c.A {
			z += a * float64(others[i*dim+k])
		}
		for j, w := range c.W {
			want += w * max(z-c.B[j], 0)
		}
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("c of input %d is %g, want %g", i, got, want)
		}
	}
	a := triangular(c)
	sorted := mat.NewVecDense(n, nil)
	sorted.MulVec(a, mat.NewVecDense(n, c.W))
	fitted, want := slices.Clone(sorted.RawVector().Data), slices.Clone(y)
	slices.Sort(fitted)
	slices.Sort(want)
	if got := exact.Residual(fitted, want); got > 1e-9 {
		t.Errorf("A w are the targets but for %g", got)
	}
	var w mat.VecDense
	if err := w.SolveVec(a, sorted); err != nil {
		t.Fatal(err)
	}
	if got := exact.Residual(w.RawVector().Data, c.W); got > 1e-6 {
		t.Errorf("weights differ from gonum's by %g", got)
	}
}

// triangular is the matrix of a network's fit.
func triangular(c *exact.Network) *mat.TriDense {
	n := len(c.Z)
	a := mat.NewTriDense(n, mat.Lower, nil)
	for i, z := range c.Z {
		for j, b := range c.B[:i+1] {
			a.SetTri(i, j, z-b)
		}
	}
	return a
}

func TestConditioning(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 200} {
		r := rng(uint64(n))
		c := must.M1(exact.Memorize(ctx, normal(n*4, r), 4, targets(n, r), 1, r))
		got, a := c.Conditioning(), triangular(c)
		var inverse mat.TriDense
		if err := inverse.InverseTri(a); err != nil {
			t.Fatal(err)
		}
		if want := mat.Norm(a, 1) * mat.Norm(&inverse, 1); math.Abs(got.Condition/want-1) > 1e-9 {
			t.Errorf("n %d: condition number %g, gonum's %g", n, got.Condition, want)
		}
		eigenvalues := make([]float64, n)
		for i := range eigenvalues {
			eigenvalues[i] = a.At(i, i)
		}
		if got.Smallest != slices.Min(eigenvalues) || got.Largest != slices.Max(eigenvalues) {
			t.Errorf("n %d: eigenvalues from %g to %g, want %g to %g", n, got.Smallest, got.Largest, slices.Min(eigenvalues), slices.Max(eigenvalues))
		}
	}
}

// With the same a, two outputs are two networks of one.
func TestMemorizeByOutputAndSeed(t *testing.T) {
	const n, dim = 50, 6
	x, y := normal(n*dim, rng(1)), targets(2*n, rng(2))
	first := make([]float64, n)
	for i := range first {
		first[i] = y[2*i]
	}
	two := must.M1(exact.Memorize(ctx, x, dim, y, 2, rng(3)))
	one := must.M1(exact.Memorize(ctx, x, dim, first, 1, rng(3)))
	other := must.M1(exact.Memorize(ctx, x, dim, first, 1, rng(4)))
	if !slices.Equal(two.W[:n], one.W) || !slices.Equal(two.A, one.A) {
		t.Error("the first of two outputs differs from the only one")
	}
	if slices.Equal(one.A, other.A) {
		t.Error("another seed draws the same direction")
	}
}

func TestMemorizeErrors(t *testing.T) {
	fit := func(x []float32, dim int, y []float64, outputs int) error {
		_, err := exact.Memorize(ctx, x, dim, y, outputs, rng(1))
		return err
	}
	nan, inf := float32(math.NaN()), math.Inf(1)
	fails(t, fit([]float32{1, 2, 3, 4, 1, 2}, 2, make([]float64, 3), 1), "inputs 0 and 2 are equal")
	fails(t, fit([]float32{1, 1e-40, 1, 2e-40}, 2, make([]float64, 2), 1), "inputs 0 and 1 differ, but not in their projection")
	fails(t, fit([]float32{1, 2, 3}, 2, make([]float64, 1), 1), "3 values are no whole number of inputs of 2 values")
	fails(t, fit(nil, 2, nil, 1), "0 values are no whole number")
	fails(t, fit([]float32{1, nan}, 1, make([]float64, 2), 1), "value 0 of input 1 is NaN")
	fails(t, fit([]float32{1, 2}, 1, []float64{1, inf}, 1), "target 0 of input 1 is +Inf")
	fails(t, fit([]float32{1, 2}, 1, make([]float64, 3), 1), "3 targets for 2 inputs: with 1 outputs there must be 2")
	c := must.M1(exact.Memorize(ctx, []float32{1, 2}, 1, []float64{1, 2}, 1, rng(1)))
	_, err := c.Evaluate(ctx, []float32{nan})
	fails(t, err, "value 0 of input 0 is NaN")
}

// What the comments of Memorize and of where its biases lie say: plain forward substitution, in the order of evaluation, and biases at 1/8.
func TestChoices(t *testing.T) {
	const n = 4000
	r := rng(1)
	z, y := make([]float64, n), make([]float64, n)
	for i := range z {
		z[i], y[i] = 28*r.NormFloat64(), float64(r.IntN(10))
	}
	slices.Sort(z)
	type choice struct {
		share float64
		solve func(z, b, y []float64) []float64
	}
	residual, largest := map[string]float64{}, map[string]float64{}
	for name, c := range map[string]choice{"midpoint": {0.5, plain}, "eighth": {0.125, plain}, "hundredth": {0.01, plain},
		"slopes": {0.125, slopes}, "running sums": {0.125, runningSums}, "compensated": {0.125, compensated}} {
		b := []float64{z[0] - (z[n-1]-z[0])/n}
		for i := range n - 1 {
			b = append(b, z[i]+c.share*(z[i+1]-z[i]))
		}
		w := c.solve(z, b, y)
		got := make([]float64, n)
		for i := range z {
			got[i] = unitSum(w, b, z[i])
		}
		residual[name], largest[name] = exact.Residual(got, y), exact.Residual(w, make([]float64, n))
		t.Logf("%-12s residual %.0e, largest weight %.0e", name, residual[name], largest[name])
	}
	for _, name := range []string{"slopes", "running sums", "compensated"} {
		if residual[name] < 1000*residual["eighth"] {
			t.Errorf("%s: residual %g, only %g by plain forward substitution", name, residual[name], residual["eighth"])
		}
	}
	if residual["midpoint"] < 100*residual["eighth"] || largest["midpoint"] < 2*largest["eighth"] {
		t.Error("biases at the midpoints are no worse")
	}
	if residual["hundredth"] < residual["eighth"]/10 {
		t.Error("biases at 1/100 are better")
	}
}

func unitSum(w, b []float64, z float64) (s float64) {
	for j := range w {
		s += float64(w[j] * max(z-b[j], 0))
	}
	return s
}

func plain(z, b, y []float64) []float64 {
	w := make([]float64, len(z))
	for i := range w {
		w[i] = (y[i] - unitSum(w[:i], b, z[i])) / (z[i] - b[i])
	}
	return w
}

// slopes finds the slope after each bias from the value at the point before it.
func slopes(z, b, y []float64) []float64 {
	w := []float64{y[0] / (z[0] - b[0])}
	slope := w[0]
	for i := 1; i < len(z); i++ {
		next := (y[i] - y[i-1] - slope*(b[i]-z[i-1])) / (z[i] - b[i])
		w, slope = append(w, next-slope), next
	}
	return w
}

func runningSums(z, b, y []float64) []float64 {
	var w []float64
	var sumW, sumWB float64
	for i := range z {
		next := (y[i] - (sumW*z[i] - sumWB)) / (z[i] - b[i])
		w, sumW, sumWB = append(w, next), sumW+next, sumWB+next*b[i]
	}
	return w
}

// compensated sums as Neumaier does.
func compensated(z, b, y []float64) []float64 {
	w := make([]float64, len(z))
	for i := range w {
		var s, lost float64
		for j := range i {
			term := w[j] * (z[i] - b[j])
			next := s + term
			if math.Abs(s) >= math.Abs(term) {
				lost += (s - next) + term
			} else {
				lost += (term - next) + s
			}
			s = next
		}
		w[i] = (y[i] - s - lost) / (z[i] - b[i])
	}
	return w
}
