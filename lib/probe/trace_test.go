package probe_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/probe"
)

// checkTrace holds many samples against the matrix: the trace and the Frobenius norm without bias, the trace's spread by its formula.
func checkTrace(t *testing.T, h probe.Operator, m mat.Symmetric, s uint64, samples int) {
	t.Helper()
	r, err := probe.Trace(ctx, h, seed(s), samples)
	if err != nil || len(r.Samples) != samples {
		t.Fatalf("%d samples, error %v", len(r.Samples), err)
	}
	squared := math.Pow(mat.Norm(m, 2), 2)
	off := squared
	for i := range m.SymmetricDim() {
		off -= m.At(i, i) * m.At(i, i)
	}
	want := math.Sqrt(2 * off / float64(samples))
	if math.Abs(r.StandardError/want-1) > 0.1 {
		t.Errorf("the standard error is %g, want %g", r.StandardError, want)
	}
	if trace := mat.Trace(m); math.Abs(r.Value-trace) > 4*want {
		t.Errorf("the trace is %g, want %g give or take %g", r.Value, trace, want)
	}
	if math.Abs(r.SquaredNorm/squared-1) > 0.1 {
		t.Errorf("the squared Frobenius norm is %g, want %g", r.SquaredNorm, squared)
	}
	if mean := floats.Sum(r.Samples) / float64(samples); math.Abs(r.Value-mean) > 1e-12*math.Abs(mean) {
		t.Errorf("the samples' mean is %g, but %g was given", mean, r.Value)
	}
}

func TestTrace(t *testing.T) {
	for _, m := range []matrix{rotated(7, 3, 2, 0, -1, -4), rotated(spread(40)...), rotated(1, -1)} {
		checkTrace(t, m, m, 1, 4000)
	}
}

func TestTraceOfALoss(t *testing.T) {
	l := newProblem(t, tiny, 30, 1).loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64})
	checkTrace(t, l, hessian(t, l), 1, 1000)
}

// Of a diagonal matrix each sample is the trace.
func TestTraceIsExactOnADiagonal(t *testing.T) {
	m := matrix{mat.NewDiagDense(5, []float64{3, -2, 0, 8, 0.5})}
	for s := range uint64(5) {
		r, err := probe.Trace(ctx, m, seed(s), 1)
		if err != nil || r.Value != 9.5 || r.Samples[0] != 9.5 || r.SquaredNorm != 77.25 || !math.IsNaN(r.StandardError) {
			t.Errorf("%+v, error %v", r, err)
		}
	}
	if r, err := probe.Trace(ctx, m, seed(1), 3); err != nil || r.StandardError != 0 {
		t.Errorf("%+v, error %v", r, err)
	}
}

// recorder keeps every vector that its matrix is multiplied by.
type recorder struct {
	matrix
	vectors *[][]float64
}

func (r recorder) Product(ctx context.Context, dst, v []float64) error {
	*r.vectors = append(*r.vectors, slices.Clone(v))
	return r.matrix.Product(ctx, dst, v)
}

// The variance's formula holds for vectors of 1 and -1 alone.
func TestTraceTakesSigns(t *testing.T) {
	var vectors [][]float64
	if _, err := probe.Trace(ctx, recorder{rotated(spread(50)...), &vectors}, seed(1), 200); err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(vectors...)
	for _, value := range all {
		if math.Abs(value) != 1 {
			t.Fatalf("an entry is %g", value)
		}
	}
	if mean := floats.Sum(all) / 10000; math.Abs(mean) > 0.04 {
		t.Errorf("the mean of 10000 signs is %g", mean)
	}
}

// Trace and Density depend on the seed alone, and end with ctx: with three slabs a product, in the third product.
func TestSpectraOfALoss(t *testing.T) {
	l := newProblem(t, tiny, 30, 1).loss(t, openBackend(t, "go"), probe.Options{Slab: 10})
	trace := func(ctx context.Context, s uint64) ([]float64, error) {
		r, err := probe.Trace(ctx, l, seed(s), 6)
		return append(r.Samples, r.SquaredNorm), err
	}
	density := func(ctx context.Context, s uint64) ([]float64, error) {
		r, err := probe.Density(ctx, l, seed(s), probe.DensityOptions{Vectors: 2, Steps: 3})
		return slices.Concat(r.Nodes, r.Weights), err
	}
	for what, run := range map[string]func(context.Context, uint64) ([]float64, error){"trace": trace, "density": density} {
		first, err1 := run(ctx, 1)
		again, err2 := run(ctx, 1)
		other, err3 := run(ctx, 2)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(first, again) || slices.Equal(first, other) {
			t.Errorf("the %s must depend on the seed, and on it alone", what)
		}
		looks := 8
		if _, err := run(countdown{ctx, &looks}, 1); !errors.Is(err, context.Canceled) || looks != -1 {
			t.Errorf("%s, cancelled: error %v, with %d looks left", what, err, looks)
		}
	}
}

func TestSpectraRefuse(t *testing.T) {
	m, nan, inf := rotated(2, 1), rotated(math.NaN(), 1), matrix{mat.NewDiagDense(2, []float64{math.Inf(1), 1})}
	trace := func(h probe.Operator, samples int) error {
		_, err := probe.Trace(ctx, h, seed(1), samples)
		return err
	}
	density := func(h probe.Operator, o probe.DensityOptions) error {
		_, err := probe.Density(ctx, h, seed(1), o)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{trace(m, 0), "probe: 0 samples: use at least 1"},
		{trace(m, -1), "probe: -1 samples: use at least 1"},
		{trace(nan, 1), "probe: a vector of length NaN: the loss is not finite"},
		{trace(inf, 1), "probe: a vector of length +Inf: the loss is not finite"},
		{trace(nothing{}, 1), "probe: an operator of length 0"},
		{density(m, probe.DensityOptions{Vectors: -1}), "probe: -1 vectors, 60 steps: neither may be negative"},
		{density(m, probe.DensityOptions{Steps: -2}), "probe: 3 vectors, -2 steps: neither may be negative"},
		{density(nan, probe.DensityOptions{}), "probe: a vector of length NaN: the loss is not finite"},
		{density(inf, probe.DensityOptions{}), "probe: a vector of length"},
		{density(nothing{}, probe.DensityOptions{}), "probe: an operator of length 0"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got error %v, want %q", c.err, c.want)
		}
	}
}
