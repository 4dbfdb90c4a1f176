package dinh2017

import (
	"context"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// descents are how training goes on from a rescaled minimum: the learning rate and the epochs.
var descents = map[study.Scale]struct {
	rate   float64
	epochs int
}{
	study.Smoke: {0.003, 3}, study.Quick: {0.003, 5}, study.Standard: {0.003, 5}, study.Paper: {0.003, 10},
}

// fromAlphas are the α of T_α that training goes on from.
var fromAlphas = []float64{0.1, 0.3, 1, 3, 10}

// Descents goes on from T_α of the Minima by plain stochastic gradient descent, at one learning rate for all α. All begin with one function: where they
// come to hangs on α, as a gradient is as long as 1/α in the first layer, and as α in the last one, and a step is relative to weights of α and 1/α.
func Descents(scale study.Scale) (all []study.Experiment) {
	d := descents[scale]
	for _, alpha := range fromAlphas {
		for _, e := range Minima(scale) {
			start := e.After(e.Training.Epochs)
			start.Rescale = first(len(e.Net.Hidden), alpha)
			e.Start, e.Training = start, study.Training{Epochs: d.epochs, Batch: e.Training.Batch, LearningRate: d.rate, Decay: 1, Evaluate: 1}
			all = append(all, e)
		}
	}
	return all
}

// StartedFrom is the α of T_α that a run of Descents begins from.
var StartedFrom = study.ByExperiment("α at the start", "", func(e study.Experiment) study.Level { return study.Number(e.Start.Rescale[0]) })

// Descent asks how sharp the minimum is that a run of Descents begins from, and the place where it ends.
type Descent struct {
	Experiment study.Experiment
	Examples   int // of the training set, in whose loss is measured
	Steps      int // of Lanczos' method, at most
}

// Stage is what a run of Descents is like at its start, or at its end.
type Stage struct {
	After      bool      // at the end
	Loss       float64   // nats, of the training examples that it is measured in
	Largest    float64   // eigenvalue of the Hessian of their loss, by Lanczos' method
	Residual   float64   // of Largest
	Gradients  []float64 // length of the gradient of each weight matrix, from the first to the last
	Parameters []float64 // length of each weight matrix
}

// Curvatures asks it of all Descents.
func Curvatures(scale study.Scale) []Descent {
	s := sizes[scale]
	return study.About(Descents(scale), func(e study.Experiment) Descent { return Descent{e, s.examples, s.steps} })
}

// Kind names the question.
func (Descent) Kind() string { return "dinh2017/descent" }

// Validate checks the run before any time is spent.
func (q Descent) Validate() error { return q.Experiment.Validate() }

// Answer returns the Stages at the start and at the end.
func (q Descent) Answer(ctx context.Context, lab *study.Lab, done func(float64)) (all []Stage, err error) {
	m, err := open(ctx, lab, q.Experiment, q.Examples, probe.Options{}, done)
	defer m.close()
	if err != nil {
		return nil, err
	}
	for i, variables := range []map[string][]float32{m.from, m.at} {
		done(trained + (1-trained)*float64(i)/2)
		s, err := q.stage(ctx, m.loss, variables)
		if err != nil {
			return nil, err
		}
		s.After = i > 0
		all = append(all, s)
	}
	return all, nil
}

func (q Descent) stage(ctx context.Context, loss *probe.Loss, variables map[string][]float32) (s Stage, err error) {
	if err := loss.SetVariables(variables); err != nil {
		return s, err
	}
	rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 1))
	ends, err := probe.Lanczos(ctx, loss, rng, probe.LanczosOptions{Steps: q.Steps, Tolerance: tolerance})
	if err != nil {
		return s, err
	}
	s.Largest, s.Residual = ends.Largest.Value, ends.Largest.Residual
	gradient, weights := make([]float64, loss.Len()), loss.Weights()
	s.Loss, err = loss.Gradient(ctx, gradient)
	for _, p := range loss.Parts() {
		if strings.HasSuffix(p.Path, "/weights") {
			s.Gradients = append(s.Gradients, floats.Norm(gradient[p.From:p.To], 2))
			s.Parameters = append(s.Parameters, floats.Norm(weights[p.From:p.To], 2))
		}
	}
	return s, err
}

// The fields and numbers of a Stage.
var (
	When             = study.ByValue("when", "", func(s Stage) study.Level { return study.Word(when(s)) })
	StageEigenvalue  = study.Quantity("largest eigenvalue", "", func(s Stage) float64 { return s.Largest })
	StageLoss        = study.Quantity("train loss", "nats", func(s Stage) float64 { return s.Loss })
	RelativeGradient = study.Quantity("first layer's gradient over its weights", "", func(s Stage) float64 { return s.Gradients[0] / s.Parameters[0] })
)

func when(s Stage) string {
	if s.After {
		return "after"
	}
	return "before"
}

// The numbers of a run of Descents after its first epoch.
var (
	FirstLoss     = study.Quantity("train loss after an epoch", "nats", func(r study.Result) float64 { return afterOne(r, study.TrainLoss) })
	FirstDistance = study.Quantity("distance gone in the first epoch", "", func(r study.Result) float64 { return afterOne(r, study.FromStart) })
)

// afterOne is a curve's value after the first epoch. Evaluations are one an epoch, the first before training.
func afterOne(r study.Result, c study.Curve) float64 {
	for i, epoch := range r.Measurements.Curves.Epoch {
		if epoch == 1 {
			return c.Of(r.Measurements.Curves)[i]
		}
	}
	return 0
}
