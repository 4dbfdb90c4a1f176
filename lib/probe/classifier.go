package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// Classifier is a net at given weights, as a function from inputs to classes. The net is in evaluation, as in a Loss, and computes in
// float32. It takes inputs in slabs, 1000 for dense nets and 50 for convolutional ones, so that memory stays bounded; each size of a slab
// compiles once. A Classifier is not for concurrent use.
type Classifier struct {
	backend compute.Backend
	net     nets.Net
	dim     int // values of an input
	classes int
	slab    int
	store   *model.Store
	predict *model.Exec
	step    *model.Exec // of the search for critical samples
}

// NewClassifier places the values of a net's variables on a backend; variables is as in New. It fails where a variable is missing, unknown
// or of the wrong length, and where the net has no 2 to 256 classes.
func NewClassifier(backend compute.Backend, a nets.Architecture, variables map[string][]float32) (*Classifier, error) {
	c := &Classifier{backend: backend, dim: a.Height * a.Width * a.Channels, classes: a.Classes, slab: defaultSlab(a)}
	var err error
	if c.net, err = nets.New(a); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	if a.Classes < 2 || a.Classes > 256 {
		return nil, fmt.Errorf("probe: a classifier of %d classes: use 2 to 256", a.Classes)
	}
	if err = c.declare(); err == nil {
		err = c.load(variables)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("probe: %w", err), c.Close())
	}
	return c, nil
}

// declare creates the net's variables and prepares the executables, which are compiled when they are first called.
func (c *Classifier) declare() (err error) {
	if c.store, err = nets.Create(c.net, dtypes.Float32, c.dim); err != nil {
		return err
	}
	if c.predict, err = model.NewExec(c.backend, c.store, c.predictGraph); err != nil {
		return err
	}
	if c.step, err = model.NewExec(c.backend, c.store, c.stepGraph); err != nil {
		return err
	}
	c.predict.SetMaxCache(-1) // the last slab may have any size
	c.step.SetMaxCache(-1)
	return nil
}

func (c *Classifier) load(variables map[string][]float32) error {
	return load(c.store, variables, func(v *model.Variable, given []float32) error {
		value, err := upload(c.backend, given, v.Shape().Dimensions...)
		if err != nil {
			return err
		}
		return v.SetValue(value)
	})
}

// SetVariables moves to other values of the net's variables, without compiling anything anew. It fails as NewClassifier does, and then
// leaves them as they are.
func (c *Classifier) SetVariables(variables map[string][]float32) error {
	if err := c.load(variables); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

// Close frees the device's memory. A Classifier must not be used after it.
func (c *Classifier) Close() error {
	for _, exec := range []*model.Exec{c.predict, c.step} {
		if exec != nil {
			exec.Finalize()
		}
	}
	if c.store != nil {
		c.store.Finalize()
	}
	return nil
}

// Predict returns the class of each of n inputs, [n]: that of its largest output, the first of several. x is [n, Height*Width*Channels] in
// row-major order. It fails where an output is not finite. As Critical it returns ctx's error soon after ctx ends: it looks between calls
// of the backend.
func (c *Classifier) Predict(ctx context.Context, x []float32) ([]uint8, error) {
	if err := c.fits(x); err != nil {
		return nil, err
	}
	var all []uint8
	for some := range slices.Chunk(x, c.slab*c.dim) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("probe: %w", err)
		}
		classes, err := c.predictSlab(some, len(all))
		if err != nil {
			return nil, fmt.Errorf("probe: %w", err)
		}
		for _, class := range classes {
			all = append(all, uint8(class))
		}
	}
	return all, nil
}

// predictSlab returns the classes of a slab of inputs, whose first has the number from.
func (c *Classifier) predictSlab(x []float32, from int) ([]int32, error) {
	inputs, err := upload(c.backend, x, len(x)/c.dim, c.dim)
	if err != nil {
		return nil, err
	}
	outputs, err := c.predict.Exec(inputs)
	if err != nil {
		return nil, errors.Join(err, inputs.FinalizeAll())
	}
	classes, err := read(outputs[0], from)
	return classes, errors.Join(err, inputs.FinalizeAll())
}

// read takes classes off the device. The first is that of the input with the number from.
func read(t *tensors.Tensor, from int) ([]int32, error) {
	classes, err := tensors.CopyFlatData[int32](t)
	if err := errors.Join(err, t.FinalizeAll()); err != nil {
		return nil, err
	}
	if i := slices.Index(classes, undefined); i >= 0 {
		return nil, fmt.Errorf("the outputs for input %d are not finite: take weights at which they are, and finite inputs", from+i)
	}
	return classes, nil
}

// fits tells whether x holds whole inputs.
func (c *Classifier) fits(x []float32) error {
	if len(x) == 0 || len(x)%c.dim != 0 {
		return fmt.Errorf("probe: %d input values: the net takes %d an input, so give a multiple of that, at least one input", len(x), c.dim)
	}
	return nil
}

// logitsGraph returns the outputs for x, [rows, dim]: [rows, classes].
func (c *Classifier) logitsGraph(scope *model.Scope, x *Node) *Node {
	scope.Store().SetTraining(x.Graph(), false)
	return c.net(scope, x)
}

// predictGraph returns the classes of x, [rows, dim]: [rows] int32.
func (c *Classifier) predictGraph(scope *model.Scope, x *Node) *Node {
	return classOf(c.logitsGraph(scope, x))
}

// undefined stands for the class of an input whose outputs are not finite.
const undefined int32 = -1

// classOf returns the classes of outputs, [rows, classes]: [rows] int32.
func classOf(logits *Node) *Node {
	class := ArgMax(logits, -1)
	return Where(LogicalAll(IsFinite(logits), -1), class, AddScalar(ZerosLike(class), undefined))
}
