// Package nets holds the architectures of the papers as GoMLX graphs.
//
// Its stance: an architecture is a graph function and nothing more. Its number of trainable weights is counted on the graph itself and
// checked against the papers, and initial weights are drawn on the host, so that every backend starts from the same ones.
package nets

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
)

// Net builds the logits [batch, classes] of inputs x [batch, dim], float32 or float64. As graph code does, it panics on error.
type Net = func(scope *model.Scope, x *Node) *Node

// Architecture says which net to build, and for which inputs.
type Architecture struct {
	Kind                    string // one of Kinds
	Hidden                  []int  // units of each hidden layer, for "mlp" alone
	BatchNorm               bool   // batch normalization before each ReLU, for "mlp", "cnn" and "inception"; the CNNs of Arpit and Keskar always have it
	GhostBatch              int    `json:",omitzero"` // examples that a batch normalization takes its moments of while training; 0: all of a batch
	Height, Width, Channels int    // of an input, whose values lie in the order [Height, Width, Channels]
	Classes                 int
	Noise                   Noise
	Convolution             Convolution
}

// Noise is what regularizes a net while it trains; an evaluation has none of it. Every zero value is off.
type Noise struct {
	InputDropout float64 // probability that an input value is set to 0; what stays is scaled up
	Input        float64 // standard deviation of Gaussian noise added to the inputs
	Dropout      float64 // probability that a dense hidden unit's activation is set to 0; what stays is scaled up
	Hidden       float64 // standard deviation of Gaussian noise added to the activations of the dense hidden units
}

// kinds are the architectures by name. Each gets inputs of shape [batch, Height, Width, Channels], and returns what the last, linear layer
// takes, [batch, units].
var kinds = map[string]func(b builder, scope *model.Scope, x *Node) *Node{
	"mlp":       builder.mlp,
	"alexnet":   builder.alexnet,
	"inception": builder.inception,
	"arpit-cnn": builder.arpitCNN,
	"keskar-c1": builder.keskarC1,
	"cnn":       builder.cnn,
}

// normalizable are the kinds that can have batch normalization and do without it.
var normalizable = []string{"mlp", "cnn", "inception"}

// Kinds are the names of the architectures, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// builder adds layers to a graph.
type builder struct{ Architecture }

// New returns the net of an architecture. It fails where the kind is unknown, or has no such option.
func New(a Architecture) (Net, error) {
	body, ok := kinds[a.Kind]
	switch {
	case !ok:
		return nil, fmt.Errorf("nets: unknown kind %q: use one of %v", a.Kind, Kinds())
	case len(a.Hidden) > 0 && a.Kind != "mlp":
		return nil, fmt.Errorf("nets: hidden units %v: the layers of %q are fixed, leave them out", a.Hidden, a.Kind)
	case a.BatchNorm && !slices.Contains(normalizable, a.Kind):
		return nil, fmt.Errorf("nets: batch normalization: it is a choice for %v, not for %q", normalizable, a.Kind)
	case a.Height < 1 || a.Width < 1 || a.Channels < 1 || a.Classes < 1:
		return nil, fmt.Errorf("nets: inputs %dx%dx%d, %d classes: each must be at least 1", a.Height, a.Width, a.Channels, a.Classes)
	}
	b := builder{a}
	return func(scope *model.Scope, x *Node) *Node {
		x = noise(scope, layers.DropoutStatic(scope, x, a.Noise.InputDropout), a.Noise.Input)
		x = body(b, scope, Reshape(x, -1, a.Height, a.Width, a.Channels))
		return layers.DenseWithBias(scope.In("logits"), x, a.Classes)
	}, nil
}

// Convolutional tells whether an architecture has convolutions, whose activations take more memory than the inputs do.
func (a Architecture) Convolutional() bool { return a.Kind != "mlp" }

// Cost is the number of multiply-adds of an example's forward pass, roughly: to compare nets, and to guess how long a run takes.
func (a Architecture) Cost() float64 {
	positions := float64(a.Height*a.Width) / (28 * 28)
	switch a.Kind {
	case "alexnet", "keskar-c1":
		return 25e6 * positions
	case "inception":
		return 200e6 * positions
	case "arpit-cnn":
		return 212e6 * positions
	case "cnn":
		return 0.8e6 * positions
	}
	products, units := 0., float64(a.Height*a.Width*a.Channels)
	for _, hidden := range append(slices.Clone(a.Hidden), a.Classes) {
		products, units = products+units*float64(hidden), float64(hidden)
	}
	return products
}

// MLP is the multi-layer perceptron without batch normalization and noise, for inputs of any shape.
func MLP(hidden []int, classes int) Net {
	b := builder{Architecture{Hidden: hidden}}
	return func(scope *model.Scope, x *Node) *Node {
		return layers.DenseWithBias(scope.In("logits"), b.mlp(scope, x), classes)
	}
}

// mlp is a multi-layer perceptron: a dense layer with ReLU for every entry of Hidden.
//
// With five layers of 512 units and batch normalization it is F1 of Keskar et al. 2017 (appendix B).
func (b builder) mlp(scope *model.Scope, x *Node) *Node {
	x = flatten(x)
	for i, units := range b.Hidden {
		x = b.hidden(scope.In("hidden_%d", i), x, units, b.BatchNorm)
	}
	return x
}

// DenseHidden is what the names of the dense hidden layers' variables have in common, and no other's.
const DenseHidden = "/hidden_"

// hidden is a dense layer with ReLU and the noise of hidden layers.
func (b builder) hidden(scope *model.Scope, x *Node, units int, batchNorm bool) *Node {
	x = layers.DenseWithBias(scope, x, units)
	if batchNorm {
		x = normalize(scope, x, b.GhostBatch)
	}
	return noise(scope, layers.DropoutStatic(scope, activation.Relu(x), b.Noise.Dropout), b.Noise.Hidden)
}

func flatten(x *Node) *Node { return Reshape(x, x.Shape().Dimensions[0], -1) }

// noise adds Gaussian noise of standard deviation sd while training.
func noise(scope *model.Scope, x *Node, sd float64) *Node {
	if sd == 0 || !scope.IsTraining(x.Graph()) {
		return x
	}
	return Add(x, MulScalar(scope.RandomNormal(x.Graph(), x.Shape()), sd))
}

// Create declares the variables of a net with inputs of dim values in a new store, without values.
func Create(net Net, dtype dtypes.DType, dim int) (*model.Store, error) {
	store := model.NewStore()
	return store, Declare(store, net, shapes.Make(dtype, 1, dim))
}

// Declare creates the variables that a graph function uses. GoMLX does so when it builds a graph for a backend: here that of pure Go,
// which need not be able to run it.
func Declare[F model.ExecGraphFn](store *model.Store, graph F, inputs ...shapes.Shape) error {
	backend, err := gobackend.New("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return err
	}
	defer exec.Finalize()
	_, err = exec.Compile(inputs...)
	return err
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
