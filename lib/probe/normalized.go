package probe

import (
	"context"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// Renormalize sets the running averages of all batch normalizations to those of the examples at the present weights: the mean of the slabs' means and
// of their variances, each slab normalized by its own, as Izmailov et al. 2018, section 3.3 do with batches. Between the weights of two runs, running
// averages of either fit neither. Without batch normalization nothing changes. It fails with more than 100 slabs, of which not all would count
// alike.
func (l *Loss) Renormalize(ctx context.Context) error {
	if len(l.slabs) > 100 {
		return fmt.Errorf("probe: averages over %d slabs: use larger ones, so that there are at most 100", len(l.slabs))
	}
	if l.renormalize == nil {
		l.renormalize = l.compile(l.trainingGraph)
	}
	err := nets.ForgetAverages(l.store)
	for i := 0; err == nil && i < len(l.slabs); i++ {
		if err = ctx.Err(); err != nil {
			break
		}
		var outputs []*tensors.Tensor
		if outputs, err = l.renormalize.Exec(l.slabs[i][0]); err == nil {
			err = free(outputs)
		}
	}
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

// trainingGraph passes inputs, [rows, dim], through the net as training does, and returns the sum of its outputs.
func (l *Loss) trainingGraph(scope *model.Scope, inputs []*Node) []*Node {
	scope.Store().SetTraining(inputs[0].Graph(), true)
	return []*Node{ReduceAllSum(l.net(scope, ConvertDType(inputs[0], l.dtype)))}
}

// Variables returns the values of all of the net's variables by path, as New takes them, in float32.
func (l *Loss) Variables() (map[string][]float32, error) {
	all := map[string][]float32{}
	for v := range l.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("probe: %w", err)
		}
		if all[v.Path()], err = narrowed(value); err != nil {
			return nil, fmt.Errorf("probe: %w", err)
		}
	}
	return all, nil
}

func narrowed(t *tensors.Tensor) ([]float32, error) {
	if t.DType() == dtypes.Float32 {
		return tensors.CopyFlatData[float32](t)
	}
	wide, err := tensors.CopyFlatData[float64](t)
	narrow := make([]float32, len(wide))
	for i, value := range wide {
		narrow[i] = float32(value)
	}
	return narrow, err
}

// Accuracy returns the share of the examples whose largest output is that of their label, in [0,1].
func (l *Loss) Accuracy(ctx context.Context) (float64, error) {
	if l.right == nil {
		l.right = l.compile(l.rightGraph)
	}
	sums, err := l.sum(ctx, l.right, []shapes.Shape{scalar})
	if err != nil {
		return 0, fmt.Errorf("probe: %w", err)
	}
	return sums[0] / float64(l.examples), nil
}

// rightGraph adds the number of a slab's examples that are classified as labelled to a total. Its inputs are x, y and the total.
func (l *Loss) rightGraph(scope *model.Scope, inputs []*Node) []*Node {
	scope.Store().SetTraining(inputs[0].Graph(), false)
	class := ArgMax(l.net(scope, ConvertDType(inputs[0], l.dtype)), -1)
	return added(inputs[2:3], ReduceAllSum(ConvertDType(Equal(class, inputs[1]), dtypes.Float64)))
}
