package seed2017

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/stat/distuv"

	"rethinking/lib/exact"
	"rethinking/lib/nets"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Finite asks the report's experiment on finite-sample expressivity, which it designed and did not finish: which networks return N random labels of
// N standard Gaussian points in Dim dimensions? One of two layers with exactly 2N+Dim weights exists (Zhang et al. 2017, theorem 1), and so do
// networks of any depth k with O(N/k) units a layer (its corollary). Beside them stand nets that are trained.
//
// The theorem is about existence, for any labels: no training run refutes it, as there may be a fit that training does not find in its time, nor does
// a fit of some labels confirm it. The report took nets that training had not fitted, or had, for either. What the trained nets here tell is how much
// training makes of as many weights, and of as many units.
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

// Expressivity draws n and d from normal distributions, of which the report says no more; a larger scale goes on where quick ends. The trained nets
// end at 100%, or when their epochs are over: stochastic gradient descent with momentum 0.9 at a constant rate of 0.01. A rate of 0.003, and rates of
// 0.01 and 0.03 that fall by 0.1% an epoch, brought nets of 2n+d weights to within 3 points of the accuracy at this one, on standard's first four
// draws; 10,000 epochs at 0.02, falling by 0.02% an epoch, gained up to 4 points, and none reached 100%.
func Expressivity(scale study.Scale) (all []Finite) {
	q, n, d, draws := Finite{Depths: []int{4, 6, 10, 18}, Batch: 50, Momentum: 0.9}, normal{500, 150}, normal{200, 60}, 20
	q.Plan = train.Plan{Epochs: 5000, LearningRate: 0.01, Decay: 1, Target: 1}
	switch scale {
	case study.Smoke:
		q.Depths, q.Batch, q.Plan.Epochs, n, d, draws = []int{4, 6}, 10, 100, normal{60, 15}, normal{20, 6}, 2
	case study.Quick:
		q.Plan.Epochs, draws = 1000, 3
	}
	source := rand.NewPCG(2017, 0)
	for i := range draws {
		q.N, q.Dim, q.Seed = n.draw(source), d.draw(source), int64(i+1)
		all = append(all, q)
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

// Answered is a Finite with its answer.
type Answered = study.Answered[Finite, Expressed]

// Expressed is the answer to a Finite. The Network in it is theorem 1's, with 2N+Dim weights.
type Expressed struct {
	Finite
	Network
	Condition   float64   // 1-norm condition number of the triangular system of theorem 1
	Deep        []Network // the corollary's, one of each depth
	SameWeights Network   // trained: a hidden layer of as many ReLU units as at most 2N+Dim weights allow
	SameUnits   Network   // trained: a hidden layer of N ReLU units as theorem 1's, but with weights of its own for each
}

// Networks are those of all draws, for tables and plots: of each theorem 1's, the corollary's, and the trained ones, whose Residual is not a number.
func Networks(draws []Answered) []study.Part[Network] {
	return study.Parts(draws, func(d Answered) []Network {
		x := d.Answer
		x.SameWeights.Residual, x.SameUnits.Residual = math.NaN(), math.NaN()
		return slices.Concat([]Network{x.Network}, x.Deep, []Network{x.SameWeights, x.SameUnits})
	})
}

// What a table says of Networks.
var (
	NetworkName     = study.ByValue("network", "", func(n Network) study.Level { return study.Word(n.Name) })
	NetworkWeights  = study.Quantity("weights", "", func(n Network) float64 { return float64(n.Weights) })
	NetworkWidth    = study.Quantity("units of the widest layer", "", func(n Network) float64 { return float64(n.Width) })
	NetworkAccuracy = study.Quantity("train accuracy", "%", func(n Network) float64 { return n.TrainAccuracy })
	NetworkResidual = study.Quantity("largest residual", "", func(n Network) float64 { return n.Residual })
)

// Draw tells the draws of Expressivity apart.
var Draw = study.ByValue("points, dimensions", "", func(x Expressed) study.Level { return study.Word(fmt.Sprintf("%d, %d", x.N, x.Dim)) })

// Kind names the question.
func (Finite) Kind() string { return "seed2017/expressivity" }

// Validate refuses fewer than 11 points, where 2N+Dim weights are too few for a unit of a trained net, and no dimension or batch.
func (q Finite) Validate() error {
	if q.N < 11 || q.Dim < 1 || q.Batch < 1 {
		return fmt.Errorf("seed2017: %d points in %d dimensions, in batches of %d: use 11 points, 1 dimension and batches of 1, or more", q.N, q.Dim, q.Batch)
	}
	return nil
}

// classes are the labels of a Finite, 0 to 9, each drawn.
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

// Answer builds and trains. It fails if a depth is below 3 or above N+2, or if training diverges. One that is stopped while it trains the second net
// goes on from there.
func (q Finite) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (answer Expressed, err error) {
	backend, err := lab.Backend()
	if err != nil {
		return answer, err
	}
	x, labels := q.points()
	points := train.NewExamples(x, labels, nil)
	defer points.Free()
	found, err := study.Resume(lab, &answer)
	answer.Finite = q
	if err == nil && !found {
		if err = answer.build(ctx, x, labels); err == nil {
			units := (2*q.N + q.Dim - classes) / (q.Dim + 1 + classes)
			answer.SameWeights, err = q.train(ctx, backend, points, "trained, 2n+d weights", units, func(share float64) { done(share / 2) })
		}
	}
	if err == nil {
		err = study.Keep(ctx, lab, answer)
	}
	if err != nil {
		return answer, err
	}
	second, err := q.train(ctx, backend, points, "trained, n units", q.N, func(share float64) { done((1 + share) / 2) })
	if err != nil {
		return answer, errors.Join(err, study.Keep(ctx, lab, answer))
	}
	answer.SameUnits = second
	return answer, nil
}

// build makes theorem 1's network and the corollary's for the points.
func (e *Expressed) build(ctx context.Context, points []float32, labels []uint8) error {
	c, err := exact.Memorize(ctx, points, e.Dim, exact.Indices(labels), 1, rand.New(e.source(forDirection)))
	if err != nil {
		return err
	}
	e.Condition = c.Conditioning().Condition
	e.Network = Network{Name: "theorem 1", Weights: c.Parameters(), Width: len(c.B)}
	if e.TrainAccuracy, e.Residual, err = zhang2017.Returned(ctx, c, points, labels); err != nil {
		return err
	}
	for _, depth := range e.Depths {
		layers, err := c.Deep(depth)
		if err != nil {
			return err
		}
		_, nonzero := layers.Weights()
		n := Network{Name: fmt.Sprintf("corollary, depth %d", depth), Weights: nonzero, Width: slices.Max(layers.Widths())}
		if n.TrainAccuracy, n.Residual, err = zhang2017.Returned(ctx, layers, points, labels); err != nil {
			return err
		}
		e.Deep = append(e.Deep, n)
	}
	return nil
}

// train trains a net of one hidden layer of so many ReLU units.
func (q Finite) train(ctx context.Context, backend compute.Backend, points train.Examples, name string, units int,
	done func(share float64)) (Network, error) {
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
	n := Network{Name: name, Weights: t.Parameters(), Width: units}
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
