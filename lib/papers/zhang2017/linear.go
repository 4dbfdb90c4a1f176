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
func Descents(scale study.Scale) (all []Descending) {
	n, epochs, seeds := 100, 2000, 3
	switch scale {
	case study.Smoke:
		n, epochs, seeds = 30, 50, 1
	case study.Quick:
		epochs, seeds = 1000, 1
	}
	images := cifar
	images.Train, images.Test = n, 2000
	for seed := range int64(seeds) {
		for _, corruption := range []study.Corruption{clean, {Gaussian: 1}} {
			for _, start := range []float64{0, 1} {
				all = append(all, Descending{Points{images, corruption, seed + 1}, start, epochs, 1})
			}
		}
	}
	return all
}

// From names the inputs and the start of a descent, or of a Step.
var From = study.ByValue("inputs and start", "", func(d interface{ from() string }) study.Level { return study.Word(d.from()) })

func (q Descending) from() string {
	inputs, start := "images", "zero"
	if q.Corruption.Gaussian > 0 {
		inputs = "noise"
	}
	if q.Start > 0 {
		start = "elsewhere"
	}
	return inputs + ", from " + start
}

// Where a descent ends.
var (
	EndLoss           = study.Quantity("loss", "", func(d Descended) float64 { return last(d.Loss) })
	EndDistance       = study.Quantity("relative distance from the solution of smallest norm", "", func(d Descended) float64 { return last(d.Distance) })
	EndOutside        = study.Quantity("of that outside the span", "", func(d Descended) float64 { return last(d.Outside) })
	EndError          = study.Quantity("test error", "%", func(d Descended) float64 { return d.AfterError })
	SmallestNormError = study.Quantity("test error of the solution of smallest norm", "%", func(d Descended) float64 { return d.TestError })
)

func last(values []float64) float64 { return values[len(values)-1] }

// Step is a point of a descent.
type Step struct {
	Descending
	Epoch                   int
	Loss, Distance, Outside float64 // as in Descended
}

// A Step's numbers.
var (
	StepEpoch    = study.Quantity("epoch", "", func(s Step) float64 { return float64(s.Epoch) })
	StepDistance = study.Quantity("relative distance", "", func(s Step) float64 { return s.Distance })
)

// Steps are all points of descents.
func Steps(descents []study.Answered[Descending, Descended]) []study.Part[Step] {
	return study.Parts(descents, func(a study.Answered[Descending, Descended]) (all []Step) {
		for i, epoch := range a.Answer.Epoch {
			all = append(all, Step{a.Question, epoch, a.Answer.Loss[i], a.Answer.Distance[i], a.Answer.Outside[i]})
		}
		return all
	})
}

// Kind names the question.
func (q Descending) Kind() string { return "zhang2017/descent" }

// Answer descends, and solves for the smallest norm.
func (q Descending) Answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Descended, error) {
	train, test, err := q.examples(ctx, lab)
	if err != nil {
		return Descended{}, err
	}
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
	return 100 - agreement(exact.Argmax(scores, classes), test.Labels), nil
}
