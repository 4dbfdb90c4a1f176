package zhang2017

import "rethinking/lib/study"

// Complexity asks what complexity measures come to (section 2.2): the rows of Table1 on random labels, of all nets but the Inception without
// batch norm.
func Complexity(scale study.Scale) []study.Experiment {
	return Table1(Inception, Alexnet, MLP3x512, MLP512).Only(isRandom)(scale)
}

// Rademacher is the like, for ten classes, of the empirical Rademacher complexity of section 2.2, equation 1, which has two signs: how far a run fits random
// labels beyond guessing, 0 if not at all, 1 if it fits them all. It is from below because training finds one of the functions that the net can represent. Runs
// on other labels have none.
var Rademacher = study.StatisticOf("share of random labels fitted beyond guessing", "", func(r study.Result) (float64, bool) {
	accuracy, ok := study.Final(study.TrainAccuracy).Of(r)
	return (classes*accuracy/100 - 1) / (classes - 1), ok && r.Experiment.Corruption == random
})

// Stability is a lower bound of the uniform stability of a net's training in the 0-1 loss, 0 to 1: the generalization gap, of which that is an upper
// bound in expectation (Bousquet and Elisseeff 2002). It is a property of the training, whatever the labels are (section 2.2), so that the largest
// gap counts.
var Stability = study.StatisticOf("uniform stability at least", "", func(r study.Result) (float64, bool) {
	gap, ok := study.Final(study.GeneralizationGap).Of(r)
	return gap / 100, ok
})
