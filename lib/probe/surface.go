package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/floats"
)

// Loss surfaces: the loss on lines and planes through the weights (Goodfellow et al. 2015; Li et al. 2018). A direction is a vector of weights, [Len].

// RandomDirection draws a direction for every matrix and kernel, of independent Gaussian entries, and scales it to the length of all matrices and
// kernels. It is 0 for biases and the parameters of batch normalization (Li et al. 2018, section 4).
func (l *Loss) RandomDirection(rng *rand.Rand) []float64 {
	d := make([]float64, l.Len())
	squares := 0.
	for _, p := range l.matrices() {
		for i := p.From; i < p.To; i++ {
			d[i] = rng.NormFloat64()
			squares += l.weights[i] * l.weights[i]
		}
	}
	scaleTo(d, squares)
	return d
}

// FilterNormalized is a direction with that part of it which belongs to a filter, or to a dense unit, scaled to the length of the filter's weights (Li et
// al. 2018, section 4): so a step along it means the same to a net and to a rescaled one of the same function. It is 0 for biases and the parameters of
// batch normalization.
func (l *Loss) FilterNormalized(direction []float64) ([]float64, error) {
	if err := l.fits(direction); err != nil {
		return nil, err
	}
	d := make([]float64, l.Len())
	for _, p := range l.matrices() {
		filters := p.Dimensions[len(p.Dimensions)-1]
		one := make([]float64, (p.To-p.From)/filters)
		for f := range filters {
			squares := 0.
			for i := range one {
				at := p.From + i*filters + f
				one[i] = direction[at]
				squares += l.weights[at] * l.weights[at]
			}
			scaleTo(one, squares)
			for i, value := range one {
				d[p.From+i*filters+f] = value
			}
		}
	}
	return d, nil
}

// Towards is the direction at whose end, 1, lie other values of the net's trainable variables, by path.
func (l *Loss) Towards(variables map[string][]float32) ([]float64, error) {
	var d []float64
	for _, p := range l.parts {
		if len(variables[p.Path]) != p.To-p.From {
			return nil, fmt.Errorf("probe: variable %s with %d values: give the net's %d", p.Path, len(variables[p.Path]), p.To-p.From)
		}
		d = append(d, widened(variables[p.Path])...)
	}
	floats.Sub(d, l.weights)
	return d, nil
}

// Line returns the losses at the weights plus each of some multiples of a direction, [len(at)].
func (l *Loss) Line(ctx context.Context, direction, at []float64) (losses []float64, err error) {
	step := make([]float64, len(direction))
	for _, a := range at {
		loss, err := l.ValueAt(ctx, floats.ScaleTo(step, a, direction))
		if err != nil {
			return nil, err
		}
		losses = append(losses, loss)
	}
	return losses, nil
}

// Plane returns the losses at the weights plus multiples of two directions, [len(at)] of the second by [len(at)] of the first.
func (l *Loss) Plane(ctx context.Context, one, other, at []float64) (losses [][]float64, err error) {
	if err := errors.Join(l.fits(one), l.fits(other)); err != nil {
		return nil, err
	}
	step := make([]float64, len(one))
	for _, b := range at {
		var row []float64
		for _, a := range at {
			floats.AddScaledTo(step, floats.ScaleTo(step, b, other), a, one)
			loss, err := l.ValueAt(ctx, step)
			if err != nil {
				return nil, err
			}
			row = append(row, loss)
		}
		losses = append(losses, row)
	}
	return losses, nil
}

// ValueAt returns the loss at the weights plus a step, [Len].
func (l *Loss) ValueAt(ctx context.Context, step []float64) (float64, error) {
	if err := l.fits(step); err != nil {
		return 0, err
	}
	inputs, err := l.uploadParts(step)
	if err != nil {
		return 0, fmt.Errorf("probe: %w", err)
	}
	sums, err := l.sum(ctx, l.valueAt, []shapes.Shape{scalar}, inputs...)
	if err != nil {
		return 0, fmt.Errorf("probe: %w", err)
	}
	return sums[0] / float64(l.examples), nil
}

// valueAtGraph adds the sum of a slab's losses at the weights plus a step to a total. Its inputs are x, y, the total and the step.
func (l *Loss) valueAtGraph(scope *model.Scope, inputs []*Node) []*Node {
	moved := l.nodes(inputs[0].Graph())
	for i, weights := range moved {
		moved[i] = Add(weights, inputs[3+i])
	}
	value := l.at(moved, func() *Node { return l.lossGraph(l.net, scope, inputs[0], inputs[1]) })
	return added(inputs[2:3], value)
}

// matrices are the parts that are weight matrices or kernels.
func (l *Loss) matrices() (all []Part) {
	for _, p := range l.parts {
		if strings.HasSuffix(p.Path, "/weights") || strings.HasSuffix(p.Path, "/kernel") {
			all = append(all, p)
		}
	}
	return all
}

// scaleTo gives a vector the length whose square is given; one of length 0 stays.
func scaleTo(v []float64, square float64) {
	if own := floats.Dot(v, v); own > 0 {
		floats.Scale(math.Sqrt(square/own), v)
	}
}
