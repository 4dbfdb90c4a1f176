package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// ErrDiverged says that a loss is no longer a finite number.
var ErrDiverged = errors.New("the loss is not finite: lower the learning rate or the momentum")

// chunkTime is how long a chunk of steps should take: short enough to stop soon, long enough for the cost of a call to vanish.
const chunkTime = 700 * time.Millisecond

// chunkSteps is how many steps the next chunk may have: what the pace allows, and few while it is unknown.
func (t *Trainer) chunkSteps() int {
	if t.pace == 0 {
		return 4
	}
	return max(1, int(chunkTime/t.pace))
}

// Epoch trains for one pass over the examples in the given order, an index each, at one learning rate. It returns the mean over the
// steps of the batch's mean loss before the step, in nats.
//
// It returns ctx's error within about a second of ctx's end; the weights are then those of an unfinished epoch. Where a loss is not
// finite it returns ErrDiverged with the number of the step in this epoch, counted from 1.
func (t *Trainer) Epoch(ctx context.Context, train Examples, order []int32, rate float64) (meanLoss float64, err error) {
	if err := t.sgd.SetRate(t.store, rate); err != nil {
		return 0, err
	}
	device := tensors.FromFlatDataAndDimensions(order, len(order))
	defer func() { err = errors.Join(err, device.FinalizeAll()) }()
	batch := t.spec.Batch
	full, steps := len(order)/batch, (len(order)+batch-1)/batch
	if err := t.compile(train, len(order)); err != nil {
		return 0, err
	}
	var sum, part float64
	for from, to := 0, 0; from < steps; from = to {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if t.chunk != nil && from < full {
			to = min(from+t.chunkSteps(), full)
			part, err = t.steps(train, device, from, to)
		} else {
			to = from + 1
			part, err = t.oneStep(train, order[from*batch:min(to*batch, len(order))], from)
		}
		if err != nil {
			return 0, err
		}
		sum += part
	}
	return sum / float64(steps), nil
}

// compile makes the executables that an epoch of n examples needs, unless they exist, so that no step's time includes a compilation.
func (t *Trainer) compile(train Examples, n int) error {
	x, y, batch := train.X.Shape(), train.Y.Shape(), t.spec.Batch
	if t.chunk != nil && n >= batch {
		if _, err := t.chunk.Compile(x, y, int32s(n), int32s(), int32s()); err != nil {
			return fmt.Errorf("train: compiling: %w", err)
		}
	}
	if rest := n % batch; rest > 0 {
		if _, err := t.step.Compile(x, y, int32s(rest)); err != nil {
			return fmt.Errorf("train: compiling: %w", err)
		}
	}
	return nil
}

func int32s(dimensions ...int) shapes.Shape { return shapes.Make(dtypes.Int32, dimensions...) }

// steps takes the full-batch steps from..to and measures their pace.
func (t *Trainer) steps(train Examples, order *tensors.Tensor, from, to int) (sumOfMeans float64, err error) {
	start := time.Now()
	sum, diverged, err := t.chunk.Call2(train.X, train.Y, order, int32(from), int32(to))
	if err != nil {
		return 0, fmt.Errorf("train: steps %d to %d: %w", from+1, to, err)
	}
	sumOfMeans, first := float64(tensors.ToScalar[float32](sum)), tensors.ToScalar[int32](diverged)
	took := time.Since(start)
	t.training, t.pace = t.training+took, took/time.Duration(to-from)
	if first != never {
		return 0, fmt.Errorf("train: step %d: %w", first+1, ErrDiverged)
	}
	return sumOfMeans, errors.Join(sum.FinalizeAll(), diverged.FinalizeAll())
}

// oneStep takes step from (counted from 0) on the examples at indices.
func (t *Trainer) oneStep(train Examples, indices []int32, from int) (mean float64, err error) {
	start := time.Now()
	out, err := t.step.Call1(train.X, train.Y, indices)
	if err != nil {
		return 0, fmt.Errorf("train: step %d: %w", from+1, err)
	}
	mean = float64(tensors.ToScalar[float32](out))
	t.training += time.Since(start)
	if math.IsNaN(mean) || math.IsInf(mean, 0) {
		return 0, fmt.Errorf("train: step %d: %w", from+1, ErrDiverged)
	}
	return mean, out.FinalizeAll()
}

// Evaluation is a net's standing on a full set, with its weights fixed.
type Evaluation struct {
	Loss     float64 // mean cross-entropy in nats
	Accuracy float64 // share in [0,1]
}

// Evaluate measures the net on a set. Where the loss is not finite it returns ErrDiverged.
func (t *Trainer) Evaluate(set Examples) (Evaluation, error) {
	n, slabs := set.Len(), t.looped(set.Len())
	var loss, correct float64
	add := func(l, c *tensors.Tensor, err error) error {
		if err != nil {
			return fmt.Errorf("train: evaluation: %w", err)
		}
		loss, correct = loss+tensors.ToScalar[float64](l), correct+float64(tensors.ToScalar[int32](c))
		return errors.Join(l.FinalizeAll(), c.FinalizeAll())
	}
	if slabs > 0 {
		if err := add(t.slabs.Call2(set.X, set.Y, int32(slabs))); err != nil {
			return Evaluation{}, err
		}
	}
	if slabs*slab < n {
		if err := add(t.rest.Call2(set.X, set.Y)); err != nil {
			return Evaluation{}, err
		}
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return Evaluation{}, fmt.Errorf("train: evaluation: %w", ErrDiverged)
	}
	return Evaluation{loss / float64(n), correct / float64(n)}, nil
}

// Weights returns a copy of the trainable variables' values by path.
func (t *Trainer) Weights() map[string][]float32 {
	weights := map[string][]float32{}
	for v := range t.store.IterVariables() {
		if v.Trainable {
			weights[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
	}
	return weights
}
