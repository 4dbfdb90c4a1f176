package train

import (
	"context"
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

// Evaluate measures the net on a set. Where the loss is not finite it returns ErrDiverged; when ctx ends, its error, within a slab.
func (t *Trainer) Evaluate(ctx context.Context, set Examples) (Evaluation, error) {
	s, _, err := t.standing(ctx, set, 0)
	return s.All, err
}

// standing measures the net on a set and its parts, if the accuracy on the set is at least a threshold; where it is not, which shows after
// few examples if it is far from it, reached is false. Where the loss is not finite it returns ErrDiverged.
func (t *Trainer) standing(ctx context.Context, set Examples, threshold float64) (s Standing, reached bool, err error) {
	var total sums
	n, k, slabs := set.Len(), set.corrupted, t.slabsOf(set.Len())
	wrong := allowed(n, threshold)
	for i := range slabs {
		if err := ctx.Err(); err != nil {
			return Standing{}, false, err
		}
		outs, err := t.slab.Exec(set.X, set.Y, set.Corrupted, int32(i*t.spec.Slab))
		if err := total.add(outs, err); err != nil {
			return Standing{}, false, err
		}
		if total[sumWrong] > float64(wrong) {
			return Standing{}, false, nil
		}
	}
	if slabs*t.spec.Slab < n {
		if err := total.add(t.rest.Exec(set.X, set.Y, set.Corrupted)); err != nil {
			return Standing{}, false, err
		}
	}
	if sum := total[sumLoss]; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return Standing{}, false, fmt.Errorf("train: evaluation: %w", ErrDiverged)
	}
	return Standing{
		All:       mean(n, total[sumLoss], total[sumWrong]),
		Clean:     mean(n-k, total[sumLoss]-total[sumCorruptedLoss], total[sumWrong]-total[sumCorruptedWrong]),
		Corrupted: mean(k, total[sumCorruptedLoss], total[sumCorruptedWrong]),
	}, int(total[sumWrong]) <= wrong, nil
}

// allowed is how many of n examples may be wrong for an accuracy of at least a threshold.
func allowed(n int, threshold float64) int {
	wrong := int((1 - threshold) * float64(n))
	for float64(n-wrong)/float64(n) < threshold {
		wrong--
	}
	for wrong < n && float64(n-wrong-1)/float64(n) >= threshold {
		wrong++
	}
	return wrong
}

// sums are over a set: the losses of all and of the corrupted examples, and how many of each are classified wrongly.
type sums [4]float64

const (
	sumLoss = iota
	sumCorruptedLoss
	sumWrong
	sumCorruptedWrong
)

// add adds the outputs of slabGraph or restGraph.
func (s *sums) add(outs []*tensors.Tensor, failed error) (err error) {
	if failed != nil {
		return fmt.Errorf("train: evaluation: %w", failed)
	}
	for i, out := range outs {
		s[i] += tensors.ToScalar[float64](out)
		err = errors.Join(err, out.FinalizeAll())
	}
	return err
}

func mean(n int, loss, wrong float64) Evaluation {
	if n == 0 {
		return Evaluation{}
	}
	return Evaluation{n, loss / float64(n), (float64(n) - wrong) / float64(n)}
}

// slabGraph returns the sums over the slab of a set that begins at an example, int32: a number of examples large enough to keep every
// core busy, and small enough for the activations to stay in the cache.
func (t *Trainer) slabGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, y, corrupted, from := inputs[0], inputs[1], inputs[2], inputs[3:]
	scope.Store().SetTraining(x.Graph(), false)
	size := []int{t.spec.Slab}
	return t.sumsGraph(
		DynamicSlice(x, append(from, Const(x.Graph(), int32(0))), append(size, x.Shape().Dim(1))),
		DynamicSlice(y, from, size), DynamicSlice(corrupted, from, size))
}

// restGraph returns the same sums over what slabs leave: the last incomplete one, or everything where the backend has no dynamic slices.
func (t *Trainer) restGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, y, corrupted := inputs[0], inputs[1], inputs[2]
	n, slab := x.Shape().Dim(0), t.spec.Slab
	scope.Store().SetTraining(x.Graph(), false)
	var total []*Node
	for from := slab * t.slabsOf(n); from < n; from += slab {
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

// slabsOf is how many slabs of n examples are evaluated one by one.
func (t *Trainer) slabsOf(n int) int {
	if t.slab == nil {
		return 0
	}
	return n / t.spec.Slab
}

// sumsGraph returns the sums over some examples, as float64 scalars.
func (t *Trainer) sumsGraph(x, y, corrupted *Node) []*Node {
	logits := t.spec.Net(t.store.RootScope(), x)
	wrong := ConvertDType(NotEqual(ArgMax(logits, -1), y), dtypes.Float32)
	n := y.Shape().Size()
	sum := func(mean *Node) *Node { return MulScalar(ConvertDType(mean, dtypes.Float64), n) }
	count := func(flags *Node) *Node { return ConvertDType(ReduceAllSum(flags), dtypes.Float64) }
	return []*Node{
		sum(crossEntropy(y, logits)), sum(crossEntropy(y, logits, corrupted)),
		count(wrong), count(Mul(wrong, corrupted)),
	}
}
