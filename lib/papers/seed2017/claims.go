package seed2017

import (
	"context"
	"fmt"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

// judge judges the report's statements.
type judge struct{ evidence.Evidence }

// Statements judges S-1 to S-12. What its own logs say of each stands in Says, after the statement.
func Statements(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.tallIsFaster, e.tallIsFasterOnNoise, e.tallGeneralizes, e.narrowIsHelpless, e.narrowLearnsPatterns, e.fitsTrueLabels,
		e.expressivity, e.weightsDecide, e.noiseIsSlower, e.noiseCosts, e.allFitNoise, e.sameOnImages, e.patternsFirst)
}

// epochs are those to fit.
var epochs = study.EpochsToFit(study.Fitted)

// of are the runs of a net, and of a share of Gaussian inputs.
func of(runs []study.Result, n study.Net, share float64) []study.Result {
	return evidence.Where(runs, func(x study.Experiment) bool { return name(x.Net) == name(n) && x.Corruption.Gaussian == share })
}

func (e judge) tallIsFaster() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-1", Source: "section 4", Figure: "#width-and-depth",
		Says:   "At the same number of weights, tall and thin nets fit random labels sooner than short and wide ones. (Its logs: 6x512 .999 at epoch 1000, 2x1024 .466)",
		Tested: "epochs to 99.9% of random labels: 6x512 (1.7 million weights) < 2x1024 (1.9 million), 6x295 < 2x512 (both 670 thousand)",
	}
	runs, err := e.Runs(evidence.Any, Grid(study.Corruption{Labels: 1}), EqualWeights(study.Corruption{Labels: 1}))
	if err != nil {
		return claims.Judged{}, err
	}
	time := func(layers, hidden int) claims.Sample {
		return evidence.Sample(fmt.Sprintf("%dx%d", layers, hidden), of(runs, net(layers, hidden), 0), epochs)
	}
	return claim.Judge(claims.Less(time(6, 512), time(2, 1024), 0), claims.Less(time(6, 295), time(2, 512), 0)), nil
}

// onInputs compares 4x512 and 2x1024, with 1.2 and 1.9 million weights, at each share of Gaussian inputs from 0.2 to 0.8.
func (e judge) onInputs(claim claims.Claim, less func(tall, wide []study.Result) claims.Verdict) (claims.Judged, error) {
	runs, err := e.Runs(evidence.Any, Inputs("mnist", true))
	if err != nil {
		return claims.Judged{}, err
	}
	var parts []claims.Verdict
	for _, share := range shares[1:5] {
		parts = append(parts, less(of(runs, net(4, 512), share), of(runs, net(2, 1024), share)))
	}
	return claim.Judge(parts...), nil
}

func (e judge) tallIsFasterOnNoise() (claims.Judged, error) {
	return e.onInputs(claims.Claim{
		ID: "S-2", Source: "section 4", Figure: "#gaussian-inputs",
		Says: "The same for Gaussian inputs. (Its logs: yes)", Tested: "epochs to 99.9%: 4x512 < 2x1024 at every share of noise from 0.2 to 0.8",
	}, func(tall, wide []study.Result) claims.Verdict {
		return claims.Less(evidence.Sample("4x512", tall, epochs), evidence.Sample("2x1024", wide, epochs), 0)
	})
}

func (e judge) tallGeneralizes() (claims.Judged, error) {
	return e.onInputs(claims.Claim{
		ID: "S-2, test", Source: "section 4", Figure: "#gaussian-inputs",
		Says: "... and tall nets test better too. (Its logs: no, 2x1024 tests as well or better)", Tested: "test accuracy: 2x1024 < 4x512 at every share of noise from 0.2 to 0.8",
	}, func(tall, wide []study.Result) claims.Verdict {
		return claims.Less(evidence.Sample("2x1024", wide, evidence.TestAccuracy), evidence.Sample("4x512", tall, evidence.TestAccuracy), 0)
	})
}

func (e judge) narrowIsHelpless() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-3", Source: "section 4", Figure: "#width-and-depth",
		Says:   "With too few units, 16, depth does not help. (Its logs: partly; true labels 10x16 .976, 2x16 .967; random labels .111 and .129)",
		Tested: "train accuracy at the end, on true and on random labels: 10x16 < 2x16",
	}
	var parts []claims.Verdict
	for _, labels := range []float64{0, 1} {
		runs, err := e.Runs(evidence.Any, Grid(study.Corruption{Labels: labels}))
		if err != nil {
			return claims.Judged{}, err
		}
		deep, shallow := of(runs, net(10, 16), 0), of(runs, net(2, 16), 0)
		parts = append(parts, claims.Less(evidence.Sample("10x16", deep, evidence.TrainAccuracy), evidence.Sample("2x16", shallow, evidence.TrainAccuracy), 0))
	}
	return claim.Judge(parts...), nil
}

