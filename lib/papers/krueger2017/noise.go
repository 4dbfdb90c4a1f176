package krueger2017

import (
	"fmt"
	"slices"

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
func (g grid) experiments() []study.Experiment {
	var all []study.Experiment
	for _, n := range g.sizes {
		for _, units := range g.units {
			for _, noise := range g.noises {
				all = append(all, study.Seeds(study.Experiment{
					Data: study.Data{Name: "mnist", Train: n, Test: g.test}, Corruption: noise, Net: study.MLP(units, units),
					Training: study.Training{Epochs: g.epochs, Batch: 32, LearningRate: 0.01, Decay: 1, Target: 1},
				}, g.seeds)...)
			}
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
var Noise = study.Field{Name: "noise", Of: func(e study.Experiment) string {
	switch c := e.Corruption; c {
	case study.Corruption{}:
		return "none"
	case study.Corruption{Labels: c.Labels}:
		return fmt.Sprintf("labels %g", c.Labels)
	case study.Corruption{Gaussian: c.Gaussian}:
		return fmt.Sprintf("inputs %g", c.Gaussian)
	default:
		return c.String()
	}
}}

// Of keeps the experiments on real data and on one kind of noise, "labels" or "inputs".
func Of(kind string, all []study.Experiment) []study.Experiment {
	var kept []study.Experiment
	for _, e := range all {
		if other := e.Corruption.Labels; kind == "inputs" && other == 0 || kind == "labels" && e.Corruption.Gaussian == 0 {
			kept = append(kept, e)
		}
	}
	return kept
}

// Level is an experiment's level of noise, in labels or in inputs, a share.
func Level(e study.Experiment) float64 { return max(e.Corruption.Labels, e.Corruption.Gaussian) }

// units are those of each hidden layer.
func units(e study.Experiment) int { return e.Net.Hidden[0] }

// Widths are the distinct numbers of hidden units, ascending.
func Widths(all []study.Experiment) []int {
	var widths []int
	for _, e := range all {
		widths = append(widths, units(e))
	}
	slices.Sort(widths)
	return slices.Compact(widths)
}

// OfWidth keeps the experiments of a number of hidden units.
func OfWidth(width int, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return units(e) != width })
}

// OfWidest keeps the experiments of the largest number of hidden units.
func OfWidest(all []study.Experiment) []study.Experiment {
	widths := Widths(all)
	return OfWidth(widths[len(widths)-1], all)
}

// Mixed keeps the experiments whose training sets have corrupted labels beside right ones; at level 1, chance leaves a tenth of them right.
func Mixed(all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return e.Corruption.Labels == 0 })
}
