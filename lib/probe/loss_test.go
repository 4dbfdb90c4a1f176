package probe_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/gomlx/backends/default"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// Value, gradient and Hessian against the definition and its differences, on the host.
func TestDerivatives(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	for _, config := range []string{"xla:cpu", "go"} {
		l := p.loss(t, openBackend(t, config), probe.Options{DType: dtypes.Float64, Slab: 7})
		w := l.Weights()
		if got, want := value(t, l), p.hostLoss(w); math.Abs(got-want) > 1e-14 {
			t.Errorf("%s: the loss is %.17g, want %.17g", config, got, want)
		}
		g, want := gradient(t, l), make([]float64, l.Len())
		for i := range want {
			const h = 1e-5
			want[i] = (p.hostLoss(moved(w, h, i)) - p.hostLoss(moved(w, -h, i))) / (2 * h)
		}
		if d := apart(g, want); !(d < 1e-8) {
			t.Errorf("%s: the gradient is %g from the differences", config, d)
		}
		if d := worstSecond(p, w, hessian(t, l)); !(d < 1e-6) {
			t.Errorf("%s: the Hessian is %g from the second differences", config, d)
		}
	}
}

// worstSecond is how far a value of H is, at most, from the second central difference of the loss.
func worstSecond(p problem, w []float64, hessian *mat.SymDense) (worst float64) {
	const h = 1e-4
	for i := range w {
		for j := range i + 1 {
			across := p.hostLoss(moved(moved(w, h, i), -h, j)) + p.hostLoss(moved(moved(w, -h, i), h, j))
			along := p.hostLoss(moved(w, h, i, j)) + p.hostLoss(moved(w, -h, i, j))
			worst = max(worst, math.Abs((along-across)/(4*h*h)-hessian.At(i, j)))
		}
	}
	return worst
}

// A product is the matrix times the vector, however long the vector is, in place too; differences of gradients give the same.
func TestProduct(t *testing.T) {
	p, backend := newProblem(t, tiny, 30, 1), openBackend(t, "xla:cpu")
	l := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
	v, want := direction(l.Len()), make([]float64, l.Len())
	mat.NewVecDense(l.Len(), want).MulVec(hessian(t, l), mat.NewVecDense(l.Len(), v))
	if d := apart(differences(t, l, v), want); !(d < 1e-6) {
		t.Errorf("differences are %g from the matrix's product", d)
	}
	for _, c := range []struct {
		o         probe.Options
		tolerance float64
	}{
		{probe.Options{DType: dtypes.Float64}, 1e-13},
		{probe.Options{}, 1e-5},
	} {
		other := p.loss(t, backend, c.o)
		for _, length := range []float64{1e-9, 1, 1e9} {
			got := slices.Clone(v)
			floats.Scale(length, got)
			if err := other.Product(ctx, got, got); err != nil {
				t.Fatal(err)
			}
			floats.Scale(1/length, got)
			if d := apart(got, want); !(d < c.tolerance) {
				t.Errorf("%+v, a vector times %g: the product is %g from the matrix's", c.o, length, d)
			}
		}
		if got := product(t, other, make([]float64, l.Len())); floats.Norm(got, 2) != 0 {
			t.Errorf("%+v: the product with 0 has length %g", c.o, floats.Norm(got, 2))
		}
	}
}

// The mean over a set does not depend on the slabs it is taken in.
func TestSlabs(t *testing.T) {
	p, backend := newProblem(t, tiny, 2537, 2), openBackend(t, "go")
	for dtype, tolerance := range map[dtypes.DType]float64{dtypes.Float32: 1e-5, dtypes.Float64: 1e-13} {
		large := p.loss(t, backend, probe.Options{DType: dtype, Slab: 1000})
		small := p.loss(t, backend, probe.Options{DType: dtype, Slab: 100})
		v := direction(large.Len())
		for what, d := range map[string]float64{
			"value":    math.Abs(value(t, large)/value(t, small) - 1),
			"gradient": apart(gradient(t, large), gradient(t, small)),
			"product":  apart(product(t, large, v), product(t, small, v)),
		} {
			if !(d < tolerance) {
				t.Errorf("%s in %s: slabs of 1000 and of 100 are %g apart", what, dtype, d)
			}
		}
	}
}