// protocol are the runs of Protocol of a net.
func (e judge) protocol(n study.Net, labels float64) ([]study.Result, error) {
	return e.Runs(func(x study.Experiment) bool {
		return name(x.Net) == name(n) && x.Corruption.Labels == labels && !x.Training.Clipped
	}, Protocol)
}

func (e judge) narrowLearnsPatterns() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-4", Source: "section 4", Figure: "#its-exact-protocol",
		Says:   "Width 16 reaches 90% on true labels and fails on random ones: there are patterns in real data. (Its logs: yes)",
		Tested: "2x16 by its exact protocol: train accuracy at the end ≥ 90% on true labels, ≤ 20% on random ones",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	clean, err := e.protocol(net(2, 16), 0)
	if err != nil {
		return claims.Judged{}, err
	}
	random, err := e.protocol(net(2, 16), 1)
	return claim.Judge(claims.EveryAtLeast(evidence.Sample("true labels", clean, evidence.TrainAccuracy), 90),
		claims.EveryAtMost(evidence.Sample("random labels", random, evidence.TrainAccuracy), 20)), err
}

func (e judge) fitsTrueLabels() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-5", Source: "section 4", Figure: "#its-exact-protocol",
		Says: "2x128, with 118,282 weights fewer than 2n+d = 120,784, fits true labels, so that finite-sample expressivity holds. (Its logs: .993 is no full fit; " +
			"and the theorem is about any labels, which a fit of the true ones cannot confirm)",
		Tested: "2x128 by its exact protocol, true labels: train accuracy at the end ≥ 99.99%",
	}
	if !e.Large() {
		return claim.Judge(evidence.TooSmall), nil
	}
	runs, err := e.protocol(net(2, 128), 0)
	return claim.Judge(claims.EveryAtLeast(evidence.Sample("2x128", runs, evidence.TrainAccuracy), 99.99)), err
}

func (e judge) expressivity() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-6", Source: "section 4", Figure: "#finite-sample-expressivity",
		Says: "2x1024, with far more weights than 2n+d, does not fit random labels, so that expressivity does not hold. (Its logs: .466 at epoch 1000. But what training " +
			"does not find in time may exist all the same)",
		Tested: "no network of 2n+d weights returns all n random labels: its train accuracy ≤ 99.9%, in every draw",
	}
	all, err := Express(e.Ctx, e.Lab, Expressivity(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	s := claims.Sample{Name: "theorem 1's network", Unit: "%"}
	for _, x := range all {
		s.Values = append(s.Values, x.TrainAccuracy)
	}
	return claim.Judge(claims.EveryAtMost(s, 99.9)), nil
}

func (e judge) weightsDecide() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-7", Source: "section 4", Figure: "#width-and-depth",
		Says:   "How soon random labels are fitted follows the number of weights. (Its logs: Spearman's ρ .93, but depth matters beyond it)",
		Tested: "epochs to 99.9% of random labels fall from net to net, in the order of their numbers of weights, of those that fit",
	}
	runs, err := e.Runs(evidence.Any, Grid(study.Corruption{Labels: 1}))
	if err != nil {
		return claims.Judged{}, err
	}
	groups, err := study.GroupBy(runs, study.Architecture)
	if err != nil {
		return claims.Judged{}, err
	}
	slices.SortFunc(groups, func(a, b study.Group) int {
		return b.Results[0].Measurements.Parameters - a.Results[0].Measurements.Parameters
	})
	var samples []claims.Sample
	for _, g := range groups {
		if s := evidence.Sample(g.Label, g.Results, epochs); len(s.Values) == len(g.Results) {
			samples = append(samples, s)
		}
	}
	return claim.Judge(claims.Rising(samples...)), nil
}

// byShare are samples of a statistic of a net's runs with Gaussian inputs, share by share.
func (e judge) byShare(n study.Net, s study.Statistic, of func(study.Scale) []study.Experiment) ([]claims.Sample, error) {
	runs, err := e.Runs(func(x study.Experiment) bool { return name(x.Net) == name(n) }, of)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	groups, err := study.GroupBy(runs, study.GaussianInputs)
	var samples []claims.Sample
	for _, g := range groups {
		samples = append(samples, evidence.Sample("share "+g.Label, g.Results, s))
	}
	return samples, err
}

