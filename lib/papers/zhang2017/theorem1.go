package zhang2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

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

// random are labels drawn at random.
var random = study.Corruption{Labels: 1}

// Theorem1 asks theorem 1 for random labels, of digits, of CIFAR-10's crops and of Gaussian inputs of the digits' size.
//
//	smoke      n = 50 and 100, 2 seeds
//	quick      n = 100 to 1,000, 3 seeds
//	standard   n = 100 to 4,000, 3 seeds
//	paper      as standard: the paper proves, and runs nothing
func Theorem1(scale study.Scale) []Memorization {
	sizes, seeds := []int{100, 250, 500, 1000, 2000, 4000}, 3
	switch scale {
	case study.Smoke:
		sizes, seeds = []int{50, 100}, 2
	case study.Quick:
		sizes = sizes[:4]
	}
	var all []Memorization
	for _, n := range sizes {
		gaussian := random
		gaussian.Gaussian = 1
		for seed := range int64(seeds) {
			all = append(all,
				Memorization{Points: Points{study.Data{Name: "mnist", Train: n, Test: 1000}, random, seed + 1}},
				Memorization{Points: Points{study.Data{Name: "cifar10", Preprocessing: cifar.Preprocessing, Train: n, Test: 1000}, random, seed + 1}},
				Memorization{Points: Points{study.Data{Name: "mnist", Train: n, Test: 1000}, gaussian, seed + 1}})
		}
	}
	return all
}

// Corollary1 asks the corollary: depth for width, at a fixed number of points.
func Corollary1(scale study.Scale) []Memorization {
	n, seeds := 1000, 3
	if scale == study.Smoke {
		n, seeds = 60, 2
	}
	var all []Memorization
	for _, depth := range []int{0, 3, 4, 6, 10, 18, 34} {
		for seed := range int64(seeds) {
			all = append(all, Memorization{Points{study.Data{Name: "mnist", Train: n, Test: 1000}, random, seed + 1}, depth})
		}
	}
	return all
}

// PointsOf names the points of a measurement, without their number.
func PointsOf(m Memorized) string {
	if m.Corruption.Gaussian > 0 {
		return "Gaussian inputs"
	}
	return m.Data.String()
}

// PointsAndNumber names the points of a measurement and says how many they are.
func PointsAndNumber(m Memorized) string { return fmt.Sprintf("%d of %s", m.N, PointsOf(m)) }

// DepthOf names the depth of a measurement's network, in layers of weights.
func DepthOf(m Memorized) string {
	if m.Depth == 0 {
		return "2 (theorem 1)"
	}
	return strconv.Itoa(m.Depth)
}

// Memorize answers questions of theorem 1, from the lab's results or anew.
func Memorize(ctx context.Context, lab *study.Lab, questions []Memorization) ([]Memorized, error) {
	return study.MeasureAll(ctx, lab, "zhang2017/theorem1", questions, Memorization.answer)
}

func (q Memorization) answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Memorized, error) {
	train, test, err := q.examples(ctx, lab)
	if err != nil {
		return Memorized{}, err
	}
	y := exact.Indices(train.Labels)
	net, err := exact.Memorize(ctx, train.X, train.Dim(), y, 1, rand.New(rand.NewPCG(uint64(q.Seed), 1)))
	if err != nil {
		return Memorized{}, err
	}
	m := Memorized{Memorization: q, N: train.Len(), Dim: train.Dim(), Weights: net.Parameters(), Width: train.Len()}
	evaluate := net.Evaluate
	if q.Depth > 0 {
		layers, err := net.Deep(q.Depth)
		if err != nil {
			return Memorized{}, err
		}
		_, m.Weights = layers.Weights()
		m.Width, evaluate = slices.Max(layers.Widths()), layers.Evaluate
	} else {
		c := net.Conditioning()
		m.Smallest, m.Largest, m.Condition, m.LargestWeight = c.Smallest, c.Largest, c.Condition, floats.Norm(net.W, math.Inf(1))
	}
	fitted, err := evaluate(ctx, train.X)
	if err != nil {
		return Memorized{}, err
	}
	others, err := evaluate(ctx, test.X)
	if err != nil {
		return Memorized{}, err
	}
	classes := len(train.ClassNames)
	m.Residual = exact.Residual(fitted, y)
	m.TrainAccuracy = agreement(exact.Nearest(fitted, classes), train.Labels)
	m.TestAccuracy = agreement(exact.Nearest(others, classes), test.Labels)
	return m, nil
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

// SGDOfTheSameSize asks what training makes of a network of theorem 1's number of weights, on the same points: a layer of so many ReLU units as
// 2n+d weights allow, with a logit a class, trained by the paper's method on random labels.
func SGDOfTheSameSize(scale study.Scale) []study.Experiment {
	var all []study.Experiment
	for _, q := range Theorem1(scale) {
		if q.Data.Name != "mnist" || q.Corruption.Gaussian > 0 {
			continue
		}
		e := study.Experiment{Data: q.Data, Corruption: q.Corruption, Net: study.MLP(unitsFor(2*q.Data.Train+784, 784, 10)), Training: onDigits, Seed: q.Seed}
		e.Training.Batch = min(e.Training.Batch, q.Data.Train/4)
		all = append(all, e)
	}
	return all
}

// unitsFor is how many hidden units a net of one hidden layer can have with at most so many weights and biases, at least one.
func unitsFor(weights, inputs, classes int) int {
	return max(1, (weights-classes)/(inputs+1+classes))
}
