package nets_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// small are inputs that no pool or stride divides evenly.
func small(kind string, convolution nets.Convolution) nets.Architecture {
	return nets.Architecture{Kind: kind, BatchNorm: kind == "inception", Height: 9, Width: 10, Channels: 3, Classes: 4, Convolution: convolution}
}

const smallDim, smallBatch = 9 * 10 * 3, 5

func gaussian(n int, seed uint64) []float32 {
	rng, x := rand.New(rand.NewPCG(seed, 9)), make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// run returns the logits, and the gradients of their squared norm with respect to the inputs and to every weight, of a small net in
// training, from the same weights each time.
func run(t *testing.T, config, kind string, convolution nets.Convolution) [][]float32 {
	t.Helper()
	net := build(t, small(kind, convolution))
	store := create(t, net, smallDim, 3)
	exec, err := model.NewExec(openBackend(t, config), store, func(scope *model.Scope, x *Node) []*Node {
		scope.Store().SetTraining(x.Graph(), true)
		logits := net(scope, x)
		of := []*Node{x}
		for v := range store.IterVariables() {
			if v.Trainable {
				of = append(of, v.NodeValue(x.Graph()))
			}
		}
		return append([]*Node{logits}, Gradient(ReduceAllSum(Square(logits)), of...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	outs, err := exec.Exec(tensors.FromFlatDataAndDimensions(gaussian(smallBatch*smallDim, 1), smallBatch, smallDim))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, out := range outs {
		all = append(all, tensors.MustCopyFlatData[float32](out))
	}
	return all
}

// farthest is the greatest distance of two lists of arrays, relative to each array's greatest value; values below a thousandth of the
// greatest of all are rounding, as the gradients of biases in front of a batch normalization are.
func farthest(a, b [][]float32) (worst float64) {
	var greatest float64
	for _, x := range slices.Concat(a...) {
		greatest = max(greatest, math.Abs(float64(x)))
	}
	for i := range a {
		scale, distance := greatest/1000, 0.
		for j := range a[i] {
			scale = max(scale, math.Abs(float64(a[i][j])))
			distance = max(distance, math.Abs(float64(a[i][j]-b[i][j])))
		}
		worst = max(worst, distance/scale)
	}
	return worst
}

// Every way to convolve and to pool gives the logits and gradients of the backend's own convolutions, and so does the Go backend.
func TestConvolutionsAgree(t *testing.T) {
	for kind, others := range map[string][]nets.Convolution{
		"alexnet":   {nets.Sliced, nets.Gathered},
		"keskar-c1": {nets.Gathered},
		"inception": {nets.Sliced},
	} {
		direct := run(t, "xla:cpu", kind, nets.Direct)
		for _, other := range others {
			if d := farthest(direct, run(t, "xla:cpu", kind, other)); !(d < 1e-3) {
				t.Errorf("%s: method %d is %g from the direct convolution", kind, other, d)
			}
		}
	}
}

func TestConvolutionsOnTheGoBackend(t *testing.T) {
	direct, sliced := run(t, "xla:cpu", "alexnet", nets.Direct), run(t, "go", "alexnet", nets.Sliced)
	if d := farthest(direct, sliced); !(d < 2e-4) {
		t.Errorf("the Go backend is %g from the direct convolution of XLA", d)
	}
}

// The pool by planes has the values of the backend's own, and the gradient by the definition, here on the host: a window's goes to its
// greatest position, to the first one where several are equal. Even and odd sizes are padded differently.
func TestPoolPlanes(t *testing.T) {
	backend := openBackend(t, "xla:cpu")
	for _, size := range [][2]int{{28, 28}, {7, 9}, {8, 5}, {3, 2}, {1, 1}} {
		rng, x := rand.New(rand.NewPCG(8, 8)), make([]float32, size[0]*size[1])
		for i := range x {
			x[i] = float32(rng.IntN(3)) - 1
		}
		exec := model.MustNewExec(backend, model.NewStore(), func(_ *model.Scope, x *Node) []*Node {
			y := nets.PoolPlanes(x)
			numbered := Reshape(Iota(x.Graph(), shapes.Make(x.DType(), y.Shape().Size()), 0), y.Shape().Dimensions...)
			stock := MaxPool(x).Window(3).Strides(2).PaddingPerDim(nets.SamePadding(x, 3, 2)).Done()
			return []*Node{y, stock, Gradient(ReduceAllSum(Mul(y, numbered)), x)[0]}
		})
		outs := exec.MustCall(tensors.FromFlatDataAndDimensions(x, 1, size[0], size[1], 1))
		got, stock, gradient := tensors.MustCopyFlatData[float32](outs[0]), tensors.MustCopyFlatData[float32](outs[1]), tensors.MustCopyFlatData[float32](outs[2])
		if !slices.Equal(got, stock) {
			t.Errorf("%v: values %v, want %v", size, got, stock)
		}
		if want := poolGradient(x, size[0], size[1]); !slices.Equal(gradient, want) {
			t.Errorf("%v: gradient %v, want %v", size, gradient, want)
		}
	}
}

// poolGradient is the gradient of the sum over all windows of their number times their maximum.
func poolGradient(x []float32, height, width int) []float32 {
	gradient, number := make([]float32, len(x)), float32(0)
	for row := -(height % 2); row < height-height%2; row += 2 {
		for column := -(width % 2); column < width-width%2; column += 2 {
			best := -1
			for p := range 9 {
				r, c := row+p/3, column+p%3
				if r >= 0 && r < height && c >= 0 && c < width && (best < 0 || x[r*width+c] > x[best]) {
					best = r*width + c
				}
			}
			gradient[best] += number
			number++
		}
	}
	return gradient
}

// Local response normalization by its definition (Krizhevsky et al. 2012, section 3.3), on the host.
func TestLocalResponseNorm(t *testing.T) {
	const channels = 12
	exec := model.MustNewExec(openBackend(t, "go"), model.NewStore(), func(_ *model.Scope, x *Node) *Node { return nets.LocalResponseNorm(x) })
	x := gaussian(2*channels, 4)
	for i := range x {
		x[i] *= 40 // as large as the constants need to show
	}
	got := tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(x, 2, 1, 1, channels)))
	for i, v := range x {
		image, channel, sum := i/channels, i%channels, 0.
		for c := max(0, channel-4); c <= min(channels-1, channel+4); c++ {
			sum += float64(x[image*channels+c]) * float64(x[image*channels+c])
		}
		if want := float64(v) * math.Pow(1+0.001/9*sum, -0.75); math.Abs(float64(got[i])-want) > 1e-5*math.Abs(want) {
			t.Errorf("value %d: %g, want %g", i, got[i], want)
		}
	}
}

// While training, batch normalization makes each unit's mean 0 and its variance 1 before the gain; the running averages are the means
// over the batches seen so far, and an evaluation uses them.
func TestBatchNormalization(t *testing.T) {
	const n, units = 64, 3
	store := model.NewStore()
	forward := func(training bool) func(scope *model.Scope, x *Node) *Node {
		return func(scope *model.Scope, x *Node) *Node {
			scope.Store().SetTraining(x.Graph(), training)
			return nets.BatchNormalization(scope, x, 0)
		}
	}
	backend := openBackend(t, "go")
	train, evaluate := model.MustNewExec(backend, store, forward(true)), model.MustNewExec(backend, store, forward(false))
	first, second := gaussian(n*units, 5), gaussian(n*units, 6)
	for i := range first {
		first[i], second[i] = 2*first[i]+3, 2*second[i]+5
	}
	out := tensors.MustCopyFlatData[float32](train.MustCall1(tensors.FromFlatDataAndDimensions(first, n, units)))
	train.MustCall1(tensors.FromFlatDataAndDimensions(second, n, units))
	for unit := range units {
		mean, variance := columnMoments(out, units, unit)
		_, raw := columnMoments(first, units, unit)
		if want := raw / (raw + 1e-3); math.Abs(mean) > 1e-6 || math.Abs(variance-want) > 1e-5 {
			t.Errorf("unit %d: mean %g, variance %g, want 0 and %g", unit, mean, variance, want)
		}
		m1, v1 := columnMoments(first, units, unit)
		m2, v2 := columnMoments(second, units, unit)
		gotMean, gotVariance := float64(values(store, "/running_mean")[unit]), float64(values(store, "/running_variance")[unit])
		if math.Abs(gotMean-(m1+m2)/2) > 1e-4 || math.Abs(gotVariance-(v1+v2)/2) > 1e-4 {
			t.Errorf("unit %d: running averages %g and %g, want %g and %g", unit, gotMean, gotVariance, (m1+m2)/2, (v1+v2)/2)
		}
		got := tensors.MustCopyFlatData[float32](evaluate.MustCall1(tensors.FromFlatDataAndDimensions(first, n, units)))[unit]
		if want := (float64(first[unit]) - gotMean) / math.Sqrt(gotVariance+1e-3); math.Abs(float64(got)-want) > 1e-4 {
			t.Errorf("unit %d: evaluation gives %g, want %g", unit, got, want)
		}
	}
}

// Ghosts of a batch are normalized apart, as batches of their own are; the running averages are the means of theirs.
func TestGhostBatchNormalization(t *testing.T) {
	const n, ghost, units = 48, 16, 3
	x := gaussian(n*units, 7)
	for i := range x {
		x[i] = x[i]*float32(1+i/(ghost*units)) + float32(i%units)
	}
	normalized := func(store *model.Store, x []float32, ghost int) []float32 {
		exec := model.MustNewExec(openBackend(t, "go"), store, func(scope *model.Scope, x *Node) *Node {
			scope.Store().SetTraining(x.Graph(), true)
			return nets.BatchNormalization(scope, Reshape(x, -1, 1, 1, units), ghost)
		})
		defer exec.Finalize()
		return tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(x, len(x)/units, units)))
	}
	whole := model.NewStore()
	got, mean, variance := normalized(whole, x, ghost), make([]float32, units), make([]float32, units)
	for from := 0; from < len(x); from += ghost * units {
		alone := model.NewStore()
		for i, want := range normalized(alone, x[from:from+ghost*units], 0) {
			if math.Abs(float64(got[from+i]-want)) > 1e-5 {
				t.Fatalf("value %d: %g, alone %g", from+i, got[from+i], want)
			}
		}
		for unit := range units {
			mean[unit] += values(alone, "/running_mean")[unit] * ghost / n
			variance[unit] += values(alone, "/running_variance")[unit] * ghost / n
		}
	}
	for unit := range units {
		if m, v := values(whole, "/running_mean")[unit], values(whole, "/running_variance")[unit]; math.Abs(float64(m-mean[unit])) > 1e-5 || math.Abs(float64(v-variance[unit])) > 1e-4 {
			t.Errorf("unit %d: running averages %g and %g, want %g and %g", unit, m, v, mean[unit], variance[unit])
		}
	}
}

func columnMoments(x []float32, columns, column int) (mean, variance float64) {
	n := float64(len(x) / columns)
	for i := column; i < len(x); i += columns {
		mean += float64(x[i]) / n
	}
	for i := column; i < len(x); i += columns {
		variance += (float64(x[i]) - mean) * (float64(x[i]) - mean) / n
	}
	return mean, variance
}

// Noise is there while training, keeps the mean, and is absent from an evaluation.
func TestNoise(t *testing.T) {
	const dim, n = 50, 400
	for name, c := range map[string]struct {
		noise nets.Noise
		sd    float64 // of the first layer's input around 1
	}{
		"none":          {nets.Noise{}, 0},
		"input":         {nets.Noise{Input: 0.5}, 0.5},
		"input dropout": {nets.Noise{InputDropout: 0.2}, math.Sqrt(0.25)}, // 0 or 1.25: variance 1/0.8 - 1
	} {
		a := nets.Architecture{Kind: "mlp", Height: 1, Width: dim, Channels: 1, Classes: dim, Noise: c.noise}
		net := build(t, a)
		for _, training := range []bool{true, false} {
			store := create(t, net, dim, 1)
			if err := store.GetVariable("/logits/dense/weights").SetValue(identityMatrix(dim)); err != nil {
				t.Fatal(err)
			}
			exec := model.MustNewExec(openBackend(t, "xla:cpu"), store, func(scope *model.Scope, x *Node) *Node {
				scope.Store().SetTraining(x.Graph(), training)
				return net(scope, x)
			})
			ones := make([]float32, n*dim)
			for i := range ones {
				ones[i] = 1
			}
			mean, variance := columnMoments(tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(ones, n, dim))), 1, 0)
			want := c.sd
			if !training {
				want = 0
			}
			if math.Abs(mean-1) > 0.02 || math.Abs(math.Sqrt(variance)-want) > 0.02 { // of 20,000 values
				t.Errorf("%s, training %v: mean %g and standard deviation %g, want 1 and %g", name, training, mean, math.Sqrt(variance), want)
			}
		}
	}
}

