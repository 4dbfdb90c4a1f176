// Package train trains a net: a chunk of training steps is one executable, and so is the evaluation of a slab of examples.
//
// Its stance: on XLA the training step is built inside the body of a While loop, with every variable of the net and the optimizer as
// loop state, so that a chunk of steps costs one call. A chunk's bounds are inputs: one compilation serves every chunk, of less than a
// second each, between which training can be stopped. On the pure-Go backend, which has no such loop, the same step runs one step a
// call; it is the fallback, and the independent check of the other.
package train

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"rethinking/lib/nets"
)

// Spec is what a Trainer is compiled for.
type Spec struct {
	Net            nets.Net
	Dim            int                 // values of an input to the net
	Initialization string              // of the weights, one of nets.Initializations; "": glorot-uniform
	Batch          int                 // examples a step; the last step of an epoch takes what is left
	Slab           int                 // examples evaluated at once; 0: 1000
	Optimizer      optimizer.Interface // nil: SGD without momentum
	WeightDecay    WeightDecay
	Augmentation   *Augmentation // of the inputs in training steps; nil: none
	Adversarial    Adversarial   // samples that steps train on too
	Clipped        bool          // steps minimize the cross-entropy of clipped probabilities, as Keras does from a softmax
	Running        bool          // count losses and right answers along each epoch, while the weights move: see Point.Running
}

// Examples are inputs and labels on their way to the device. They serve one backend.
type Examples struct {
	X         *tensors.Tensor // [n, dim] float32
	Y         *tensors.Tensor // [n] int32
	Corrupted *tensors.Tensor // [n] float32: 1 where an example counts as corrupted, else 0
	corrupted int
}

// NewExamples wraps inputs, [n, dim] in row-major order, their n labels, and which of them are corrupted; nil: none is.
func NewExamples(x []float32, labels []uint8, corrupted []bool) Examples {
	n, y, mask, count := len(labels), make([]int32, len(labels)), make([]float32, len(labels)), 0
	for i, label := range labels {
		y[i] = int32(label)
	}
	for i, c := range corrupted {
		if c {
			mask[i] = 1
			count++
		}
	}
	return Examples{
		tensors.FromFlatDataAndDimensions(x, n, len(x)/n),
		tensors.FromFlatDataAndDimensions(y, n),
		tensors.FromFlatDataAndDimensions(mask, n),
		count,
	}
}

// Len is the number of examples.
func (e Examples) Len() int { return e.X.Shape().Dimensions[0] }

// Free releases the examples' memory, on the host and on the device.
func (e Examples) Free() error {
	return errors.Join(e.X.FinalizeAll(), e.Y.FinalizeAll(), e.Corrupted.FinalizeAll())
}

// Trainer holds a net's variables and the executables that train and evaluate it. It serves any number of runs of its Spec, one after
// another; each begins with Start. It is not for concurrent use.
type Trainer struct {
	spec     Spec
	store    *model.Store
	step     *model.Exec          // one step on the examples named
	chunk    *model.Exec          // steps from..to of an epoch's order; nil where the backend has no loop
	slab     *model.Exec          // sums over a slab of a set; nil where the backend has no dynamic slices
	rest     *model.Exec          // sums over what slabs leave
	net      []*model.Variable    // of the net: weights and running averages
	start    map[string][]float32 // weights at Start
	pace     time.Duration        // of a step inside a chunk, as last measured; 0: unknown
	training time.Duration        // spent in steps since Start, without compilation
}

// New declares the variables of a net and its optimizer. Executables are compiled when they are first called.
func New(backend compute.Backend, spec Spec) (*Trainer, error) {
	if spec.Slab == 0 {
		spec.Slab = 1000
	}
	if spec.Optimizer == nil {
		spec.Optimizer = SGD{}
	}
	t := &Trainer{spec: spec, store: model.NewStore()}
	if err := t.declare(); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	var errs [4]error
	t.step, errs[0] = newExec(backend, t.store, t.stepGraph)
	t.rest, errs[1] = newExec(backend, t.store, t.restGraph)
	if loops(backend) {
		t.chunk, errs[2] = newExec(backend, t.store, t.chunkGraph)
		t.slab, errs[3] = newExec(backend, t.store, t.slabGraph)
	}
	return t, errors.Join(errs[:]...)
}

