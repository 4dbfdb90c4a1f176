package keskar2017

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"

	"rethinking/lib/paper"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Sharp asks tables 3 and 4 of a run: how much higher is the training loss, in the neighbourhood of where the run ends? That is metric 2.1, for each of
// some boxes. The loss is in float64: the maximization compares values that differ by less than float32 tells.
type Sharp struct {
	Experiment study.Experiment
	Boxes      []probe.BoxOptions
	Examples   int `json:",omitzero"` // of the training set, in whose loss is measured; 0: all
}

// Phi is the sharpness at the end of a run by a box.
type Phi struct {
	Box probe.BoxOptions
	Of  probe.BoxResult
}

// The fields and numbers of a Phi. One below the arithmetic's precision has no sharpness.
var (
	Epsilon   = study.ByValue("ε", "", func(p Phi) study.Level { return study.Number(p.Box.Epsilon) })
	Space     = study.ByValue("space", "", func(p Phi) study.Level { return study.Word(space(p.Box)) })
	Choice    = study.ByValue("choices that the paper leaves open", "", func(p Phi) study.Level { return study.Word(choice(p.Box)) })
	Sharpness = study.StatisticOf("sharpness φ", "%", func(p Phi) (float64, bool) { return p.Of.Sharpness, !p.Of.BelowPrecision })
	PhiLoss   = study.Quantity("train loss", "nats", func(p Phi) float64 { return p.Of.Loss })
	AtBound   = study.Quantity("components at a bound", "%", func(p Phi) float64 { return 100 * float64(p.Of.AtBound) / float64(p.Of.Dimensions) })
	// Searched tells how much work the maximization was.
	Searched = study.Quantity("evaluations of the loss", "", func(p Phi) float64 { return float64(p.Of.Evaluations) })
)

func space(o probe.BoxOptions) string {
	if o.Subspace == 0 {
		return "whole space"
	}
	return fmt.Sprintf("%d dimensions", o.Subspace)
}

// choice says what of a box the paper leaves open, or has otherwise: "10 iterations from a random point, Gaussian columns".
func choice(o probe.BoxOptions) string {
	iterations, start := max(o.Iterations, 10), "from a random point"
	if o.Iterations > 0 {
		iterations = o.Iterations
	}
	if o.Start == probe.FromCentre {
		start = "from the weights"
	}
	s := fmt.Sprintf("%d iterations %s", iterations, start)
	switch {
	case o.Subspace == 0:
		return s
	case o.Columns == probe.Gaussian:
		return s + ", Gaussian columns"
	}
	return s + ", " + string(o.Columns) + " columns"
}

// least is what a mean of losses in float64 does not tell from 0.
const least = 1e-12

// The paper's half-widths of the box, and the dimensions of its subspace.
var epsilons = []float64{1e-3, 5e-4}

func dimensions(scale study.Scale) int {
	if scale == study.Smoke {
		return 10
	}
	return 100
}

// boxes are the paper's: for some half-widths in the whole space (table 3), and in a subspace (table 4).
func boxes(scale study.Scale, epsilons ...float64) (all []probe.BoxOptions) {
	for _, subspace := range []int{0, dimensions(scale)} {
		for _, epsilon := range epsilons {
			all = append(all, probe.BoxOptions{Epsilon: epsilon, Subspace: subspace, Least: least})
		}
	}
	return all
}

// measuredIn is in how many training examples' loss a scale measures a net's sharpness; 0: all. Some twenty evaluations of it and of its gradient take as
// long as training.
func measuredIn(scale study.Scale, e study.Experiment) int {
	switch {
	case scale != study.Standard:
		return 0
	case nameOf(e) == C1:
		return 250
	}
	return 1000
}

// about asks the sharpness of a run.
func about(scale study.Scale, e study.Experiment, boxes ...probe.BoxOptions) Sharp {
	return Sharp{e, boxes, measuredIn(scale, e)}
}

// Tables3And4 asks the sharpness of every run of Table2, at the standard scale of C1 for the larger half-width alone.
func Tables3And4(scale study.Scale) []Sharp {
	return study.About(Table2(scale), func(e study.Experiment) Sharp {
		if scale == study.Standard && nameOf(e) == C1 {
			return about(scale, e, boxes(scale, epsilons[0])...)
		}
		return about(scale, e, boxes(scale, epsilons...)...)
	})
}