func identityMatrix(n int) *tensors.Tensor {
	flat := make([]float32, n*n)
	for i := range n {
		flat[i*n+i] = 1
	}
	return tensors.FromFlatDataAndDimensions(flat, n, n)
}

// Hidden noise comes after the ReLU, in each of its forms.
func TestHiddenNoise(t *testing.T) {
	for name, noise := range map[string]nets.Noise{"dropout": {Dropout: 0.5}, "Gaussian": {Hidden: 0.3}} {
		a := nets.Architecture{Kind: "mlp", Hidden: []int{20}, Height: 1, Width: 6, Channels: 1, Classes: 4, Noise: noise}
		net := build(t, a)
		store, backend := create(t, net, 6, 1), openBackend(t, "xla:cpu")
		logits := func(training bool) []float32 {
			exec := model.MustNewExec(backend, store, func(scope *model.Scope, x *Node) *Node {
				scope.Store().SetTraining(x.Graph(), training)
				return net(scope, x)
			})
			return tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(gaussian(6, 2), 1, 6)))
		}
		quiet, noisy, again := logits(false), logits(true), logits(true)
		if farthest([][]float32{quiet}, [][]float32{noisy}) < 1e-3 || farthest([][]float32{noisy}, [][]float32{again}) < 1e-3 {
			t.Errorf("%s: two trainings and an evaluation give %v, %v and %v", name, noisy, again, quiet)
		}
	}
}

