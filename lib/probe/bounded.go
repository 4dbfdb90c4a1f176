package probe

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// MaximizeOptions say when a bounded maximization stops, and what it remembers. The zero value is what Keskar et al. 2017 choose.
type MaximizeOptions struct {
	Iterations int     // at most; 0 is 10
	Memory     int     // pairs of steps and changes of the gradient that stand for the Hessian; 0 is 10
	Tolerance  float64 // it stops where no component of the projected gradient is larger; 0 stops only where all are 0
}

// Maximum is where a bounded maximization ends.
type Maximum struct {
	At          []float64 // [Len]
	Value       float64
	Iterations  int
	Evaluations int       // of the function with its gradient
	History     []float64 // [Iterations+1], the value at the start and after each iteration; never falling
}

// Maximize looks for a maximum of f over the box of all z with low ≤ z ≤ high, component by component, from a start in the box: by L-BFGS-B, the
// limited-memory quasi-Newton method with bounds of Byrd, Lu, Nocedal and Zhu 1995. An iteration minimizes a quadratic model of -f along the projected
// gradient, up to its first minimum (the generalized Cauchy point); then over the components that are not at a bound there, projected to the box (Morales
// and Nocedal 2011); and searches the line to where that comes, by the method of Moré and Thuente 1994 with the constants of their code. Each value
// is of a point in the box.
//
// Z is where f is asked, as a direction with step 1: of a Loss it is a displacement of the weights. The slices are [f.Len]; bounds must be finite. Where f curves upwards,
// as around a minimum, the model learns nothing of it, and a step is a multiple of the gradient, to the next bound: how far ten iterations come then
// depends on the unit of z. It ends with the error of f, as when ctx ends, and where a value is not finite.
func Maximize(ctx context.Context, f Gradients, start, low, high []float64, o MaximizeOptions) (Maximum, error) {
	if o.Iterations == 0 {
		o.Iterations = 10
	}
	if o.Memory == 0 {
		o.Memory = 10
	}
	if err := o.check(f.Len(), start, low, high); err != nil {
		return Maximum{}, err
	}
	s := ascent{f: f, low: low, high: high, x: slices.Clone(start), g: make([]float64, len(start)), b: compact{theta: 1}}
	cost, err := s.evaluate(ctx, s.x, s.g)
	if err != nil {
		return Maximum{}, err
	}
	s.cost, s.out.History = cost, []float64{-cost}
	for moved := true; moved && s.out.Iterations < o.Iterations && s.steepest() > o.Tolerance; {
		if moved, err = s.iterate(ctx, o.Memory); err != nil {
			return Maximum{}, err
		}
	}
	s.out.At, s.out.Value = s.x, -s.cost
	return s.out, nil
}

func (o MaximizeOptions) check(n int, start, low, high []float64) error {
	switch {
	case o.Iterations < 0 || o.Memory < 0 || !(o.Tolerance >= 0):
		return fmt.Errorf("probe: %d iterations, a memory of %d, tolerance %g: none may be negative", o.Iterations, o.Memory, o.Tolerance)
	case n < 1 || len(start) != n || len(low) != n || len(high) != n:
		return fmt.Errorf("probe: a start of %d values between %d and %d bounds: the function takes %d, at least 1", len(start), len(low), len(high), n)
	}
	for i, z := range start {
		if !(low[i] <= z && z <= high[i]) || math.IsInf(low[i], 0) || math.IsInf(high[i], 0) {
			return fmt.Errorf("probe: value %d of the start is %g, its bounds are %g and %g: they must be finite, and hold it", i, z, low[i], high[i])
		}
	}
	return nil
}

// ascent is a maximization under way: the minimization of a cost, -f.
type ascent struct {
	f         Gradients
	low, high []float64
	x, g      []float64 // where it stands, and the cost's gradient there
	cost      float64
	b         compact
	out       Maximum
}

