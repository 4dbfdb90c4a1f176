// Package nets holds the architectures of the papers as GoMLX graphs.
//
// Its stance: an architecture is a graph function and nothing more. Its number of trainable weights is counted on the graph itself and
// checked against the papers, and initial weights are drawn on the host, so that every backend starts from the same ones.
package nets

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
)

// Net builds the logits [batch, classes] of inputs x [batch, dim], float32. As graph code does, it panics on error.
type Net = func(scope *model.Scope, x *Node) *Node

// MLP is a multi-layer perceptron: a dense layer with ReLU for every entry of hidden, then a linear layer to the classes; all have biases.
func MLP(hidden []int, classes int) Net {
	return func(scope *model.Scope, x *Node) *Node {
		for i, units := range hidden {
			x = activation.Relu(layers.DenseWithBias(scope.In("hidden_%d", i), x, units))
		}
		return layers.DenseWithBias(scope.In("logits"), x, classes)
	}
}

// Create declares the variables of a net with inputs of dim values in a new store, without values.
func Create(backend compute.Backend, net Net, dim int) (*model.Store, error) {
	store := model.NewStore()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *Node) *Node { return net(scope, x) })
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	_, err = exec.Compile(shapes.Make(dtypes.Float32, 1, dim))
	return store, err
}

// Parameters counts the trainable weights and biases of a store.
func Parameters(store *model.Store) int {
	n := 0
	for v := range store.IterVariables() {
		if v.Trainable {
			n += v.Shape().Size()
		}
	}
	return n
}

// Initialize draws the weights of a store from rng, in the order of their creation: matrices Glorot-uniform, in ±sqrt(6/(fan in + fan
// out)) (Glorot and Bengio 2010, equation 16; the default of Keras, which the seed study used), biases and every other variable zero.
func Initialize(store *model.Store, rng *rand.Rand) error {
	for v := range store.IterVariables() {
		if v.DType() != dtypes.Float32 {
			continue
		}
		values := make([]float32, v.Shape().Size())
		if v.Trainable && v.Shape().Rank() == 2 {
			glorot(values, v.Shape().Dimensions[0], v.Shape().Dimensions[1], rng)
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
			return err
		}
	}
	return nil
}

func glorot(values []float32, fanIn, fanOut int, rng *rand.Rand) {
	limit := math.Sqrt(6 / float64(fanIn+fanOut))
	for i := range values {
		values[i] = float32(limit * (2*rng.Float64() - 1))
	}
}
