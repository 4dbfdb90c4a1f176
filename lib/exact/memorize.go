package exact

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Network is the two-layer ReLU network of Zhang et al. 2017, theorem 1:
//
//	c(x) = Σ_j w_j max(<a,x> - b_j, 0)
//
// with n hidden units that share one direction a, and as many sums as outputs. With one output it has 2n+d weights.
type Network struct {
	A       []float64 // [d]
	B       []float64 // [n], ascending
	W       []float64 // [Outputs, n]
	Outputs int

	Z []float64 // [n], the projections <a,x> of the inputs it was fitted to, ascending; not weights
}

// interleave is where between two projections a bias lies: at this share of the way from the lower one.
//
// With a share s, the slope of c before b_i enters that after it with the factor -s/(1-s), whatever the data are: an error dies out if s is
// small, and never does at the midpoint. On 4000 points the largest weight is 4 times smaller at 1/8 than at the midpoint and the residual
// hundreds of times; 1/100 is no better (TestChoices). At 0, the limit, the projections would not be separated strictly, as the paper's are.
const interleave = 1.0 / 8

// Memorize fits any targets y, [n, outputs], of n distinct inputs x, [n, dim], by the construction of Zhang et al. 2017, appendix C: a
// Gaussian direction a of rng, biases between the projections of the inputs, and weights from the triangular system c(x_i) = y_i. The first
// bias lies below the first projection by their mean gap. It takes n²/2 steps for each output.
//
// The weights come from forward substitution in float64 that sums in the very order in which the network is evaluated. A large net's
// sum has terms of the size of its largest weight, but what they lose to rounding at x_i the weight w_i makes up for, and no later
// unit acts on x_i: so the residual is near rounding of y. Slopes of c, or running sums of w and wb, take n steps and lose this; so do
// compensated sums, unless the network is evaluated by them too (TestChoices).
//
// It fails if a value is not finite, if two inputs are equal or have the same projection, or if ctx ends.
func Memorize(ctx context.Context, x []float32, dim int, y []float64, outputs int, rng *rand.Rand) (*Network, error) {
	n, err := problem(x, dim, y, outputs)
	if err != nil {
		return nil, err
	}
	c := &Network{A: make([]float64, dim), B: make([]float64, n), W: make([]float64, outputs*n), Outputs: outputs, Z: make([]float64, n)}
	for i := range c.A {
		c.A[i] = rng.NormFloat64()
	}
	order, err := c.sort(x)
	if err != nil {
		return nil, err
	}
	c.B[0] = c.Z[0] - (c.Z[n-1]-c.Z[0])/float64(n)
	if n == 1 {
		c.B[0] = c.Z[0] - 1
	}
	for i := 1; i < n; i++ {
		c.B[i] = c.Z[i-1] + interleave*(c.Z[i]-c.Z[i-1])
	}
	err = parallel(ctx, outputs, func(k int) {
		w := c.W[k*n : (k+1)*n]
		for i := 0; i < n && ctx.Err() == nil; i++ {
			w[i] = (y[order[i]*outputs+k] - c.sum(w[:i], c.Z[i])) / (c.Z[i] - c.B[i])
		}
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// sum is what the first len(w) units, with weights w, make of the projection z.
func (c *Network) sum(w []float64, z float64) float64 {
	sum := 0.0
	for j, b := range c.B[:len(w)] {
		if z <= b { // and below all biases that follow
			break
		}
		sum += float64(w[j] * (z - b)) // the conversion keeps machines from fusing the two operations, which would round otherwise
	}
	return sum
}

// project returns <a,x> of an input.
func (c *Network) project(x []float32) float64 {
	z := 0.0
	for i, v := range x {
		z += float64(c.A[i] * float64(v))
	}
	return z
}

// sort sets Z to the projections of x in ascending order, and returns the inputs' numbers in that order.
func (c *Network) sort(x []float32) (order []int, err error) {
	dim := len(c.A)
	input := func(i int) []float32 { return x[i*dim : (i+1)*dim] }
	for i := range c.Z {
		c.Z[i] = c.project(input(i))
	}
	order = make([]int, len(c.Z))
	floats.ArgsortStable(c.Z, order)
	for at := 1; at < len(order); at++ {
		if c.Z[at-1] < c.Z[at] {
			continue
		}
		before, i := order[at-1], order[at]
		if slices.Equal(input(before), input(i)) {
			return nil, fmt.Errorf("exact: inputs %d and %d are equal: the theorem is about distinct ones; leave one of them out", before, i)
		}
		return nil, fmt.Errorf("exact: inputs %d and %d differ, but not in their projection: draw the direction from another seed", before, i)
	}
	return order, nil
}

// Parameters is the number of weights: d + n + n for each output.
func (c *Network) Parameters() int { return len(c.A) + len(c.B) + len(c.W) }

// Evaluate returns c(x) of each input of x, [m, d]: [m, Outputs]. It fails if x does not fit, or is not
// finite, or if ctx ends.
func (c *Network) Evaluate(ctx context.Context, x []float32) ([]float64, error) {
	dim, n := len(c.A), len(c.B)
	m, err := rows(x, dim)
	if err != nil {
		return nil, err
	}
	out := make([]float64, m*c.Outputs)
	err = parallel(ctx, m, func(i int) {
		z := c.project(x[i*dim : (i+1)*dim])
		for k := range c.Outputs {
			out[i*c.Outputs+k] = c.sum(c.W[k*n:(k+1)*n], z)
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Conditioning says how near to singular is the matrix of the fit, A_ij = max(z_i - b_j, 0), [n, n], lower triangular.
type Conditioning struct {
	Smallest, Largest float64 // eigenvalues: they are z_i - b_i
	Condition         float64 // |A| |A⁻¹| in the 1-norm, the largest sum of a column's magnitudes
}

// Conditioning returns that of the fit. Columns of A⁻¹ are fits of a single 1 among zeros; as slopes of such a fit die out, this takes
// about n steps and no matrix.
func (c *Network) Conditioning() Conditioning {
	r := Conditioning{Smallest: math.Inf(1)}
	var norm, inverse float64
	for j, z := range c.Z {
		r.Smallest, r.Largest = min(r.Smallest, z-c.B[j]), max(r.Largest, z-c.B[j])
		norm += z - c.B[0] // the first column has the largest sum
		inverse = max(inverse, c.inverseColumn(j))
	}
	r.Condition = norm * inverse
	return r
}

// inverseColumn sums the magnitudes of column j of A⁻¹.
func (c *Network) inverseColumn(j int) float64 {
	slope := 1 / (c.Z[j] - c.B[j])
	sum, before := slope, 1.0
	for i := j + 1; i < len(c.Z) && math.Abs(slope) > 1e-17*sum; i++ {
		next := -(before + slope*(c.B[i]-c.Z[i-1])) / (c.Z[i] - c.B[i])
		sum += math.Abs(next - slope)
		slope, before = next, 0
	}
	return sum
}
