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

// chunkSteps is how many steps the next chunk may have: what the pace allows, and one while it is unknown, which on a large net may take
// seconds.
func (t *Trainer) chunkSteps() int {
	if t.pace == 0 {
		return 1
	}
	return max(1, int(chunkTime/t.pace))
}

// Epoch trains for one pass over the examples in the given order, an index each, at one learning rate. It returns the mean over the
// steps of the batch's mean loss before the step, in nats.
//
// It returns ctx's error within about a second of ctx's end; the weights are then those of an unfinished epoch. Where a loss is not
// finite it returns ErrDiverged with the number of the step in this epoch, counted from 1.
func (t *Trainer) Epoch(ctx context.Context, train Examples, order []int32, rate float64) (meanLoss float64, err error) {
	sum, err := t.epoch(ctx, train, order, rate, 0, func(int) error { return nil })
	return sum / float64(t.stepsOf(len(order))), err
}

// stepsOf is how many steps an epoch of n examples has.
func (t *Trainer) stepsOf(n int) int { return (n + t.spec.Batch - 1) / t.spec.Batch }

// epoch takes the steps of an epoch behind the first so many. After each chunk it tells done how many of the epoch's steps are done.
func (t *Trainer) epoch(ctx context.Context, train Examples, order []int32, rate float64, first int, done func(steps int) error) (sum float64, err error) {
	if err := t.setRate(rate); err != nil {
		return 0, err
	}
	device := tensors.FromFlatDataAndDimensions(order, len(order))
	defer func() { err = errors.Join(err, device.FinalizeAll()) }()
	batch := t.spec.Batch
	full, steps := len(order)/batch, t.stepsOf(len(order))
	if err := t.compile(train, len(order)); err != nil {
		return 0, err
	}
	for from, to := first, 0; from < steps; from = to {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var part float64
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
		if err := done(to); err != nil {
			return 0, err
		}
		sum += part
	}
	return sum, nil
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
	sumOfMeans, first := tensors.ToScalar[float64](sum), tensors.ToScalar[int32](diverged)
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
