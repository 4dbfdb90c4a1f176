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
	logits := net(scope, ConvertDType(x, l.o.DType))
	mean := loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(y, -1)}, []*Node{logits})
	return MulScalar(mean, y.Shape().Size())
}

// valueGraph adds the sum of a slab's losses to a total, [1] float64.
func (l *Loss) valueGraph(scope *model.Scope, x, y, total *Node) *Node {
	return Add(total, joined(l.lossGraph(l.net, scope, x, y)))
}

// gradientGraph adds the sum of a slab's losses, and its gradient, to a total, [1+Len] float64: at the weights plus step, [1], times
// direction, [Len].
func (l *Loss) gradientGraph(scope *model.Scope, x, y, total, direction, step *Node) *Node {
	weights := l.nodes(x.Graph())
	moved := l.split(Mul(direction, step))
	for i, v := range l.trained {
		moved[i] = Add(weights[i], moved[i])
		v.SetNodeValue(moved[i])
	}
	value := l.lossGraph(l.net, scope, x, y)
	for i, v := range l.trained {
		v.SetNodeValue(weights[i]) // or the call would return the moved weights as the variables' new values
	}
	return Add(total, joined(append([]*Node{value}, Gradient(value, moved...)...)...))
}

// productGraph adds the Hessian of the sum of a slab's losses times v, [Len], to a total, [Len] float64: the gradient of the scalar product
// of the gradient with v. (Pearlmutter 1994 has it by forward differentiation, which GoMLX lacks.)
func (l *Loss) productGraph(scope *model.Scope, x, y, total, v *Node) *Node {
	value := l.lossGraph(l.twice, scope, x, y)
	weights, factors, slope := l.nodes(x.Graph()), l.split(v), ScalarZero(x.Graph(), l.o.DType)
	for i, gradient := range Gradient(value, weights...) {
		slope = Add(slope, ReduceAllSum(Mul(gradient, factors[i])))
	}
	return Add(total, joined(Gradient(slope, weights...)...))
}

// nodes are the trainable variables.
func (l *Loss) nodes(g *Graph) []*Node {
	var nodes []*Node
	for _, v := range l.trained {
		nodes = append(nodes, v.NodeValue(g))
	}
	return nodes
}

// split takes a vector apart into the shapes of the trainable variables.
func (l *Loss) split(flat *Node) []*Node {
	var nodes []*Node
	for _, p := range l.parts {
		nodes = append(nodes, Reshape(Slice(flat, AxisRange(p.From, p.To)), p.Dimensions...))
	}
	return nodes
}

// joined is one vector of several nodes' values, float64.
func joined(nodes ...*Node) *Node {
	flat := make([]*Node, len(nodes))
	for i, node := range nodes {
		flat[i] = Reshape(node, -1)
	}
	return ConvertDType(Concatenate(flat, 0), dtypes.Float64)
}
