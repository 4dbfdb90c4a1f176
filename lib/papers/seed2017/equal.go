package seed2017

import (
	"cmp"
	"math"
	"slices"

	"rethinking/lib/study"
)

// budgets are the numbers of weights of the nets of EqualWeights; each scale takes some.
var budgets = []int{1_600, 2_400, 13_000, 118_000, 670_000, 1_860_000}

// equal are the depths and the numbers of weights of EqualWeights. 2n+d is 1,784 for quick's digits, 2,784 for standard's and 120,784 for paper's.
var equal = map[study.Scale]struct{ depths, budgets []int }{
	study.Smoke:    {[]int{2, 4}, []int{13_000}},
	study.Quick:    {[]int{2, 6, 10}, []int{1_600, 13_000, 118_000}},
	study.Standard: {depths, []int{2_400, 13_000, 118_000, 670_000}},
	study.Paper:    {depths, []int{13_000, 118_000, 670_000, 1_860_000}},
}

// EqualWeights asks the grid anew with depth alone: nets of two to ten layers that have about the same number of weights, so that a deep net is
// a narrow one. The least number of each scale lies below 2n+d, with which theorem 1 of Zhang et al. 2017 fits any labels, the others above. The
// numbers of digits are Grid's.
func EqualWeights(c study.Corruption) study.Experiments {
	return func(scale study.Scale) []study.Experiment {
		var nets []study.Net
		for _, layers := range equal[scale].depths {
			for _, budget := range equal[scale].budgets {
				nets = append(nets, net(layers, width(layers, budget)))
			}
		}
		return sizes[scale].experiments("mnist", nets, c)
	}
}

// width is the number of units a layer with which a net comes nearest to a number of weights.
func width(layers, budget int) int {
	off := func(hidden int) float64 { return math.Abs(float64(weights(net(layers, hidden)) - budget)) }
	hidden := 1
	for off(hidden+1) < off(hidden) {
		hidden++
	}
	return hidden
}

// Weights is that of the budgets to which an experiment's number of weights and biases comes nearest.
var Weights = study.ByExperiment("weights", "about", func(e study.Experiment) study.Level {
	n := float64(weights(e.Net))
	off := func(budget int) float64 { return math.Abs(math.Log(n / float64(budget))) }
	return study.Count(slices.MinFunc(budgets, func(a, b int) int { return cmp.Compare(off(a), off(b)) }))
})

// WeightsOf is the number of weights and biases of a run's net, an MLP on digits.
func WeightsOf(e study.Experiment) int { return weights(e.Net) }

// EnoughWeights tells whether a net has at least 2n+d weights, for n training examples of d values (Zhang et al. 2017, theorem 1).
func EnoughWeights(e study.Experiment) bool {
	return weights(e.Net) >= 2*e.Data.Examples()+dim
}

// dim is the number of values of a digit.
const dim = 784

// weights counts the weights and biases of an MLP on digits, with ten classes.
func weights(n study.Net) (count int) {
	in := dim
	for _, out := range append(slices.Clone(n.Hidden), 10) {
		count, in = count+(in+1)*out, out
	}
	return count
}