// Gathered convolutions and pools have second derivatives, and Create serves float64.
func TestSecondDerivatives(t *testing.T) {
	net := build(t, small("alexnet", nets.Gathered))
	store, err := nets.Create(net, dtypes.Float64, smallDim)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for v := range store.IterVariables() {
		flat := make([]float64, v.Shape().Size())
		for i := range flat {
			flat[i] = 0.1 * rng.NormFloat64()
		}
		setValue(t, v, flat)
	}
	kernel := store.GetVariable("/conv_0/kernel")
	exec := model.MustNewExec(openBackend(t, "xla:cpu"), store, func(scope *model.Scope, x, direction *Node) (gradient, product *Node) {
		w := kernel.NodeValue(x.Graph())
		gradient = Gradient(ReduceAllSum(Log1P(Square(net(scope, x)))), w)[0]
		return gradient, Gradient(ReduceAllSum(Mul(gradient, direction)), w)[0]
	})
	x := make([]float64, smallDim)
	for i, v := range gaussian(smallDim, 1) {
		x[i] = float64(v)
	}
	inputs := tensors.FromFlatDataAndDimensions(x, 1, smallDim)
	w := tensors.MustCopyFlatData[float64](kernel.MustValue())
	direction := make([]float64, len(w))
	for i := range direction {
		direction[i] = rng.NormFloat64()
	}
	const h = 1e-6
	at := func(step float64) []float64 {
		moved := make([]float64, len(w))
		for i := range w {
			moved[i] = w[i] + step*direction[i]
		}
		setValue(t, kernel, moved)
		gradient, _ := exec.MustCall2(inputs, tensors.FromFlatDataAndDimensions(direction, kernel.Shape().Dimensions...))
		return tensors.MustCopyFlatData[float64](gradient)
	}
	plus, minus := at(h), at(-h)
	setValue(t, kernel, w)
	_, product := exec.MustCall2(inputs, tensors.FromFlatDataAndDimensions(direction, kernel.Shape().Dimensions...))
	var largest, worst float64
	for i, exact := range tensors.MustCopyFlatData[float64](product) {
		largest, worst = max(largest, math.Abs(exact)), max(worst, math.Abs(exact-(plus[i]-minus[i])/(2*h)))
	}
	if !(worst < 1e-6*largest) || largest == 0 {
		t.Errorf("the Hessian-vector product is %g from central differences, its greatest value is %g", worst, largest)
	}
}

func setValue(t *testing.T, v *model.Variable, flat []float64) {
	t.Helper()
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(flat, v.Shape().Dimensions...)); err != nil {
		t.Fatal(err)
	}
}
