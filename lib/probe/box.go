package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Columns say how the columns of A are drawn, of which the paper says no more than "randomly generated". Their length is the unit of z, and so the
// size of the box in the space of weights: a corner of it moves the weights by some ε √(p n) with Gaussian columns, and by ε √p with the others.
type Columns string

// The ways to draw the columns.
const (
	Gaussian    Columns = ""            // standard normal entries
	UnitColumns Columns = "unit"        // these, each column scaled to length 1
	Orthonormal Columns = "orthonormal" // these, made orthonormal
)

// BoxStart is where in the box the maximization starts, which the paper does not say.
type BoxStart string

// The starts.
const (
	// FromRandom is a point of the box, uniformly drawn. It is the default, because the gradient vanishes at a minimum, and a maximization that
	// starts there does not move.
	FromRandom BoxStart = ""
	FromCentre BoxStart = "centre" // x itself
)

// BoxOptions are the choices of a BoxSharpness. Keskar et al. 2017 have an Epsilon of 1e-3 and of 5e-4, the whole space and a Subspace of 100
// dimensions, and 10 iterations; the rest they leave open.
type BoxOptions struct {
	Epsilon    float64  // over 0: the box's half-width in a component that is 0
	Subspace   int      `json:",omitzero"` // p, the columns of A; 0: A is the identity
	Columns    Columns  `json:",omitzero"` // of a Subspace
	Start      BoxStart `json:",omitzero"`
	Iterations int      `json:",omitzero"` // of L-BFGS-B, at most; 0 is 10
	Memory     int      `json:",omitzero"` // of L-BFGS-B; 0 is 10, as in SciPy
	// Least is what the arithmetic of f does not tell from 0: 0 is 1e-5, for a Loss in Float32; 1e-12 suits one in Float64.
	Least float64 `json:",omitzero"`
}

// BoxResult is the sharpness by a box, and how it was found.
type BoxResult struct {
	Sharpness   float64 // φ, in percent: a lower bound, as the maximization is inexact
	Loss        float64 // f(x)
	Highest     float64 // the largest f that was found in the box, at least f(x)
	Dimensions  int     // of the box
	AtBound     int     // components of where that is that lie at a bound of the box
	Iterations  int     // of L-BFGS-B
	Evaluations int     // of f with its gradient, that at x included
	// BelowPrecision says that Loss, or what Highest is above it, is less than Least: Sharpness then is rounding, or the gradients were, and means
	// nothing. Take a Loss in Float64.
	BelowPrecision bool
}

// BoxSharpness is the sharpness of a function f at x, [f.Len], by Keskar et al. 2017, metric 2.1:
//
//	φ = 100 (max f(x + A z) - f(x)) / (1 + f(x)) over all z with |z_i| ≤ ε (|(A⁺x)_i| + 1)
//
// where A is the identity, or a random matrix of p columns and A⁺ its pseudo-inverse. F is asked for displacements from x, as a Loss is, whose x are its
// Weights. As in the paper the maximum is what a few iterations of L-BFGS-B come to (see Maximize). Rng draws A and the start.
//
// A Loss in Float32 does well where φ is well above 0.1: it does not tell steps that rise by less than some 1e-7 of the loss from none, and the
// maximization then ends early. A takes 8 bytes a weight and column. It ends with the error of f, as when ctx ends, and where a value is not finite.
func BoxSharpness(ctx context.Context, f Gradients, x []float64, rng *rand.Rand, o BoxOptions) (BoxResult, error) {
	if o.Least == 0 {
		o.Least = 1e-5
	}
	if err := o.check(f.Len(), len(x)); err != nil {
		return BoxResult{}, err
	}
	loss, err := f.GradientAt(ctx, make([]float64, len(x)), make([]float64, len(x)), 0)
	if err != nil {
		return BoxResult{}, err
	}
	if o.Subspace > 0 {
		s, err := newSubspace(f, rng, o)
		if err != nil {
			return BoxResult{}, err
		}
		if x, err = s.coordinates(x); err != nil {
			return BoxResult{}, err
		}
		f = s
	}
	low, high, start := o.box(x, rng)
	m, err := Maximize(ctx, f, start, low, high, MaximizeOptions{Iterations: o.Iterations, Memory: o.Memory})
	if err != nil {
		return BoxResult{}, err
	}
	r := BoxResult{Loss: loss, Highest: max(loss, m.Value), Dimensions: len(x), Iterations: m.Iterations, Evaluations: m.Evaluations + 1}
	r.Sharpness = 100 * (r.Highest - loss) / (1 + loss)
	r.BelowPrecision = loss < o.Least || r.Highest-loss < o.Least
	for i, z := range m.At {
		if z == low[i] || z == high[i] {
			r.AtBound++
		}
	}
	return r, nil
}

