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
	placed
	classes int
	slab    int
	predict *model.Exec
	logits  *model.Exec
	step    *model.Exec // of the search for critical samples
}

// NewClassifier places the values of a net's variables on a backend; variables is as in New. It fails where a variable is missing, unknown
// or of the wrong length, and where the net has no 2 to 256 classes.
func NewClassifier(backend compute.Backend, a nets.Architecture, variables map[string][]float32) (*Classifier, error) {
	if a.Classes < 2 || a.Classes > 256 {
		return nil, fmt.Errorf("probe: a classifier of %d classes: use 2 to 256", a.Classes)
	}
	c := &Classifier{classes: a.Classes, slab: defaultSlab(a)}
	var err error
	if c.placed, err = place(backend, a, dtypes.Float32); err == nil {
		err = c.load(variables)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("probe: %w", err), c.Close())
	}
	c.predict, c.step, c.logits = c.compile(c.predictGraph), c.compile(c.stepGraph), c.compile(c.outputGraph)
	return c, nil
}

// SetVariables moves to other values of the net's variables, without compiling anything anew. It fails as NewClassifier does, and then
// leaves them as they are.
func (c *Classifier) SetVariables(variables map[string][]float32) error {
	if err := c.load(variables); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

// Predict returns the class of each of n inputs, [n]: that of its largest output, the first of several. x is [n, Height*Width*Channels] in
// row-major order. It fails where an output is not finite. As Critical it returns ctx's error soon after ctx ends: it looks between calls
// of the backend.
func (c *Classifier) Predict(ctx context.Context, x []float32) ([]uint8, error) {
	return slabs(c, x, func(some []float32, from int) ([]uint8, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		inputs, err := upload(c.backend, some, len(some)/c.dim, c.dim)
		if err != nil {
			return nil, err
		}
		outputs, err := c.predict.Exec(inputs)
		if err = errors.Join(err, inputs.FinalizeAll()); err != nil {
			return nil, err
		}
		classes, err := read(outputs[0], from)
		narrow := make([]uint8, len(classes))
		for i, class := range classes {
			narrow[i] = uint8(class)
		}
		return narrow, err
	})
}

// Logits returns the outputs for each of n inputs, [n, classes] in row-major order; x is as for Predict.
func (c *Classifier) Logits(ctx context.Context, x []float32) ([]float32, error) {
	rows, err := slabs(c, x, func(some []float32, _ int) (rows [][]float32, err error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		inputs, err := upload(c.backend, some, len(some)/c.dim, c.dim)
		if err != nil {
			return nil, err
		}
		outputs, err := c.logits.Exec(inputs)
		if err = errors.Join(err, inputs.FinalizeAll()); err != nil {
			return nil, err
		}
		flat, err := tensors.CopyFlatData[float32](outputs[0])
		return slices.Collect(slices.Chunk(flat, c.classes)), errors.Join(err, outputs[0].FinalizeAll())
	})
	return slices.Concat(rows...), err
}

// slabs calls f with whole inputs, x, slab by slab and with the number of the first, and returns what it gives of all of them.
func slabs[T any](c *Classifier, x []float32, f func(some []float32, from int) ([]T, error)) (all []T, err error) {
	if len(x) == 0 || len(x)%c.dim != 0 {
		return nil, fmt.Errorf("probe: %d input values: the net takes %d an input, so give a multiple of that, at least one input", len(x), c.dim)
	}
	for some := range slices.Chunk(x, c.slab*c.dim) {
		of, err := f(some, len(all))
		if err != nil {
			return nil, fmt.Errorf("probe: %w", err)
		}
		all = append(all, of...)
	}
	return all, nil
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

// logitsGraph returns the outputs for x, [rows, dim]: [rows, classes].
func (c *Classifier) logitsGraph(scope *model.Scope, x *Node) *Node {
	scope.Store().SetTraining(x.Graph(), false)
	return c.net(scope, x)
}

// outputGraph returns the outputs for its input x, [rows, dim]: [rows, classes].
func (c *Classifier) outputGraph(scope *model.Scope, inputs []*Node) []*Node {
	return []*Node{c.logitsGraph(scope, inputs[0])}
}

// predictGraph returns the classes of its input x, [rows, dim]: [rows] int32.
func (c *Classifier) predictGraph(scope *model.Scope, inputs []*Node) []*Node {
	return []*Node{classOf(c.logitsGraph(scope, inputs[0]))}
}

// undefined stands for the class of an input whose outputs are not finite.
const undefined int32 = -1

// classOf returns the classes of outputs, [rows, classes]: [rows] int32.
func classOf(logits *Node) *Node {
	class := ArgMax(logits, -1)
	return Where(LogicalAll(IsFinite(logits), -1), class, AddScalar(ZerosLike(class), undefined))
}
