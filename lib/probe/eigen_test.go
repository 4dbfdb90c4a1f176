package probe_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/probe"
)

// matrix is a plain matrix as an operator.
type matrix struct{ mat.Symmetric }

func (m matrix) Len() int { return m.SymmetricDim() }

func (m matrix) Product(_ context.Context, dst, v []float64) error {
	mat.NewVecDense(len(dst), dst).MulVec(m, mat.NewVecDense(len(v), v))
	return nil
}

// rotated is a matrix with the given eigenvalues and random eigenvectors.
func rotated(eigenvalues ...float64) matrix {
	n := len(eigenvalues)
	var qr mat.QR
	qr.Factorize(mat.NewDense(n, n, direction(n*n)))
	var q, qd, m mat.Dense
	qr.QTo(&q)
	qd.Mul(&q, mat.NewDiagDense(n, eigenvalues))
	m.Mul(&qd, q.T())
	symmetric := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			symmetric.SetSym(i, j, m.At(i, j))
		}
	}
	return matrix{symmetric}
}

// decompose returns a matrix's eigenvalues, ascending, and its eigenvectors as columns.
func decompose(t *testing.T, m mat.Symmetric) ([]float64, *mat.Dense) {
	t.Helper()
	var eigen mat.EigenSym
	if !eigen.Factorize(m, true) {
		t.Fatal("the eigenvalues do not converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	return eigen.Values(nil), &vectors
}

func seed(s uint64) *rand.Rand { return rand.New(rand.NewPCG(s, 1)) }

// residual is |Hv - λv| of a pair, from a product of its own.
func residual(t *testing.T, h probe.Operator, pair probe.Eigenpair) float64 {
	t.Helper()
	hv := product(t, h, pair.Vector)
	floats.AddScaled(hv, -pair.Value, pair.Vector)
	return floats.Norm(hv, 2)
}

// checkPair holds a pair against an eigenvalue and its eigenvector.
func checkPair(t *testing.T, what string, h probe.Operator, pair probe.Eigenpair, value, tolerance float64, vector []float64) {
	t.Helper()
	if math.Abs(pair.Value-value) > tolerance*math.Abs(value) {
		t.Errorf("%s: eigenvalue %.15g, want %.15g", what, pair.Value, value)
	}
	if length := floats.Norm(pair.Vector, 2); math.Abs(length-1) > 1e-12 {
		t.Errorf("%s: the eigenvector has length %g", what, length)
	}
	if cosine := math.Abs(floats.Dot(pair.Vector, vector)); cosine < 1-math.Sqrt(tolerance) {
		t.Errorf("%s: the cosine of the eigenvector with the right one is %g", what, cosine)
	}
	if r := residual(t, h, pair); math.Abs(r-pair.Residual) > 1e-10*math.Abs(value) {
		t.Errorf("%s: the residual is %g, but %g was given", what, r, pair.Residual)
	}
}

// All steps know both ends, whichever is the larger, or if they are alike in magnitude.
func TestLanczosKnowsBothEnds(t *testing.T) {
	for what, m := range map[string]matrix{
		"positive":  rotated(7, 3, 2, 0, -1, -4),
		"negative":  rotated(4, 3, 2, 0, -1, -7),
		"opposite":  rotated(5, 2, 1, 0.5, 0, -1, -2, -5),
		"one value": rotated(-3),
	} {
		values, vectors := decompose(t, m)
		last := len(values) - 1
		ends, err := probe.Lanczos(ctx, m, seed(1), probe.LanczosOptions{})
		if err != nil {
			t.Fatal(err)
		}
		checkPair(t, what+", smallest", m, ends.Smallest, values[0], 1e-12, mat.Col(nil, 0, vectors))
		checkPair(t, what+", largest", m, ends.Largest, values[last], 1e-12, mat.Col(nil, last, vectors))
	}
}

// On a spectrum like that of a trained net, a few eigenvalues off a bulk at 0, few steps know both ends, and each Ritz value lies within
// its bound of an eigenvalue. All steps know all eigenvalues.
func TestLanczos(t *testing.T) {
	spectrum := []float64{-3, 9, 10, 20}
	for i := range 96 {
		spectrum = append(spectrum, float64(i-48)/48)
	}
	m := rotated(spectrum...)
	values, vectors := decompose(t, m)
	few, err := probe.Lanczos(ctx, m, seed(1), probe.LanczosOptions{Tolerance: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(few.Values); n > 25 || len(few.Bounds) != n {
		t.Errorf("%d steps, %d bounds", n, len(few.Bounds))
	}
	checkPair(t, "smallest", m, few.Smallest, -3, 1e-8, mat.Col(nil, 0, vectors))
	checkPair(t, "largest", m, few.Largest, 20, 1e-8, mat.Col(nil, 99, vectors))
	for i, value := range few.Values {
		nearest := values[floats.NearestIdx(values, value)]
		if math.Abs(nearest-value) > few.Bounds[i]+1e-10 {
			t.Errorf("Ritz value %g: the nearest eigenvalue is %g, the bound %g", value, nearest, few.Bounds[i])
		}
	}
	all, err := probe.Lanczos(ctx, m, seed(1), probe.LanczosOptions{Steps: 1000})
	if err != nil || !floats.EqualApprox(all.Values, values, 1e-10) {
		t.Errorf("all steps: %d eigenvalues, error %v", len(all.Values), err)
	}
}

// A space that is exhausted early has exact eigenvalues.
func TestLanczosEndsEarly(t *testing.T) {
	for what, c := range map[string]struct {
		m    matrix
		want []float64
	}{
		"zero":         {rotated(0, 0, 0, 0), []float64{0}},
		"identity":     {rotated(2, 2, 2, 2), []float64{2}},
		"two values":   {rotated(-3, 2, 2, 2, -3), []float64{-3, 2}},
		"three values": {rotated(1, 0, -3, 0, 0, 0, 1), []float64{-3, 0, 1}},
	} {
		r, err := probe.Lanczos(ctx, c.m, seed(2), probe.LanczosOptions{})
		if err != nil || len(r.Values) != len(c.want) || !floats.EqualApprox(r.Values, c.want, 1e-12) || floats.Max(r.Bounds) > 1e-12 {
			t.Errorf("%s: Ritz values %v with bounds %v, error %v", what, r.Values, r.Bounds, err)
		}
	}
}

// Lanczos' method and that of LeCun et al. against the eigenvalues of a net's whole Hessian.
func TestEigenvaluesOfALoss(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	l := p.loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64})
	h := matrix{hessian(t, l)}
	values, vectors := decompose(t, h)
	last := len(values) - 1
	ends, err := probe.Lanczos(ctx, l, seed(1), probe.LanczosOptions{Tolerance: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	checkPair(t, "Lanczos, largest", l, ends.Largest, values[last], 1e-11, mat.Col(nil, last, vectors))
	checkPair(t, "Lanczos, smallest", l, ends.Smallest, values[0], 1e-9, mat.Col(nil, 0, vectors))
	online, err := probe.OnlineEigenvalue(ctx, []*probe.Loss{l}, seed(1), probe.OnlineOptions{Gamma: 0.5, Alpha: 1e-6, Iterations: 300})
	if err != nil || math.Abs(online.Value/values[last]-1) > 1e-5 {
		t.Errorf("LeCun et al.: %.9g, want %.9g, error %v", online.Value, values[last], err)
	}
}

// quadratic is the loss wᵀAw/2, at w = 0.
type quadratic struct{ matrix }

func (q quadratic) GradientAt(ctx context.Context, dst, direction []float64, step float64) (float64, error) {
	err := q.Product(ctx, dst, direction)
	floats.Scale(step, dst)
	return step / 2 * floats.Dot(dst, direction), err
}

// With γ = 1 the method finds the largest magnitude, else the most positive eigenvalue (for γ below 2/(1+|λ₋|/λ₊), here 0.73).
func TestOnlineEigenvalue(t *testing.T) {
	m := rotated(4, 3, 2, 0, -1, -7)
	for _, c := range []struct{ gamma, want float64 }{{1, 7}, {0.5, 4}, {0.05, 4}} {
		r, err := probe.OnlineEigenvalue(ctx, []quadratic{{m}}, seed(1), probe.OnlineOptions{Gamma: c.gamma, Alpha: 0.1, Iterations: 1000})
		if err != nil || math.Abs(r.Value-c.want) > 1e-6 || len(r.History) != 1000 || r.History[999] != r.Value {
			t.Errorf("gamma %g: %.9g, want %g, error %v", c.gamma, r.Value, c.want, err)
		}
	}
}

// By one example at a time, with a small γ, the estimate is near the largest eigenvalue of the whole loss's Hessian, and each turn takes all.
func TestOnlineEigenvalueByExamples(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	l := p.loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64, Slab: 1})
	values, _ := decompose(t, matrix{hessian(t, l)})
	largest := values[len(values)-1]
	slabs := l.Slabs()
	r, err := probe.OnlineEigenvalue(ctx, slabs, seed(1), probe.OnlineOptions{Gamma: 0.001, Alpha: 1e-6, Iterations: 15000})
	if err != nil || len(slabs) != 30 || math.Abs(r.Value/largest-1) > 0.02 {
		t.Errorf("by %d examples %.9g, want %.9g, error %v", len(slabs), r.Value, largest, err)
	}
	mean := 0.
	for _, one := range slabs {
		value, err := one.Value(ctx)
		if err != nil || one.Examples() != 1 {
			t.Fatalf("a slab of %d examples, error %v", one.Examples(), err)
		}
		mean += value / 30
	}
	if whole, err := l.Value(ctx); err != nil || math.Abs(whole-mean) > 1e-12 {
		t.Errorf("the mean of the slabs' losses is %g, the loss %g, error %v", mean, whole, err)
	}
}

func TestEigenvaluesAreDeterministic(t *testing.T) {
	m := rotated(7, 3, 2, 0, -1, -4)
	run := func(s uint64) []float64 {
		ends, err := probe.Lanczos(ctx, m, seed(s), probe.LanczosOptions{Steps: 3})
		if err != nil {
			t.Fatal(err)
		}
		online, err := probe.OnlineEigenvalue(ctx, []quadratic{{m}}, seed(s), probe.OnlineOptions{Gamma: 0.1, Alpha: 0.1, Iterations: 3})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat(ends.Values, ends.Smallest.Vector, ends.Largest.Vector, online.History, online.Vector)
	}
	if !slices.Equal(run(1), run(1)) || slices.Equal(run(1), run(2)) {
		t.Error("eigenvalues must depend on the seed, and on it alone")
	}
}

func TestEigenvaluesRefuse(t *testing.T) {
	m, nan := rotated(2, 1), rotated(math.NaN(), 1)
	lanczos := func(h probe.Operator, o probe.LanczosOptions) error {
		_, err := probe.Lanczos(ctx, h, seed(1), o)
		return err
	}
	online := func(o probe.OnlineOptions) error {
		_, err := probe.OnlineEigenvalue(ctx, []quadratic{{m}}, seed(1), o)
		return err
	}
	_, none := probe.OnlineEigenvalue(ctx, []quadratic{}, seed(1), probe.OnlineOptions{Gamma: 1, Alpha: 1, Iterations: 1})
	for _, c := range []struct {
		err  error
		want string
	}{
		{lanczos(nan, probe.LanczosOptions{}), "probe: a vector of length NaN: the loss is not finite"},
		{lanczos(m, probe.LanczosOptions{Steps: -1}), "probe: -1 steps"},
		{lanczos(m, probe.LanczosOptions{Tolerance: math.NaN()}), "probe: 30 steps, tolerance NaN"},
		{lanczos(nothing{}, probe.LanczosOptions{}), "probe: an operator of length 0"},
		{online(probe.OnlineOptions{Gamma: 1.5, Alpha: 1, Iterations: 1}), "probe: gamma 1.5: it must be in (0,1]"},
		{online(probe.OnlineOptions{Gamma: 1, Iterations: 1}), "probe: alpha 0: it must be over 0"},
		{online(probe.OnlineOptions{Gamma: 1, Alpha: 1}), "probe: 0 iterations: use at least 1"},
		{none, "probe: an eigenvalue of no loss"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got error %v, want %q", c.err, c.want)
		}
	}
}

type nothing struct{ matrix }

func (nothing) Len() int { return 0 }
