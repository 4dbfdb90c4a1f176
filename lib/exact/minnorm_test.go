package exact_test

import (
	"context"
	"math"
	"testing"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/exact"
)

// linear is an underdetermined system with three outputs, and its solver.
func linear(t *testing.T, n, dim int) (m *exact.MinimumNorm, x []float32, y []float64) {
	t.Helper()
	r := rng(uint64(n))
	x, y = normal(n*dim, r), targets(n*3, r)
	return must.M1(exact.NewMinimumNorm(x, dim)), x, y
}

// gonum's pseudoinverse, by a singular value decomposition, gives the same weights; other solutions are longer by what lies outside.
func TestMinimumNorm(t *testing.T) {
	for _, s := range []struct{ n, dim int }{{1, 1}, {1, 5}, {20, 20}, {20, 50}, {100, 300}} {
		m, x, y := linear(t, s.n, s.dim)
		w := must.M1(m.Solve(y, 3))
		if got := exact.Residual(must.M1(m.Predict(x, w)), y); !(got < 1e-11) {
			t.Errorf("%+v: residual %g", s, got)
		}
		var svd mat.SVD
		a := mat.NewDense(s.n, s.dim, nil)
		a.Apply(func(i, j int, _ float64) float64 { return float64(x[i*s.dim+j]) }, a)
		svd.Factorize(a, mat.SVDThin)
		var want mat.Dense
		svd.SolveTo(&want, mat.NewDense(s.n, 3, y), s.n)
		if got := exact.Residual(w, mat.DenseCopyOf(want.T()).RawMatrix().Data); !(got < 1e-11) {
			t.Errorf("%+v: differs by %g from the solution by singular values", s, got)
		}
		other := targets(3*s.dim, rng(9))
		outside := m.Outside(other)
		if got := exact.Residual(must.M1(m.Predict(x, outside)), make([]float64, 3*s.n)); !(got < 1e-11) {
			t.Errorf("%+v: outputs depend on what is outside the span, %g", s, got)
		}
		longer := floats.AddTo(make([]float64, len(w)), w, outside)
		if got, want := floats.Norm(longer, 2), math.Hypot(floats.Norm(w, 2), floats.Norm(outside, 2)); math.Abs(got-want) > 1e-11 {
			t.Errorf("%+v: not orthogonal: norm %g, want %g", s, got, want)
		}
	}
}

// From zero, descent ends at the solution of smallest norm; from elsewhere at another one, as far from it as the start's part outside.
func TestDescend(t *testing.T) {
	const n, dim = 30, 300
	m, x, y := linear(t, n, dim)
	best := must.M1(m.Solve(y, 3))
	start := targets(3*dim, rng(2))
	outside := floats.Norm(m.Outside(start), 2)
	for _, batch := range []int{0, 1, 7} {
		for _, from := range [][]float64{nil, start} {
			o := exact.Descent{Start: from, Epochs: 2000, Batch: batch}
			if batch > 0 {
				o.Epochs = 500
			}
			w, epochs, err := m.Descend(ctx, y, 3, o, rng(3))
			if err != nil {
				t.Fatal(err)
			}
			last, want := epochs[o.Epochs], 0.0
			if from != nil {
				want = outside
			}
			if !(last.Loss < 1e-18) || math.Abs(last.Distance-want) > 1e-8 || math.Abs(floats.Distance(w, best, 2)-want) > 1e-8 {
				t.Errorf("batch %d: ends at %+v, want loss 0 and distance %g", batch, last, want)
			}
			for i, e := range epochs {
				if math.Abs(e.Outside-want) > 1e-10 {
					t.Fatalf("batch %d: after %d epochs %g is outside the span, want %g", batch, i, e.Outside, want)
				}
			}
			if got := exact.Residual(must.M1(m.Predict(x, w)), y); !(got < 1e-8) {
				t.Errorf("batch %d: residual %g", batch, got)
			}
		}
	}
}

