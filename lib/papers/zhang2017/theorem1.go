package zhang2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/exact"
	"rethinking/lib/study"
)

// Points are the examples that a closed form fits: a data set's, with labels from the seed.
type Points struct {
	Data       study.Data
	Corruption study.Corruption
	Seed       int64
}

// examples are the points, and test examples with their true labels.
func (p Points) examples(ctx context.Context, lab *study.Lab) (train, test study.Sample, err error) {
	return lab.Examples(ctx, study.Experiment{Data: p.Data, Corruption: p.Corruption, Seed: p.Seed})
}

// Memorization asks theorem 1 of points: a network of two layers with 2n+d weights, that returns each point's label as a number.
type Memorization struct {
	Points
	Depth int // 0: theorem 1's; else its corollary's network of so many layers
}

// Memorized is what the network of a Memorization is like. Accuracies are in percent; a number counts as the label nearest to it.
type Memorized struct {
	Memorization
	N, Dim                       int
	Weights                      int     // that are not zero; of theorem 1's network 2n+d
	Width                        int     // units of the widest hidden layer
	TrainAccuracy, TestAccuracy  float64 // test: of other points, with their true labels
	Residual                     float64 // max |c(x_i) - y_i|, where labels are 0 to 9
	Smallest, Largest, Condition float64 // eigenvalues and 1-norm condition number of the triangular system; of theorem 1's network alone
	LargestWeight                float64 // max |w_i|, likewise
}

// Theorem1 asks theorem 1 for random labels, of digits, of CIFAR-10's crops and of Gaussian inputs of the digits' size: of 50 and 100 points at the
// smoke scale, else of 100 to 1,000 (quick) or 4,000. The paper proves, and runs nothing.
func Theorem1(scale study.Scale) (all []Memorization) {
	sizes, seeds := []int{100, 250, 500, 1000, 2000, 4000}, 3
	switch scale {
	case study.Smoke:
		sizes, seeds = []int{50, 100}, 2
	case study.Quick:
		sizes = sizes[:4]
	}
	for _, n := range sizes {
		digits, crops := study.Data{Name: "mnist", Train: n, Test: 1000}, cifar
		crops.Train, crops.Test = digits.Train, digits.Test
		for seed := range int64(seeds) {
			all = append(all,
				Memorization{Points: Points{digits, random, seed + 1}},
				Memorization{Points: Points{crops, random, seed + 1}},
				Memorization{Points: Points{digits, study.Corruption{Labels: 1, Gaussian: 1}, seed + 1}})
		}
	}
	return all
}

// Corollary1 asks the corollary: depth for width, at a fixed number of points.
func Corollary1(scale study.Scale) (all []Memorization) {
	n, seeds := 1000, 3
	if scale == study.Smoke {
		n, seeds = 60, 2
	}
	for _, depth := range []int{0, 3, 4, 6, 10, 18, 34} {
		for seed := range int64(seeds) {
			all = append(all, Memorization{Points{study.Data{Name: "mnist", Train: n, Test: 1000}, random, seed + 1}, depth})
		}
	}
	return all
}

// Fields of a Memorized: its points, without and with their number, and the depth of its network, in layers of weights.
var (
	PointsOf        = study.ByValue("points", "", func(m Memorized) study.Level { return study.Word(m.points()) })
	PointsAndNumber = study.ByValue("points", "", func(m Memorized) study.Level { return study.Word(fmt.Sprintf("%d of %s", m.N, m.points())) })
	DepthOf         = study.ByValue("depth", "", func(m Memorized) study.Level {
		if m.Depth == 0 {
			return study.Level{Label: "2 (theorem 1)", Number: 2}
		}
		return study.Count(m.Depth)
	})
)

func (p Points) points() string {
	if p.Corruption.Gaussian > 0 {
		return "Gaussian inputs"
	}
	return p.Data.String()
}

