// Package exact fits by a closed form where the papers reason about one: the network of Zhang et al. 2017's theorem 1 that fits any
// labels, the linear solution of smallest norm, and interpolation with a kernel.
//
// Its stance: inputs are rows of float32, [n, dim] in row-major order, targets and answers float64, and all arithmetic is in float64,
// because these systems are ill-conditioned and what is claimed of them is a residual near rounding. Work on many rows is shared between
// cores, but never so that their number could change a result.
package exact

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
)

// OneHot returns a target for each class, 1 for that of the label and 0 for the others: [n, classes]. It fails if a label is not below
// classes.
func OneHot(labels []uint8, classes int) ([]float64, error) {
	y := make([]float64, len(labels)*classes)
	for i, label := range labels {
		if int(label) >= classes {
			return nil, fmt.Errorf("exact: label %d of example %d: with %d classes labels lie in 0..%d", label, i, classes, classes-1)
		}
		y[i*classes+int(label)] = 1
	}
	return y, nil
}

// Argmax returns the index of each row's largest value, the first of equal ones; values are [n, classes], classes at most 256.
func Argmax(values []float64, classes int) []uint8 {
	labels := make([]uint8, len(values)/classes)
	for i := range labels {
		labels[i] = uint8(floats.MaxIdx(values[i*classes : (i+1)*classes]))
	}
	return labels
}

// Indices returns labels as numbers, one target for each, of which [Nearest] is the inverse.
func Indices(labels []uint8) []float64 {
	y := make([]float64, len(labels))
	for i, label := range labels {
		y[i] = float64(label)
	}
	return y
}

// Nearest returns the label in 0..classes-1 that is nearest to each value.
func Nearest(values []float64, classes int) []uint8 {
	labels := make([]uint8, len(values))
	for i, v := range values {
		labels[i] = uint8(min(max(math.Round(v), 0), float64(classes-1)))
	}
	return labels
}

// Residual is the largest distance between two values at the same place, NaN if there is one among them.
func Residual(got, want []float64) float64 {
	worst := 0.0
	for i, v := range got {
		worst = max(worst, math.Abs(v-want[i]))
	}
	return worst
}

// rows returns how many rows x holds; it fails if that is no whole number, or none, or if a value is not finite.
func rows(x []float32, dim int) (n int, err error) {
	if dim < 1 || len(x) == 0 || len(x)%dim != 0 {
		return 0, fmt.Errorf("exact: %d values are no whole number of inputs of %d values, or none", len(x), dim)
	}
	for i, v := range x {
		if v-v != 0 {
			return 0, fmt.Errorf("exact: value %d of input %d is %g: all must be finite", i%dim, i/dim, v)
		}
	}
	return len(x) / dim, nil
}

// problem checks inputs and their targets, [n, outputs], and returns n.
func problem(x []float32, dim int, y []float64, outputs int) (n int, err error) {
	if n, err = rows(x, dim); err != nil {
		return 0, err
	}
	return n, finite(y, n, outputs)
}

// finite fails if y is not [n, outputs], or if a value is not finite.
func finite(y []float64, n, outputs int) error {
	if outputs < 1 || len(y) != n*outputs {
		return fmt.Errorf("exact: %d targets for %d inputs: with %d outputs there must be %d", len(y), n, outputs, n*outputs)
	}
	for i, v := range y {
		if v-v != 0 {
			return fmt.Errorf("exact: target %d of input %d is %g: all must be finite", i%outputs, i/outputs, v)
		}
	}
	return nil
}

// parallel calls f for 0..n-1, on all cores. What f does must not depend on the order of the calls. It fails if ctx ends, between calls.
func parallel(ctx context.Context, n int, f func(i int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	group.Wait()
	return ctx.Err()
}
