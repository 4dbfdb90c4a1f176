package exact

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// MinimumNorm solves linear systems X w = y with fewer equations than unknowns, as section 5 of Zhang et al. 2017 has them: of the many
// solutions the one of smallest Euclidean norm, w = Xᵀ(XXᵀ)⁻¹y, which is the only one in the span of the inputs.
//
// It works by X = LQ, not by Cholesky's factor of XXᵀ: that has the square of X's condition number, which for pixels is near the limit of
// float64. All minima of the squared loss have the same Hessian XᵀX/n, so curvature tells none of them apart.
type MinimumNorm struct {
	x  *mat.Dense // [n, dim]
	lq mat.LQ
}

// dependent is the condition number from which on inputs count as linearly dependent: beyond it no digit of a solution is certain.
const dependent = 1e14

// NewMinimumNorm factors the inputs x, [n, dim] with n at most dim, in about 2 n² dim operations. It fails if there are more inputs than
// dim, if they are linearly dependent, or if a value is not finite.
func NewMinimumNorm(x []float32, dim int) (*MinimumNorm, error) {
	n, err := rows(x, dim)
	if err != nil {
		return nil, err
	}
	if n > dim {
		return nil, fmt.Errorf("exact: %d inputs of %d values: the system must have no more inputs than values; use fewer inputs, or more features", n, dim)
	}
	m := &MinimumNorm{x: dense(x, dim)}
	m.lq.Factorize(m.x)
	if c := m.lq.Cond(); !(c < dependent) {
		return nil, fmt.Errorf("exact: the %d inputs are linearly dependent (condition number %.0e): use fewer, or other features", n, c)
	}
	return m, nil
}

// Condition is an estimate of the condition number of X.
func (m *MinimumNorm) Condition() float64 { return m.lq.Cond() }

// Solve returns the weights of smallest norm that fit the targets y, [n, outputs]: [outputs, dim].
func (m *MinimumNorm) Solve(y []float64, outputs int) ([]float64, error) {
	n, _ := m.x.Dims()
	if err := finite(y, n, outputs); err != nil {
		return nil, err
	}
	return m.solve(mat.NewDense(n, outputs, y)), nil
}

func (m *MinimumNorm) solve(y mat.Matrix) []float64 {
	var w mat.Dense
	if err := m.lq.SolveTo(&w, false, y); err != nil {
		panic(err) // of a condition number that NewMinimumNorm refuses
	}
	return mat.DenseCopyOf(w.T()).RawMatrix().Data
}

// Predict returns X w for each output of the weights w, [outputs, dim], of other inputs x, [m, dim]: [m, outputs]. It fails if x or w do not
// fit, or if x is not finite.
func (m *MinimumNorm) Predict(x []float32, w []float64) ([]float64, error) {
	_, dim := m.x.Dims()
	if _, err := rows(x, dim); err != nil {
		return nil, err
	}
	if len(w) == 0 || len(w)%dim != 0 {
		return nil, fmt.Errorf("exact: %d weights for inputs of %d values", len(w), dim)
	}
	return product(dense(x, dim), w).RawMatrix().Data, nil
}

// Outside returns the part of the weights w, [outputs, dim], that lies outside the span of the inputs; no output on them depends on it.
func (m *MinimumNorm) Outside(w []float64) []float64 {
	inside := m.solve(product(m.x, w))
	return floats.SubTo(inside, w, inside)
}

// product returns X w for each output of w, [outputs, dim].
func product(x *mat.Dense, w []float64) *mat.Dense {
	_, dim := x.Dims()
	var out mat.Dense
	out.Mul(x, mat.NewDense(len(w)/dim, dim, w).T())
	return &out
}