// A Memorized's numbers.
var (
	NumberOfPoints     = study.Quantity("points", "", func(m Memorized) float64 { return float64(m.N) })
	Weights            = study.Quantity("weights, 2n+d", "", func(m Memorized) float64 { return float64(m.Weights) })
	NonzeroWeights     = study.Quantity("weights that are not zero", "", func(m Memorized) float64 { return float64(m.Weights) })
	WidestLayer        = study.Quantity("units of the widest layer", "", func(m Memorized) float64 { return float64(m.Width) })
	MemorizedTrain     = study.Quantity("train accuracy", "%", func(m Memorized) float64 { return m.TrainAccuracy })
	MemorizedTest      = study.Quantity("test accuracy", "%", func(m Memorized) float64 { return m.TestAccuracy })
	LargestResidual    = study.Quantity("largest residual", "", func(m Memorized) float64 { return m.Residual })
	SmallestEigenvalue = study.Quantity("smallest eigenvalue", "", func(m Memorized) float64 { return m.Smallest })
	ConditionNumber    = study.Quantity("condition number", "", func(m Memorized) float64 { return m.Condition })
)

// Kind names the question.
func (q Memorization) Kind() string { return "zhang2017/theorem1" }

// Validate tells what is wrong with a Memorization that Answer would refuse.
func (q Memorization) Validate() error {
	if q.Depth != 0 && q.Depth < 3 {
		return fmt.Errorf("zhang2017: depth %d: use 0, for theorem 1's network, or 3 and more", q.Depth)
	}
	return nil
}

// Answer builds the network.
func (q Memorization) Answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Memorized, error) {
	train, test, err := q.examples(ctx, lab)
	if err != nil {
		return Memorized{}, err
	}
	net, err := exact.Memorize(ctx, train.X, train.Dim(), exact.Indices(train.Labels), 1, rand.New(rand.NewPCG(uint64(q.Seed), 1)))
	if err != nil {
		return Memorized{}, err
	}
	m, built := Memorized{Memorization: q, N: train.Len(), Dim: train.Dim(), Weights: net.Parameters(), Width: train.Len()}, Built(net)
	if q.Depth > 0 {
		layers, err := net.Deep(q.Depth)
		if err != nil {
			return Memorized{}, err
		}
		_, m.Weights = layers.Weights()
		m.Width, built = slices.Max(layers.Widths()), layers
	} else {
		c := net.Conditioning()
		m.Smallest, m.Largest, m.Condition, m.LargestWeight = c.Smallest, c.Largest, c.Condition, floats.Norm(net.W, math.Inf(1))
	}
	m.TrainAccuracy, m.Residual, err = Returned(ctx, built, train.X, train.Labels)
	if err == nil {
		m.TestAccuracy, _, err = Returned(ctx, built, test.X, test.Labels)
	}
	return m, err
}

// Built is a network that is built to return a label as a number.
type Built interface {
	Evaluate(ctx context.Context, x []float32) ([]float64, error)
}

// Returned is how well a network returns the labels of points: to how many its number is nearest, in percent, and the largest distance from any.
func Returned(ctx context.Context, net Built, x []float32, labels []uint8) (accuracy, residual float64, err error) {
	numbers, err := net.Evaluate(ctx, x)
	if err != nil {
		return 0, 0, err
	}
	return agreement(exact.Nearest(numbers, classes), labels), exact.Residual(numbers, exact.Indices(labels)), nil
}

// agreement is the share of equal labels, in percent.
func agreement(got, want []uint8) float64 {
	right := 0
	for i, label := range got {
		if label == want[i] {
			right++
		}
	}
	return 100 * float64(right) / float64(len(want))
}

// SGDOfTheSameSize asks what training makes of a network of theorem 1's number of weights, on the same points: a layer of as many ReLU units as
// 2n+d weights and biases allow, at least one, with a logit a class, trained by the paper's method on random labels.
func SGDOfTheSameSize(scale study.Scale) (all []study.Experiment) {
	const dim = 784
	for _, q := range Theorem1(scale) {
		if q.Data.Name == "mnist" && q.Corruption == random {
			units := max(1, (2*q.Data.Train+dim-classes)/(dim+1+classes))
			e := study.Experiment{Data: q.Data, Corruption: random, Net: study.MLP(units), Training: onDigits, Seed: q.Seed}
			e.Training.Batch = min(e.Training.Batch, q.Data.Train/4)
			all = append(all, e)
		}
	}
	return all
}
