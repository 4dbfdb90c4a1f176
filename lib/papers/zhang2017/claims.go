package zhang2017

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// onRandomLabels are claims Z1 to Z5, of section 2. The quick scale is too small to judge convolutional nets by.
var onRandomLabels = []paper.Claim{
	{
		ID: "Z1a", Source: "section 2.2, table 1", Page: "01-random-labels", Anchor: "the-paper-s-own-size-table-1", Judge: fits,
		Says:   "Nets fit random labels, with the training that true labels get: 100% train accuracy, Alexnet 99.82%, MLP 1x512 99.34%",
		Tested: "train accuracy on random labels ≥ 99.9%, Alexnet 99.8%, MLP 1x512 99.3%, in every run",
	},
	{
		ID: "Z2", Source: "section 2.2, table 1", Page: "01-random-labels", Anchor: "the-paper-s-own-size-table-1", Judge: guesses,
		Says:   "Trained on random labels, nets are no better than chance on the test set (9.78% to 10.61%)",
		Tested: "test accuracy within three standard errors of guessing's 10%, in every run",
	},
	{
		ID: "Z3", Source: "section 2.2", Page: "01-random-labels", Anchor: "five-kinds-of-data-figure-1a", Needs: study.Standard, From: 4, Judge: convergesOnceItStarts,
		Says:   "With the learning rate and schedule of true labels, random labels are not fitted at first; once the fitting starts, it converges quickly",
		Tested: "Inception, on a subset: epochs until 20% of the training set is right, true < random labels; from there to 99.9%, random < true labels",
	},
	{
		ID: "Z4", Source: "section 2.1, figure 1a", Page: "01-random-labels", Anchor: "five-kinds-of-data-figure-1a", Needs: study.Standard, From: 4, Judge: ordersFiveKinds,
		Says:   "Inception fits true labels first, then shuffled pixels, then Gaussian inputs and random pixels, and random labels last, but not much later",
		Tested: "epochs to 99.9% on a subset: true < shuffled < random pixels < random labels, and Gaussian < random labels",
	},
	onCIFAR10("Z5a", Inception, study.Standard), onCIFAR10("Z5b", Alexnet, study.Standard), onCIFAR10("Z5c", MLP512, ""),
	atEveryCorruption("Z5d", "MLP 3x512 on MNIST", "the-gap-grows-with-the-corruption-figure-1c", "", Figure1MNIST),
}

// onCIFAR10 is claim Z5 of one of the nets that the paper draws in figures 1b and 1c.
func onCIFAR10(id string, net study.Net, needs study.Scale) paper.Claim {
	return atEveryCorruption(id, net.String()+" on CIFAR-10", "label-corruption-on-cifar-10-figures-1b-and-1c", needs, Figure1bc(net))
}

// atEveryCorruption is claim Z5 of experiments along label corruption.
func atEveryCorruption(id, of, anchor string, needs study.Scale, along study.Experiments) paper.Claim {
	return paper.Claim{
		ID: id, Source: "section 2.2, figures 1b and 1c", Page: "01-random-labels", Anchor: anchor, Needs: needs, From: 4,
		Says:   "At every label corruption the training set is fitted, the later the more is corrupted, and the test error rises steadily to that of guessing",
		Tested: fmt.Sprintf("%s: train accuracy ≥ 99.9%% in every run; epochs to 99.9%% rise with the corruption; test accuracy falls with it", of),
		Judge:  func(e *paper.Evidence) []claims.Verdict { return followsCorruption(e, along) },
	}
}

func followsCorruption(e *paper.Evidence, along study.Experiments) []claims.Verdict {
	runs := e.Runs(paper.Any, along)
	var times, tests []claims.Sample
	for _, g := range paper.Groups(e, runs, study.LabelCorruption) {
		times = append(times, paper.Sample("corruption "+g.Label, g.Rows, study.EpochsToFit(study.Fitted)))
		tests = append(tests, paper.Sample("corruption "+g.Label, g.Rows, testAccuracy))
	}
	return []claims.Verdict{claims.EveryAtLeast(paper.Sample("all runs", runs, trainAccuracy), 99.9), claims.Rising(times...), claims.Falling(tests...)}
}

// The accuracies at the end of a run.
var (
	trainAccuracy = study.Final(study.TrainAccuracy)
	testAccuracy  = study.Final(study.TestAccuracy)
)

// Conditions on experiments.
func isNet(nets ...study.Net) func(study.Experiment) bool {
	return func(e study.Experiment) bool {
		return slices.ContainsFunc(nets, func(n study.Net) bool { return reflect.DeepEqual(n, e.Net) })
	}
}

func isRandom(e study.Experiment) bool { return e.Corruption == random && e.Regularization == none }

// sample is a statistic of a net's runs with some regularization.
func sample(runs []study.Result, net study.Net, r study.Regularization, of study.Statistic) claims.Sample {
	name := net.String()
	if r != none {
		name += " with " + r.String()
	}
	return paper.Sample(name, study.Where(runs, func(run study.Result) bool {
		return isNet(net)(run.Experiment) && run.Experiment.Regularization == r
	}), of)
}

// randomRuns are table 1's runs on random labels, without regularization, as large as the scale has them.
func randomRuns(e *paper.Evidence) []study.Result {
	if e.Large() {
		return e.Runs(isRandom, Table1(MLP3x512, MLP512), Table1Whole)
	}
	return e.Runs(isRandom, Table1(MLP3x512, MLP512))
}

func fits(e *paper.Evidence) []claims.Verdict {
	runs := randomRuns(e)
	train := func(net study.Net) claims.Sample { return sample(runs, net, none, trainAccuracy) }
	return []claims.Verdict{
		claims.EveryAtLeast(train(Inception), 99.9), claims.EveryAtLeast(train(Alexnet), 99.8),
		claims.EveryAtLeast(train(MLP3x512), 99.9), claims.EveryAtLeast(train(MLP512), 99.3)}
}

func guesses(e *paper.Evidence) []claims.Verdict {
	runs, n := randomRuns(e), math.Inf(1)
	for _, r := range runs {
		n = min(n, float64(r.Measurements.Test))
	}
	three := 300 * math.Sqrt(0.1*0.9/n)
	return []claims.Verdict{claims.EveryWithin(paper.Sample("all nets", runs, testAccuracy), 10-three, 10+three)}
}

func convergesOnceItStarts(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(paper.Any, Figure1a(Inception))
	return []claims.Verdict{
		paper.Less(runs, Condition, "true labels", "random labels", UntilStart, 0),
		paper.Less(runs, Condition, "random labels", "true labels", FromStart, 0),
	}
}

func ordersFiveKinds(e *paper.Evidence) (parts []claims.Verdict) {
	runs := e.Runs(paper.Any, Figure1a(Inception))
	for _, pair := range [][2]string{
		{"true labels", "shuffled pixels"}, {"shuffled pixels", "random pixels"}, {"random pixels", "random labels"}, {"Gaussian", "random labels"},
	} {
		parts = append(parts, paper.Less(runs, Condition, pair[0], pair[1], study.EpochsToFit(study.Fitted), 0))
	}
	return parts
}
