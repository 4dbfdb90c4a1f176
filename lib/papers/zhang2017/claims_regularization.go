package zhang2017

import (
	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/study"
)

// regularized are table 1's rows on true labels of the nets that a scale trains until they fit.
func (e judge) regularized() ([]study.Result, error) {
	nets := []study.Net{MLP3x512, MLP512}
	if e.Large() {
		nets = append(nets, Inception, InceptionPlain, Alexnet)
	}
	return e.Runs(func(x study.Experiment) bool { return x.Corruption == study.Corruption{} }, Table1(nets...))
}

// row returns a statistic of a net's runs with some regularization.
func row(runs []study.Result, net study.Net, r study.Regularization, of study.Statistic) claims.Sample {
	name := net.String()
	if r != none {
		name += " with " + r.String()
	}
	return evidence.Sample(name, evidence.Where(runs, func(x study.Experiment) bool { return isNet(net)(x) && x.Regularization == r }), of)
}

var (
	none    study.Regularization
	decayed = study.Regularization{WeightDecay: WeightDecay}
)

// decayHardlyMatters judges what weight decay does to the test accuracy.
func (e judge) decayHardlyMatters() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z6a", Source: "section 3, table 1", Figure: "#weight-decay-and-random-crops-table-1",
		Says:   "Weight decay changes the test accuracy by little: by -0.3 to +1.6 points",
		Tested: "with weight decay the mean test accuracy is at most 2 points lower and at most 4 points higher",
	}
	runs, err := e.regularized()
	if err != nil {
		return claims.Judged{}, err
	}
	nets := []study.Net{MLP3x512, MLP512}
	if e.Large() {
		nets = append(nets, Inception, Alexnet)
	}
	var parts []claims.Verdict
	for _, net := range nets {
		with, without := row(runs, net, decayed, evidence.TestAccuracy), row(runs, net, none, evidence.TestAccuracy)
		lower, higher := claims.Less(without, with, -2), claims.Less(with, without, -4)
		higher.Statistic = ""
		parts = append(parts, lower, higher)
	}
	return claim.Judge(parts...), nil
}

// architectureMatters judges the order of the nets without regularization.
func (e judge) architectureMatters() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z6b", Source: "section 3, table 1", Figure: "#batch-normalization-figure-2b",
		Says:   "The architecture changes it by much: Inception 85.75%, without batch norm 82.00%, MLP 3x512 52.39%",
		Tested: "on a subset: test accuracy of MLP 3x512 < Inception without batch norm < Inception",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(func(x study.Experiment) bool {
		return x.Corruption == study.Corruption{} && x.Regularization == none
	}, Figure1a(MLP3x512), Figure1a(Inception), Figure2b)
	if err != nil {
		return claims.Judged{}, err
	}
	test := func(net study.Net) claims.Sample { return row(runs, net, none, evidence.TestAccuracy) }
	plain := test(InceptionPlain)
	return claim.Judge(claims.Less(test(MLP3x512), plain, 0), claims.Less(plain, test(Inception), 0)), nil
}

// fitsWithoutBatchNorm judges table 1's row of Inception without batch norm on random labels.
func (e judge) fitsWithoutBatchNorm() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z1, without batch norm", Source: "table 1", Figure: "#without-batch-norm-a-plateau-first-table-1",
		Says:   "Inception without batch norm fits random labels too: 100% train accuracy",
		Tested: "on subsets: train accuracy ≥ 99.9%, in every run, at either pace of the learning rate",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(isRandom, Table1(InceptionPlain), Plateau)
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(claims.EveryAtLeast(row(runs, InceptionPlain, none, evidence.TrainAccuracy), 99.9)), nil
}

// fitsInSpiteOfDecay judges table 4 for the MLPs.
func (e judge) fitsInSpiteOfDecay() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "table 4", Source: "appendix E, table 4", Figure: "#random-labels-in-spite-of-it-table-4",
		Says:   "Weight decay does not keep nets from fitting random labels: MLP 3x512 100%, MLP 1x512 99.21%",
		Tested: "train accuracy on random labels with weight decay ≥ 99.9% for MLP 3x512 and 99% for MLP 1x512, in every run",
	}
	runs, err := e.Runs(func(x study.Experiment) bool { return x.Net.Kind == "mlp" }, Table4)
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(
		claims.EveryAtLeast(row(runs, MLP3x512, decayed, evidence.TrainAccuracy), 99.9),
		claims.EveryAtLeast(row(runs, MLP512, decayed, evidence.TrainAccuracy), 99)), nil
}

// decayStopsAlexnet judges table 4's row of Alexnet.
func (e judge) decayStopsAlexnet() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "table 4, Alexnet", Source: "appendix E, table 4", Figure: "#random-labels-in-spite-of-it-table-4",
		Says:   "Alexnet with weight decay fails to converge on random labels",
		Tested: "on a subset, with weight decay 0.0005 (the paper does not say its own): train accuracy on random labels ≤ 99% in every run",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(isNet(Alexnet), Table4)
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(claims.EveryAtMost(row(runs, Alexnet, decayed, evidence.TrainAccuracy), 99)), nil
}

// fitsInSpiteOfAll judges table 4's rows of Inception.
func (e judge) fitsInSpiteOfAll() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "table 4, Inception", Source: "appendix E, table 4", Figure: "#random-labels-in-spite-of-it-table-4",
		Says:   "Nothing keeps Inception from fitting random labels: with weight decay 100%, with crops 99.93%, with crops, flips and rotations 99.28%",
		Tested: "on a subset: train accuracy on random labels ≥ 99.9% with either of the first two and 99% with the third, in every run",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(isNet(Inception), Table4)
	if err != nil {
		return claims.Judged{}, err
	}
	train := func(r study.Regularization) claims.Sample { return row(runs, Inception, r, evidence.TrainAccuracy) }
	return claim.Judge(
		claims.EveryAtLeast(train(decayed), 99.9), claims.EveryAtLeast(train(augmented[0]), 99.9), claims.EveryAtLeast(train(augmented[1]), 99)), nil
}

// cropsBeatDecay judges the order of the explicit regularizers.
func (e judge) cropsBeatDecay() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z6c", Source: "section 3, table 1", Figure: "#weight-decay-and-random-crops-table-1",
		Says:   "Random crops help more than weight decay: by 3.6 points against 0.3 for Inception, and by 3.6 against 1.3 for Alexnet",
		Tested: "on a subset: test accuracy without either < with crops, and with weight decay < with crops, for both nets",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.regularized()
	if err != nil {
		return claims.Judged{}, err
	}
	var parts []claims.Verdict
	for _, net := range []study.Net{Inception, Alexnet} {
		test := func(r study.Regularization) claims.Sample { return row(runs, net, r, evidence.TestAccuracy) }
		crop := test(augmented[0])
		parts = append(parts, claims.Less(test(none), crop, 0), claims.Less(test(decayed), crop, 0))
	}
	return claim.Judge(parts...), nil
}

// stoppingGainsNothing judges early stopping on CIFAR-10.
func (e judge) stoppingGainsNothing() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "figure 2", Source: "section 4, figure 2", Figure: "#early-stopping-figure-2",
		Says:   "On CIFAR-10 there is no potential benefit of early stopping",
		Tested: "on true labels the best test accuracy along a run is at most 1 point above that at its end, in every run",
	}
	runs, err := e.regularized()
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(claims.EveryAtMost(evidence.Sample("gain", runs, GainOfStopping), 1)), nil
}
