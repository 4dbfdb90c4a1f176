package krueger2017

import (
	"context"
	"math/rand/v2"
	"slices"

	"rethinking/lib/along"
	"rethinking/lib/probe"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Sharp asks figure 3 (left) of a run: how sharp is the minimum that it comes to? Sharpness is the magnitude of the Hessian's largest
// eigenvalue, of the training loss.
//
// At the end of training, cross-entropy hides curvature: the Hessian shrinks with the loss, and runs on different data end at different losses.
// So the same is asked where the training loss first is at most each of Losses.
type Sharp struct {
	Experiment study.Experiment
	Losses     []float64 // nats, descending
	Steps      int       // of Lanczos' method, at most
	Spectrum   bool      // whether the spectrum's density is wanted too
}

// Stage is the curvature at a stage of a run.
type Stage struct {
	Experiment    study.Experiment
	Loss          float64 // what was asked for: the training loss is at most this; 0: the end of training
	Epoch         int
	Parameters    int     // rows of the Hessian
	TrainLoss     float64 // nats
	TrainAccuracy float64 // percent
	TestAccuracy  float64 // percent
	Largest       float64 // eigenvalue, by Lanczos' method
	Smallest      float64 // most negative eigenvalue, likewise
	Residual      float64 // of Largest
	Online        float64 // the largest eigenvalue by the paper's method, that of LeCun, Simard and Pearlmutter 1993
	Trace         float64 // by Hutchinson's estimator
	TraceError    float64 // its standard error
	Spectrum      probe.Spectrum
}

// Sharpness is the magnitude of the eigenvalue of largest magnitude.
func (s Stage) Sharpness() float64 { return max(s.Largest, -s.Smallest) }

// The numbers of a Stage.
var (
	StageSharpness    = study.Quantity("sharpness", "", func(s interface{ Sharpness() float64 }) float64 { return s.Sharpness() }) // of a Leveled too
	StageLoss         = study.Quantity("train loss", "nats", func(s Stage) float64 { return s.TrainLoss })
	StageEpoch        = study.Quantity("epoch", "", func(s Stage) float64 { return float64(s.Epoch) })
	LargestEigenvalue = study.Quantity("largest eigenvalue", "", func(s Stage) float64 { return s.Largest })
	OnlineEigenvalue  = study.Quantity("by the paper's method", "", func(s Stage) float64 { return s.Online })
	MostNegative      = study.Quantity("most negative", "", func(s Stage) float64 { return min(0, s.Smallest) })
	HessianTrace      = study.Quantity("trace", "", func(s Stage) float64 { return s.Trace })
)

// sharp are the sizes of figure 3 (left).
var sharp = map[study.Scale]struct {
	grid
	losses []float64
}{
	study.Smoke:    {grid{sizes: []int{100}, units: []int{16}, noises: Noises(1), test: 100, epochs: 40, seeds: 1}, []float64{2}},
	study.Quick:    {grid{sizes: []int{500}, units: []int{64}, noises: Noises(0.4, 1), test: 500, epochs: 600, seeds: 1}, []float64{0.3, 0.1}},
	study.Standard: {grid{sizes: []int{1000}, units: []int{256}, noises: Noises(levels...), test: 1000, epochs: 1000, seeds: 3}, []float64{0.3, 0.1, 0.03}},
	study.Paper:    {grid{sizes: []int{10000}, units: []int{4096}, noises: Noises(levels...), epochs: 1000, seeds: 3}, []float64{0.3, 0.1, 0.03}},
}

// Sharpness asks figure 3 (left), against the level of noise in labels and in inputs. Runs go on after every example is fitted.
func Sharpness(scale study.Scale) []Sharp {
	return study.About(sharp[scale].experiments(), func(e study.Experiment) Sharp {
		e.Training.Target, e.Training.Evaluate = 0, 5
		return Sharp{Experiment: e, Losses: sharp[scale].losses, Steps: 30, Spectrum: e.Seed == 1}
	})
}

// surface are the sizes of SharpnessMap, and the training loss at which it measures.
var surface = map[study.Scale]struct {
	grid
	loss float64
}{
	study.Smoke:    {grid{sizes: []int{50, 100}, units: []int{16}, noises: Noises(1), test: 100, epochs: 40, seeds: 1}, 2},
	study.Quick:    {grid{sizes: []int{250, 500}, units: []int{16, 64}, noises: Noises(1), test: 500, epochs: 500, seeds: 1}, mapped},
	study.Standard: {grid{sizes: []int{250, 500, 1000, 2000}, units: []int{16, 64, 256}, noises: Noises(1), test: 1000, epochs: 1000, seeds: 3}, mapped},
	study.Paper:    {grid{sizes: []int{1000, 10000, 50000}, units: []int{64, 256, 1024, 4096}, noises: Noises(1), test: 1000, epochs: 1000, seeds: 3}, mapped},
}

// mapped is a training loss in nats that narrow nets come to on random labels too.
const mapped = 0.3

// SharpnessMap asks figure 3 (left) by the width of the net and the number of examples, at equal training loss. A run ends where it fits its training set.
func SharpnessMap(scale study.Scale) []Sharp {
	return study.About(surface[scale].experiments(), func(e study.Experiment) Sharp {
		e.Training.Evaluate = 5
		return Sharp{Experiment: e, Losses: []float64{surface[scale].loss}, Steps: 30}
	})
}

// Plain is the question without the spectrum, which the first seed alone is asked for.
func (q Sharp) Plain() Sharp { q.Spectrum = false; return q }

// Kind names what is asked.
func (q Sharp) Kind() string { return "krueger2017/sharpness" }

// Answer returns the stages that the run comes to, in their order.
func (q Sharp) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) ([]Stage, error) {
	met, err := along.Loss(ctx, lab, q.Experiment, q.wanted, done, func(s study.Stand, loss *probe.Loss) (Stage, error) {
		return q.measure(ctx, loss, s)
	})
	if err != nil {
		return nil, err
	}
	var stages []Stage
	for _, loss := range q.Losses {
		if i := slices.IndexFunc(met, func(s Stage) bool { return s.TrainLoss <= loss }); i >= 0 {
			stages = append(stages, met[i])
			stages[len(stages)-1].Loss = loss
		}
	}
	return append(stages, met[len(met)-1]), nil
}

