// Package seed2017 holds the experiments of "Rethinking Generalization of Deep Learning", a student report of 2017 that this project starts from
// (github.com/csdai0324/MLDS2017FinalProject): width, depth and noise, one file a grid. Its nets are written layers x hidden units, where
// layers are hidden layers. Its numbers here are computed from its public logs, one run each, which exist for MNIST alone.
package seed2017

import "rethinking/lib/study"

// Studies are the report's studies.
func Studies() []study.Study {
	return []study.Study{
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
	}
}
