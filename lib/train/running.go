package train

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// runningPath is the variable that counts along an epoch: the sum of the losses of the examples seen, and how many of them were classified as
// labelled, each before the step that it was in. As a variable it is part of the loop's state and of every checkpoint.
const runningPath = "/running/sums"

// runningGraph counts a step of batch examples.
func runningGraph(scope *model.Scope, mean, right *Node, batch int) {
	v := scope.Store().VariableWithShape(runningPath, shapes.Make(dtypes.Float64, 2), Zeros).SetTrainable(false)
	step := Stack([]*Node{MulScalar(ConvertDType(mean, dtypes.Float64), batch), right}, 0)
	v.SetNodeValue(Add(v.NodeValue(mean.Graph()), step))
}

// takeRunning returns the means over the n examples of the epoch that has ended, and begins to count anew; zero without Spec.Running.
func (t *Trainer) takeRunning(n int) (Evaluation, error) {
	v := t.store.GetVariable(runningPath)
	if v == nil {
		return Evaluation{}, nil
	}
	value, err := v.Value()
	if err != nil {
		return Evaluation{}, fmt.Errorf("train: %w", err)
	}
	sums, err := tensors.CopyFlatData[float64](value)
	if err != nil {
		return Evaluation{}, fmt.Errorf("train: %w", err)
	}
	return Evaluation{n, sums[0] / float64(n), sums[1] / float64(n)}, v.SetValue(tensors.FromShape(v.Shape()))
}
