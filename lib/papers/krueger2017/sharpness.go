package krueger2017

import (
	"context"
	"math/rand/v2"
	"slices"

	"rethinking/lib/probe"
	"rethinking/lib/study"
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
//
//	smoke      100 digits, width 16, noise level 1, 40 epochs, 1 seed
//	quick      500 digits, width 64, noise levels 0.4 and 1, 600 epochs, 1 seed
//	standard   1,000 digits, width 256, five noise levels, 1,000 epochs, 3 seeds
//	paper      10,000 digits, width 4,096, five noise levels, 1,000 epochs, 3 seeds
func Sharpness(scale study.Scale) []Sharp {
	var all []Sharp
	for _, e := range sharp[scale].experiments() {
		e.Training.Target, e.Training.Evaluate = 0, 5
		all = append(all, Sharp{Experiment: e, Losses: sharp[scale].losses, Steps: 30, Spectrum: e.Seed == 1})
	}
	return all
}

// Sharpen answers questions of figure 3 (left), from the lab's results or anew: the stages of all runs that came to them.
func Sharpen(ctx context.Context, lab *study.Lab, questions []Sharp) ([]Stage, error) {
	runs, err := study.MeasureAll(ctx, lab, "krueger2017/sharpness", questions, Sharp.answer)
	var all []Stage
	for _, stages := range runs {
		all = append(all, stages...)
	}
	return all, err
}

func (q Sharp) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (stages []Stage, err error) {
	losses := slices.Concat(q.Losses, []float64{0})
	err = lab.ReplayLoss(ctx, q.Experiment, func(s study.Stand, at func() (*probe.Loss, error)) error {
		end := s.Epoch == q.Experiment.Training.Epochs
		for len(losses) > 0 && (s.Train.Loss <= losses[0] || end) {
			if s.Train.Loss <= losses[0] || losses[0] == 0 {
				loss, err := at()
				if err != nil {
					return err
				}
				stage, err := q.measure(ctx, loss, s)
				if err != nil {
					return err
				}
				stage.Loss = losses[0]
				stages = append(stages, stage)
			}
			losses = losses[1:]
		}
		done(float64(s.Epoch) / float64(q.Experiment.Training.Epochs))
		return nil
	})
	return stages, err
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
	online, err := probe.OnlineEigenvalue(ctx, loss, rng, probe.OnlineOptions{Gamma: 0.1, Alpha: 0.01, Iterations: 100})
	if err != nil {
		return Stage{}, err
	}
	if out.Online = online.Value; q.Spectrum {
		out.Spectrum, err = probe.Density(ctx, loss, rng, probe.DensityOptions{})
	}
	return out, err
}
