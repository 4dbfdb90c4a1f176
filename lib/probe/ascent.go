package probe

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Ascent says how far from the weights, and how, the largest loss is looked for.
//
// From the weights, each of Iterations goes to where the loss would be largest, were it linear with the gradient where the search is: the power method
// for the largest value of a convex function (Journée et al. 2010, algorithm 1), which never falls where the loss is convex, and for a quadratic one in a
// ball is the power method for the largest eigenvalue. What counts is the largest loss on the way. An iteration takes a gradient.
type Ascent struct {
	Radius     float64
	Iterations int // at least 1
}

// BallSharpness looks for the largest loss L' in the ball of a radius around the weights, by an Ascent, and returns (L'-L)/(1+L) with the loss L at the
// weights (Dinh et al. 2017, definition 2). What it finds is at most the largest.
func BallSharpness(ctx context.Context, l *Loss, o Ascent) (float64, error) {
	return l.ascend(ctx, o, func(gradient []float64) {
		if length := floats.Norm(gradient, 2); length > 0 {
			floats.Scale(o.Radius/length, gradient)
		}
	})
}

// RelativeSharpness is the same in the box of those weights of which each differs from w by at most Radius |w|: the adaptive sharpness of Kwon et al.
// 2021 (definition 2, in the maximum norm, with the elementwise normalization). Rescaling a net to others of the same function leaves it as it is.
func RelativeSharpness(ctx context.Context, l *Loss, o Ascent) (float64, error) {
	return l.ascend(ctx, o, func(gradient []float64) {
		for i, slope := range gradient {
			gradient[i] = 0
			if slope != 0 {
				gradient[i] = math.Copysign(o.Radius*l.weights[i], slope)
			}
		}
	})
}

// ascend looks for the largest loss; farthest turns a gradient into the step from the weights that goes farthest along it.
func (l *Loss) ascend(ctx context.Context, o Ascent, farthest func(gradient []float64)) (float64, error) {
	if !(o.Radius > 0) || math.IsInf(o.Radius, 1) || o.Iterations < 1 {
		return 0, fmt.Errorf("probe: an ascent in radius %g of %d iterations: use a finite radius above 0, and at least 1", o.Radius, o.Iterations)
	}
	gradient, step := make([]float64, l.Len()), make([]float64, l.Len())
	here, err := l.Gradient(ctx, gradient)
	highest := here
	for i := 0; i < o.Iterations && err == nil; i++ {
		copy(step, gradient)
		farthest(step)
		var loss float64
		loss, err = l.GradientAt(ctx, gradient, step, 1)
		highest = max(highest, loss)
	}
	if err == nil && math.IsNaN(highest) {
		err = fmt.Errorf("probe: the loss is not a number within radius %g: use a smaller one", o.Radius)
	}
	return (highest - here) / (1 + here), err
}
