package exact

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// Descent is stochastic gradient descent on the squared loss of a linear model, Σ |w·x_i - y_i|² / 2n.
type Descent struct {
	Start  []float64 // [outputs, dim], where it starts; nil is zero
	Epochs int
	Batch  int     // examples a step, the last one of an epoch may have fewer; 0 is all
	Rate   float64 // the learning rate; 0 is 1/max|x_i|², below which no batch makes it diverge, as no batch's Hessian has a larger eigenvalue
}

// Epoch is where a descent is after some epochs.
type Epoch struct {
	Loss     float64 // over all inputs
	Distance float64 // to the solution of smallest norm
	Outside  float64 // the norm of what lies outside the span of the inputs
}

// Descend runs o with the targets y, [n, outputs], in random orders of rng. It returns the last weights, [outputs, dim], and where they were at
// the start and after each epoch. Steps are sums of inputs, so that Outside never changes: from zero, the only limit is the solution of
// smallest norm; from elsewhere it is that and what lay outside at the start (Zhang et al. 2017, section 5).
//
// It fails if y or an option does not fit, if the descent diverges, or if ctx ends.
func (m *MinimumNorm) Descend(ctx context.Context, y []float64, outputs int, o Descent, rng *rand.Rand) (w []float64, epochs []Epoch, err error) {
	n, dim := m.x.Dims()
	best, err := m.Solve(y, outputs)
	if err != nil {
		return nil, nil, err
	}
	if o, err = o.complete(m, len(best)); err != nil {
		return nil, nil, err
	}
	w = slices.Clone(o.Start)
	for {
		errors := product(m.x, w).RawMatrix().Data
		floats.Sub(errors, y)
		loss := floats.Dot(errors, errors) / float64(2*n)
		if loss-loss != 0 {
			return nil, nil, fmt.Errorf("exact: the descent diverged in epoch %d at the learning rate %g: use less", len(epochs), o.Rate)
		}
		epochs = append(epochs, Epoch{loss, floats.Distance(w, best, 2), floats.Norm(m.Outside(w), 2)})
		if len(epochs) > o.Epochs {
			return w, epochs, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		for batch := range slices.Chunk(rng.Perm(n), o.Batch) {
			m.step(w, y, batch, o.Rate, dim)
		}
	}
}

// step moves w against the gradient on a batch.
func (m *MinimumNorm) step(w, y []float64, batch []int, rate float64, dim int) {
	outputs := len(w) / dim
	for k := range outputs {
		w, errors := w[k*dim:(k+1)*dim], make([]float64, len(batch))
		for b, i := range batch {
			errors[b] = floats.Dot(m.x.RawRowView(i), w) - y[i*outputs+k]
		}
		for b, i := range batch {
			floats.AddScaled(w, -rate*errors[b]/float64(len(batch)), m.x.RawRowView(i))
		}
	}
}

// complete checks o and sets its defaults.
func (o Descent) complete(m *MinimumNorm, weights int) (Descent, error) {
	n, _ := m.x.Dims()
	switch {
	case o.Start != nil && len(o.Start) != weights:
		return o, fmt.Errorf("exact: a start of %d weights: there are %d", len(o.Start), weights)
	case o.Epochs < 0 || o.Batch < 0 || o.Batch > n:
		return o, fmt.Errorf("exact: %d epochs of batches of %d: use 0 or more, and 1 to %d, or 0 for all", o.Epochs, o.Batch, n)
	case !(o.Rate >= 0) || math.IsInf(o.Rate, 1):
		return o, fmt.Errorf("exact: learning rate %g: it must be positive, or 0 for the default", o.Rate)
	}
	if o.Start == nil {
		o.Start = make([]float64, weights)
	}
	if o.Batch == 0 {
		o.Batch = n
	}
	if o.Rate == 0 {
		longest := 0.0
		for i := range n {
			longest = max(longest, floats.Norm(m.x.RawRowView(i), 2))
		}
		o.Rate = 1 / (longest * longest)
	}
	return o, nil
}
