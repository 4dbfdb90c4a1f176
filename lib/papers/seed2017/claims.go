package seed2017

import (
	"cmp"
	"fmt"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

// The notebooks that show what the report's statements are judged by.
const (
	widthAndDepth = "06-width-and-depth"
	noiseInputs   = "07-noise-inputs"
)

// statements are the report's. What its own logs say of each stands in Says, after the statement.
var statements = []paper.Claim{
	{
		ID: "S1", Source: "section 4", Page: widthAndDepth, Anchor: "the-grid-of-widths-and-depths", From: 4, Judge: tallIsFaster,
		Says:   "At the same number of weights, tall and thin nets fit random labels sooner than short and wide ones. (Its logs: 6x512 .999 at epoch 1000, 2x1024 .466)",
		Tested: "epochs to 99.9% of random labels: 6x512 (1.7 million weights) < 2x1024 (1.9 million), 6x295 < 2x512 (both 670 thousand)",
	},
	{
		ID: "S2a", Source: "section 4", Page: noiseInputs, Anchor: "how-long-noise-takes", From: 4, Judge: onInputs(epochs, net(4, 512), net(2, 1024)),
		Says: "The same for Gaussian inputs. (Its logs: yes)", Tested: "epochs to 99.9%: 4x512 < 2x1024 at every share of noise from 0.2 to 0.8",
	},
	{
		ID: "S2b", Source: "section 4", Page: noiseInputs, Anchor: "what-noise-costs-in-test-accuracy", From: 4, Judge: onInputs(testAccuracy, net(2, 1024), net(4, 512)),
		Says: "... and tall nets test better too. (Its logs: no, 2x1024 tests as well or better)", Tested: "test accuracy: 2x1024 < 4x512 at every share of noise from 0.2 to 0.8",
	},
	{
		ID: "S3", Source: "section 4", Page: widthAndDepth, Anchor: "the-grid-of-widths-and-depths", From: 13, Judge: narrowIsHelpless,
		Says:   "With too few units, 16, depth does not help. (Its logs: partly; true labels 10x16 .976, 2x16 .967; random labels .111 and .129)",
		Tested: "true labels: 10x16 takes at most 40 epochs less to 99.9% than 2x16, a fifth of its time; random labels: its train accuracy at the end is at most 2 points higher",
	},
	{
		ID: "S4", Source: "section 4", Page: widthAndDepth, Anchor: "its-exact-protocol", Needs: study.Standard, Judge: narrowLearnsPatterns,
		Says:   "Width 16 reaches 90% on true labels and fails on random ones: there are patterns in real data. (Its logs: yes)",
		Tested: "2x16 by its exact protocol: train accuracy at the end ≥ 90% on true labels, ≤ 20% on random ones",
	},
	{
		ID: "S5", Source: "section 4", Page: widthAndDepth, Anchor: "its-exact-protocol", Needs: study.Standard, Judge: fitsTrueLabels,
		Says: "2x128, with 118,282 weights fewer than 2n+d = 120,784, fits true labels, so that finite-sample expressivity holds. (Its logs: .993 is no full fit; " +
			"and the theorem is about any labels, which a fit of the true ones cannot confirm)",
		Tested: "2x128 by its exact protocol, true labels: train accuracy at the end ≥ 99.99%",
	},
	{
		ID: "S6", Source: "section 4", Page: widthAndDepth, Anchor: "finite-sample-expressivity", Judge: expressivityFails,
		Says: "2x1024, with far more weights than 2n+d, does not fit random labels, so that expressivity does not hold. (Its logs: .466 at epoch 1000. But what training " +
			"does not find in time may exist all the same)",
		Tested: "no network of 2n+d weights returns all n random labels: its train accuracy ≤ 99.9%, in every draw",
	},
	{
		ID: "S7", Source: "section 4", Page: widthAndDepth, Anchor: "the-grid-of-widths-and-depths", From: 4, Judge: weightsDecide,
		Says:   "How soon random labels are fitted follows the number of weights. (Its logs: Spearman's ρ .93, but depth matters beyond it)",
		Tested: "epochs to 99.9% of random labels have a trend along all nets of the grid, from most to fewest weights, a run that does not come to it being later than any that does",
	},
	{
		ID: "S8", Source: "section 4", Page: noiseInputs, Anchor: "how-long-noise-takes", From: 4, Judge: noiseIsSlower,
		Says:   "The same net converges the slower, the more inputs are noise. (Its logs: yes for 4 and 8 layers, not monotone for 2)",
		Tested: "epochs to 99.9% rise with the share of noise, of 2x512 and of 8x512",
	},
	{
		ID: "S9", Source: "section 4", Page: noiseInputs, Anchor: "what-noise-costs-in-test-accuracy", From: 4, Judge: noiseCosts,
		Says:   "The more noise, the lower the test accuracy; the large gap is between 0.8 and 1. (Its logs: yes; at 0.8 there still are 12,000 images)",
		Tested: "2x512 on digits: test accuracy falls with the share of noise, and by more than 20 points from the last share but one to the last",
	},
	{
		ID: "S10", Source: "section 4", Page: noiseInputs, Anchor: "how-long-noise-takes", From: 4, Judge: allFitNoise,
		Says: "Every net fits the training set where all inputs are noise. (Its logs: 5 of 9 do)", Tested: "train accuracy at the end ≥ 99.9% at share 1, of every net and run",
	},
	{
		ID: "S11", Source: "section 4", Page: noiseInputs, Anchor: "what-noise-costs-in-test-accuracy", From: 4, Judge: sameOnImages,
		Says: "On CIFAR-10 the pattern is the same. (Its logs are lost)", Tested: "as S9, on CIFAR-10, where the last step need only be significant",
	},
	{
		ID: "S12", Source: "section 4", Page: "04-memorization", Anchor: "patterns-first-figure-7-of-arpit-et-al", From: 4, Judge: patternsFirst,
		Says:   "Nets learn patterns first and noise later. (It did not measure it)",
		Tested: "with 40% of the labels redrawn: at the epoch of the best test accuracy, accuracy on corrupted labels is at least 50 points below that on clean ones",
	},
}

// What the statements are about.
var (
	epochs        = study.EpochsToFit(study.Fitted)
	trainAccuracy = study.Final(study.TrainAccuracy)
	testAccuracy  = study.Final(study.TestAccuracy)
)

func isNet(nets ...study.Net) func(study.Experiment) bool {
	return func(e study.Experiment) bool {
		return slices.ContainsFunc(nets, func(n study.Net) bool { return name(e.Net) == name(n) })
	}
}

// sample is of the runs of a net with a share of Gaussian inputs.
func sample(runs []study.Result, n study.Net, share float64, s study.Statistic) claims.Sample {
	title := name(n)
	if share > 0 {
		title += fmt.Sprintf(" at share %g", share)
	}
	return paper.Sample(title, study.Where(runs, func(r study.Result) bool {
		return isNet(n)(r.Experiment) && r.Experiment.Corruption.Gaussian == share
	}), s)
}

func tallIsFaster(e *paper.Evidence) []claims.Verdict {
	random := study.Corruption{Labels: 1}
	runs := e.Runs(isNet(net(6, 512), net(2, 1024), net(6, 295), net(2, 512)), Grid(random), EqualWeights(random))
	time := func(layers, hidden int) claims.Sample { return sample(runs, net(layers, hidden), 0, epochs) }
	return []claims.Verdict{claims.Less(time(6, 512), time(2, 1024), 0), claims.Less(time(6, 295), time(2, 512), 0)}
}

// onInputs judges that one net has less of something than another at each share of Gaussian inputs from 0.2 to 0.8. The statements name 4x512 and
// 2x1024, with 1.2 and 1.9 million weights.
func onInputs(s study.Statistic, less, more study.Net) func(*paper.Evidence) []claims.Verdict {
	return func(e *paper.Evidence) (parts []claims.Verdict) {
		runs := e.Runs(isNet(less, more), Inputs("mnist", true))
		for _, share := range shares[1:5] {
			parts = append(parts, claims.Less(sample(runs, less, share, s), sample(runs, more, share, s), 0))
		}
		return parts
	}
}

func narrowIsHelpless(e *paper.Evidence) []claims.Verdict {
	short, tall := net(2, 16), net(10, 16)
	real, noise := e.Runs(isNet(short, tall), Grid(study.Corruption{})), e.Runs(isNet(short, tall), Grid(study.Corruption{Labels: 1}))
	return []claims.Verdict{
		claims.Less(sample(real, short, 0, epochs), sample(real, tall, 0, epochs), -40),
		claims.Less(sample(noise, tall, 0, trainAccuracy), sample(noise, short, 0, trainAccuracy), -2),
	}
}

// byProtocol is the train accuracy of a net by the report's protocol.
func byProtocol(e *paper.Evidence, title string, n study.Net, labels float64) claims.Sample {
	return paper.Sample(title, e.Runs(isNet(n), WithLabels(labels, Protocol)), trainAccuracy)
}

func narrowLearnsPatterns(e *paper.Evidence) []claims.Verdict {
	clean, random := byProtocol(e, "true labels", net(2, 16), 0), byProtocol(e, "random labels", net(2, 16), 1)
	return []claims.Verdict{claims.EveryAtLeast(clean, 90), claims.EveryAtMost(random, 20)}
}

func fitsTrueLabels(e *paper.Evidence) []claims.Verdict {
	return []claims.Verdict{claims.EveryAtLeast(byProtocol(e, "2x128", net(2, 128), 0), 99.99)}
}

func expressivityFails(e *paper.Evidence) []claims.Verdict {
	accuracy := study.Quantity("train accuracy", "%", func(x Expressed) float64 { return x.TrainAccuracy })
	return []claims.Verdict{claims.EveryAtMost(paper.Sample("theorem 1's network", paper.Ask(e, Expressivity), accuracy), 99.9)}
}

func weightsDecide(e *paper.Evidence) []claims.Verdict {
	groups := paper.Groups(e, e.Runs(paper.Any, Grid(study.Corruption{Labels: 1})), study.Architecture)
	slices.SortFunc(groups, func(a, b study.Group[study.Result]) int {
		return cmp.Compare(b.Rows[0].Measurements.Parameters, a.Rows[0].Measurements.Parameters)
	})
	return []claims.Verdict{claims.Trend(paper.Samples(groups, epochs)...)}
}

// byShare are samples of a statistic of a net's runs with Gaussian inputs, share by share.
func byShare(e *paper.Evidence, n study.Net, s study.Statistic, data string) []claims.Sample {
	samples := paper.Samples(paper.Groups(e, e.Runs(isNet(n), Inputs(data, true)), study.GaussianInputs), s)
	for i := range samples {
		samples[i].Name = "share " + samples[i].Name
	}
	return samples
}

func noiseIsSlower(e *paper.Evidence) (parts []claims.Verdict) {
	for _, n := range []study.Net{net(2, 512), net(8, 512)} {
		parts = append(parts, claims.Rising(byShare(e, n, epochs, "mnist")...))
	}
	return parts
}

func noiseCosts(e *paper.Evidence) []claims.Verdict {
	return falls(byShare(e, net(2, 512), testAccuracy, "mnist"), 20)
}

// falls judges that samples fall from share to share, and by more than a margin from the last share but one to the last.
func falls(samples []claims.Sample, margin float64) []claims.Verdict {
	n := len(samples)
	if n < 3 {
		return []claims.Verdict{claims.Missing("too few shares")}
	}
	return []claims.Verdict{claims.Falling(samples...), claims.Less(samples[n-1], samples[n-2], margin)}
}

func allFitNoise(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(func(x study.Experiment) bool { return x.Corruption.Gaussian == 1 }, Inputs("mnist", true))
	return []claims.Verdict{claims.EveryAtLeast(paper.Sample("all nets", runs, trainAccuracy), 99.9)}
}

func sameOnImages(e *paper.Evidence) []claims.Verdict {
	return falls(byShare(e, net(2, 512), testAccuracy, "cifar10"), 0)
}

func patternsFirst(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(func(x study.Experiment) bool { return x.Corruption == study.Corruption{Labels: 0.4} }, krueger2017.Widest(krueger2017.Capacity))
	return []claims.Verdict{claims.EveryAtLeast(paper.Sample("clean minus corrupted", runs, lag), 50)}
}

// lag is how far the accuracy on corrupted labels is behind that on clean ones where the test accuracy is best.
var lag = study.StatisticOf("lag of the corrupted labels", "points", func(r study.Result) (float64, bool) {
	c, best := r.Measurements.Curves, r.Measurements.Best
	i := slices.Index(c.Epoch, best.Epoch)
	if i < 0 || c.CleanAccuracy == nil {
		return 0, false
	}
	return 100 * (c.CleanAccuracy[i] - c.CorruptedAccuracy[i]), true
})
