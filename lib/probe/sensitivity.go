package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"

	"rethinking/lib/nets"
)

// Unrolled is a training by plain SGD, with all that its weights depend on: update t takes from the weights Rate times the gradient of the mean
// loss of the examples Batches[t-1].
type Unrolled struct {
	Architecture nets.Architecture    // "mlp", without batch normalization and noise
	DType        dtypes.DType         // the net's arithmetic, Float32 or Float64; 0 is Float32
	Variables    map[string][]float32 // the initial values of the net's variables, by path
	X            []float32            // [n, Height*Width*Channels], in row-major order
	Labels       []int32              // [n]
	Rate         float64              // of learning, at least 0
	Batches      [][]int              // the rows of each update, as many each time, none of them twice in a batch; Shuffled draws them
	Every        int                  // updates from one measurement to the next; their number is a multiple of it
	ByClass      bool                 // whether to measure SensitivityResult.Class
}

// SensitivityResult are the loss sensitivities of a training.
type SensitivityResult struct {
	At       []int       // [k] updates before each measurement: Every, 2 Every and so on
	Loss     []float64   // [k] mean over all examples, in nats
	Accuracy []float64   // [k] share of all examples that are classified as labelled
	G        [][]float64 // [k][n] g_x of each example
	// Through and Proxy, [k][n], are the 1-norms of the two parts of each example's derivative: that through the training, 0 where no batch has had the
	// example yet, and the direct one, the gradient of L_t at the present weights, which is cheap and sometimes taken for the whole.
	Through, Proxy [][]float64
	// Class is nil, or [classes][classes]: at [i][j] the mean, over At and over the examples of class j, of the sensitivity to them of the mean
	// loss over the examples of class i, as the ḡ_ij of figure 4. ClassThrough is that of the parts through the training.
	Class, ClassThrough [][]float64
}

// Sensitivity trains, and measures how much the loss depends on what was trained on: of each example x, after t updates,
//
//	g_x = |dL_t/dx|_1
//
// where L_t is the mean loss of all examples (Arpit et al. 2017, section 3.2). The derivative has two parts. One goes through every update so far that
// had x in its batch, and through all updates after it. The other is direct: the gradient of x's own term of L_t at the present weights, which takes no
// training. In the sensitivity of the loss of one class to the examples of another there is no such term.
//
// The derivative is exact, by back-propagation through the unrolled training (Maclaurin et al. 2015), but along stored weights: from dL_t/dw at
// the weights after t updates, each update costs a product with the second derivatives of its batch's loss. With k measurements these are
// Every k(k+1)/2 products, and ByClass 1+classes times as many. The device holds the weights before every update. 1000 updates of an MLP 2x16 for
// 196 inputs, in batches of 10 of 1000 examples, measured every 25, take 2.3 s on 2 cores, and 11 s ByClass.
//
// Done is told the share of the work that is done. It fails where the choices do not fit, where the training diverges, on a backend without
// loops, as that of pure Go, and soon after ctx ends.
func Sensitivity(ctx context.Context, backend compute.Backend, u Unrolled, done func(share float64)) (s SensitivityResult, err error) {
	if u.DType == dtypes.InvalidDType {
		u.DType = dtypes.Float32
	}
	if err = u.check(backend); err != nil {
		return s, fmt.Errorf("probe: %w", err)
	}
	t, err := newTape(backend, u)
	all := len(u.Batches) / u.Every
	for k := 1; k <= all && err == nil; k++ {
		if err = t.train(ctx); err == nil {
			err = s.measure(ctx, t)
		}
		if err == nil {
			done(float64(k*(k+1)) / float64(all*(all+1)))
		}
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return SensitivityResult{}, fmt.Errorf("probe: %w", err)
	}
	for _, row := range slices.Concat(s.Class, s.ClassThrough) {
		floats.Scale(1/float64(all), row)
	}
	return s, nil
}

