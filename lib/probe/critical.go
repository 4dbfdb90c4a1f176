package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// LASS are the choices of the Langevin adversarial sample search (Arpit et al. 2017, algorithm 1), in units of an input value.
type LASS struct {
	Radius     float64 // of the box around an input in which it searches, half its width: r
	Step       float64 // of every value along the sign of its derivative: alpha
	Noise      float64 // standard deviation of what a step adds to every value: beta
	Iterations int     // at most; 0 is 10
}

// ArpitLASS is what Arpit et al. 2017 (section 4.1) take for pixels from 0 to 255 (radius 0.3, step 0.25, noise 0.2), for inputs that are
// pixels divided by 255. They give no number of iterations; the code that Ma et al. 2018 ("Dimensionality-Driven Learning with Noisy
// Labels") took over from them takes at most 100, and none after one that finds fewer than 20 new ones. It matters little: on 1000
// test digits, an MLP 2x512 that had fitted 10,000 training digits with random labels had a ratio of 0.193, 0.218, 0.221 and 0.221 after
// 2, 10, 30 and 100 iterations, and one with true labels 0.008 after each.
func ArpitLASS() LASS { return LASS{Radius: 0.3 / 255, Step: 0.25 / 255, Noise: 0.2 / 255} }

func (o LASS) check() error {
	for _, size := range []float64{o.Radius, o.Step, o.Noise} {
		if !(size >= 0) || math.IsInf(size, 1) {
			return fmt.Errorf("probe: radius %g, step %g, noise %g: each must be finite, and not negative", o.Radius, o.Step, o.Noise)
		}
	}
	if o.Step == 0 && o.Noise == 0 {
		return errors.New("probe: step 0 and noise 0: the search would stay at the inputs; give either, or take ArpitLASS")
	}
	if o.Iterations < 0 {
		return fmt.Errorf("probe: %d iterations: use at least 1, or 0 for the default", o.Iterations)
	}
	return nil
}

// Critical tells for each of n inputs, [n], whether the search found a critical sample: an input in the box around it, at most Radius from it
// in any value, which the net puts in another class than the input itself, be that right or wrong. The share of them is the critical
// sample ratio (Arpit et al. 2017, section 4.1). x is [n, Height*Width*Channels] in row-major order. It fails where an output is not finite.
//
// From an input x of class k, the search repeats
//
//	xt <- xt - alpha sign(∂f_k/∂xt) + beta eta
//
// with eta a Gaussian of standard deviation 1, clips xt to the box, and ends where xt's class is not k. The algorithm as printed takes
// the derivative at x, and adds its sign; here it is taken at xt, as a Langevin search does, and the step leads away from class k, as the
// search must. f_k is the probability of class k. The step uses its log-odds, whose derivatives have the same signs and do not vanish by
// rounding where the net is sure.
//
// To find nothing proves nothing: the ratio is a lower bound. In the paper's proportions the noise, for one, keeps xt some 4% of the radius
// away from the corner that it makes for. Every input's noise comes from a generator of its own, seeded by rng in the inputs' order: it does
// not depend on what follows.
func (c *Classifier) Critical(ctx context.Context, x []float32, rng *rand.Rand, o LASS) ([]bool, error) {
	if o.Iterations == 0 {
		o.Iterations = 10
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return slabs(c, x, func(some []float32, from int) ([]bool, error) {
		s, err := c.newSearch(some, rng, o)
		if err != nil {
			return nil, err
		}
		found, err := s.run(ctx, from)
		return found, errors.Join(err, free(s.device))
	})
}

// search is a search around a slab of inputs.
type search struct {
	*Classifier
	o       LASS
	device  []*tensors.Tensor // x and xt, [rows, dim] float32
	sources []*rand.Rand      // of each input's noise
	noise   []float32         // [rows, dim]
}

// newSearch begins at the inputs x, [rows, dim].
func (c *Classifier) newSearch(x []float32, rng *rand.Rand, o LASS) (*search, error) {
	rows := len(x) / c.dim
	s := &search{Classifier: c, o: o, sources: make([]*rand.Rand, rows), noise: make([]float32, len(x))}
	for i := range s.sources {
		s.sources[i] = rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
	}
	for range 2 {
		t, err := upload(c.backend, x, rows, c.dim)
		if err != nil {
			return nil, err
		}
		s.device = append(s.device, t)
	}
	return s, nil
}

// run searches until something is found around every input, or for all iterations. The first input has the number from. As a step tells
// the class of where it begins, there is one more of them.
func (s *search) run(ctx context.Context, from int) ([]bool, error) {
	var own []int32
	found := make([]bool, len(s.sources))
	for i := range s.o.Iterations + 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		classes, err := s.advance(from)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			own = classes
		}
		for row, class := range classes {
			found[row] = found[row] || class != own[row]
		}
		if !slices.Contains(found, false) {
			break
		}
	}
	return found, nil
}

// advance takes a step of every xt, and returns the classes of them before it.
func (s *search) advance(from int) ([]int32, error) {
	for i := range s.noise {
		s.noise[i] = float32(s.o.Noise * s.sources[i/s.dim].NormFloat64())
	}
	noise, err := upload(s.backend, s.noise, len(s.sources), s.dim)
	if err != nil {
		return nil, err
	}
	outputs, err := s.step.Exec(s.device[0], s.device[1], noise, float32(s.o.Radius), float32(s.o.Step))
	if err := errors.Join(err, noise.FinalizeAll()); err != nil {
		return nil, err
	}
	last := s.device[1]
	s.device[1] = outputs[0]
	classes, err := read(outputs[1], from)
	return classes, errors.Join(err, last.FinalizeAll())
}

// stepGraph takes a step of xt away from its class, which is that of x until the search has succeeded. Its inputs are x, xt, the noise, the
// radius and the step; it returns the next xt, and the classes of xt.
func (c *Classifier) stepGraph(scope *model.Scope, inputs []*Node) []*Node {
	x, xt, noise, radius, step := inputs[0], inputs[1], inputs[2], inputs[3], inputs[4]
	logits := c.logitsGraph(scope, xt)
	classes := classOf(logits)
	next := Add(xt, Add(Mul(nets.Away(xt, logits, classes), step), noise))
	return []*Node{Clip(next, Sub(x, radius), Add(x, radius)), classes}
}
