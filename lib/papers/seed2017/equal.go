package seed2017

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"rethinking/lib/study"
)

// budgets are the numbers of weights of the nets of EqualWeights; each scale takes some.
var budgets = []int{1_600, 2_400, 13_000, 118_000, 670_000, 1_860_000}

// EqualWeights asks the grid anew with depth alone: nets of two to ten layers that have about the same number of weights, so that a deep net is
// a narrow one. The least number of each scale lies below 2n+d, with which theorem 1 of Zhang et al. 2017 fits any labels, the others above.
//
//	smoke      50 digits as in Grid, 13,000 weights, depths 2 and 4, 1 seed
//	quick      500 digits (2n+d = 1,784), 1,600, 13,000 and 118,000 weights, depths 2, 6 and 10, 200 epochs, 1 seed
//	standard   1,000 digits (2n+d = 2,784), 2,400, 13,000, 118,000 and 670,000 weights, all depths, at most 1,000 epochs, 3 seeds
//	paper      all 60,000 digits in batches of 1,024 (2n+d = 120,784), 13,000 to 1,860,000 weights, all depths, 1,000 epochs, 3 seeds
func EqualWeights(c study.Corruption) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		e := subset("mnist", 1000)
		budgets, depths, seeds := []int{2_400, 13_000, 118_000, 670_000}, depths, 3
		switch scale {
		case study.Smoke:
			budgets, depths, seeds = []int{13_000}, []int{2, 4}, 1
			few(&e)
		case study.Quick:
			budgets, depths, seeds = []int{1_600, 13_000, 118_000}, []int{2, 6, 10}, 1
			e.Data.Train, e.Data.Test, e.Training.Epochs = 500, 1000, 200
		case study.Paper:
			budgets = []int{13_000, 118_000, 670_000, 1_860_000}
			e.Data.Train, e.Data.Test, e.Training.Batch = 0, 0, 1024
		}
		e.Corruption = c
		var all []study.Experiment
		for _, layers := range depths {
			for _, budget := range budgets {
				e.Net = net(layers, width(layers, budget, dim(e)))
				all = append(all, study.Seeds(e, seeds)...)
			}
		}
		return all
	}
}

// width is the number of units a layer with which a net comes nearest to a number of weights.
func width(layers, budget, dim int) int {
	off := func(hidden int) int {
		return max(budget-weights(net(layers, hidden), dim), weights(net(layers, hidden), dim)-budget)
	}
	hidden := 1
	for off(hidden+1) < off(hidden) {
		hidden++
	}
	return hidden
}

// Weights is that of the budgets to which an experiment's number of weights and biases comes nearest.
var Weights = study.Field{Name: "weights", Unit: "about", Of: func(e study.Experiment) string {
	n := float64(weights(e.Net, dim(e)))
	off := func(budget int) float64 { return math.Abs(math.Log(n / float64(budget))) }
	return strconv.Itoa(slices.MinFunc(budgets, func(a, b int) int { return cmp.Compare(off(a), off(b)) }))
}}

// EnoughWeights tells whether a net has at least 2n+d weights, for n training examples of d values (Zhang et al. 2017, theorem 1).
func EnoughWeights(e study.Experiment) bool {
	return weights(e.Net, dim(e)) >= 2*e.Data.Examples()+dim(e)
}

func dim(e study.Experiment) int { return map[string]int{"mnist": 784, "cifar10": 3072}[e.Data.Name] }

// weights counts the weights and biases of an MLP with ten classes.
func weights(n study.Net, in int) (count int) {
	for _, out := range append(slices.Clone(n.Hidden), 10) {
		count, in = count+(in+1)*out, out
	}
	return count
}