func (e judge) noiseIsSlower() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-8", Source: "section 4", Figure: "#gaussian-inputs",
		Says:   "The same net converges the slower, the more inputs are noise. (Its logs: yes for 4 and 8 layers, not monotone for 2)",
		Tested: "epochs to 99.9% rise with the share of noise, of 2x512 and of 8x512",
	}
	var parts []claims.Verdict
	for _, n := range []study.Net{net(2, 512), net(8, 512)} {
		samples, err := e.byShare(n, epochs, Inputs("mnist", true))
		if err != nil {
			return claims.Judged{}, err
		}
		parts = append(parts, claims.Rising(samples...))
	}
	return claim.Judge(parts...), nil
}

// falling judges that the test accuracy of 2x512 falls with the share of noise, and most at the end.
func (e judge) falling(data string) ([]claims.Verdict, error) {
	samples, err := e.byShare(net(2, 512), evidence.TestAccuracy, Inputs(data, true))
	if err != nil || len(samples) < 3 {
		return []claims.Verdict{claims.Missing("too few shares")}, err
	}
	n := len(samples)
	last := claims.Less(samples[n-1], samples[n-2], 20)
	slices.Reverse(samples)
	return []claims.Verdict{claims.Rising(samples...), last}, nil
}

func (e judge) noiseCosts() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-9", Source: "section 4", Figure: "#gaussian-inputs",
		Says:   "The more noise, the lower the test accuracy; the large gap is between 0.8 and 1. (Its logs: yes; at 0.8 there still are 12,000 images)",
		Tested: "2x512 on digits: test accuracy falls with the share of noise, and by more than 20 points from the last share but one to the last",
	}
	parts, err := e.falling("mnist")
	return claim.Judge(parts...), err
}

func (e judge) allFitNoise() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-10", Source: "section 4", Figure: "#gaussian-inputs",
		Says: "Every net fits the training set where all inputs are noise. (Its logs: 5 of 9 do)", Tested: "train accuracy at the end ≥ 99.9% at share 1, of every net and run",
	}
	runs, err := e.Runs(func(x study.Experiment) bool { return x.Corruption.Gaussian == 1 }, Inputs("mnist", true))
	return claim.Judge(claims.EveryAtLeast(evidence.Sample("all nets", runs, evidence.TrainAccuracy), 99.9)), err
}

func (e judge) sameOnImages() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-11", Source: "section 4", Figure: "#gaussian-inputs-on-cifar-10",
		Says: "On CIFAR-10 the pattern is the same. (Its logs are lost)", Tested: "as S-9, on CIFAR-10, where the last step need only be significant",
	}
	samples, err := e.byShare(net(2, 512), evidence.TestAccuracy, Inputs("cifar10", true))
	slices.Reverse(samples)
	return claim.Judge(claims.Rising(samples...)), err
}

func (e judge) patternsFirst() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "S-12", Source: "section 4", Figure: "04-memorization.html#patterns-first-figure-7-of-arpit-et-al",
		Says:   "Nets learn patterns first and noise later. (It did not measure it)",
		Tested: "with 40% of the labels redrawn: at the epoch of the best test accuracy, accuracy on corrupted labels is at least 50 points below that on clean ones",
	}
	widest := func(scale study.Scale) []study.Experiment { return krueger2017.OfWidest(krueger2017.Capacity(scale)) }
	runs, err := e.Runs(func(x study.Experiment) bool { return x.Corruption == study.Corruption{Labels: 0.4} }, widest)
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(claims.EveryAtLeast(evidence.Sample("clean minus corrupted", runs, lag), 50)), nil
}

// lag is how far the accuracy on corrupted labels is behind that on clean ones where the test accuracy is best.
var lag = study.Statistic{Name: "lag of the corrupted labels", Unit: "points", Of: func(r study.Result) (float64, bool) {
	c, best := r.Measurements.Curves, r.Measurements.Best
	i := slices.Index(c.Epoch, best.Epoch)
	if i < 0 || c.CleanAccuracy == nil {
		return 0, false
	}
	return 100 * (c.CleanAccuracy[i] - c.CorruptedAccuracy[i]), true
}}
