package nets_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

func goBackend(t *testing.T) compute.Backend {
	t.Helper()
	backend, err := gobackend.New("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

func create(t *testing.T, dim int, hidden ...int) (compute.Backend, *model.Store) {
	t.Helper()
	backend := goBackend(t)
	store, err := nets.Create(backend, nets.MLP(hidden, 10), dim)
	if err != nil {
		t.Fatal(err)
	}
	return backend, store
}

func TestParameters(t *testing.T) {
	for _, c := range []struct {
		source string
		dim    int
		hidden []int
		want   int
	}{
		{"Zhang et al. 2017, table 1, MLP 3x512 on 28x28x3", 2352, []int{512, 512, 512}, 1735178},
		{"Zhang et al. 2017, table 1, MLP 1x512 on 28x28x3", 2352, []int{512}, 1209866},
		{"Arpit et al. 2017, 2x4096 on MNIST", 784, []int{4096, 4096}, 20037642},
		{"seed study, 2x16", 784, slices.Repeat([]int{16}, 2), 13002},
		{"seed study, 2x128", 784, slices.Repeat([]int{128}, 2), 118282},
		{"seed study, 2x512", 784, slices.Repeat([]int{512}, 2), 669706},
		{"seed study, 2x1024", 784, slices.Repeat([]int{1024}, 2), 1863690},
		{"seed study, 4x512", 784, slices.Repeat([]int{512}, 4), 1195018},
		{"seed study, 4x1024", 784, slices.Repeat([]int{1024}, 4), 3962890},
		{"seed study, 6x512", 784, slices.Repeat([]int{512}, 6), 1720330},
		{"seed study, 8x512", 784, slices.Repeat([]int{512}, 8), 2245642},
		{"seed study, 10x16", 784, slices.Repeat([]int{16}, 10), 15178},
		{"seed study, 10x1024", 784, slices.Repeat([]int{1024}, 10), 10260490},
		{"seed study, 3x512", 784, slices.Repeat([]int{512}, 3), 932362},
		{"no hidden layer: softmax regression", 784, nil, 7850},
	} {
		_, store := create(t, c.dim, c.hidden...)
		if got := nets.Parameters(store); got != c.want {
			t.Errorf("%s: %d parameters, want %d", c.source, got, c.want)
		}
	}
}

func TestInitialize(t *testing.T) {
	_, a := create(t, 784, 100)
	_, b := create(t, 784, 100)
	_, c := create(t, 784, 100)
	for store, seed := range map[*model.Store]uint64{a: 1, b: 1, c: 2} {
		if err := nets.Initialize(store, rand.New(rand.NewPCG(seed, 0))); err != nil {
			t.Fatal(err)
		}
	}
	weights := "/hidden_0/dense/weights"
	wa, wb, wc := values(a, weights), values(b, weights), values(c, weights)
	if !slices.Equal(wa, wb) || slices.Equal(wa, wc) {
		t.Error("initial weights must depend on the seed, and on it alone")
	}
	// Uniform in ±l has standard deviation l/sqrt(3).
	limit := math.Sqrt(6. / 884)
	if sd := deviation(wa); math.Abs(sd-limit/math.Sqrt(3)) > 0.01*limit || slices.Max(wa) > float32(limit) || slices.Min(wa) < -float32(limit) {
		t.Errorf("weights in [%g, %g] with standard deviation %g, want Glorot uniform in ±%g", slices.Min(wa), slices.Max(wa), sd, limit)
	}
	if biases := values(a, "/hidden_0/dense/biases"); slices.Max(biases) != 0 || slices.Min(biases) != 0 {
		t.Error("biases must start at zero")
	}
}

func values(store *model.Store, path string) []float32 {
	v := store.GetVariable(path)
	if v == nil {
		panic(fmt.Sprintf("no variable %s", path))
	}
	return tensors.MustCopyFlatData[float32](v.MustValue())
}

func deviation(xs []float32) float64 {
	var sum float64
	for _, x := range xs {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum / float64(len(xs)))
}

// The graph must compute what the definition says: relu(x W0 + b0) W1 + b1, here by hand on the host.
func TestMLP(t *testing.T) {
	backend, store := create(t, 3, 4)
	if err := nets.Initialize(store, rand.New(rand.NewPCG(1, 0))); err != nil {
		t.Fatal(err)
	}
	exec := model.MustNewExec(backend, store, func(scope *model.Scope, x *Node) *Node { return nets.MLP([]int{4}, 10)(scope, x) })
	x := []float32{0.5, -1, 2}
	got := tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(x, 1, 3)))
	hidden := affine(x, values(store, "/hidden_0/dense/weights"), 4)
	for i := range hidden {
		hidden[i] = max(hidden[i], 0)
	}
	for i, want := range affine(hidden, values(store, "/logits/dense/weights"), 10) {
		if math.Abs(float64(got[i]-want)) > 1e-6 {
			t.Errorf("logit %d: %g, want %g", i, got[i], want)
		}
	}
}

// affine returns x W for row-major W [len(x), out].
func affine(x, w []float32, out int) []float32 {
	y := make([]float32, out)
	for i, xi := range x {
		for j := range y {
			y[j] += xi * w[i*out+j]
		}
	}
	return y
}
