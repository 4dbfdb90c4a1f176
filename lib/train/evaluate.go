package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Evaluation is a net's standing on a set, with its weights fixed and without noise.
type Evaluation struct {
	N        int     // examples
	Loss     float64 // mean cross-entropy in nats
	Accuracy float64 // share in [0,1]
}

// Standing is a net's evaluation on a full set and on its two parts; a part without examples is zero.
type Standing struct {
	All, Clean, Corrupted Evaluation
}

// Evaluate measures the net on a set. Where the loss is not finite it returns ErrDiverged.
func (t *Trainer) Evaluate(set Examples) (Evaluation, error) {
	s, err := t.Standing(set)
	return s.All, err
}

// Standing measures the net on a set and its parts. Where the loss is not finite it returns ErrDiverged.
func (t *Trainer) Standing(set Examples) (Standing, error) {
	var total sums
	slabs := t.looped(set.Len())
	if slabs > 0 {
		if err := total.add(t.slabs.Exec(set.X, set.Y, set.Corrupted, int32(slabs))); err != nil {
			return Standing{}, err
		}
	}
	if slabs*t.spec.Slab < set.Len() {
		if err := total.add(t.rest.Exec(set.X, set.Y, set.Corrupted)); err != nil {
			return Standing{}, err
		}
	}
	if sum := total[0]; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return Standing{}, fmt.Errorf("train: evaluation: %w", ErrDiverged)
	}
	n, k := set.Len(), set.corrupted
	return Standing{
		All:       mean(n, total[0], total[2]),
		Clean:     mean(n-k, total[0]-total[1], total[2]-total[3]),
		Corrupted: mean(k, total[1], total[3]),
	}, nil
}

// sums are over a set: the losses of all and of the corrupted examples, and how many of each are classified correctly.
type sums [4]float64

// add adds the outputs of slabsGraph or restGraph.
func (s *sums) add(outs []*tensors.Tensor, err error) error {
	if err != nil {
		return fmt.Errorf("train: evaluation: %w", err)
	}
	for i, out := range outs {
		s[i] += tensors.ToScalar[float64](out)
		err = errors.Join(err, out.FinalizeAll())
	}
	return err
}

func mean(n int, loss, correct float64) Evaluation {
	if n == 0 {
		return Evaluation{}
	}
	return Evaluation{n, loss / float64(n), correct / float64(n)}
}

// slabsGraph returns the sums over the first slabs of a set, float64. Slab is a number of examples large enough to keep every core busy,
// and small enough for the activations to stay in the cache. The number of slabs, int32, is an input: were it a constant, XLA would
// unroll the loop and compile for seconds.
func (t *Trainer) slabsGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, y, corrupted, slabs := inputs[0], inputs[1], inputs[2], inputs[3]
	g, dim := x.Graph(), x.Shape().Dim(1)
	scope.Store().SetTraining(g, false)
	start := []*Node{Const(g, int32(0))}
	for range (sums{}) {
		start = append(start, Const(g, float64(0)))
	}
	more := func(s []*Node) *Node { return LessThan(s[0], slabs) }
	done := t.loopGraph(start, more, func(s []*Node) []*Node {
		from := []*Node{MulScalar(s[0], t.spec.Slab)}
		of := t.sumsGraph(
			DynamicSlice(x, append(from, Const(g, int32(0))), []int{t.spec.Slab, dim}),
			DynamicSlice(y, from, []int{t.spec.Slab}), DynamicSlice(corrupted, from, []int{t.spec.Slab}))
		next := []*Node{AddScalar(s[0], 1)}
		for i, sum := range of {
			next = append(next, Add(s[1+i], sum))
		}
		return next
	})
	return done[1:]
}

// restGraph returns the same sums over what slabsGraph leaves: the last incomplete slab, or everything where the backend has no loop.
func (t *Trainer) restGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, y, corrupted := inputs[0], inputs[1], inputs[2]
	n, slab := x.Shape().Dim(0), t.spec.Slab
	scope.Store().SetTraining(x.Graph(), false)
	var total []*Node
	for from := slab * t.looped(n); from < n; from += slab {
		rows := AxisRange(from, min(from+slab, n))
		of := t.sumsGraph(Slice(x, rows), Slice(y, rows), Slice(corrupted, rows))
		for i, sum := range of {
			if total == nil {
				break
			}
			of[i] = Add(total[i], sum)
		}
		total = of
	}
	return total
}

// looped is how many slabs of n examples slabsGraph takes.
func (t *Trainer) looped(n int) int {
	if t.slabs == nil {
		return 0
	}
	return n / t.spec.Slab
}

// sumsGraph returns the sums over some examples, as float64 scalars.
func (t *Trainer) sumsGraph(x, y, corrupted *Node) []*Node {
	logits := t.spec.Net(t.store.RootScope(), x)
	correct := ConvertDType(Equal(ArgMax(logits, -1), y), dtypes.Float32)
	sum := func(mean *Node) *Node { return MulScalar(ConvertDType(mean, dtypes.Float64), y.Shape().Size()) }
	return []*Node{
		sum(crossEntropy(y, logits)), sum(crossEntropy(y, logits, corrupted)),
		ConvertDType(ReduceAllSum(correct), dtypes.Float64), ConvertDType(ReduceAllSum(Mul(correct, corrupted)), dtypes.Float64),
	}
}
