package seed2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/stat/distuv"

	"rethinking/lib/exact"
	"rethinking/lib/nets"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Finite asks the report's experiment on finite-sample expressivity, which it designed and did not finish: which networks return N random labels of
// N points in Dim dimensions? One of two layers with exactly 2N+Dim weights exists (Zhang et al. 2017, theorem 1), and so do networks of any depth k
// with O(N/k) units a layer (its corollary). Beside them stand nets that are trained.
//
// The theorem is about existence, for any labels. So no training run refutes it: where training finds no fit in its time, there may be one all the
// same. Nor does one confirm it: a fit is one of some labels, not of any. The report took nets that training had not fitted for a contradiction, and
// nets that it had fitted for a confirmation. What the trained nets here tell is how much training makes of as many weights, and of as many units.
//
// The points are standard Gaussian, and each label is drawn from 0 to 9.
type Finite struct {
	N, Dim   int
	Depths   []int      // of the corollary's networks, in layers of weights, each 3 or more
	Plan     train.Plan // of the trained nets
	Batch    int        // examples a step
	Momentum float64    // of stochastic gradient descent
	Seed     int64      // of the points, their labels, the direction a of theorem 1, and the trained nets
}

// normal is the distribution of a number of points or dimensions.
type normal struct{ mean, sd float64 }

// draw is rounded, and drawn anew where it lies lower than three standard deviations below the mean, which happens once in 741 draws.
func (d normal) draw(source rand.Source) int {
	for {
		if v := (distuv.Normal{Mu: d.mean, Sigma: d.sd, Src: source}).Rand(); v >= d.mean-3*d.sd {
			return int(math.Round(v))
		}
	}
}

// Expressivity draws n and d from normal distributions, of which the report says no more. The trained nets end at 100%, or when their epochs are
// over: stochastic gradient descent with momentum 0.9 at a constant rate of 0.01 in batches of 50. A rate of 0.003, and rates of 0.01 and 0.03 that
// fall by 0.1% an epoch, brought nets of 2n+d weights to within 3 points of the accuracy at this one, on standard's first four draws;
// 10,000 epochs at 0.02, falling by 0.02% an epoch, gained up to 4 points, and none reached 100%.
//
//	smoke      2 draws, n ~ N(60, 15), d ~ N(20, 6) (means, standard deviations), depths 4 and 6, batches of 10, at most 100 epochs
//	quick      3 draws, n ~ N(500, 150), d ~ N(200, 60), depths 4, 6, 10 and 18, at most 1,000 epochs
//	standard   20 draws, of which the first are quick's, at most 5,000 epochs
//	paper      as standard
func Expressivity(scale study.Scale) []Finite {
	n, d, depths, epochs, draws := normal{500, 150}, normal{200, 60}, []int{4, 6, 10, 18}, 5000, 20
	batch := 50
	switch scale {
	case study.Smoke:
		n, d, depths, epochs, draws = normal{60, 15}, normal{20, 6}, []int{4, 6}, 100, 2
		batch = 10
	case study.Quick:
		epochs, draws = 1000, 3
	}
	source := rand.NewPCG(2017, 0)
	var all []Finite
	for i := range int64(draws) {
		all = append(all, Finite{
			N: n.draw(source), Dim: d.draw(source), Depths: depths, Seed: i + 1,
			Plan: train.Plan{Epochs: epochs, LearningRate: 0.01, Decay: 1, Target: 1}, Batch: batch, Momentum: 0.9,
		})
	}
	return all
}

// Network is a network on the points of a Finite, built or trained. A number that a built one returns counts as the label nearest to it; a trained
// one has a logit a class.
type Network struct {
	Name          string  // "theorem 1", "corollary, depth 4", "trained, 2n+d weights", "trained, n units"
	Weights       int     // and biases; those of the corollary's networks that are not zero
	Width         int     // units of the widest hidden layer
	TrainAccuracy float64 // percent; of a trained net at the end
	Residual      float64 // max |c(x_i) - y_i| of a built network, where labels are 0 to 9
	Epochs        int     // of training
}

// Expressed is the answer to a Finite. The Network in it is theorem 1's, with 2N+Dim weights.
type Expressed struct {
	Finite
	Network
	Condition   float64   // 1-norm condition number of the triangular system of theorem 1
	Deep        []Network // the corollary's, one of each depth
	SameWeights Network   // trained: a hidden layer of as many ReLU units as at most 2N+Dim weights allow
	SameUnits   Network   // trained: a hidden layer of N ReLU units as theorem 1's, but with weights of its own for each
}

// Drawn is one of the networks of a draw.
type Drawn struct {
	Finite
	Network
}

// Networks are those of all draws, for tables and plots: of each theorem 1's, the corollary's, and the trained ones, whose Residual is not a number.
func Networks(all []Expressed) []Drawn {
	var networks []Drawn
	for _, x := range all {
		networks = append(networks, Drawn{x.Finite, x.Network})
		for _, n := range x.Deep {
			networks = append(networks, Drawn{x.Finite, n})
		}
		for _, n := range []Network{x.SameWeights, x.SameUnits} {
			n.Residual = math.NaN()
			networks = append(networks, Drawn{x.Finite, n})
		}
	}
	return networks
}

