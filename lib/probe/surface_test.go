package probe_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// Losses on lines and planes are those of the definition at the weights there.
func TestSurfaces(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	for _, config := range []string{"xla:cpu", "go"} {
		l := p.loss(t, openBackend(t, config), probe.Options{DType: dtypes.Float64, Slab: 7})
		rng := rand.New(rand.NewPCG(1, 2))
		one, other, at := l.RandomDirection(rng), l.RandomDirection(rng), []float64{-1, 0.5}
		line, err := l.Line(ctx, one, at)
		if err != nil {
			t.Fatal(err)
		}
		plane, err := l.Plane(ctx, one, other, at)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range at {
			w := floats.AddScaledTo(make([]float64, l.Len()), l.Weights(), a, one)
			if want := p.hostLoss(w); math.Abs(line[i]-want) > 1e-12 {
				t.Errorf("%s: at %g the loss is %g, want %g", config, a, line[i], want)
			}
			for j, b := range at {
				if want := p.hostLoss(floats.AddScaledTo(make([]float64, l.Len()), w, b, other)); math.Abs(plane[j][i]-want) > 1e-12 {
					t.Errorf("%s: at %g, %g the loss is %g, want %g", config, a, b, plane[j][i], want)
				}
			}
		}
		if _, err := l.Plane(ctx, one[1:], other, at); err == nil || !strings.Contains(err.Error(), "a vector of 58 values") {
			t.Errorf("error %v", err)
		}
	}
}

// A direction of other weights ends there.
func TestTowards(t *testing.T) {
	p, q := newProblem(t, tiny, 30, 1), newProblem(t, tiny, 30, 2)
	q.x, q.labels = p.x, p.labels
	backend := openBackend(t, "xla:cpu")
	from, to := p.loss(t, backend, probe.Options{}), q.loss(t, backend, probe.Options{})
	d, err := from.Towards(q.variables)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := from.Line(ctx, d, []float64{0, 1}); err != nil || math.Abs(got[1]-value(t, to)) > 1e-6 || got[0] != value(t, from) {
		t.Errorf("losses %v, want %g and %g, error %v", got, value(t, from), value(t, to), err)
	}
	if _, err := from.Towards(nil); err == nil || !strings.Contains(err.Error(), "is missing") && !strings.Contains(err.Error(), "with 0 values") {
		t.Errorf("error %v", err)
	}
}

// A random direction is as long as all matrices; a filter-normalized one is so in each filter: a column of a matrix, the last axis of a kernel.
func TestDirections(t *testing.T) {
	net := nets.Architecture{Kind: "keskar-c1", Height: 4, Width: 4, Channels: 2, Classes: 3}
	l := newProblem(t, net, 2, 1).loss(t, openBackend(t, "go"), probe.Options{})
	d := l.RandomDirection(rand.New(rand.NewPCG(1, 2)))
	n, err := l.FilterNormalized(d)
	if err != nil {
		t.Fatal(err)
	}
	w, squares, matrices := l.Weights(), 0., 0
	for _, p := range l.Parts() {
		matrix := len(p.Dimensions) > 1
		if !matrix {
			if floats.Norm(d[p.From:p.To], 1)+floats.Norm(n[p.From:p.To], 1) != 0 {
				t.Errorf("%s is not 0", p.Path)
			}
			continue
		}
		matrices++
		filters := p.Dimensions[len(p.Dimensions)-1]
		rows := (p.To - p.From) / filters
		filter := func(v []float64, f int) []float64 {
			return mat.Col(nil, f, mat.NewDense(rows, filters, v[p.From:p.To]))
		}
		for f := range filters {
			own := filter(w, f)
			squares += floats.Dot(own, own)
			if math.Abs(floats.Norm(filter(n, f), 2)/floats.Norm(own, 2)-1) > 1e-12 {
				t.Errorf("%s: filter %d has length %g, want %g", p.Path, f, floats.Norm(filter(n, f), 2), floats.Norm(own, 2))
			}
			if c := floats.Dot(filter(n, f), filter(d, f)) / floats.Norm(filter(n, f), 2) / floats.Norm(filter(d, f), 2); math.Abs(c-1) > 1e-12 {
				t.Errorf("%s: filter %d points elsewhere, cosine %g", p.Path, f, c)
			}
		}
	}
	if matrices != 5 || math.Abs(floats.Dot(d, d)/squares-1) > 1e-12 {
		t.Errorf("%d matrices, |d|² is %g, want %g", matrices, floats.Dot(d, d), squares)
	}
}

