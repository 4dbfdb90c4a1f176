package seed2017

import (
	"slices"
	"strconv"

	"rethinking/lib/study"
)

// The grids of nets.
var (
	widths = []int{16, 128, 512, 1024}
	depths = []int{2, 4, 6, 8, 10}
)

// Depth is an experiment's number of hidden layers.
var Depth = study.Field{Name: "hidden layers", Of: func(e study.Experiment) string { return strconv.Itoa(len(e.Net.Hidden)) }}

// OfDepth keeps the experiments of nets of so many hidden layers.
func OfDepth(layers int, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return len(e.Net.Hidden) != layers })
}

// OfWidth keeps the experiments of nets of so many units a layer.
func OfWidth(hidden int, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return e.Net.Hidden[0] != hidden })
}

// subset is the training on part of a data set: the report's but for the batch, so that an epoch has about as many steps as its 59.
func subset(set string, n int) study.Experiment {
	return study.Experiment{
		Data:     study.Data{Name: set, Train: n, Test: 2000},
		Training: study.Training{Epochs: 1000, Batch: 32, LearningRate: 0.01, Decay: 1, Target: 1},
	}
}

// few makes a training of a subset one of seconds.
func few(e *study.Experiment) {
	e.Data.Train, e.Data.Test = 50, 100
	e.Training.Epochs, e.Training.Batch, e.Training.LearningRate = 300, 5, 0.03
}

// Grid asks the report's grid of widths and depths, on true labels or with a corruption, with what it lacked: several seeds and a test accuracy
// on true labels. A run ends when all training examples are classified as labelled.
//
//	smoke      50 digits in batches of 5, three times the learning rate, widths 16 and 128, depths 2 and 4, at most 300 epochs, 1 seed
//	quick      500 digits, widths 16, 128 and 512, depths 2, 6 and 10, 200 epochs, 1 seed
//	standard   1,000 digits, all, at most 1,000 epochs, 3 seeds
//	paper      all 60,000 digits in batches of 1,024, all, 1,000 epochs, 3 seeds
func Grid(c study.Corruption) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		e, widths, depths, seeds := subset("mnist", 1000), widths, depths, 3
		switch scale {
		case study.Smoke:
			widths, depths, seeds = []int{16, 128}, []int{2, 4}, 1
			few(&e)
		case study.Quick:
			widths, depths, seeds = []int{16, 128, 512}, []int{2, 6, 10}, 1
			e.Data.Train, e.Data.Test, e.Training.Epochs = 500, 1000, 200
		case study.Paper:
			e.Data.Train, e.Data.Test, e.Training.Batch = 0, 0, 1024
		}
		e.Corruption = c
		var all []study.Experiment
		for _, layers := range depths {
			for _, hidden := range widths {
				e.Net = net(layers, hidden)
				all = append(all, study.Seeds(e, seeds)...)
			}
		}
		return all
	}
}
