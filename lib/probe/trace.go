package probe

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// TraceResult estimates the trace of a symmetric matrix, the sum of its eigenvalues.
type TraceResult struct {
	Value         float64   // the mean of the samples, without bias
	StandardError float64   // of the mean, from the samples' spread; NaN for one sample
	Samples       []float64 // vᵀHv of each random vector v
	SquaredNorm   float64   // the mean of |Hv|², an estimate of |H|² (Frobenius), the sum of the squared eigenvalues, without bias
}

// Trace is Hutchinson's estimator (Hutchinson 1990): the mean of vᵀHv over random vectors v of rng whose entries are 1 or -1, equally
// likely. A sample takes a product, and its variance is 2(|H|² - Σ hᵢᵢ²), twice the sum of the squares off the diagonal, so that the
// standard error is at most √(2 SquaredNorm/samples), whatever the samples' spread; a diagonal matrix has no error at all.
// Samples must be at least 1. It ends with the error of a product, as when ctx ends, and where a product is not finite.
func Trace(ctx context.Context, h Operator, rng *rand.Rand, samples int) (TraceResult, error) {
	if samples < 1 {
		return TraceResult{}, fmt.Errorf("probe: %d samples: use at least 1", samples)
	}
	r := TraceResult{Samples: make([]float64, samples)}
	hv := make([]float64, h.Len())
	for i := range r.Samples {
		v, err := signs(h, rng)
		if err == nil {
			err = product(ctx, h, hv, v)
		}
		if err != nil {
			return TraceResult{}, err
		}
		r.Samples[i] = floats.Dot(v, hv)
		r.SquaredNorm += floats.Dot(hv, hv) / float64(samples)
	}
	mean, sd := stat.MeanStdDev(r.Samples, nil)
	r.Value, r.StandardError = mean, stat.StdErr(sd, float64(samples))
	return r, nil
}

// signs draws a vector of 1 and -1, [Len], the signs of a random direction.
func signs(h Operator, rng *rand.Rand) ([]float64, error) {
	v, err := direction(h, rng)
	for i := range v {
		v[i] = math.Copysign(1, v[i])
	}
	return v, err
}