// evaluate sets g to the gradient of the cost at x, and returns the cost.
func (s *ascent) evaluate(ctx context.Context, x, g []float64) (float64, error) {
	s.out.Evaluations++
	value, err := s.f.GradientAt(ctx, g, x, 1)
	if err != nil {
		return 0, err
	}
	floats.Scale(-1, g)
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, fmt.Errorf("probe: the function is %g in the box: take a smaller one", value)
	}
	return -value, finite(g)
}

// steepest is the largest component of the projected gradient, the way to where a step along the negative gradient comes within the box.
func (s *ascent) steepest() (largest float64) {
	for i, x := range s.x {
		largest = max(largest, math.Abs(x-s.clamped(i, x-s.g[i])))
	}
	return largest
}

func (s *ascent) clamped(i int, x float64) float64 { return min(max(x, s.low[i]), s.high[i]) }

// iterate takes a step, with what it remembers of the Hessian, or without where that leads nowhere; moved is false where no step does.
func (s *ascent) iterate(ctx context.Context, memory int) (moved bool, err error) {
	for {
		target := s.subspace(s.cauchy())
		way := floats.SubTo(make([]float64, len(target)), target, s.x)
		if slope := floats.Dot(s.g, way); slope < 0 {
			if moved, err = s.line(ctx, target, way, slope, memory); moved || err != nil {
				return moved, err
			}
		}
		if len(s.b.s) == 0 {
			return false, nil
		}
		s.b = compact{theta: 1}
	}
}

// What the authors' code chooses for the search along a line.
const (
	sufficient = 1e-3 // decrease, over that which the slope promises
	curvature  = 0.9  // slope at the end, over that at the start
	bracket    = 0.1  // relative width of an interval that needs no narrowing
	tries      = 20   // evaluations
)

// line searches the way to a target, and beyond it to the box's boundary, but not beyond it in the first iteration, whose model knows no curvature.
func (s *ascent) line(ctx context.Context, target, way []float64, slope float64, memory int) (moved bool, err error) {
	longest := 1.
	if s.out.Iterations > 0 {
		longest = s.longest(way)
	}
	along := optimize.MoreThuente{DecreaseFactor: sufficient, CurvatureFactor: curvature, StepTolerance: bracket, MaximumStep: longest}
	along.Init(s.cost, slope, 1)
	x, g := make([]float64, len(way)), make([]float64, len(way))
	for step, try := 1., 0; try < tries; try++ {
		s.moveTo(x, target, way, step)
		cost, err := s.evaluate(ctx, x, g)
		if err != nil {
			return false, err
		}
		done, next, ended := along.Iterate(cost, floats.Dot(g, way))
		if done == optimize.MajorIteration || ended != nil { // ended at the boundary, or between points too near each other
			return cost < s.cost && s.accept(x, g, cost, memory), nil
		}
		step = next
	}
	return false, nil
}

// longest is the length of the longest step along a way that stays in the box; at least 1, as the way ends in it.
func (s *ascent) longest(way []float64) float64 {
	longest := math.Inf(1)
	for i, d := range way {
		switch {
		case d > 0:
			longest = min(longest, (s.high[i]-s.x[i])/d)
		case d < 0:
			longest = min(longest, (s.low[i]-s.x[i])/d)
		}
	}
	return max(1, longest)
}

// moveTo sets x to a step along a way, whose end is the target.
func (s *ascent) moveTo(x, target, way []float64, step float64) {
	if step == 1 {
		copy(x, target)
		return
	}
	for i, d := range way {
		x[i] = s.clamped(i, s.x[i]+step*d)
	}
}

// accept goes to x, where the gradient and the cost are these, and learns of the Hessian from the change.
func (s *ascent) accept(x, g []float64, cost float64, memory int) bool {
	floats.SubTo(s.x, x, s.x)
	floats.SubTo(s.g, g, s.g)
	s.b.learn(s.x, s.g, memory)
	s.x, s.g, s.cost = x, g, cost
	s.out.Iterations, s.out.History = s.out.Iterations+1, append(s.out.History, -cost)
	return true
}
