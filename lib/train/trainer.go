// Package train trains a net: a chunk of training steps is one executable, and so is an evaluation.
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
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// Spec is what a Trainer is compiled for.
type Spec struct {
	Net      nets.Net
	Dim      int     // values of an input
	Batch    int     // examples a step; the last step of an epoch takes what is left
	Momentum float64 // in [0,1)
}

// Examples are inputs and labels on their way to the device.
type Examples struct {
	X *tensors.Tensor // [n, dim] float32
	Y *tensors.Tensor // [n] int32
}

// NewExamples wraps inputs, [n, dim] in row-major order, and their n labels.
func NewExamples(x []float32, labels []uint8) Examples {
	n, y := len(labels), make([]int32, len(labels))
	for i, label := range labels {
		y[i] = int32(label)
	}
	return Examples{
		tensors.FromFlatDataAndDimensions(x, n, len(x)/n),
		tensors.FromFlatDataAndDimensions(y, n),
	}
}

// Len is the number of examples.
func (e Examples) Len() int { return e.X.Shape().Dimensions[0] }

// Free releases the examples' memory, on the host and on the device.
func (e Examples) Free() error { return errors.Join(e.X.FinalizeAll(), e.Y.FinalizeAll()) }

// Trainer holds a net's variables and the executables that train and evaluate it. It serves any number of runs of its Spec, one after
// another; each begins with Start. It is not for concurrent use.
type Trainer struct {
	spec     Spec
	sgd      SGD
	store    *model.Store
	step     *model.Exec   // one step on the examples named
	chunk    *model.Exec   // steps from..to of an epoch's order; nil where the backend has no loop
	slabs    *model.Exec   // sums over a set in a loop; nil where the backend has no loop
	rest     *model.Exec   // sums over what the loop leaves
	pace     time.Duration // of a step inside a chunk, as last measured; 0: unknown
	training time.Duration // spent in steps since Start, without compilation
}

// New declares the variables of a net and its optimizer. Executables are compiled when they are first called.
func New(backend compute.Backend, spec Spec) (*Trainer, error) {
	store, err := nets.Create(backend, spec.Net, spec.Dim)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	t := &Trainer{spec: spec, sgd: SGD{Momentum: spec.Momentum}, store: store}
	t.sgd.Declare(store)
	if t.step, err = newExec(backend, store, t.stepGraph); err != nil {
		return nil, err
	}
	if t.rest, err = newExec(backend, store, t.restGraph); err != nil {
		return nil, err
	}
	if !loops(backend) {
		return t, nil
	}
	if t.chunk, err = newExec(backend, store, t.chunkGraph); err != nil {
		return nil, err
	}
	if t.slabs, err = newExec(backend, store, t.slabsGraph); err != nil {
		return nil, err
	}
	return t, nil
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
	for _, exec := range []*model.Exec{t.step, t.rest, t.chunk, t.slabs} {
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

// Start draws new weights from rng and sets every velocity to zero.
func (t *Trainer) Start(rng *rand.Rand) error {
	t.training = 0
	return nets.Initialize(t.store, rng)
}

// TrainingTime is the time spent in training steps since Start, without compilation.
func (t *Trainer) TrainingTime() time.Duration { return t.training }