// check tells what is wrong with the choices.
func (u Unrolled) check(backend compute.Backend) error {
	a := u.Architecture
	if _, err := nets.New(a); err != nil {
		return err
	}
	if err := checkExamples(a, u.DType, u.X, u.Labels); err != nil {
		return err
	}
	switch c := backend.Capabilities(); {
	case !c.Functions || !c.Operations[compute.OpTypeDynamicSlice]:
		return fmt.Errorf("backend %s cannot unroll a training, which takes loops: use XLA's", backend.Name())
	case a.Convolutional():
		return fmt.Errorf("a net of kind %q: only the training of an mlp is unrolled", a.Kind)
	case a.BatchNorm:
		return errors.New("batch normalization makes an example's gradient depend on its whole batch: use a net without")
	case a.Noise != nets.Noise{}:
		return fmt.Errorf("a net with noise, %+v: use one without", a.Noise)
	case !(u.Rate >= 0) || math.IsInf(u.Rate, 1):
		return fmt.Errorf("a learning rate of %g: it must be finite and at least 0", u.Rate)
	case u.Every < 1 || len(u.Batches) == 0 || len(u.Batches)%u.Every != 0:
		return fmt.Errorf("%d updates, measured every %d: both must be at least 1, and the first a multiple of the second", len(u.Batches), u.Every)
	}
	if class := slices.Index(u.sizes(), 0); u.ByClass && class >= 0 {
		return fmt.Errorf("class %d has no example, so no loss: leave ByClass out, or the class", class)
	}
	return u.checkBatches()
}

// checkBatches tells what is wrong with the batches.
func (u Unrolled) checkBatches() error {
	last := make([]int, len(u.Labels)) // batch, from 1, that took each example last
	for i, batch := range u.Batches {
		if len(batch) != len(u.Batches[0]) || len(batch) == 0 {
			return fmt.Errorf("%d rows in batch %d, %d in batch 0: use as many in all, at least 1", len(batch), i, len(u.Batches[0]))
		}
		for _, row := range batch {
			if row < 0 || row >= len(last) {
				return fmt.Errorf("row %d in batch %d: the examples are the rows 0 to %d", row, i, len(last)-1)
			}
			if last[row] == i+1 {
				return fmt.Errorf("row %d twice in batch %d: name it once", row, i)
			}
			last[row] = i + 1
		}
	}
	return nil
}

// sizes are the numbers of examples of the classes.
func (u Unrolled) sizes() []int {
	sizes := make([]int, u.Architecture.Classes)
	for _, label := range u.Labels {
		sizes[label]++
	}
	return sizes
}

// measure adds the measurement at the present weights.
func (s *SensitivityResult) measure(ctx context.Context, t *tape) error {
	updates := len(t.segments) * t.Every
	m, err := t.sensitivities(ctx, slices.Repeat([]float64{1}, len(t.Labels)))
	if err != nil {
		return fmt.Errorf("after %d updates: %w", updates, err)
	}
	s.At, s.Loss, s.Accuracy = append(s.At, updates), append(s.Loss, m.loss), append(s.Accuracy, m.accuracy)
	s.G, s.Through, s.Proxy = append(s.G, m.g), append(s.Through, m.through), append(s.Proxy, m.direct)
	for class := 0; t.ByClass && class < t.Architecture.Classes; class++ {
		g, through, err := t.class(ctx, class)
		if err != nil {
			return fmt.Errorf("class %d after %d updates: %w", class, updates, err)
		}
		if class == len(s.Class) {
			s.Class, s.ClassThrough = append(s.Class, make([]float64, len(g))), append(s.ClassThrough, make([]float64, len(g)))
		}
		floats.Add(s.Class[class], g)
		floats.Add(s.ClassThrough[class], through)
	}
	return nil
}

// Shuffled draws batches of rows of n examples, [updates][batch]: one after another from a random order, and from a new one once fewer are left than
// a batch takes. It fails where batch is not from 1 to n, or updates is below 0.
func Shuffled(n, batch, updates int, rng *rand.Rand) ([][]int, error) {
	if batch < 1 || batch > n || updates < 0 {
		return nil, fmt.Errorf("probe: %d batches of %d of %d examples: use at least 0 batches of 1 to %d", updates, batch, n, n)
	}
	var batches [][]int
	for len(batches) < updates {
		for order := rng.Perm(n); len(order) >= batch && len(batches) < updates; order = order[batch:] {
			batches = append(batches, order[:batch:batch])
		}
	}
	return batches, nil
}
