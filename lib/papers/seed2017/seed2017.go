// Package seed2017 holds the experiments of "Rethinking Generalization of Deep Learning", a student report of 2017 that this project starts from
// (github.com/csdai0324/MLDS2017FinalProject): width, depth and noise, one file a grid. Its nets are written layers x hidden units, where
// layers are hidden layers. Its numbers here are computed from its public logs, one run each, which exist for MNIST alone.
package seed2017

import (
	"slices"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Paper is the report.
var Paper = paper.Paper{
	Key: "seed2017", Name: "student report 2017", Title: "Rethinking Generalization of Deep Learning",
	Studies: []study.Study{
		{Name: "seed2017/protocol", Title: "Its exact protocol on all of MNIST", Source: "sections 3 and 4", By: NetLabelsAndLoss, Experiments: Protocol},
		{Name: "seed2017/grid-true", Title: "Width and depth, true labels", Source: "section 4", By: study.Architecture, Experiments: Grid(study.Corruption{})},
		{Name: "seed2017/grid-random", Title: "Width and depth, random labels", Source: "section 4", By: study.Architecture, Experiments: Grid(study.Corruption{Labels: 1})},
		{Name: "seed2017/equal-true", Title: "Depth at equal numbers of weights, true labels", Source: "not in the report", By: study.Architecture, Experiments: EqualWeights(study.Corruption{})},
		{Name: "seed2017/equal-random", Title: "Depth at equal numbers of weights, random labels", Source: "not in the report", By: study.Architecture, Experiments: EqualWeights(study.Corruption{Labels: 1})},
		{Name: "seed2017/inputs-mnist", Title: "Gaussian inputs, MNIST", Source: "section 4", By: NetAndInputs, Experiments: Inputs("mnist", true)},
		{Name: "seed2017/inputs-cifar10", Title: "Gaussian inputs, CIFAR-10", Source: "section 4", By: NetAndInputs, Experiments: Inputs("cifar10", true)},
		{Name: "seed2017/inputs-unclipped", Title: "Gaussian inputs that are not clipped, MNIST", Source: "not in the report", By: NetAndInputs, Experiments: Inputs("mnist", false)},
		{Name: "seed2017/inputs-unclipped-cifar10", Title: "Gaussian inputs that are not clipped, CIFAR-10", Source: "not in the report", By: NetAndInputs, Experiments: Inputs("cifar10", false)},
		{Name: "seed2017/both", Title: "Random labels and Gaussian inputs", Source: "its logs alone", By: study.GaussianInputs, Experiments: Both},
		{Name: "seed2017/expressivity", Title: "Finite-sample expressivity", Source: "section 4", By: Draw, Questions: study.Questions(Expressivity)},
		{Name: "seed2017/along", Title: "Why tall and thin trains faster", Source: "section 4", By: study.Architecture, Questions: study.Questions(TallAndThin)},
		{Name: "seed2017/batch-size", Title: "Batch size", Source: "not in the report", By: study.Joined(LabelsAndScaling, study.BatchSize), Experiments: BatchSizes},
	},
	Claims:    slices.Concat(statements, ofBatchSizes),
	Published: []paper.Published{LoggedTrainAccuracy, LoggedTestAccuracy},
	Pictures: []paper.Picture{{
		File: "depth.png", Runs: EqualWeights(study.Corruption{Labels: 1}), Of: epochs, X: Weights, By: Depth, Map: true, Log: true,
		Outlined: "at least 2n+d weights", Outline: EnoughWeights,
	}},
	Deviations: []paper.Deviation{
		{
			Source: "section 4", Paper: "one run each of all images in batches of 1,024, for 1,000 epochs",
			Here: "its grids at the scale standard: three seeds of 1,000 images in batches of 32, until all are fitted; of its exact protocol eight nets, four for 100 epochs",
			Why:  "time; an epoch of the grids has about as many steps, and three seeds have a spread",
		},
		{
			Source: "section 4", Paper: "runs on true labels are validated on the training set",
			Here: "every net is tested on the test set", Why: "it is the test accuracy on true labels that generalization is about",
		},
		{
			Source: "sections 3 and 4", Paper: "Keras' loss, of probabilities clipped to [1e-7, 1-1e-7]",
			Here: "the loss is of logits, and for one deep net of either", Why: "where the clipped loss has no gradient, examples stay wrong",
		},
		{
			Source: "section 4", Paper: "prints the running mean of the train accuracy along an epoch",
			Here: "the train accuracy at the epoch's end, with the running mean beside it in its exact protocol", Why: "while a net learns, the mean lags behind",
		},
		{
			Source: "section 4", Paper: "takes nets that training fitted, or did not, for a confirmation or a contradiction of theorem 1",
			Here: "theorem 1's network is built, and its corollary's, beside nets that are trained", Why: "the theorem says that a network exists, for any labels",
		},
	},
}