func (o BoxOptions) check(weights, given int) error {
	switch {
	case weights < 1 || given != weights:
		return fmt.Errorf("probe: x has %d values, and the function takes %d, at least 1", given, weights)
	case !(o.Epsilon > 0) || math.IsInf(o.Epsilon, 0):
		return fmt.Errorf("probe: epsilon %g: it must be over 0, as 1e-3", o.Epsilon)
	case o.Subspace < 0 || o.Subspace > weights:
		return fmt.Errorf("probe: a subspace of %d dimensions: use 1 to %d, the number of weights, or 0 for the whole space", o.Subspace, weights)
	case o.Columns != Gaussian && o.Columns != UnitColumns && o.Columns != Orthonormal:
		return fmt.Errorf("probe: columns %q: use %q, %q or %q", o.Columns, Gaussian, UnitColumns, Orthonormal)
	case o.Columns != Gaussian && o.Subspace == 0:
		return fmt.Errorf("probe: columns %q of no subspace: leave them out", o.Columns)
	case o.Start != FromRandom && o.Start != FromCentre:
		return fmt.Errorf("probe: start %q: use %q or %q", o.Start, FromRandom, FromCentre)
	}
	return nil
}

// box is that around coordinates, and a start in it.
func (o BoxOptions) box(x []float64, rng *rand.Rand) (low, high, start []float64) {
	low, high, start = make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	for i, c := range x {
		high[i] = o.Epsilon * (math.Abs(c) + 1)
		if low[i] = -high[i]; o.Start == FromRandom {
			start[i] = (2*rng.Float64() - 1) * high[i]
		}
	}
	return low, high, start
}

// subspace is a function in the coordinates z of a subspace, of displacements A z.
type subspace struct {
	Gradients
	a    *mat.Dense   // A, [n, p]
	gram mat.Cholesky // of AᵀA
}

// newSubspace draws A row by row.
func newSubspace(f Gradients, rng *rand.Rand, o BoxOptions) (*subspace, error) {
	s := &subspace{Gradients: f, a: mat.NewDense(f.Len(), o.Subspace, nil)}
	entries := s.a.RawMatrix().Data
	for i := range entries {
		entries[i] = rng.NormFloat64()
	}
	if o.Columns == UnitColumns {
		s.scale()
	}
	if err := s.factorize(); err != nil || o.Columns != Orthonormal {
		return s, err
	}
	r := s.gram.RawU().(*mat.TriDense).RawTriangular() // AᵀA = RᵀR: the columns of A R⁻¹ are orthonormal
	blas64.Trsm(blas.Right, blas.NoTrans, 1, r, s.a.RawMatrix())
	return s, s.factorize()
}

// scale makes the columns of A as long as 1.
func (s *subspace) scale() {
	n, p := s.a.Dims()
	squares := make([]float64, p)
	for i := range n {
		for j, a := range s.a.RawRowView(i) {
			squares[j] += a * a
		}
	}
	for i := range n {
		for j := range p {
			s.a.RawRowView(i)[j] /= math.Sqrt(squares[j])
		}
	}
}

func (s *subspace) factorize() error {
	_, p := s.a.Dims()
	gram := mat.NewSymDense(p, nil)
	gram.SymOuterK(1, s.a.T())
	if !s.gram.Factorize(gram) {
		return errors.New("probe: the columns of A depend on each other: take fewer dimensions")
	}
	return nil
}

// coordinates returns A⁺x = (AᵀA)⁻¹ Aᵀx, [p].
func (s *subspace) coordinates(x []float64) ([]float64, error) {
	var z mat.VecDense
	z.MulVec(s.a.T(), mat.NewVecDense(len(x), x))
	err := s.gram.SolveVecTo(&z, &z)
	return z.RawVector().Data, err
}

// Len is p.
func (s *subspace) Len() int { _, p := s.a.Dims(); return p }

// GradientAt sets dst, [p], to Aᵀ times the gradient at x plus step times A direction.
func (s *subspace) GradientAt(ctx context.Context, dst, direction []float64, step float64) (float64, error) {
	n, p := s.a.Dims()
	way, gradient := mat.NewVecDense(n, nil), make([]float64, n)
	way.MulVec(s.a, mat.NewVecDense(p, direction))
	value, err := s.Gradients.GradientAt(ctx, gradient, way.RawVector().Data, step)
	mat.NewVecDense(p, dst).MulVec(s.a.T(), mat.NewVecDense(n, gradient))
	return value, err
}
