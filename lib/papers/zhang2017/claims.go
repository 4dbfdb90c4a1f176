package zhang2017

import (
	"context"
	"fmt"
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/study"
)

// judge judges the paper's claims.
type judge struct{ evidence.Evidence }

func isRandom(e study.Experiment) bool {
	return e.Corruption == random && e.Regularization == (study.Regularization{})
}

func isNet(net study.Net) func(study.Experiment) bool {
	return func(e study.Experiment) bool { return e.Net.String() == net.String() }
}

// ClaimsOnRandomLabels judges claims Z1 to Z5, of section 2. The smoke scale is too small to judge anything by, and the quick scale for
// convolutional nets.
func ClaimsOnRandomLabels(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.fits, e.guesses, e.fiveKinds, e.corruptionOf(Inception), e.corruptionOf(Alexnet), e.corruptionOf(MLP512), e.corruptionOnDigits)
}

// ClaimsOnRegularization judges claim Z6 and what sections 3 and 4 say beside it, and Z1 without batch norm.
func ClaimsOnRegularization(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.decayHardlyMatters, e.architectureMatters, e.cropsBeatDecay, e.fitsWithoutBatchNorm,
		e.fitsInSpiteOfDecay, e.decayStopsAlexnet, e.fitsInSpiteOfAll, e.stoppingGainsNothing)
}

// fits judges that random labels are fitted as table 1 says, by net, with training as on true labels.
func (e judge) fits() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z1", Source: "section 2.2, table 1", Figure: "#the-paper-s-own-size-table-1",
		Says:   "Nets fit random labels, with the training that true labels get: 100% train accuracy, Alexnet 99.82%, MLP 1x512 99.34%",
		Tested: "train accuracy on random labels ≥ 99.9%, Alexnet 99.8%, MLP 1x512 99.3%, in every run",
	}
	runs, err := e.randomRuns()
	if err != nil {
		return claims.Judged{}, err
	}
	var parts []claims.Verdict
	for _, net := range []struct {
		net   study.Net
		least float64
	}{{Inception, 99.9}, {Alexnet, 99.8}, {MLP3x512, 99.9}, {MLP512, 99.3}} {
		parts = append(parts, claims.EveryAtLeast(evidence.Sample(net.net.String(), evidence.Where(runs, isNet(net.net)), evidence.TrainAccuracy), net.least))
	}
	return claim.Judge(parts...), nil
}

// randomRuns are table 1's runs on random labels, without regularization, as large as the scale has them.
func (e judge) randomRuns() ([]study.Result, error) {
	studies := []func(study.Scale) []study.Experiment{Table1(MLP3x512, MLP512)}
	if e.Large() {
		studies = append(studies, Table1Whole)
	}
	return e.Runs(isRandom, studies...)
}

// guesses judges that nets trained on random labels guess on the test set.
func (e judge) guesses() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z2", Source: "section 2.2, table 1", Figure: "#the-paper-s-own-size-table-1",
		Says:   "Trained on random labels, nets are no better than chance on the test set (9.78% to 10.61%)",
		Tested: "test accuracy within three standard errors of guessing's 10%, in every run",
	}
	runs, err := e.randomRuns()
	if err != nil {
		return claims.Judged{}, err
	}
	n := math.Inf(1)
	for _, r := range runs {
		n = min(n, float64(r.Measurements.Test))
	}
	three := 300 * math.Sqrt(0.1*0.9/n)
	return claim.Judge(claims.EveryWithin(evidence.Sample("all nets", runs, evidence.TestAccuracy), 10-three, 10+three)), nil
}

// fiveKinds judges the order of the five kinds of data.
func (e judge) fiveKinds() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z4", Source: "section 2.1, figure 1a", Figure: "#five-kinds-of-data-figure-1a",
		Says:   "Inception fits true labels first, then shuffled pixels, then Gaussian inputs and random pixels, and random labels last, but not much later",
		Tested: "epochs to 99.9% on a subset: true < shuffled < random pixels < random labels, and Gaussian < random labels",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(evidence.Any, Figure1a(Inception))
	if err != nil {
		return claims.Judged{}, err
	}
	time := func(name string) claims.Sample {
		return evidence.Sample(name, evidence.Where(runs, func(x study.Experiment) bool { return Condition.Of(x) == name }), study.EpochsToFit(study.Fitted))
	}
	return claim.Judge(
		claims.Less(time("true labels"), time("shuffled pixels"), 0), claims.Less(time("shuffled pixels"), time("random pixels"), 0),
		claims.Less(time("random pixels"), time("random labels"), 0), claims.Less(time("Gaussian"), time("random labels"), 0)), nil
}

// corruptionOf judges figures 1b and 1c for one of the nets that the paper draws there.
func (e judge) corruptionOf(net study.Net) func() (claims.Judged, error) {
	return func() (claims.Judged, error) {
		return e.corruption("Z5, "+net.String(), net.String()+" on CIFAR-10", "#label-corruption-on-cifar-10-figures-1b-and-1c", Figure1bc(net))
	}
}

// corruptionOnDigits judges figures 1b and 1c, asked of MNIST.
func (e judge) corruptionOnDigits() (claims.Judged, error) {
	return e.corruption("Z5 on MNIST", "MLP 3x512 on MNIST", "#the-gap-grows-with-the-corruption-figure-1c", Figure1MNIST)
}

func (e judge) corruption(id, of, figure string, s func(study.Scale) []study.Experiment) (claims.Judged, error) {
	claim := claims.Claim{
		ID: id, Source: "section 2.2, figures 1b and 1c", Figure: figure,
		Says:   "At every label corruption the training set is fitted, the later the more is corrupted, and the test error rises steadily to that of guessing",
		Tested: fmt.Sprintf("%s: train accuracy ≥ 99.9%% in every run; epochs to 99.9%% rise with the corruption; test accuracy falls with it", of),
	}
	if all := s(e.Scale); all[0].Net.Kind != "mlp" && !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.Runs(evidence.Any, s)
	if err != nil {
		return claims.Judged{}, err
	}
	groups, err := study.GroupBy(runs, study.LabelCorruption)
	if err != nil {
		return claims.Judged{}, err
	}
	var times, tests []claims.Sample
	for _, g := range groups {
		times = append(times, evidence.Sample("corruption "+g.Label, g.Results, study.EpochsToFit(study.Fitted)))
		tests = append(tests, evidence.Sample("corruption "+g.Label, g.Results, evidence.TestAccuracy))
	}
	slices.Reverse(tests)
	return claim.Judge(claims.EveryAtLeast(evidence.Sample("all runs", runs, evidence.TrainAccuracy), 99.9), claims.Rising(times...), claims.Rising(tests...)), nil
}