// With all examples a step, the first step and its loss are what the formulas say.
func TestDescendFirstStep(t *testing.T) {
	m := must.M1(exact.NewMinimumNorm([]float32{1, 0, 0, 0, 2, 0}, 3))
	w, epochs, err := m.Descend(ctx, []float64{1, -1}, 1, exact.Descent{Epochs: 1, Rate: 0.5}, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.25, -0.5, 0}; exact.Residual(w, want) > 1e-16 { // gradient: (1*(0-1), 2*(0+1), 0)/2
		t.Errorf("weights %v, want %v", w, want)
	}
	if got, distance := epochs[0], math.Hypot(1, 0.5); math.Abs(got.Loss-0.5)+math.Abs(got.Distance-distance) > 1e-15 {
		t.Errorf("at the start %+v, want loss 0.5, distance %g", got, distance)
	}
	if got := epochs[1].Loss; math.Abs(got-0.75*0.75/4) > 1e-16 {
		t.Errorf("loss %g after a step, want %g", got, 0.75*0.75/4)
	}
}

// The loss curves alike at two minima, of smallest norm and another: along any direction v by |Xv|²/n.
func TestCurvatureIsTheSameAtAllMinima(t *testing.T) {
	const n, dim = 30, 90
	m, x, y := linear(t, n, dim)
	loss := func(w []float64) float64 {
		errors := must.M1(m.Predict(x, w))
		floats.Sub(errors, y)
		return floats.Dot(errors, errors) / (2 * n)
	}
	best := must.M1(m.Solve(y, 3))
	other := floats.AddTo(make([]float64, len(best)), best, m.Outside(targets(3*dim, rng(1))))
	for seed := range uint64(5) {
		v := targets(3*dim, rng(seed))
		along := must.M1(m.Predict(x, v))
		want := floats.Dot(along, along) / n
		for name, w := range map[string][]float64{"smallest": best, "other": other} {
			ahead, behind := floats.AddTo(make([]float64, len(v)), w, v), floats.SubTo(make([]float64, len(v)), w, v)
			if got := loss(ahead) + loss(behind) - 2*loss(w); math.Abs(got/want-1) > 1e-12 {
				t.Errorf("%s: curvature %g, want %g", name, got, want)
			}
		}
	}
}

func TestMinimumNormErrors(t *testing.T) {
	build := func(x []float32, dim int) error { _, err := exact.NewMinimumNorm(x, dim); return err }
	fails(t, build(make([]float32, 6), 2), "3 inputs of 2 values: the system must have no more inputs than values")
	fails(t, build([]float32{1, 2, 3, 2, 4, 6}, 3), "the 2 inputs are linearly dependent")
	fails(t, build([]float32{1, 2, 3}, 2), "3 values are no whole number")
	m := must.M1(exact.NewMinimumNorm([]float32{1, 0, 0, 0, 1, 0}, 3))
	descend := func(o exact.Descent) error {
		_, _, err := m.Descend(ctx, []float64{1, 2}, 1, o, rng(1))
		return err
	}
	fails(t, descend(exact.Descent{Start: make([]float64, 2)}), "a start of 2 weights: there are 3")
	fails(t, descend(exact.Descent{Epochs: -1}), "-1 epochs")
	fails(t, descend(exact.Descent{Batch: 3}), "batches of 3: use 0 or more, and 1 to 2")
	fails(t, descend(exact.Descent{Rate: -1}), "learning rate -1")
	fails(t, descend(exact.Descent{Rate: 100, Epochs: 1000}), "at the learning rate 100: use less")
	_, err := m.Solve([]float64{1}, 1)
	fails(t, err, "1 targets for 2 inputs")
	_, err = m.Predict([]float32{1, 2, 3}, make([]float64, 4))
	fails(t, err, "4 weights for inputs of 3 values")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := m.Descend(ctx, []float64{1, 2}, 1, exact.Descent{Epochs: 1}, rng(1)); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}