// Express answers questions of Finite, from the lab's results or anew. It fails if there are fewer than 11 points, where 2N+Dim weights are too few
// for a unit of a trained net, or if there is no dimension or no batch, if a depth is below 3 or above N+2, or if training diverges.
func Express(ctx context.Context, lab *study.Lab, questions []Finite) ([]Expressed, error) {
	for _, q := range questions {
		if q.N < 11 || q.Dim < 1 || q.Batch < 1 {
			return nil, fmt.Errorf("seed2017: %d points in %d dimensions, in batches of %d: use 11 points, 1 dimension and batches of 1, or more",
				q.N, q.Dim, q.Batch)
		}
	}
	return study.MeasureAll(ctx, lab, "seed2017/expressivity", questions, Finite.answer)
}

// classes are the labels of a Finite: 0 to 9.
const classes = 10

// What a Finite's seed is for.
const (
	forPoints = iota + 1
	forDirection
	forWeights
	forOrder
)

func (q Finite) source(purpose uint64) *rand.PCG { return rand.NewPCG(uint64(q.Seed), purpose) }

// points are inputs, [N, Dim], and their labels, [N].
func (q Finite) points() (x []float32, labels []uint8) {
	rng := rand.New(q.source(forPoints))
	x, labels = make([]float32, q.N*q.Dim), make([]uint8, q.N)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	for i := range labels {
		labels[i] = uint8(rng.IntN(classes))
	}
	return x, labels
}

func (q Finite) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Expressed, error) {
	x, labels := q.points()
	answer := Expressed{Finite: q}
	if err := answer.build(ctx, x, labels); err != nil {
		return Expressed{}, err
	}
	backend, err := lab.Backend()
	if err != nil {
		return Expressed{}, err
	}
	points := train.NewExamples(x, labels, nil)
	defer points.Free()
	units := (2*q.N + q.Dim - classes) / (q.Dim + 1 + classes)
	if answer.SameWeights, err = q.train(ctx, backend, points, units, func(share float64) { done(share / 2) }); err != nil {
		return Expressed{}, err
	}
	answer.SameUnits, err = q.train(ctx, backend, points, q.N, func(share float64) { done((1 + share) / 2) })
	answer.SameWeights.Name, answer.SameUnits.Name = "trained, 2n+d weights", "trained, n units"
	return answer, err
}

// build makes theorem 1's network and the corollary's for the points.
func (e *Expressed) build(ctx context.Context, points []float32, labels []uint8) error {
	c, err := exact.Memorize(ctx, points, e.Dim, exact.Indices(labels), 1, rand.New(e.source(forDirection)))
	if err != nil {
		return err
	}
	e.Condition = c.Conditioning().Condition
	e.Network = Network{Name: "theorem 1", Weights: c.Parameters(), Width: len(c.B)}
	if err := e.Network.measure(ctx, c, points, labels); err != nil {
		return err
	}
	for _, depth := range e.Depths {
		layers, err := c.Deep(depth)
		if err != nil {
			return err
		}
		_, nonzero := layers.Weights()
		n := Network{Name: fmt.Sprintf("corollary, depth %d", depth), Weights: nonzero, Width: slices.Max(layers.Widths())}
		if err := n.measure(ctx, layers, points, labels); err != nil {
			return err
		}
		e.Deep = append(e.Deep, n)
	}
	return nil
}

// measure sets how well a built network returns the labels.
func (n *Network) measure(ctx context.Context, built interface {
	Evaluate(ctx context.Context, x []float32) ([]float64, error)
}, points []float32, labels []uint8) error {
	fitted, err := built.Evaluate(ctx, points)
	if err != nil {
		return err
	}
	right := 0
	for i, label := range exact.Nearest(fitted, classes) {
		if label == labels[i] {
			right++
		}
	}
	n.TrainAccuracy, n.Residual = 100*float64(right)/float64(len(labels)), exact.Residual(fitted, exact.Indices(labels))
	return nil
}

// train trains a net of one hidden layer of so many ReLU units.
func (q Finite) train(ctx context.Context, backend compute.Backend, points train.Examples, units int, done func(share float64)) (Network, error) {
	t, err := train.New(backend, train.Spec{
		Net: nets.MLP([]int{units}, classes), Dim: q.Dim, Batch: q.Batch, Optimizer: train.SGD{Momentum: q.Momentum},
	})
	if err != nil {
		return Network{}, err
	}
	defer t.Close()
	if err := t.Start(rand.New(q.source(forWeights))); err != nil {
		return Network{}, err
	}
	n := Network{Weights: t.Parameters(), Width: units}
	err = t.Fit(ctx, q.Plan, train.Sets{Steps: points, Train: points, Test: points}, q.source(forOrder), nil, train.Hooks{
		Evaluated: func(p train.Point) error {
			n.TrainAccuracy, n.Epochs = 100*p.Train.Accuracy, p.Epoch
			return nil
		},
		Trained: func(share float64, _ func() (train.Checkpoint, error)) error {
			done(share)
			return nil
		},
	})
	return n, err
}
