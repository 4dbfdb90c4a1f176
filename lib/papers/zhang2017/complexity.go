package zhang2017

import "rethinking/lib/study"

// Complexity asks what complexity measures come to (section 2.2): the rows of Table1 on random labels, of all nets but the Inception without
// batch norm.
func Complexity(scale study.Scale) []study.Experiment {
	return Table1(Inception, Alexnet, MLP3x512, MLP512).Only(isRandom)(scale)
}

// signs are labels of two classes, drawn at random.
var signs = study.Corruption{Labels: 1, Signs: true}

// Signs asks equation 1 of the MLPs: table 1's training, on as many images as figure 1 has, whose labels are two classes drawn at random.
func Signs(scale study.Scale) (all []study.Experiment) {
	for _, net := range []study.Net{MLP3x512, MLP512} {
		e := experiment(net, sizes[net.Kind][scale])
		e.Corruption = signs
		all = append(all, study.Seeds(e, sizes[net.Kind][scale].seeds)...)
	}
	return all
}

// Rademacher bounds the empirical Rademacher complexity of section 2.2, equation 1, from below, 0 to 1: where a net classifies a share a of random signs
// rightly, the mean of a sign times what the net says, 1 or -1, is 2a - 1. Training finds one of the functions that the net can represent, not the best. Runs
// on other labels have none.
var Rademacher = study.StatisticOf("Rademacher complexity at least", "", func(r study.Result) (float64, bool) {
	accuracy, ok := study.Final(study.TrainAccuracy).Of(r)
	return 2*accuracy/100 - 1, ok && r.Experiment.Corruption == signs
})

// Stability is a lower bound of the uniform stability of a net's training in the 0-1 loss, 0 to 1: the generalization gap, of which that is an upper
// bound in expectation (Bousquet and Elisseeff 2002). It is a property of the training, whatever the labels are (section 2.2), so that the largest
// gap counts.
var Stability = study.StatisticOf("uniform stability at least", "", func(r study.Result) (float64, bool) {
	gap, ok := study.Final(study.GeneralizationGap).Of(r)
	return gap / 100, ok
})