// wanted is where the training loss first is at most one of the Losses, and the end of training.
func (q Sharp) wanted(seen []train.Point) bool {
	before, now := seen[:len(seen)-1], seen[len(seen)-1]
	return q.Experiment.Ends(now) || slices.ContainsFunc(q.Losses, func(loss float64) bool {
		met := func(p train.Point) bool { return p.Train.Loss <= loss }
		return met(now) && !slices.ContainsFunc(before, met)
	})
}

// measure is the curvature where a run stands.
func (q Sharp) measure(ctx context.Context, loss *probe.Loss, s study.Stand) (out Stage, err error) {
	out = Stage{
		Experiment: q.Experiment, Epoch: s.Epoch, Parameters: loss.Len(), TrainLoss: s.Train.Loss,
		TrainAccuracy: 100 * s.Train.Accuracy, TestAccuracy: 100 * s.Test.Accuracy,
	}
	rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(s.Epoch)))
	ends, err := probe.Lanczos(ctx, loss, rng, probe.LanczosOptions{Steps: q.Steps, Tolerance: 1e-3})
	if err != nil {
		return Stage{}, err
	}
	out.Largest, out.Smallest, out.Residual = ends.Largest.Value, ends.Smallest.Value, ends.Largest.Residual
	trace, err := probe.Trace(ctx, loss, rng, 10)
	if err != nil {
		return Stage{}, err
	}
	out.Trace, out.TraceError = trace.Value, trace.StandardError
	online, err := probe.OnlineEigenvalue(ctx, []*probe.Loss{loss}, rng, probe.OnlineOptions{Gamma: 0.1, Alpha: 0.01, Iterations: 100})
	if err != nil {
		return Stage{}, err
	}
	if out.Online = online.Value; q.Spectrum {
		out.Spectrum, err = probe.Density(ctx, loss, rng, probe.DensityOptions{})
	}
	return out, err
}