// Choices asks the same of F1, once more with each of the choices that the paper leaves open: where the maximization starts, and how A is drawn; and with
// 50 iterations in place of 10. Of three seeds.
func Choices(scale study.Scale) []Sharp {
	some := study.Where(Table2(scale), func(e study.Experiment) bool { return nameOf(e) == F1 && e.Seed <= 3 })
	p := dimensions(scale)
	var all []probe.BoxOptions
	for _, o := range []probe.BoxOptions{
		{Start: probe.FromCentre}, {Iterations: 50},
		{Subspace: p, Start: probe.FromCentre}, {Subspace: p, Iterations: 50}, {Subspace: p, Columns: probe.UnitColumns}, {Subspace: p, Columns: probe.Orthonormal},
	} {
		o.Epsilon, o.Least = epsilons[0], least
		all = append(all, o)
	}
	return study.About(some, func(e study.Experiment) Sharp { return about(scale, e, all...) })
}

// Kind names what is asked.
func (q Sharp) Kind() string { return "keskar2017/sharpness" }

// Validate checks the run before any time is spent.
func (q Sharp) Validate() error { return q.Experiment.Validate() }

// Answer returns a Phi for each box. Runs of one seed have the same subspace.
func (q Sharp) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (all []Phi, err error) {
	if _, err := study.Resume(lab, &all); err != nil {
		return nil, err
	}
	loss, err := q.loss(ctx, lab)
	if err != nil {
		return nil, err
	}
	defer loss.Close()
	for i := len(all); i < len(q.Boxes); i++ {
		done(float64(i) / float64(len(q.Boxes)))
		rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 0))
		r, err := probe.BoxSharpness(ctx, loss, loss.Weights(), rng, q.Boxes[i])
		if err == nil {
			all = append(all, Phi{q.Boxes[i], r})
			err = study.Keep(ctx, lab, all)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// loss is that of the examples, at the end of the run.
func (q Sharp) loss(ctx context.Context, lab *study.Lab) (*probe.Loss, error) {
	variables, err := lab.Weights(ctx, q.Experiment)
	if err != nil {
		return nil, err
	}
	return lossOf(ctx, lab, q.Experiment, variables, q.Examples)
}

// lossOf is the loss, in float64, of so many training examples of a run, 0 for all, at given variables. Close it.
func lossOf(ctx context.Context, lab *study.Lab, e study.Experiment, variables map[string][]float32, examples int) (*probe.Loss, error) {
	of, _, err := lab.Examples(ctx, e)
	if err == nil && examples > 0 {
		of, err = lab.Sample(ctx, e, examples)
	}
	if err != nil {
		return nil, err
	}
	backend, err := lab.Backend()
	if err != nil {
		return nil, err
	}
	return probe.New(backend, of.Architecture(), variables, of.X, of.Labels, probe.Options{DType: dtypes.Float64})
}

// printedSharpness are tables 3 and 4: by half-width, in the whole space and in a subspace.
var printedSharpness = map[bool]map[float64]map[string]bothBatches{
	false: {
		1e-3: {F1: {Small: {1.23, 0.83}, Large: {205.14, 69.52}}, C1: {Small: {28.58, 3.13}, Large: {707.23, 43.04}}},
		5e-4: {F1: {Small: {0.61, 0.27}, Large: {42.90, 17.14}}, C1: {Small: {7.08, 0.88}, Large: {227.31, 23.23}}},
	},
	true: {
		1e-3: {F1: {Small: {0.11, 0.00}, Large: {9.22, 0.56}}, C1: {Small: {2.18, 0.23}, Large: {137.25, 21.60}}},
		5e-4: {F1: {Small: {0.05, 0.00}, Large: {9.17, 0.14}}, C1: {Small: {0.71, 0.15}, Large: {29.50, 7.48}}},
	},
}

// PublishedSharpness is that of a row that holds a Phi.
var PublishedSharpness paper.Published = printed("paper's sharpness", "%", "tables 3 and 4", func(r study.Row) map[string]bothBatches {
	p := r.Value().(Phi)
	return printedSharpness[p.Box.Subspace > 0][p.Box.Epsilon]
})
