package probe

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"

	"rethinking/lib/nets"
)

// lossGraph returns the sum of the losses of inputs x, [rows, dim], with labels y, [rows].
func (l *Loss) lossGraph(net nets.Net, scope *model.Scope, x, y *Node) *Node {
	scope.Store().SetTraining(x.Graph(), false)
	logits := net(scope, ConvertDType(x, l.dtype))
	mean := loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(y, -1)}, []*Node{logits})
	return MulScalar(mean, y.Shape().Size())
}

// valueGraph adds the sum of a slab's losses to a total, a float64 scalar. Its inputs are x, y and the total.
func (l *Loss) valueGraph(scope *model.Scope, inputs []*Node) []*Node {
	return added(inputs[2:3], l.lossGraph(l.net, scope, inputs[0], inputs[1]))
}

// gradientGraph adds the sum of a slab's losses, and its gradient, to the totals: at the weights plus a step, a scalar, times a direction.
// Its inputs are x, y, the totals, the direction and the step.
func (l *Loss) gradientGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, n := inputs[0], len(l.parts)
	totals, direction, step := inputs[2:3+n], inputs[3+n:3+2*n], inputs[3+2*n]
	moved := l.nodes(x.Graph())
	for i, weights := range moved {
		moved[i] = Add(weights, Mul(direction[i], step))
	}
	value := l.at(moved, func() *Node { return l.lossGraph(l.net, scope, x, inputs[1]) })
	return added(totals, append([]*Node{value}, Gradient(value, moved...)...)...)
}

// productGraph adds the Hessian of the sum of a slab's losses times a vector to the totals: the gradient of the scalar product of the gradient
// with the vector. (Pearlmutter 1994 has it by forward differentiation, which GoMLX lacks; XLA leaves no more matrix products of it than he
// needs.) Its inputs are x, y, the totals and the vector.
func (l *Loss) productGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, n := inputs[0], len(l.parts)
	totals, vector := inputs[2:2+n], inputs[2+n:]
	value := l.lossGraph(l.twice, scope, x, inputs[1])
	weights, slope := l.nodes(x.Graph()), ScalarZero(x.Graph(), l.dtype)
	for i, gradient := range Gradient(value, weights...) {
		slope = Add(slope, ReduceAllSum(Mul(gradient, vector[i])))
	}
	return added(totals, Gradient(slope, weights...)...)
}

// added adds sums over a slab to the totals, float64. Vectors stay in parts on the device: XLA's code for the CPU walked through all of a joined
// vector for each of its parts, and took 40 ms for a million values.
func added(totals []*Node, sums ...*Node) []*Node {
	for i, sum := range sums {
		sums[i] = Add(totals[i], ConvertDType(sum, dtypes.Float64))
	}
	return sums
}