// The exact products of convolutional nets against differences of gradients, which go through the backend's own convolutions and pools.
func TestConvolutions(t *testing.T) {
	backend := openBackend(t, "xla:cpu")
	for _, kind := range []string{"alexnet", "keskar-c1"} {
		p := newProblem(t, nets.Architecture{Kind: kind, Height: 9, Width: 10, Channels: 3, Classes: 4}, 3, 3)
		l := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
		v := direction(l.Len())
		want := product(t, l, v)
		if d := apart(differences(t, l, v), want); !(d < 1e-6) {
			t.Errorf("%s: differences are %g from the exact product", kind, d)
		}
		if again := product(t, l, v); !slices.Equal(again, want) {
			t.Errorf("%s: the same product has other bits", kind)
		}
	}
}

// The same bits each time, from the same Loss and from another.
func TestDeterminism(t *testing.T) {
	p, backend := newProblem(t, nets.Architecture{Kind: "mlp", Hidden: []int{200}, Height: 1, Width: 100, Channels: 1, Classes: 10}, 250, 4), openBackend(t, "xla:cpu")
	run := func(l *probe.Loss) []float64 {
		ends, err := probe.Lanczos(ctx, l, seed(1), probe.LanczosOptions{Steps: 5})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat(ends.Largest.Vector, ends.Values, ends.Bounds, gradient(t, l))
	}
	l := p.loss(t, backend, probe.Options{})
	want := run(l)
	if !slices.Equal(run(l), want) || !slices.Equal(run(p.loss(t, backend, probe.Options{})), want) {
		t.Error("the same measurement has other bits")
	}
}

// The weights' order is that of the layers, and a step along a direction is a step of the weights.
func TestWeights(t *testing.T) {
	p, backend := newProblem(t, tiny, 30, 1), openBackend(t, "go")
	l := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
	var paths []string
	for _, part := range l.Parts() {
		paths = append(paths, part.Path)
		for i, want := range p.variables[part.Path] {
			if got := l.Weights()[part.From+i]; got != float64(want) {
				t.Fatalf("%s, value %d: %g, want %g", part.Path, i, got, want)
			}
		}
	}
	if want := []string{"/hidden_0/dense/weights", "/hidden_0/dense/biases", "/logits/dense/weights", "/logits/dense/biases"}; !slices.Equal(paths, want) {
		t.Errorf("the parts are %v, want %v", paths, want)
	}
	other := newProblem(t, tiny, 30, 2)
	w := other.loss(t, backend, probe.Options{}).Weights()
	d, ahead := floats.SubTo(make([]float64, l.Len()), w, l.Weights()), make([]float64, l.Len())
	floats.Scale(4, d)
	loss, err := l.GradientAt(ctx, ahead, d, 0.25)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.SetVariables(other.variables); err != nil {
		t.Fatal(err)
	}
	if here := value(t, l); math.Abs(loss-here) > 1e-14 || math.Abs(here-p.hostLoss(w)) > 1e-14 {
		t.Errorf("the loss at the weights plus a step is %.17g, at those weights %.17g, want %.17g", loss, here, p.hostLoss(w))
	}
	if d := apart(gradient(t, l), ahead); !(d < 1e-14) {
		t.Errorf("the gradient at the weights plus a step is %g from that at those weights", d)
	}
}

// Moving to other variables is being made with them, and variables that do not fit change nothing.
func TestLossAtOtherVariables(t *testing.T) {
	p, other := newProblem(t, tiny, 30, 1), newProblem(t, tiny, 30, 2)
	backend := openBackend(t, "go")
	l := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
	before := value(t, l)
	if err := l.SetVariables(map[string][]float32{"/nobody": nil}); err == nil || value(t, l) != before {
		t.Errorf("after variables that do not fit, error %v, the loss is %g, before it was %g", err, value(t, l), before)
	}
	if err := l.SetVariables(other.variables); err != nil {
		t.Fatal(err)
	}
	p.variables = other.variables
	want := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
	if value(t, l) != value(t, want) || !slices.Equal(l.Weights(), want.Weights()) {
		t.Errorf("after moving the loss is %g, made there it is %g", value(t, l), value(t, want))
	}
}

