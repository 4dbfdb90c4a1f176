package nets_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// drawn are values of a net's variables, none of them 0: biases and running averages too.
func drawn(t *testing.T, a nets.Architecture) map[string][]float32 {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	values, err := nets.Initial(a, "he-normal", rng)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		for i := range values[path] {
			values[path][i] += float32(0.1 * rng.Float64())
		}
	}
	return values
}

// outputs are the logits of a net in an evaluation, for 20 Gaussian inputs.
func outputs(t *testing.T, a nets.Architecture, values map[string][]float32) []float32 {
	t.Helper()
	net, dim := build(t, a), a.Height*a.Width*a.Channels
	store := create(t, net, dim, 1)
	for v := range store.IterVariables() {
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values[v.Path()], v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	x, rng := make([]float32, 20*dim), rand.New(rand.NewPCG(5, 6))
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	exec := model.MustNewExec(openBackend(t, "go"), store, func(scope *model.Scope, x *Node) *Node {
		scope.Store().SetTraining(x.Graph(), false)
		return net(scope, x)
	})
	defer exec.Finalize()
	return tensors.MustCopyFlatData[float32](exec.MustCall(tensors.FromFlatDataAndDimensions(x, 20, dim))[0])
}

// off is the largest difference of outputs over their largest magnitude.
func off(got, want []float32) float64 {
	most, largest := 0., 0.
	for i := range want {
		most = max(most, math.Abs(float64(got[i])-float64(want[i])))
		largest = max(largest, math.Abs(float64(want[i])))
	}
	return most / largest
}

// The function stays, to rounding; with powers of two to the bit where no normalization adds its ε.
func TestRescaleLeavesTheFunction(t *testing.T) {
	for _, a := range []nets.Architecture{
		{Kind: "mlp", Hidden: []int{9}, Height: 2, Width: 3, Channels: 1, Classes: 4},
		{Kind: "mlp", Hidden: []int{9, 8, 7}, Height: 2, Width: 3, Channels: 1, Classes: 4},
		{Kind: "mlp", Hidden: []int{9, 8}, BatchNorm: true, Height: 2, Width: 3, Channels: 1, Classes: 4},
		{Kind: "cnn", Height: 6, Width: 5, Channels: 2, Classes: 3},
		{Kind: "cnn", BatchNorm: true, Height: 6, Width: 5, Channels: 2, Classes: 3},
		{Kind: "keskar-c1", Height: 4, Width: 4, Channels: 1, Classes: 3},
	} {
		values, normalized := drawn(t, a), a.Normalized()
		want := outputs(t, a, values)
		layers, err := a.HiddenLayers()
		if err != nil {
			t.Fatal(err)
		}
		for _, alpha := range []float64{1e-2, 0.3, 1, 17, 1e2, 1. / 64, 64} {
			if normalized && alpha < 0.1 {
				continue // the variance is lost beside ε
			}
			alphas := slices.Repeat([]float64{1}, layers)
			alphas[0], alphas[layers-1] = alpha, 2/alpha
			if layers == 1 {
				alphas[0] = alpha
			}
			scaled, err := nets.Rescale(a, values, alphas)
			if err != nil {
				t.Fatal(err)
			}
			got := outputs(t, a, scaled)
			_, exponent := math.Frexp(alpha)
			exact := !normalized && alpha == math.Ldexp(0.5, exponent)
			if d := off(got, want); !(d <= 1e-5) || exact && d != 0 {
				t.Errorf("%s %v at %v: outputs are off by %g", a.Kind, a.Hidden, alphas, d)
			}
		}
	}
}

// The factors of a net of two hidden layers, by hand: x·aW1+ab1, then ·bW2+abb2, then ·W3/(ab)+b3.
func TestFactors(t *testing.T) {
	a := nets.Architecture{Kind: "mlp", Hidden: []int{9, 8}, Height: 2, Width: 3, Channels: 1, Classes: 4}
	got, err := nets.Factors(a, []float64{2, 3})
	want := map[string]float64{
		"/hidden_0/dense/weights": 2, "/hidden_0/dense/biases": 2, "/hidden_1/dense/weights": 3, "/hidden_1/dense/biases": 6,
		"/logits/dense/weights": 1. / 6, "/logits/dense/biases": 1,
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, error %v", got, err)
	}
	a.BatchNorm = true
	got, err = nets.Factors(a, []float64{2, 3})
	want["/hidden_1/dense/biases"], want["/logits/dense/weights"] = 3, 1
	for i := range 2 {
		want[fmt.Sprintf("/hidden_%d/gain", i)], want[fmt.Sprintf("/hidden_%d/offset", i)] = 1, 1
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("with batch normalization %v, error %v", got, err)
	}
}

func TestRescaleRefuses(t *testing.T) {
	mlp := nets.Architecture{Kind: "mlp", Hidden: []int{2}, Height: 1, Width: 1, Channels: 1, Classes: 2}
	alexnet := nets.Architecture{Kind: "alexnet", Height: 28, Width: 28, Channels: 1, Classes: 2}
	inception, linear := alexnet, mlp
	inception.Kind, linear.Hidden = "inception", nil
	big := drawn(t, mlp)
	big["/hidden_0/dense/weights"][0] = math.MaxFloat32
	for _, c := range []struct {
		a      nets.Architecture
		values map[string][]float32
		alphas []float64
		want   string
	}{
		{alexnet, nil, []float64{1}, "local response normalization is not homogeneous"},
		{inception, nil, []float64{1}, "branches"},
		{linear, nil, nil, "no hidden layer"},
		{nets.Architecture{Kind: "x"}, nil, nil, `unknown kind "x"`},
		{mlp, drawn(t, mlp), []float64{1, 2}, "2 factors [1 2]: the net has 1 hidden layers"},
		{mlp, drawn(t, mlp), []float64{-1}, "factor -1 of layer 0"},
		{mlp, drawn(t, mlp), []float64{math.NaN()}, "factor NaN of layer 0"},
		{mlp, drawn(t, mlp), []float64{math.Inf(1)}, "factor +Inf of layer 0"},
		{mlp, nil, []float64{2}, "variable /hidden_0/dense/biases is missing"},
		{mlp, big, []float64{2}, "more than a float32 holds"},
	} {
		if _, err := nets.Rescale(c.a, c.values, c.alphas); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
