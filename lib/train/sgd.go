package train

import (
	"errors"
	"strings"

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
// as PyTorch's torch.optim.SGD defines it. The rate is a variable, float32, which a Trainer changes between steps.
type SGD struct {
	Rate     float64 // initial value of the learning rate
	Momentum float64 // 0: plain SGD, without velocities
}

var _ optimizer.Interface = SGD{}

const velocityScope = "/velocity"

// UpdateGraph sets the new value of every trainable variable that the graph uses.
func (o SGD) UpdateGraph(scope *model.Scope, g *Graph, loss *Node) {
	store := scope.Store()
	gradients := scope.BuildTrainableVariablesGradientsGraph(loss)
	rate := optimizer.LearningRateVar(store.RootScope(), loss.DType(), o.Rate).NodeValue(g)
	optimizer.IncrementGlobalStep(g, loss.DType())
	for i, v := range trained(scope, g) {
		step := gradients[i]
		if o.Momentum != 0 {
			u := store.VariableWithShape(velocityScope+v.Path(), v.Shape(), Zeros).SetTrainable(false)
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

// Adam is GoMLX's Adam (Kingma and Ba 2015, algorithm 1) with the decay rates and the epsilon of Keras: 0.9, 0.999 and 1e-7.
func Adam() optimizer.Interface {
	return optimizer.Adam().Betas(0.9, 0.999).Epsilon(1e-7).WeightDecay(0).Done()
}

// trained are the trainable variables that a graph uses.
func trained(scope *model.Scope, g *Graph) []*model.Variable {
	var all []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			all = append(all, v)
		}
	}
	return all
}

// WeightDecay shrinks the weights of matrices and kernels; biases, gains and offsets are left alone.
type WeightDecay struct {
	Rate float64 // lambda; 0: none
	// Decoupled takes rate · lambda · w from every weight beside the optimizer's step (Loshchilov and Hutter 2019). Otherwise
	// lambda/2 · Σw² is part of the loss whose gradient the optimizer gets, which is what the papers of 2017 mean by weight decay.
	// With SGD without momentum the two are the same.
	Decoupled bool
	Of        string // a part of the names, with their scopes, of the variables that decay; "": all
}

// updateGraph takes an optimizer's step on the mean loss.
func (d WeightDecay) updateGraph(scope *model.Scope, mean *Node, o optimizer.Interface) {
	g, objective := mean.Graph(), mean
	if d.Rate == 0 {
		o.UpdateGraph(scope, g, mean)
		return
	}
	decayed, before := []*model.Variable{}, []*Node{}
	for _, v := range trained(scope, g) {
		if v.Shape().Rank() < 2 || !strings.Contains(v.Path(), d.Of) {
			continue
		}
		decayed, before = append(decayed, v), append(before, v.NodeValue(g))
		if !d.Decoupled {
			objective = Add(objective, MulScalar(ReduceAllSum(Square(v.NodeValue(g))), d.Rate/2))
		}
	}
	o.UpdateGraph(scope, g, objective)
	if !d.Decoupled {
		return
	}
	rate := optimizer.LearningRateVar(scope.Store().RootScope(), mean.DType(), 0).NodeValue(g)
	for i, v := range decayed {
		v.SetNodeValue(Sub(v.NodeValue(g), MulScalar(Mul(before[i], rate), d.Rate)))
	}
}

// setRate sets the learning rate of the steps to come.
func (t *Trainer) setRate(rate float64) error {
	return optimizer.LearningRateVar(t.store.RootScope(), dtypes.Float32, 0).SetValue(tensors.FromScalar(float32(rate)))
}
