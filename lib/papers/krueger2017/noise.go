package krueger2017

import (
	"fmt"

	"rethinking/lib/study"
)

// grid is the digits of sections 2 and 3: sizes of the training set, units of each of two hidden layers, and the kinds of data.
type grid struct {
	sizes, units  []int
	noises        []study.Corruption
	test          int // test examples, 0 for all
	epochs, seeds int
}

// experiments are a net of each width on each kind of data, at each size: MLPs of two hidden layers of ReLU units on MNIST, plain SGD at 0.01,
// at most 1000 epochs (sections 2 and 3). The paper gives no batch size; 32 is Keras' default of its time. A run ends once every training
// example is classified as labelled.
func (g grid) experiments() (all []study.Experiment) {
	for _, n := range g.sizes {
		for _, units := range g.units {
			all = append(all, study.SeedsOn(study.Experiment{
				Data: study.Data{Name: "mnist", Train: n, Test: g.test}, Net: study.MLP(units, units),
				Training: study.Training{Epochs: g.epochs, Batch: 32, LearningRate: 0.01, Decay: 1, Target: 1},
			}, g.seeds, g.noises...)...)
		}
	}
	return all
}

// Noises are the real data and the paper's two kinds of noise at some levels: labels redrawn from all classes, each with that probability, and
// inputs, that share of them, replaced by Gaussian noise with the mean and variance of the pixels.
func Noises(levels ...float64) []study.Corruption {
	all := []study.Corruption{{}}
	for _, level := range levels {
		all = append(all, study.Corruption{Labels: level})
	}
	for _, level := range levels {
		all = append(all, study.Corruption{Gaussian: level})
	}
	return all
}

// levels are the noise levels. The paper draws several and names none; these are those of its successor (Arpit et al. 2017, figures 7 and 8),
// and 1.
var levels = []float64{0.2, 0.4, 0.6, 0.8, 1}

// Noise names an experiment's kind and level of noise: "none", "labels 0.4", "inputs 1".
var Noise = study.ByExperiment("noise", "", func(e study.Experiment) study.Level {
	switch c := e.Corruption; c {
	case study.Corruption{}:
		return study.Word("none")
	case study.Corruption{Labels: c.Labels}:
		return study.Word(fmt.Sprintf("labels %g", c.Labels))
	case study.Corruption{Gaussian: c.Gaussian}:
		return study.Word(fmt.Sprintf("inputs %g", c.Gaussian))
	default:
		return study.Word(c.String())
	}
})

// NoiseLevel is the Level of a row's experiment.
var NoiseLevel = study.Statistic{Name: "noise level", Of: func(r study.Row) (float64, bool) { return Level(r.Origin().Experiment), true }}

// Of keeps the rows of real data and of one kind of noise, "labels" or "inputs".
func Of[R study.Row](kind string, rows []R) []R {
	return study.Where(rows, func(r R) bool {
		c := r.Origin().Experiment.Corruption
		return kind == "inputs" && c.Labels == 0 || kind == "labels" && c.Gaussian == 0
	})
}

// Level is an experiment's level of noise, in labels or in inputs, a share.
func Level(e study.Experiment) float64 { return max(e.Corruption.Labels, e.Corruption.Gaussian) }

// units are those of each hidden layer.
func units(e study.Experiment) int { return e.Net.Hidden[0] }

// Widest keeps the experiments of the largest number of hidden units.
func Widest(of study.Experiments) study.Experiments {
	return func(scale study.Scale) []study.Experiment {
		most := 0
		for _, e := range of(scale) {
			most = max(most, units(e))
		}
		return of.Only(func(e study.Experiment) bool { return units(e) == most })(scale)
	}
}

// Mixed keeps the experiments whose training sets have corrupted labels beside right ones; at level 1, chance leaves a tenth of them right.
func Mixed(of study.Experiments) study.Experiments {
	return of.Only(func(e study.Experiment) bool { return e.Corruption.Labels > 0 })
}
