package nets_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/gomlx/backends/default"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

func openBackend(t *testing.T, config string) compute.Backend {
	t.Helper()
	backend, err := compute.NewWithConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

// create builds a net's store with initial weights.
func create(t *testing.T, net nets.Net, dim int, seed uint64) *model.Store {
	t.Helper()
	store, err := nets.Create(net, dtypes.Float32, dim)
	if err != nil {
		t.Fatal(err)
	}
	if err := nets.Initialize(store, "", rand.New(rand.NewPCG(seed, 0))); err != nil {
		t.Fatal(err)
	}
	return store
}

func build(t *testing.T, a nets.Architecture) nets.Net {
	t.Helper()
	net, err := nets.New(a)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestParametersOfMLPs(t *testing.T) {
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
		store, err := nets.Create(nets.MLP(c.hidden, 10), dtypes.Float32, c.dim)
		if err != nil {
			t.Fatal(err)
		}
		if got := nets.Parameters(store); got != c.want {
			t.Errorf("%s: %d parameters, want %d", c.source, got, c.want)
		}
	}
}

func TestParameters(t *testing.T) {
	mnist := nets.Architecture{Height: 28, Width: 28, Channels: 1, Classes: 10}
	zhang := nets.Architecture{Height: 28, Width: 28, Channels: 3, Classes: 10}
	cifar := nets.Architecture{Height: 32, Width: 32, Channels: 3, Classes: 10}
	for _, c := range []struct {
		source    string
		inputs    nets.Architecture
		kind      string
		hidden    []int
		batchNorm bool
		want      int
	}{
		{"Zhang et al. 2017, table 1, MLP 3x512", zhang, "mlp", []int{512, 512, 512}, false, 1735178},
		{"Zhang et al. 2017, table 1, Alexnet", zhang, "alexnet", nil, false, 1387786},
		{"Zhang et al. 2017, table 1, Inception; the paper counts no gains and offsets", zhang, "inception", nil, false, 1649402},
		{"the same with the gain and offset of each of its 1,712 channels", zhang, "inception", nil, true, 1649402 + 2*1712},
		// The sums of the layers' sizes: weights and biases, then gains and offsets.
		{"Keskar et al. 2017, F1", mnist, "mlp", slices.Repeat([]int{512}, 5), true, 784*512 + 4*512*512 + 512*10 + 5*512 + 10 + 2*5*512},
		{"Keskar et al. 2017, C1", cifar, "keskar-c1", nil, false, 25*3*64 + 25*64*64 + 4096*384 + 384*192 + 192*10 + 714 + 2*704},
		{"of no paper, small", mnist, "cnn", nil, false, 25*8 + 25*8*16 + 784*64 + 64*10 + 8 + 16 + 64 + 10},
		{"the same with batch normalization", mnist, "cnn", nil, true, 54314 + 2*88},
		{"Arpit et al. 2017, CNN", cifar, "arpit-cnn", nil, false, 25*3*200 + 25*200*200 + 9800*384 + 384*192 + 192*10 + 986 + 2*976},
	} {
		a := c.inputs
		a.Kind, a.Hidden, a.BatchNorm = c.kind, c.hidden, c.batchNorm
		store, err := nets.Create(build(t, a), dtypes.Float32, a.Height*a.Width*a.Channels)
		if err != nil {
			t.Fatal(err)
		}
		if got := nets.Parameters(store); got != c.want {
			t.Errorf("%s: %d parameters, want %d", c.source, got, c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*nets.Architecture){
		`unknown kind "resnet": use one of [alexnet arpit-cnn cnn inception keskar-c1 mlp]`: func(a *nets.Architecture) { a.Kind = "resnet" },
		`hidden units [8]: the layers of "alexnet" are fixed`:                               func(a *nets.Architecture) { a.Kind, a.Hidden = "alexnet", []int{8} },
		`batch normalization: it is a choice for [mlp cnn inception], not for "keskar-c1"`:  func(a *nets.Architecture) { a.Kind, a.BatchNorm = "keskar-c1", true },
		`inputs 0x8x1, 10 classes: each must be at least 1`:                                 func(a *nets.Architecture) { a.Height = 0 },
	} {
		a := nets.Architecture{Kind: "mlp", Height: 8, Width: 8, Channels: 1, Classes: 10}
		spoil(&a)
		if _, err := nets.New(a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestInitializations(t *testing.T) {
	const in, out = 784, 100
	for name, want := range map[string]float64{
		"glorot-uniform": math.Sqrt(2. / (in + out)), "he-normal": math.Sqrt(2. / in), "lecun-normal": math.Sqrt(1. / in),
	} {
		store := create(t, nets.MLP([]int{out}, 10), in, 1)
		if err := nets.Initialize(store, name, rand.New(rand.NewPCG(1, 0))); err != nil {
			t.Fatal(err)
		}
		if sd := deviation(values(store, "/hidden_0/dense/weights")); math.Abs(sd/want-1) > 0.01 { // 78,400 draws: 0.3%
			t.Errorf("%s: standard deviation %g, want %g", name, sd, want)
		}
	}
	err := nets.Initialize(model.NewStore(), "zeros", nil)
	if err == nil || !strings.Contains(err.Error(), `unknown initialization "zeros": use one of [glorot-uniform he-normal lecun-normal]`) {
		t.Errorf("got error %v", err)
	}
}

// A kernel of 5x5 positions has 25 times the fans of a matrix with its channels; gains start at one.
func TestInitializeConvolutions(t *testing.T) {
	a := nets.Architecture{Kind: "keskar-c1", Height: 8, Width: 8, Channels: 3, Classes: 10}
	store := create(t, build(t, a), 192, 1)
	if sd, want := deviation(values(store, "/conv_1/kernel")), math.Sqrt(2./(25*128)); math.Abs(sd/want-1) > 0.01 {
		t.Errorf("standard deviation %g, want %g", sd, want)
	}
	for path, want := range map[string]float32{"/conv_0/gain": 1, "/conv_0/offset": 0, "/conv_0/bias": 0, "/conv_0/running_mean": 0, "/conv_0/running_variance": 1} {
		if v := values(store, path); slices.Min(v) != want || slices.Max(v) != want {
			t.Errorf("%s starts at %g to %g, want %g", path, slices.Min(v), slices.Max(v), want)
		}
	}
}

func TestInitialize(t *testing.T) {
	net := nets.MLP([]int{100}, 10)
	a, b, c := create(t, net, 784, 1), create(t, net, 784, 1), create(t, net, 784, 2)
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
	store := create(t, nets.MLP([]int{4}, 10), 3, 1)
	exec := model.MustNewExec(openBackend(t, "go"), store, func(scope *model.Scope, x *Node) *Node { return nets.MLP([]int{4}, 10)(scope, x) })
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