// The search in a ball and in a box finds more than any of many random steps does, and no more than the second order allows, in a small radius.
func TestSharpness(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	l := p.loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64})
	w, g, here := l.Weights(), gradient(t, l), value(t, l)
	var eigen mat.EigenSym
	eigen.Factorize(hessian(t, l), false)
	largest := slices.Max(eigen.Values(nil))
	box := floats.MulTo(make([]float64, len(w)), w, g)
	squares := floats.Dot(w, w)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name   string
		search func() (float64, error)
		step   func() []float64
		slope  float64 // largest first order, in a radius of 1
		length float64 // largest square of a step's length
	}{
		{"ball", func() (float64, error) {
			return probe.BallSharpness(ctx, l, probe.Ascent{Radius: 1e-3, Iterations: 10})
		},
			func() []float64 { v := direction(len(w)); floats.Scale(1/floats.Norm(v, 2), v); return v }, floats.Norm(g, 2), 1},
		{"box", func() (float64, error) {
			return probe.RelativeSharpness(ctx, l, probe.Ascent{Radius: 1e-3, Iterations: 10})
		},
			func() []float64 {
				v := make([]float64, len(w))
				for i := range v {
					v[i] = w[i] * float64(2*rng.IntN(2)-1)
				}
				return v
			}, floats.Norm(box, 1), squares},
	} {
		got, err := c.search()
		highest := 0.
		for range 2000 {
			highest = max(highest, (p.hostLoss(floats.AddScaledTo(make([]float64, len(w)), w, 1e-3, c.step()))-here)/(1+here))
		}
		bound := (1e-3*c.slope + 0.5e-6*largest*c.length) / (1 + here)
		if err != nil || got < highest || got > 1.0001*bound || got < 0.99*bound {
			t.Errorf("%s: %g, a random step finds %g, second order allows %g, error %v", c.name, got, highest, bound, err)
		}
	}
	if _, err := probe.BallSharpness(ctx, l, probe.Ascent{Radius: 0, Iterations: 1}); err == nil || !strings.Contains(err.Error(), "radius 0 of 1 iterations") {
		t.Errorf("error %v", err)
	}
}

// Of a net with factors D⁻¹ on its weights, the gradient is D times that of the net, the Hessian DHD and its diagonal blocks those of H times the squares
// of D (Dinh et al. 2017, theorem 4); the relative sharpness and filter-normalized slices are the same, to the bit with powers of two.
func TestRescaledLoss(t *testing.T) {
	net := tiny
	net.Hidden = []int{5, 4}
	p, q, backend := newProblem(t, net, 30, 1), newProblem(t, net, 30, 1), openBackend(t, "xla:cpu")
	for _, alphas := range [][]float64{{1. / 64, 2}, {0.03, 1}, {30, 0.7}} {
		factors, err := nets.Factors(net, alphas)
		if err != nil {
			t.Fatal(err)
		}
		if q.variables, err = nets.Rescale(net, p.variables, alphas); err != nil {
			t.Fatal(err)
		}
		o := probe.Options{DType: dtypes.Float64}
		before, after := p.loss(t, backend, o), q.loss(t, backend, o)
		d := make([]float64, before.Len())
		for _, part := range before.Parts() {
			for i := part.From; i < part.To; i++ {
				d[i] = 1 / factors[part.Path]
			}
		}
		v := direction(len(d))
		want := floats.MulTo(make([]float64, len(d)), d, product(t, before, floats.MulTo(make([]float64, len(d)), d, v)))
		slope := floats.MulTo(make([]float64, len(d)), d, gradient(t, before))
		if got := apart(product(t, after, v), want); !(got < 1e-5) { // weights are float32
			t.Errorf("%v: a product is off by %g", alphas, got)
		}
		if got := apart(gradient(t, after), slope); !(got < 1e-5) {
			t.Errorf("%v: the gradient is off by %g", alphas, got)
		}
		for _, part := range before.Parts() {
			trace := func(l *probe.Loss) float64 {
				r, err := probe.Trace(ctx, probe.Block{Loss: l, Parts: []probe.Part{part}}, rand.New(rand.NewPCG(1, 1)), 5)
				if err != nil {
					t.Fatal(err)
				}
				return r.Value
			}
			if got := trace(after) / trace(before) * factors[part.Path] * factors[part.Path]; math.Abs(got-1) > 1e-5 {
				t.Errorf("%v: the trace of %s is %g of what it should be", alphas, part.Path, got)
			}
		}
		ascent := probe.Ascent{Radius: 0.01, Iterations: 5}
		was, err := probe.RelativeSharpness(ctx, before, ascent)
		if err != nil {
			t.Fatal(err)
		}
		if is, err := probe.RelativeSharpness(ctx, after, ascent); err != nil || math.Abs(is/was-1) > 1e-4 || alphas[1] == 2 && is != was {
			t.Errorf("%v: relative sharpness %g and %g, error %v", alphas, was, is, err)
		}
		checkSlices(t, before, after)
	}
}

// checkSlices holds filter-normalized slices of a net against those of a rescaled one.
func checkSlices(t *testing.T, before, after *probe.Loss) {
	t.Helper()
	slice := func(l *probe.Loss) []float64 {
		d, err := l.FilterNormalized(before.RandomDirection(rand.New(rand.NewPCG(1, 1))))
		if err != nil {
			t.Fatal(err)
		}
		losses, err := l.Line(ctx, d, []float64{-1, 0, 0.5})
		if err != nil {
			t.Fatal(err)
		}
		return losses
	}
	if was, is := slice(before), slice(after); !floats.EqualApprox(was, is, 1e-5) {
		t.Errorf("slices %v and %v", was, is)
	}
}

// A block is the Hessian with rows and columns of other weights set to 0.
func TestBlock(t *testing.T) {
	l := newProblem(t, tiny, 30, 1).loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64})
	parts := l.Parts()[1:3]
	from, to := parts[0].From, parts[1].To
	v, want := direction(l.Len()), make([]float64, l.Len())
	h := hessian(t, l)
	for i := from; i < to; i++ {
		for j := from; j < to; j++ {
			want[i] += h.At(i, j) * v[j]
		}
	}
	if d := apart(product(t, probe.Block{Loss: l, Parts: parts}, v), want); !(d < 1e-12) {
		t.Errorf("the block's product is off by %g", d)
	}
}
