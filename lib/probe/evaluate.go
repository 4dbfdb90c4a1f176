package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/floats"
)

// Value returns the loss. As the other methods it returns ctx's error soon after ctx ends: it looks between slabs.
func (l *Loss) Value(ctx context.Context) (float64, error) {
	sums, err := l.sum(ctx, l.value, []shapes.Shape{scalar}, nil)
	if err != nil {
		return 0, err
	}
	return sums[0] / float64(l.Examples()), nil
}

// Gradient sets dst, [Len], to the gradient of the loss, and returns the loss.
func (l *Loss) Gradient(ctx context.Context, dst []float64) (loss float64, err error) {
	return l.GradientAt(ctx, dst, l.weights, 0, nil)
}

// GradientAt sets dst, [Len], to the gradient of the mean loss of some examples, and returns that loss, at the weights plus step times
// direction, [Len]. Rows are the numbers of the examples; nil stands for all. Each number of rows compiles once.
func (l *Loss) GradientAt(ctx context.Context, dst, direction []float64, step float64, rows []int) (loss float64, err error) {
	n, err := l.count(rows)
	if err == nil {
		err = errors.Join(l.fits(dst), l.fits(direction))
	}
	if err != nil {
		return 0, err
	}
	sums, err := l.sumAlong(ctx, direction, step, rows)
	if err != nil {
		return 0, err
	}
	floats.ScaleTo(dst, 1/float64(n), sums[1:])
	return sums[0] / float64(n), nil
}

// Product sets dst, [Len], to the Hessian of the loss times v, [Len]. The two may be the same slice.
func (l *Loss) Product(ctx context.Context, dst, v []float64) error {
	if err := errors.Join(l.fits(dst), l.fits(v)); err != nil {
		return err
	}
	if l.o.Differences {
		return l.difference(ctx, dst, v)
	}
	vector, err := l.uploadParts(v)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer free(vector)
	sums, err := l.sum(ctx, l.product, l.shapes(), nil, vector...)
	if err == nil {
		floats.ScaleTo(dst, 1/float64(l.Examples()), sums)
	}
	return err
}

// difference sets dst to (∇E(w + h v) - ∇E(w - h v)) / 2h, with a step h|v| of 1e-8 |w|. A shorter one loses digits to rounding; a longer
// one makes more of the units switch, and each of them adds its jump of the gradient, over 2h.
func (l *Loss) difference(ctx context.Context, dst, v []float64) error {
	length := floats.Norm(v, 2)
	if length == 0 {
		clear(dst)
		return nil
	}
	h := 1e-8 / length
	if w := floats.Norm(l.weights, 2); w > 0 {
		h *= w
	}
	ahead, err := l.sumAlong(ctx, v, h, nil)
	if err != nil {
		return err
	}
	behind, err := l.sumAlong(ctx, v, -h, nil)
	if err != nil {
		return err
	}
	floats.SubTo(dst, ahead[1:], behind[1:])
	floats.Scale(1/(2*h*float64(l.Examples())), dst)
	return nil
}

// count is the number of examples that rows stand for.
func (l *Loss) count(rows []int) (int, error) {
	if rows == nil {
		return l.Examples(), nil
	}
	if len(rows) == 0 {
		return 0, errors.New("probe: no rows: name at least one example, or nil for all")
	}
	for _, row := range rows {
		if row < 0 || row >= l.Examples() {
			return 0, fmt.Errorf("probe: row %d: the data set has the rows 0 to %d", row, l.Examples()-1)
		}
	}
	return len(rows), nil
}

// sumAlong returns the sum of the losses of some examples and its gradient, [1+Len], at the weights plus step times direction.
func (l *Loss) sumAlong(ctx context.Context, direction []float64, step float64, rows []int) ([]float64, error) {
	inputs, err := l.uploadParts(direction)
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	defer func() { free(inputs) }()
	s, err := l.upload([]float64{step})
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	inputs = append(inputs, s)
	return l.sum(ctx, l.gradient, append([]shapes.Shape{scalar}, l.shapes()...), rows, inputs...)
}

var scalar = shapes.Make(dtypes.Float64)

// shapes are those of the parts' totals.
func (l *Loss) shapes() (all []shapes.Shape) {
	for _, p := range l.parts {
		all = append(all, shapes.Make(dtypes.Float64, p.Dimensions...))
	}
	return all
}

// sum runs an executable on every slab of some examples, and returns the totals, which each call adds to, one after another.
func (l *Loss) sum(ctx context.Context, exec *model.Exec, of []shapes.Shape, rows []int, inputs ...*tensors.Tensor) ([]float64, error) {
	var totals []*tensors.Tensor
	for _, shape := range of {
		totals = append(totals, tensors.FromShape(shape))
	}
	defer func() { free(totals) }()
	err := l.each(ctx, rows, func(s []*tensors.Tensor) error {
		outputs, err := exec.Exec(slices.Concat(s, totals, inputs))
		if err != nil {
			return err
		}
		last := totals
		totals = outputs
		return free(last)
	})
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	var flat []float64
	for _, total := range totals {
		err = errors.Join(err, tensors.ConstFlatData(total, func(values []float64) { flat = append(flat, values...) }))
	}
	return flat, err
}

// each calls f with some examples, slab by slab.
func (l *Loss) each(ctx context.Context, rows []int, f func(s []*tensors.Tensor) error) error {
	if rows == nil {
		for _, s := range l.slabs {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(s); err != nil {
				return err
			}
		}
		return nil
	}
	for some := range slices.Chunk(rows, l.o.Slab) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s, err := l.gather(some)
		if err != nil {
			return err
		}
		if err := errors.Join(f(s), free(s)); err != nil {
			return err
		}
	}
	return nil
}

// gather puts the examples at rows on the device.
func (l *Loss) gather(rows []int) ([]*tensors.Tensor, error) {
	var x []float32
	var labels []uint8
	for _, row := range rows {
		x = append(x, l.x[row*l.dim:(row+1)*l.dim]...)
		labels = append(labels, l.labels[row])
	}
	return l.place(x, labels)
}
