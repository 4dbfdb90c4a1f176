package zhang2017

import (
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// onRegularization are claim Z6, with what sections 3 and 4 say beside it, and Z1 without batch norm.
var onRegularization = []paper.Claim{
	{
		ID: "Z6a", Source: "section 3, table 1", Page: "02-regularization", Anchor: "weight-decay-and-random-crops-table-1", From: 4, Judge: decayHardlyMatters,
		Says:   "Weight decay changes the test accuracy by little: by -0.3 to +1.6 points",
		Tested: "with weight decay the mean test accuracy is at most 2 points lower and at most 4 points higher",
	},
	{
		ID: "Z6b", Source: "section 3, table 1", Page: "02-regularization", Anchor: "batch-normalization-figure-2b", Needs: study.Standard, From: 4, Judge: architectureMatters,
		Says:   "The architecture changes it by much: Inception 85.75%, without batch norm 82.00%, MLP 3x512 52.39%",
		Tested: "on a subset: test accuracy of MLP 3x512 < Inception without batch norm < Inception",
	},
	{
		ID: "Z6c", Source: "section 3, table 1", Page: "02-regularization", Anchor: "weight-decay-and-random-crops-table-1", Needs: study.Standard, From: 4, Judge: cropsBeatDecay,
		Says:   "Random crops help more than weight decay: by 3.6 points against 0.3 for Inception, and by 3.6 against 1.3 for Alexnet",
		Tested: "on a subset: test accuracy without either < with crops, and with weight decay < with crops, for both nets",
	},
	{
		ID: "Z1b", Source: "table 1", Page: "02-regularization", Anchor: "without-batch-norm-a-plateau-first-table-1", Needs: study.Standard, Judge: fitsWithoutBatchNorm,
		Says:   "Inception without batch norm fits random labels too: 100% train accuracy",
		Tested: "on subsets: train accuracy ≥ 99.9%, in every run, at either pace of the learning rate",
	},
	{
		ID: "Z6d", Source: "appendix E, table 4", Page: "02-regularization", Anchor: "random-labels-in-spite-of-it-table-4", From: 4, Judge: fitsInSpiteOfDecay,
		Says:   "Weight decay does not keep nets from fitting random labels: MLP 3x512 100%, MLP 1x512 99.21%",
		Tested: "train accuracy on random labels with weight decay: MLP 3x512 ≥ 99.9% in every run; MLP 1x512 equal to the paper's within half a point, less than between the two nets",
	},
	{
		ID: "Z6e", Source: "appendix E, table 4", Page: "02-regularization", Anchor: "random-labels-in-spite-of-it-table-4", Needs: study.Standard, From: 4, Judge: decayStopsAlexnet,
		Says:   "Alexnet with weight decay fails to converge on random labels",
		Tested: "on a subset, with weight decay 0.0005 (the paper does not say its own): train accuracy on random labels ≤ 99% in every run",
	},
	{
		ID: "Z6h", Source: "appendix E, table 4", Page: "02-regularization", Anchor: "random-labels-in-spite-of-it-table-4", Needs: study.Standard, Judge: tutorialDecayStopsAlexnet,
		Says:   "Alexnet with weight decay fails to converge on random labels",
		Tested: "on a subset, with weight decay 0.004 of the dense hidden layers, as in TensorFlow's tutorial of the time: train accuracy on random labels ≤ 99% in every run",
	},
	{
		ID: "Z6f", Source: "appendix E, table 4", Page: "02-regularization", Anchor: "random-labels-in-spite-of-it-table-4", Needs: study.Standard, From: 4, Judge: fitsInSpiteOfAll,
		Says:   "Nothing keeps Inception from fitting random labels: with weight decay 100%, with crops 99.93%, with crops, flips and rotations 99.28%",
		Tested: "on a subset: train accuracy on random labels ≥ 99.9% with either of the first two and 99% with the third, in every run",
	},
	{
		ID: "Z6g", Source: "section 4, figure 2", Page: "02-regularization", Anchor: "early-stopping-figure-2", From: 4, Judge: stoppingGainsNothing,
		Says:   "On CIFAR-10 there is no potential benefit of early stopping",
		Tested: "on true labels the best test accuracy along a run is at most 1 point above that at its end, in every run of the MLPs, Inception and Alexnet",
	},
}

// trained are those of some nets that the scale trains until they fit: MLPs at each, convolutional nets from standard on.
func trained(e *paper.Evidence, nets ...study.Net) []study.Net {
	return slices.DeleteFunc(nets, func(n study.Net) bool { return n.Kind != "mlp" && !e.Large() })
}

// regularized are their rows of table 1 on true labels.
func regularized(e *paper.Evidence) []study.Result {
	return e.Runs(On("true labels"), Table1(trained(e, MLP3x512, MLP512, Inception, InceptionPlain, Alexnet)...))
}

func decayHardlyMatters(e *paper.Evidence) (parts []claims.Verdict) {
	runs := regularized(e)
	for _, net := range trained(e, MLP3x512, MLP512, Inception, Alexnet) {
		change := claims.Difference(sample(runs, net, none, testAccuracy), sample(runs, net, decayed, testAccuracy))
		parts = append(parts, claims.MeanWithin(change, -2, 4))
	}
	return parts
}

func architectureMatters(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(On("true labels"), Figure1a(MLP3x512), Figure1a(Inception), Figure2b)
	return []claims.Verdict{
		paper.Less(runs, study.Architecture, MLP3x512.String(), InceptionPlain.String(), testAccuracy, 0),
		paper.Less(runs, study.Architecture, InceptionPlain.String(), Inception.String(), testAccuracy, 0),
	}
}

func cropsBeatDecay(e *paper.Evidence) (parts []claims.Verdict) {
	runs := regularized(e)
	for _, net := range []study.Net{Inception, Alexnet} {
		test := func(r study.Regularization) claims.Sample { return sample(runs, net, r, testAccuracy) }
		parts = append(parts, claims.Less(test(none), test(cropped), 0), claims.Less(test(decayed), test(cropped), 0))
	}
	return parts
}

func fitsWithoutBatchNorm(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(isRandom, Table1(InceptionPlain), Plateau)
	return []claims.Verdict{claims.EveryAtLeast(sample(runs, InceptionPlain, none, trainAccuracy), 99.9)}
}

func fitsInSpiteOfDecay(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(isNet(MLP3x512, MLP512), Table4)
	return []claims.Verdict{
		claims.EveryAtLeast(sample(runs, MLP3x512, decayed, trainAccuracy), 99.9),
		claims.Equals(sample(runs, MLP512, decayed, trainAccuracy), 99.21, 0.5)}
}

func tutorialDecayStopsAlexnet(e *paper.Evidence) []claims.Verdict {
	return []claims.Verdict{claims.EveryAtMost(sample(e.Runs(isNet(Alexnet), Table4), Alexnet, tutorial, trainAccuracy), 99)}
}

func decayStopsAlexnet(e *paper.Evidence) []claims.Verdict {
	return []claims.Verdict{claims.EveryAtMost(sample(e.Runs(isNet(Alexnet), Table4), Alexnet, decayed, trainAccuracy), 99)}
}

func fitsInSpiteOfAll(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(isNet(Inception), Table4)
	train := func(r study.Regularization) claims.Sample { return sample(runs, Inception, r, trainAccuracy) }
	return []claims.Verdict{
		claims.EveryAtLeast(train(decayed), 99.9), claims.EveryAtLeast(train(cropped), 99.9), claims.EveryAtLeast(train(transformed), 99)}
}

func stoppingGainsNothing(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(On("true labels"), Table1(trained(e, MLP3x512, MLP512, Inception, Alexnet)...))
	return []claims.Verdict{claims.EveryAtMost(paper.Sample("gain", runs, GainOfStopping), 1)}
}
