package zhang2017

import (
	"context"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/exact"
	"rethinking/lib/study"
)

// Descending asks section 5 of points: where does SGD on an over-parametrized linear model end?
type Descending struct {
	Points
	Start  float64 // norm of the initial weights, in a random direction; 0: from zero
	Epochs int
	Batch  int
}

// Descended is how a Descending went, after each epoch, from the start on.
type Descended struct {
	Descending
	Epoch      []int
	Loss       []float64 // half of the mean squared error
	Distance   []float64 // from the solution of smallest norm, relative to its norm
	Outside    []float64 // norm of the weights outside the span of the inputs, relative to the norm of the solution
	TestError  float64   // of the solution of smallest norm, in percent
	Norm       float64   // of that solution, over all outputs
	Condition  float64   // of the inputs' matrix
	AfterError float64   // test error of the last weights, in percent
}

// Descents asks section 5 of fewer examples than they have values, from zero and from elsewhere, one example a step: of CIFAR-10's crops, whose
// matrix is so ill-conditioned that descent takes long, and of Gaussian inputs.
//
//	smoke      30 examples, 50 epochs, 1 seed
//	quick      100 examples, 1,000 epochs, 1 seed
//	standard   100 examples, 2,000 epochs, 3 seeds
//	paper      as standard
func Descents(scale study.Scale) []Descending {
	n, epochs, seeds := 100, 2000, 3
	switch scale {
	case study.Smoke:
		n, epochs, seeds = 30, 50, 1
	case study.Quick:
		epochs, seeds = 1000, 1
	}
	images := cifar
	images.Train, images.Test = n, 2000
	var all []Descending
	for seed := range int64(seeds) {
		for _, corruption := range []study.Corruption{{}, {Gaussian: 1}} {
			for _, start := range []float64{0, 1} {
				all = append(all, Descending{Points{images, corruption, seed + 1}, start, epochs, 1})
			}
		}
	}
	return all
}

// From names a descent's inputs and its start.
func (d Descending) From() string {
	inputs, start := "images", "zero"
	if d.Corruption.Gaussian > 0 {
		inputs = "noise"
	}
	if d.Start > 0 {
		start = "elsewhere"
	}
	return inputs + ", from " + start
}

// Descend answers questions of section 5, from the lab's results or anew.
func Descend(ctx context.Context, lab *study.Lab, questions []Descending) ([]Descended, error) {
	return study.MeasureAll(ctx, lab, "zhang2017/descent", questions, Descending.answer)
}

// Step is a point of a descent.
type Step struct {
	From                    string
	Epoch                   int
	Loss, Distance, Outside float64 // as in Descended
}

// Steps are all points of descents.
func Steps(descents []Descended) []Step {
	var all []Step
	for _, d := range descents {
		for i, epoch := range d.Epoch {
			all = append(all, Step{d.From(), epoch, d.Loss[i], d.Distance[i], d.Outside[i]})
		}
	}
	return all
}

func (q Descending) answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Descended, error) {
	train, test, err := q.examples(ctx, lab)
	if err != nil {
		return Descended{}, err
	}
	classes := len(train.ClassNames)
	y, err := exact.OneHot(train.Labels, classes)
	if err != nil {
		return Descended{}, err
	}
	system, err := exact.NewMinimumNorm(train.X, train.Dim())
	if err != nil {
		return Descended{}, err
	}
	best, err := system.Solve(y, classes)
	if err != nil {
		return Descended{}, err
	}
	rng := rand.New(rand.NewPCG(uint64(q.Seed), 2))
	o := exact.Descent{Epochs: q.Epochs, Batch: q.Batch}
	if q.Start > 0 {
		o.Start = directed(len(best), q.Start, rng)
	}
	w, epochs, err := system.Descend(ctx, y, classes, o, rng)
	if err != nil {
		return Descended{}, err
	}
	d := Descended{Descending: q, Norm: floats.Norm(best, 2), Condition: system.Condition()}
	for i, e := range epochs {
		if i > 20 && i%(1+q.Epochs/100) != 0 && i != len(epochs)-1 {
			continue
		}
		d.Epoch, d.Loss = append(d.Epoch, i), append(d.Loss, e.Loss)
		d.Distance, d.Outside = append(d.Distance, e.Distance/d.Norm), append(d.Outside, e.Outside/d.Norm)
	}
	if d.TestError, err = linearError(system, test, best); err == nil {
		d.AfterError, err = linearError(system, test, w)
	}
	return d, err
}

// directed is a random vector of a norm.
func directed(n int, norm float64, rng *rand.Rand) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	floats.Scale(norm/floats.Norm(v, 2), v)
	return v
}

// linearError is the error of linear scores on a test set, in percent.
func linearError(system *exact.MinimumNorm, test study.Sample, w []float64) (float64, error) {
	scores, err := system.Predict(test.X, w)
	if err != nil {
		return 0, err
	}
	return 100 - agreement(exact.Argmax(scores, len(test.ClassNames)), test.Labels), nil
}
