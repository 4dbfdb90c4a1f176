package train

import (
	"errors"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// SGD is stochastic gradient descent with heavy-ball momentum, a GoMLX optimizer.Interface:
//
//	v <- Momentum v + gradient;  w <- w - rate v
//
// as PyTorch's torch.optim.SGD defines it. The rate is a variable, float32, which SetRate changes between steps.
type SGD struct {
	Rate     float64 // initial value of the learning rate
	Momentum float64 // 0: plain SGD, without velocities
}

var _ optimizer.Interface = SGD{}

const velocityScope = "/velocity"

// Declare creates the optimizer's variables for the trainable ones that the store holds. UpdateGraph needs no earlier Declare unless it
// is called inside a loop, whose state has to be known beforehand.
func (o SGD) Declare(store *model.Store) {
	o.rate(store)
	optimizer.GetGlobalStepVar(store)
	if o.Momentum == 0 {
		return
	}
	var trainable []*model.Variable
	for v := range store.IterVariables() {
		if v.Trainable {
			trainable = append(trainable, v)
		}
	}
	for _, v := range trainable {
		velocity(store, v)
	}
}

func (o SGD) rate(store *model.Store) *model.Variable {
	return optimizer.LearningRateVar(store.RootScope(), dtypes.Float32, o.Rate)
}

func velocity(store *model.Store, v *model.Variable) *model.Variable {
	return store.VariableWithShape(velocityScope+v.Path(), v.Shape(), Zeros).SetTrainable(false)
}

// SetRate sets the learning rate of the steps to come.
func (o SGD) SetRate(store *model.Store, rate float64) error {
	return o.rate(store).SetValue(tensors.FromScalar(float32(rate)))
}

// UpdateGraph sets the new value of every trainable variable that the graph uses.
func (o SGD) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	store := scope.Store()
	gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
	rate := o.rate(store).NodeValue(g)
	optimizer.IncrementGlobalStep(g, loss.DType())
	var trained []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			trained = append(trained, v)
		}
	}
	for i, v := range trained {
		step := gradients[i]
		if o.Momentum != 0 {
			u := velocity(store, v)
			step = Add(MulScalar(u.NodeValue(g), o.Momentum), step)
			u.SetNodeValue(step)
		}
		v.SetNodeValue(Sub(v.NodeValue(g), Mul(step, rate)))
	}
}

// Clear deletes the optimizer's variables.
func (o SGD) Clear(scope *model.Scope) error {
	store := scope.Store()
	return errors.Join(store.DeleteVariablesInScope(velocityScope), store.DeleteVariablesInScope("/"+optimizer.Scope))
}