// declare creates the variables of the net, then those of a training step, because a loop's state has to be known before its body is
// built.
func (t *Trainer) declare() error {
	if err := nets.Declare(t.store, t.spec.Net, shapes.Make(dtypes.Float32, 1, t.spec.Dim)); err != nil {
		return err
	}
	t.net = slices.Collect(t.store.IterVariables())
	x := shapes.Make(dtypes.Float32, t.spec.Batch, t.spec.Augmentation.dim(t.spec.Dim))
	return nets.Declare(t.store, t.stepGraph, x, int32s(t.spec.Batch), int32s(t.spec.Batch))
}

// newExec prepares an executable for any number of shapes: a Trainer may meet training sets of many sizes.
func newExec[F model.ExecGraphFn](backend compute.Backend, store *model.Store, graph F) (*model.Exec, error) {
	exec, err := model.NewExec(backend, store, graph)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return exec.SetMaxCache(-1), nil
}

// loops tells whether a backend can run steps inside a While loop, which needs functions and dynamic slices.
func loops(backend compute.Backend) bool {
	c := backend.Capabilities()
	return c.Functions && c.Operations[compute.OpTypeDynamicSlice]
}

// Close frees the variables and the executables.
func (t *Trainer) Close() {
	for _, exec := range []*model.Exec{t.step, t.rest, t.chunk, t.slab} {
		if exec != nil {
			exec.Finalize()
		}
	}
	t.store.Finalize()
}

// Parameters counts the net's trainable weights and biases.
func (t *Trainer) Parameters() int { return nets.Parameters(t.store) }

// Store gives access to the variables.
func (t *Trainer) Store() *model.Store { return t.store }

// Start draws new weights and the state of the random numbers that steps draw from rng, and forgets all training.
func (t *Trainer) Start(rng *rand.Rand) error {
	t.training = 0
	if err := nets.Initialize(t.store, t.spec.Initialization, rng); err != nil {
		return err
	}
	t.start = t.Weights()
	if t.store.GetVariable("/"+model.RNGStateVariableName) == nil {
		return nil // no step draws
	}
	return t.store.SetRNGStateFromSeed(rng.Int64())
}

// StartAt moves to values of the net's variables by path, as Variables returns them, in place of the weights that Start drew: Point.FromStart is the
// distance from these. Where they are not of this net, it returns an error and changes nothing.
func (t *Trainer) StartAt(values map[string][]float32) error {
	for _, v := range t.net {
		if given, ok := values[v.Path()]; !ok || len(given) != v.Shape().Size() {
			return fmt.Errorf("train: %d values for variable %s of shape %s: they are not of this net", len(given), v.Path(), v.Shape())
		}
	}
	for _, v := range t.net {
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values[v.Path()], v.Shape().Dimensions...)); err != nil {
			return fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
	}
	t.start = t.Weights()
	return nil
}

// TrainingTime is the time spent in training steps since Start, without compilation.
func (t *Trainer) TrainingTime() time.Duration { return t.training }

// Weights returns a copy of the trainable variables' values by path.
func (t *Trainer) Weights() map[string][]float32 {
	return t.values(func(v *model.Variable) bool { return v.Trainable })
}

// Variables returns a copy of all of the net's variables by path: weights and running averages, which is what evaluates it.
func (t *Trainer) Variables() map[string][]float32 {
	return t.values(func(*model.Variable) bool { return true })
}

func (t *Trainer) values(which func(*model.Variable) bool) map[string][]float32 {
	values := map[string][]float32{}
	for _, v := range t.net {
		if which(v) {
			values[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
	}
	return values
}
