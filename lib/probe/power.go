package probe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
)

// Operator is a symmetric matrix that is known by its products alone, as the Hessian of a Loss is.
type Operator interface {
	Len() int                                            // rows and columns
	Product(ctx context.Context, dst, v []float64) error // sets dst, [Len], to the matrix times v, [Len], another slice
}

var _ Operator = (*Loss)(nil)

// Eigenpair approximates an eigenvalue and its eigenvector.
type Eigenpair struct {
	Value    float64   // vᵀHv of the unit vector v, its Rayleigh quotient; with its sign
	Vector   []float64 // [Len], of length 1
	Residual float64   // |Hv - Value v|: an eigenvalue lies within it of Value, and nearer the farther off the others are
}

// PowerOptions say when a power iteration stops.
type PowerOptions struct {
	Tolerance  float64 // the residual over the magnitude of the eigenvalue at which it has converged; 0 is 1e-3
	Iterations int     // at most, each of them a product; 0 is 100
}

// PowerResult is the outcome of a power iteration.
type PowerResult struct {
	Eigenpair
	Iterations int
	Converged  bool // to the tolerance. Two eigenvalues of the same magnitude and different signs never do
}

// PowerIteration approximates the eigenvalue of largest magnitude: from a random vector of rng it repeats v <- Hv/|Hv| (Golub and Van
// Loan 2013, section 8.2.1). What is not converged after the last iteration is a result too, with Converged false.
func PowerIteration(ctx context.Context, h Operator, rng *rand.Rand, o PowerOptions) (PowerResult, error) {
	if o.Tolerance == 0 {
		o.Tolerance = 1e-3
	}
	if o.Iterations == 0 {
		o.Iterations = 100
	}
	if !(o.Tolerance > 0) || o.Iterations < 0 {
		return PowerResult{}, fmt.Errorf("probe: tolerance %g, %d iterations: both must be positive, or 0 for the default", o.Tolerance, o.Iterations)
	}
	v, err := direction(h, rng)
	if err != nil {
		return PowerResult{}, err
	}
	hv := make([]float64, len(v))
	for i := 1; ; i++ {
		if err := product(ctx, h, hv, v); err != nil {
			return PowerResult{}, err
		}
		pair := rayleigh(v, hv)
		converged := pair.Residual <= o.Tolerance*math.Abs(pair.Value)
		if converged || i == o.Iterations {
			return PowerResult{pair, i, converged}, nil
		}
		floats.ScaleTo(v, 1/floats.Norm(hv, 2), hv)
	}
}

// direction draws a unit vector, uniform over all directions.
func direction(h interface{ Len() int }, rng *rand.Rand) ([]float64, error) {
	if h.Len() < 1 {
		return nil, fmt.Errorf("probe: an operator of length %d: it must be at least 1", h.Len())
	}
	v := make([]float64, h.Len())
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	floats.Scale(1/floats.Norm(v, 2), v)
	return v, nil
}

// product is h's product; a value that is not finite is an error.
func product(ctx context.Context, h Operator, dst, v []float64) error {
	if err := h.Product(ctx, dst, v); err != nil {
		return err
	}
	return finite(dst)
}

// finite refuses a vector whose length is no number.
func finite(v []float64) error {
	if norm := floats.Norm(v, 2); math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("probe: a vector of length %g: the loss is not finite at these weights; take weights at which it is", norm)
	}
	return nil
}

// rayleigh returns the Rayleigh quotient of a unit vector v and its residual, from hv = Hv.
func rayleigh(v, hv []float64) Eigenpair {
	value := floats.Dot(v, hv)
	rest := make([]float64, len(v))
	return Eigenpair{value, v, floats.Norm(floats.AddScaledTo(rest, hv, -value, v), 2)}
}
