package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/loss"
)

// stepGraph is one training step on the examples at indices, [batch] int32; it returns the mean loss of the batch before the step.
func (t *Trainer) stepGraph(scope *model.Scope, x, y, indices *Node) *Node {
	g, batch := x.Graph(), indices.Shape().Size()
	scope.Store().SetTraining(g, true)
	indices = Reshape(indices, batch, 1)
	logits := t.spec.Net(scope, Gather(x, indices))
	mean := crossEntropy(Gather(y, indices), logits)
	t.sgd.UpdateGraph(scope, g, mean)
	return mean
}

// crossEntropy returns the mean cross-entropy of examples in nats, from labels [n] and logits [n, classes].
func crossEntropy(labels, logits *Node) *Node {
	return loss.SparseCategoricalCrossEntropyLogits([]*Node{InsertAxes(labels, -1)}, []*Node{logits})
}

// never stands for the number of a step that did not come.
const never = math.MaxInt32

// chunkGraph takes the full-batch steps from..to (int32 scalars) of an epoch's order, [n] int32. It returns the sum of the steps' mean
// losses, each before its step, and the number of the first step whose loss was not finite, or never.
func (t *Trainer) chunkGraph(scope *model.Scope, x, y, order, from, to *Node) (sum, diverged *Node) {
	g := x.Graph()
	start := []*Node{from, Const(g, float32(0)), Const(g, int32(never))}
	more := func(s []*Node) *Node { return LessThan(s[0], to) }
	done := t.loopGraph(start, more, func(s []*Node) []*Node {
		indices := DynamicSlice(order, []*Node{MulScalar(s[0], t.spec.Batch)}, []int{t.spec.Batch})
		mean := t.stepGraph(scope, x, y, indices)
		bad := Where(IsFinite(mean), Const(g, int32(never)), s[0])
		return []*Node{AddScalar(s[0], 1), Add(s[1], mean), Min(s[2], bad)}
	})
	return done[1], done[2]
}

// loopGraph repeats body while more says so, and returns the last state. Every variable is loop state too, because a gradient passes
// only through what belongs to the body: inside the body, and after the loop, variables have their current values.
func (t *Trainer) loopGraph(start []*Node, more func(s []*Node) *Node, body func(s []*Node) []*Node) []*Node {
	g, k := start[0].Graph(), len(start)
	var variables []*model.Variable
	state := slices.Clone(start)
	for v := range t.store.IterVariables() {
		variables, state = append(variables, v), append(state, v.NodeValue(g))
	}
	changed := make([]bool, len(variables))
	condition := NewClosure(g, func(g *Graph) []*Node { return []*Node{more(parameters(g, state)[:k])} })
	once := NewClosure(g, func(g *Graph) []*Node {
		s := parameters(g, state)
		for i, v := range variables {
			v.SetNodeValue(s[k+i])
		}
		next := body(s[:k])
		for i, v := range variables {
			next = append(next, v.NodeValue(g))
			changed[i] = v.NodeValue(g) != s[k+i]
		}
		return next
	})
	done := While(condition, once, state...)
	for i, v := range variables {
		if v.SetNodeValue(state[k+i]); changed[i] {
			v.SetNodeValue(done[k+i])
		}
	}
	return done[:k]
}

// parameters declares a closure's parameters, alike in shape to the loop's state.
func parameters(g *Graph, state []*Node) []*Node {
	out := make([]*Node, len(state))
	for i, s := range state {
		out[i] = Parameter(g, fmt.Sprintf("state%d", i), s.Shape())
	}
	return out
}

// slab is how many examples are evaluated at once: enough to keep every core busy, few enough for the activations to stay in the cache.
const slab = 1000

// slabsGraph returns the sum of the losses over the first slabs of a set, float64, and how many of their examples are classified correctly,
// int32. The number of slabs, int32, is an input: were it a constant, XLA would unroll the loop and compile for seconds.
func (t *Trainer) slabsGraph(scope *model.Scope, x, y, slabs *Node) (loss, correct *Node) {
	g, dim := x.Graph(), x.Shape().Dimensions[1]
	scope.Store().SetTraining(g, false)
	start := []*Node{Const(g, int32(0)), Const(g, float64(0)), Const(g, int32(0))}
	more := func(s []*Node) *Node { return LessThan(s[0], slabs) }
	done := t.loopGraph(start, more, func(s []*Node) []*Node {
		from := MulScalar(s[0], slab)
		l, c := t.sumsGraph(
			DynamicSlice(x, []*Node{from, Const(g, int32(0))}, []int{slab, dim}),
			DynamicSlice(y, []*Node{from}, []int{slab}))
		return []*Node{AddScalar(s[0], 1), Add(s[1], l), Add(s[2], c)}
	})
	return done[1], done[2]
}

// restGraph returns the same sums over what slabsGraph leaves: the last incomplete slab, or everything where the backend has no loop.
func (t *Trainer) restGraph(scope *model.Scope, x, y *Node) (loss, correct *Node) {
	g, n := x.Graph(), x.Shape().Dimensions[0]
	scope.Store().SetTraining(g, false)
	loss, correct = Const(g, float64(0)), Const(g, int32(0))
	for from := slab * t.looped(n); from < n; from += slab {
		rows := AxisRange(from, min(from+slab, n))
		l, c := t.sumsGraph(Slice(x, rows), Slice(y, rows))
		loss, correct = Add(loss, l), Add(correct, c)
	}
	return loss, correct
}

// looped is how many slabs of n examples slabsGraph takes.
func (t *Trainer) looped(n int) int {
	if t.slabs == nil {
		return 0
	}
	return n / slab
}

// sumsGraph returns the sum of the losses of some examples and how many of them are classified correctly.
func (t *Trainer) sumsGraph(x, y *Node) (loss, correct *Node) {
	logits := t.spec.Net(t.store.RootScope(), x)
	loss = MulScalar(ConvertDType(crossEntropy(y, logits), dtypes.Float64), y.Shape().Size())
	correct = ReduceAllSum(ConvertDType(Equal(ArgMax(logits, -1), y), dtypes.Int32))
	return loss, correct
}
