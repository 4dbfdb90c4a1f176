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