// A net is measured in evaluation: without its noise, and with the running averages.
func TestEvaluation(t *testing.T) {
	quiet := nets.Architecture{Kind: "mlp", Hidden: []int{5}, BatchNorm: true, Height: 1, Width: 6, Channels: 1, Classes: 4}
	p, backend := newProblem(t, quiet, 30, 1), openBackend(t, "go")
	want := value(t, p.loss(t, backend, probe.Options{}))
	p.net.Noise = nets.Noise{InputDropout: 0.5, Input: 1, Dropout: 0.5, Hidden: 1}
	if got := value(t, p.loss(t, backend, probe.Options{})); got != want {
		t.Errorf("the loss of a net with noise is %g, want %g", got, want)
	}
	p.variables["/hidden_0/running_mean"][0]++
	if got := value(t, p.loss(t, backend, probe.Options{})); got == want {
		t.Error("the running averages do not matter")
	}
}

// countdown is a context that ends after a number of looks at it.
type countdown struct {
	context.Context
	left *int
}

func (c countdown) Err() error {
	if *c.left--; *c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancel(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	l := p.loss(t, openBackend(t, "go"), probe.Options{Slab: 10})
	v := make([]float64, l.Len())
	for what, run := range map[string]func(ctx context.Context) error{
		"value":    func(ctx context.Context) error { _, err := l.Value(ctx); return err },
		"gradient": func(ctx context.Context) error { _, err := l.Gradient(ctx, v); return err },
		"product":  func(ctx context.Context) error { return l.Product(ctx, v, v) },
	} {
		for looks, want := range []error{context.Canceled, context.Canceled, context.Canceled, nil} {
			if err := run(countdown{ctx, &looks}); !errors.Is(err, want) {
				t.Errorf("%s, cancelled before slab %d: %v", what, looks, err)
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	backend := openBackend(t, "go")
	for want, spoil := range map[string]func(p *problem, o *probe.Options){
		"probe: nets: unknown kind": func(p *problem, _ *probe.Options) { p.net.Kind = "mpl" },
		"probe: variable /logits/dense/biases is missing: give its 4 values":   func(p *problem, _ *probe.Options) { delete(p.variables, "/logits/dense/biases") },
		"probe: variable /velocity/x is none of the net's: leave it out":       func(p *problem, _ *probe.Options) { p.variables["/velocity/x"] = nil },
		"probe: variable /logits/dense/biases with 3 values: it is ":           func(p *problem, _ *probe.Options) { p.variables["/logits/dense/biases"] = make([]float32, 3) },
		"probe: no examples: give at least one":                                func(p *problem, _ *probe.Options) { p.x, p.labels = nil, nil },
		"probe: 179 input values for 30 labels: the net takes 6 values an exa": func(p *problem, _ *probe.Options) { p.x = p.x[1:] },
		"probe: label 4 of example 2: the net has 4 classes, so use 0 to 3":    func(p *problem, _ *probe.Options) { p.labels[2] = 4 },
		"probe: slabs of -1 examples: use at least 1":                          func(_ *problem, o *probe.Options) { o.Slab = -1 },
		"probe: arithmetic in Int32: use Float32 or Float64":                   func(_ *problem, o *probe.Options) { o.DType = dtypes.Int32 },
	} {
		p, o := newProblem(t, tiny, 30, 1), probe.Options{}
		spoil(&p, &o)
		if _, err := probe.New(backend, p.net, p.variables, p.x, p.labels, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestMethodsRefuse(t *testing.T) {
	p := newProblem(t, tiny, 30, 1)
	l := p.loss(t, openBackend(t, "go"), probe.Options{})
	v := make([]float64, l.Len())
	_, short := l.Gradient(ctx, v[1:])
	for _, c := range []struct {
		err  error
		want string
	}{
		{l.Product(ctx, v, v[1:]), "probe: a vector of 58 values: the net has 59 trainable weights"},
		{l.Product(ctx, v[1:], v), "probe: a vector of 58 values"},
		{short, "probe: a vector of 58 values"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got error %v, want %q", c.err, c.want)
		}
	}
}
