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
	inputs := t.spec.Augmentation.graph(scope, Gather(x, indices))
	labels := Gather(y, indices)
	logits := t.spec.Net(scope, inputs)
	loss := func(logits *Node) *Node { return crossEntropy(labels, logits) }
	if t.spec.Clipped {
		loss = func(logits *Node) *Node { return clippedCrossEntropy(labels, logits) }
	}
	mean := t.spec.Adversarial.lossGraph(scope, t.spec.Net, inputs, loss(logits), loss)
	t.spec.WeightDecay.updateGraph(scope, mean, t.spec.Optimizer)
	if t.spec.Running {
		runningGraph(scope, mean, ReduceAllSum(ConvertDType(Equal(ArgMax(logits, -1), labels), dtypes.Float64)), batch)
	}
	return mean
}

// crossEntropy returns the mean cross-entropy of examples in nats, from labels [n] and logits [n, classes]; each example's loss is
// multiplied by its weight, [n], where weights are given.
func crossEntropy(labels, logits *Node, weights ...*Node) *Node {
	return loss.SparseCategoricalCrossEntropyLogits(append([]*Node{InsertAxes(labels, -1)}, weights...), []*Node{logits})
}

// clipping is how far from 0 and 1 Keras keeps a probability in its cross-entropy.
const clipping = 1e-7

// clippedCrossEntropy is the mean cross-entropy as Keras computes it from a softmax: of probabilities clipped to [1e-7, 1-1e-7], outside of
// which an example gives no gradient.
func clippedCrossEntropy(labels, logits *Node) *Node {
	low, high := Scalar(logits.Graph(), logits.DType(), clipping), Scalar(logits.Graph(), logits.DType(), 1-clipping)
	probabilities := Max(Min(Softmax(logits, -1), high), low) // Clip has no gradient
	of := OneHot(labels, logits.Shape().Dim(-1), logits.DType())
	return Neg(ReduceAllMean(ReduceSum(Mul(of, Log(probabilities)), -1)))
}

// never stands for the number of a step that did not come.
const never = math.MaxInt32

// chunkGraph takes the full-batch steps from..to (int32 scalars) of an epoch's order, [n] int32. It returns the sum of the steps' mean
// losses, float64, each before its step, and the number of the first step whose loss was not finite, or never.
func (t *Trainer) chunkGraph(_ *model.Scope, x, y, order, from, to *Node) (sum, diverged *Node) {
	g := x.Graph()
	start := []*Node{from, Const(g, float64(0)), Const(g, int32(never))}
	more := func(s []*Node) *Node { return LessThan(s[0], to) }
	done := t.loopGraph(start, more, func(s []*Node) []*Node {
		indices := DynamicSlice(order, []*Node{MulScalar(s[0], t.spec.Batch)}, []int{t.spec.Batch})
		mean := t.stepGraph(t.store.RootScope(), x, y, indices)
		bad := Where(IsFinite(mean), Const(g, int32(never)), s[0])
		return []*Node{AddScalar(s[0], 1), Add(s[1], ConvertDType(mean, s[1].DType())), Min(s[2], bad)}
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
