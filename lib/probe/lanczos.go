package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// LanczosOptions say when Lanczos' method stops.
type LanczosOptions struct {
	Steps     int     // at most, each of them a product and a vector to keep; 0 is 30
	Tolerance float64 // stops when the residuals of both ends are within it, over the largest magnitude; 0 takes all steps
}

// LanczosResult is what Lanczos' method knows of a spectrum after some steps.
type LanczosResult struct {
	Values   []float64 // the Ritz values, ascending, one a step
	Bounds   []float64 // of each: an eigenvalue lies within it of the Ritz value (Parlett 1998, section 13.2)
	Smallest Eigenpair // the most negative end
	Largest  Eigenpair // the most positive end
}

// Lanczos approximates the eigenvalues at both ends of a spectrum, from a random vector of rng: those of H on the space of v, Hv, H²v and
// so on (Golub and Van Loan 2013, section 10.1). Each new vector is made orthogonal to all others, twice, so that no eigenvalue appears
// a second time by rounding; this needs Steps vectors of memory, 8 bytes a weight each. It ends early where the space has been exhausted,
// with exact eigenvalues; of an eigenvalue that several eigenvectors share it sees one.
func Lanczos(ctx context.Context, h Operator, rng *rand.Rand, o LanczosOptions) (LanczosResult, error) {
	if o.Steps == 0 {
		o.Steps = 30
	}
	if o.Steps < 0 || !(o.Tolerance >= 0) {
		return LanczosResult{}, fmt.Errorf("probe: %d steps, tolerance %g: neither may be negative", o.Steps, o.Tolerance)
	}
	r, err := lanczos(ctx, h, rng, o.Steps, o.Tolerance)
	if err != nil {
		return LanczosResult{}, err
	}
	return LanczosResult{r.values, r.bounds, r.pair(0), r.pair(len(r.values) - 1)}, nil
}

// lanczos takes steps from a random unit vector, fewer where the space is exhausted, or both ends are known to a positive tolerance.
func lanczos(ctx context.Context, h Operator, rng *rand.Rand, steps int, tolerance float64) (ritz, error) {
	v, err := direction(h, rng)
	if err != nil {
		return ritz{}, err
	}
	k := krylov{basis: [][]float64{v}}
	for {
		next, rest, err := k.extend(ctx, h)
		if err != nil {
			return ritz{}, err
		}
		if last := rest == 0 || len(k.basis) == min(steps, h.Len()); last || tolerance > 0 {
			r, err := k.solve(rest)
			if err != nil || last || r.within(tolerance) {
				return r, err
			}
		}
		k.basis, k.below = append(k.basis, next), append(k.below, rest)
	}
}

// krylov is the space of v, Hv, H²v and so on, and H in its basis, a symmetric tridiagonal matrix.
type krylov struct {
	basis    [][]float64 // [k] orthonormal vectors
	diagonal []float64   // [k]
	below    []float64   // [k-1], the diagonal below
	scale    float64     // length of the longest product so far
}

// extend takes the next product, and returns what of it lies outside the space: a unit vector and its length, 0 for a mere rounding.
func (k *krylov) extend(ctx context.Context, h Operator) (next []float64, rest float64, err error) {
	last := k.basis[len(k.basis)-1]
	next = make([]float64, len(last))
	if err := product(ctx, h, next, last); err != nil {
		return nil, 0, err
	}
	k.scale = max(k.scale, floats.Norm(next, 2))
	k.diagonal = append(k.diagonal, floats.Dot(next, last))
	orthogonalize(next, k.basis)
	rest = floats.Norm(next, 2)
	if rest <= k.scale*rounding*math.Sqrt(float64(len(next))) {
		return nil, 0, nil
	}
	floats.Scale(1/rest, next)
	return next, rest, nil
}

// rounding is a little more than the relative rounding error of a float64.
const rounding = 0x1p-50

// orthogonalize takes away from w its part in the space of an orthonormal basis: twice, as the first time leaves rounding behind.
func orthogonalize(w []float64, basis [][]float64) {
	for range 2 {
		for _, v := range basis {
			floats.AddScaled(w, -floats.Dot(v, w), v)
		}
	}
}

// ritz are the eigenvalues of H in a space, ascending, the residuals of their Ritz vectors, and the eigenvectors as columns, in the space's basis.
type ritz struct {
	values, bounds []float64
	vectors        *mat.Dense
	basis          [][]float64
}

// solve finds the eigenvalues of H in the space. Rest is the length of the next vector before it is scaled: a Ritz vector's residual is rest times
// the last component of the eigenvector.
func (k *krylov) solve(rest float64) (ritz, error) {
	n := len(k.diagonal)
	m := mat.NewSymDense(n, nil)
	for i, value := range k.diagonal {
		m.SetSym(i, i, value)
	}
	for i, value := range k.below {
		m.SetSym(i, i+1, value)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(m, true) {
		return ritz{}, errors.New("probe: the eigenvalues of Lanczos' tridiagonal matrix do not converge")
	}
	r := ritz{values: eigen.Values(nil), bounds: make([]float64, n), vectors: &mat.Dense{}, basis: k.basis}
	eigen.VectorsTo(r.vectors)
	for i := range r.bounds {
		r.bounds[i] = math.Abs(rest * r.vectors.At(n-1, i))
	}
	return r, nil
}

// within tells whether both ends are known to a tolerance.
func (r ritz) within(tolerance float64) bool {
	last := len(r.values) - 1
	largest := max(math.Abs(r.values[0]), math.Abs(r.values[last]))
	return last > 0 && max(r.bounds[0], r.bounds[last]) <= tolerance*largest
}

// pair is the Ritz value with number i and its vector.
func (r ritz) pair(i int) Eigenpair {
	vector := make([]float64, len(r.basis[0]))
	for j, v := range r.basis {
		floats.AddScaled(vector, r.vectors.At(j, i), v)
	}
	return Eigenpair{r.values[i], vector, r.bounds[i]}
}
