package probe

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// forwardGraph takes Every updates from the variables, and returns the path: of each part, the values before each update, [Every, ...]. Its
// inputs are x, y and rows.
func (t *tape) forwardGraph(_ *model.Scope, inputs []*Node) []*Node {
	x, y, rows := inputs[0], inputs[1], inputs[2]
	state := t.nodes(x.Graph())
	n := len(state)
	for _, w := range state[:n] {
		state = append(state, BroadcastPrefix(w, t.Every)) // not Zeros: a loop's body must not share a constant with what is outside
	}
	last := repeat(t.Every, state, func(update *Node, s []*Node) []*Node {
		weights, path := s[:n], s[n:]
		batch := take(rows, update)
		mean := t.mean(weights, gather(x, batch), gather(y, batch))
		for i, slope := range Gradient(mean, weights...) {
			path[i] = put(path[i], weights[i], update)
			weights[i] = Sub(weights[i], MulScalar(slope, t.Rate))
		}
		return s
	})
	for i, v := range t.trained {
		v.SetNodeValue(last[i])
	}
	return last[n:]
}

// startGraph returns, at the variables, the mean of the examples' losses times weights and the number of right answers, float64; the mean's gradient
// with respect to the examples; and the adjoints with which to go back: 0 of x, to which only updates will add, and the mean's gradient with respect
// to the parts of the weights. Its inputs are x, y and the examples' weights.
func (t *tape) startGraph(_ *model.Scope, inputs []*Node) []*Node {
	x, y := inputs[0], inputs[1]
	weights := t.nodes(x.Graph())
	logits := t.logits(weights, x)
	mean := loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(y, -1), inputs[2]}, []*Node{logits})
	right := ReduceAllSum(ConvertDType(Equal(ArgMax(logits, -1, dtypes.Int32), y), dtypes.Float64))
	adjoints := Gradient(mean, append([]*Node{x}, weights...)...)
	direct := adjoints[0]
	adjoints[0] = ZerosLike(x)
	return append([]*Node{ConvertDType(mean, dtypes.Float64), right, direct}, adjoints...)
}

// backwardGraph takes adjoints back by Every updates. Update w' = w - rate * g(w, x), g being the gradient of the batch's loss, turns the
// adjoint a of w' into that of w, a - rate * d<g, a>/dw, and adds -rate * d<g, a>/dx to that of the batch's x. Its inputs are x, y, rows, the
// adjoints of x and of the parts, and the path.
func (t *tape) backwardGraph(_ *model.Scope, inputs []*Node) []*Node {
	x, y, rows := inputs[0], inputs[1], inputs[2]
	n := len(t.nodes(x.Graph()))
	adjoints, path := inputs[3:4+n], inputs[4+n:]
	return repeat(t.Every, adjoints, func(done *Node, s []*Node) []*Node {
		update := Sub(Const(done.Graph(), int32(t.Every-1)), done)
		batch := take(rows, update)
		at := []*Node{gather(x, batch)}
		for _, p := range path {
			at = append(at, take(p, update))
		}
		mean, slope := t.mean(at[1:], at[0], gather(y, batch)), ScalarZero(x.Graph(), t.DType)
		for i, gradient := range Gradient(mean, at[1:]...) {
			slope = Add(slope, ReduceAllSum(Mul(gradient, s[1+i])))
		}
		steps := Gradient(slope, at...)
		s[0] = ScatterSum(s[0], InsertAxes(batch, -1), MulScalar(steps[0], -t.Rate), false, true)
		for i, step := range steps[1:] {
			s[1+i] = Sub(s[1+i], MulScalar(step, t.Rate))
		}
		return s
	})
}

// normsGraph returns the 1-norm of each example's derivative, of its part through the training and of its direct part, [n] float64 each. Its inputs are
// the two parts, [n, dim].
func normsGraph(_ *model.Scope, inputs []*Node) []*Node {
	through, direct := ConvertDType(inputs[0], dtypes.Float64), ConvertDType(inputs[1], dtypes.Float64)
	norm := func(rows *Node) *Node { return ReduceSum(Abs(rows), -1) }
	return []*Node{norm(Add(through, direct)), norm(through), norm(direct)}
}

// mean is the mean loss of examples.
func (t *tape) mean(weights []*Node, x, y *Node) *Node {
	return loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(y, -1)}, []*Node{t.logits(weights, x)})
}

// logits are those of x, with weights instead of the variables.
func (t *tape) logits(weights []*Node, x *Node) *Node {
	return t.at(weights, func() *Node { return t.net(t.store.RootScope(), x) })
}

// repeat runs body n times on a state, and tells it how many times it ran before, a scalar int32.
func repeat(n int, state []*Node, body func(done *Node, s []*Node) []*Node) []*Node {
	g := state[0].Graph()
	state = append([]*Node{Const(g, int32(0))}, state...)
	more := NewClosure(g, func(g *Graph) []*Node { return []*Node{LessThan(parameters(g, state)[0], Const(g, int32(n)))} })
	once := NewClosure(g, func(g *Graph) []*Node {
		s := parameters(g, state)
		return append([]*Node{AddScalar(s[0], 1)}, body(s[0], s[1:])...)
	})
	return While(more, once, state...)[1:]
}

// parameters declares a closure's parameters, alike in shape to the state.
func parameters(g *Graph, state []*Node) []*Node {
	all := make([]*Node, len(state))
	for i, s := range state {
		all[i] = Parameter(g, fmt.Sprintf("state%d", i), s.Shape())
	}
	return all
}

// gather are the rows of all, [n, ...], at rows, [batch].
func gather(all, rows *Node) *Node { return Gather(all, InsertAxes(rows, -1)) }

// take is entry i of all, [n, ...].
func take(all, i *Node) *Node {
	dimensions := all.Shape().Dimensions
	return Reshape(DynamicSlice(all, first(all, i), append([]int{1}, dimensions[1:]...)), dimensions[1:]...)
}

// put replaces entry i of all, [n, ...].
func put(all, entry, i *Node) *Node {
	return DynamicUpdateSlice(all, InsertAxes(entry, 0), first(all, i))
}

// first is where entry i of all, [n, ...], begins.
func first(all, i *Node) []*Node {
	start := []*Node{i}
	for range all.Rank() - 1 {
		start = append(start, Const(i.Graph(), int32(0)))
	}
	return start
}
