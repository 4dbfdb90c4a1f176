package probe_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/gomlx/backends/default"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

var ctx = context.Background()

// problem is a net with weights and examples.
type problem struct {
	net       nets.Architecture
	variables map[string][]float32
	x         []float32
	labels    []uint8
}

// newProblem draws initial weights, Gaussian inputs and random labels. Biases and running averages are drawn too.
func newProblem(t testing.TB, net nets.Architecture, n int, seed uint64) problem {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	p := problem{net: net, variables: map[string][]float32{}, x: make([]float32, n*net.Height*net.Width*net.Channels), labels: make([]uint8, n)}
	for i := range p.x {
		p.x[i] = float32(rng.NormFloat64())
	}
	for i := range p.labels {
		p.labels[i] = uint8(rng.IntN(net.Classes))
	}
	graph, err := nets.New(net)
	if err != nil {
		t.Fatal(err)
	}
	store, err := nets.Create(graph, dtypes.Float32, len(p.x)/n)
	if err != nil {
		t.Fatal(err)
	}
	if err := nets.Initialize(store, "he-normal", rng); err != nil {
		t.Fatal(err)
	}
	for v := range store.IterVariables() {
		flat := tensors.MustCopyFlatData[float32](v.MustValue())
		for i := range flat {
			flat[i] += float32(0.05 * rng.Float64())
		}
		p.variables[v.Path()] = flat
	}
	return p
}

func openBackend(t testing.TB, config string) compute.Backend {
	t.Helper()
	backend, err := compute.NewWithConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

func (p problem) loss(t testing.TB, backend compute.Backend, o probe.Options) *probe.Loss {
	t.Helper()
	l, err := probe.New(backend, p.net, p.variables, p.x, p.labels, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// tiny is a net small enough for its whole Hessian: 59 weights.
var tiny = nets.Architecture{Kind: "mlp", Hidden: []int{5}, Height: 1, Width: 6, Channels: 1, Classes: 4}

// hostLoss is the loss of a tiny net by its definition: the mean over the examples of log Σ exp(z) - z_label.
func (p problem) hostLoss(w []float64) float64 {
	const in, hidden, out = 6, 5, 4
	w1, b1, w2, b2 := w[:30], w[30:35], w[35:55], w[55:]
	sum := 0.
	for i, label := range p.labels {
		z := slices.Clone(b2)
		for unit := range hidden {
			a := b1[unit]
			for j := range in {
				a += float64(p.x[i*in+j]) * w1[j*hidden+unit]
			}
			floats.AddScaled(z, max(a, 0), w2[unit*out:(unit+1)*out])
		}
		sum += floats.LogSumExp(z) - z[label]
	}
	return sum / float64(len(p.labels))
}

// moved returns w with values added at some positions.
func moved(w []float64, by float64, positions ...int) []float64 {
	w = slices.Clone(w)
	for _, i := range positions {
		w[i] += by
	}
	return w
}

func value(t *testing.T, l *probe.Loss) float64 {
	t.Helper()
	v, err := l.Value(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func gradient(t *testing.T, l *probe.Loss) []float64 {
	t.Helper()
	g := make([]float64, l.Len())
	if _, err := l.Gradient(ctx, g); err != nil {
		t.Fatal(err)
	}
	return g
}

func product(t testing.TB, h probe.Operator, v []float64) []float64 {
	t.Helper()
	hv := make([]float64, h.Len())
	if err := h.Product(ctx, hv, v); err != nil {
		t.Fatal(err)
	}
	return hv
}

// differences is a product by central differences of gradients over 2e-8 |w|. A shorter step loses digits to rounding; a longer one makes more of
// the units switch, and each of them adds its jump of the gradient.
func differences(t testing.TB, l *probe.Loss, v []float64) []float64 {
	t.Helper()
	h := 1e-8 * floats.Norm(l.Weights(), 2) / floats.Norm(v, 2)
	ahead, behind := make([]float64, l.Len()), make([]float64, l.Len())
	for step, gradient := range map[float64][]float64{h: ahead, -h: behind} {
		if _, err := l.GradientAt(ctx, gradient, v, step); err != nil {
			t.Fatal(err)
		}
	}
	floats.Sub(ahead, behind)
	floats.Scale(1/(2*h), ahead)
	return ahead
}

func direction(n int) []float64 {
	rng, v := rand.New(rand.NewPCG(11, 12)), make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// apart is the distance of two vectors relative to the second.
func apart(a, b []float64) float64 { return floats.Distance(a, b, 2) / floats.Norm(b, 2) }

// hessian is the whole matrix, a product a column.
func hessian(t *testing.T, l *probe.Loss) *mat.SymDense {
	t.Helper()
	h := mat.NewDense(l.Len(), l.Len(), nil)
	for i := range l.Len() {
		h.SetCol(i, product(t, l, moved(make([]float64, l.Len()), 1, i)))
	}
	var skew mat.Dense
	skew.Sub(h, h.T())
	if s := mat.Norm(&skew, 2); !(s < 1e-12*mat.Norm(h, 2)) {
		t.Errorf("the Hessian is not symmetric: |H - Hᵀ| is %g", s)
	}
	symmetric := mat.NewSymDense(l.Len(), nil)
	for i := range l.Len() {
		for j := i; j < l.Len(); j++ {
			symmetric.SetSym(i, j, h.At(i, j))
		}
	}
	return symmetric
}
