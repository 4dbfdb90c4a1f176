package arpit2017

import (
	"fmt"
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// The notebooks that show the claims, and anchors of several.
const (
	memorization = "04-memorization"
	sharpness    = "05-sharpness-and-regularizers"

	patterns   = "patterns-first-figure-7-of-arpit-et-al"
	remembered = "who-is-remembered-figures-3-and-4-of-arpit-et-al"

	onCIFAR = "on-cifar-10-figures-8-and-9-of-arpit-et-al"
)

// statements are the paper's claims.
var statements = []paper.Claim{
	{
		ID: "A1", Source: "section 3.1, figure 1", Page: memorization, Anchor: "some-examples-are-easy-figure-1-of-arpit-et-al", From: 4,
		Says: "Real data has easy and hard examples, random labels less so, and Gaussian inputs are all equally hard",
		Tested: "variance of the examples' misclassification rates over that of a binomial distribution, its logarithm: real > random labels > Gaussian inputs; " +
			"and of the last, as it is, within three standard errors of 1",
		Judge: easyExamples,
	},
	widthForNoise("A3a", "labels"), widthForNoise("A3b", "inputs"),
	{
		ID: "A3c", Source: "section 3.3", Page: memorization, Anchor: "capacity-figure-1", From: 4,
		Says:   "It is the noisy examples that take the units: without them a smaller net suffices",
		Tested: "how far the best test accuracy of nets of 16 units is below that of the best width, at each level of noise in the labels: without the noisy examples < with them",
		Judge:  noiseTakesUnits,
	},
	{
		ID: "A4a", Source: "section 3.3, figure 6 (left)", Page: memorization, Anchor: "time-figure-2", From: 4,
		Says:   "The more units a net has, the fewer epochs it takes to fit its training set, with and without noise",
		Tested: "epochs to 99.9% fall with the number of hidden units, a run that does not come to it being later than any that does: real, random labels, Gaussian inputs",
		Judge:  fasterWithUnits,
	},
	{
		ID: "A4b", Source: "section 3.3, figure 6 (right)", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2", From: 4,
		Says:   "The more examples there are, the more epochs it takes to fit them",
		Tested: "epochs to 99.9% rise with the number of examples, widest net, batches of 32 (the paper does not say its own): real, Gaussian inputs",
		Judge:  slowerWithSize(krueger2017.Widest(krueger2017.Size), study.EpochsToFit(study.Fitted)),
	},
	{
		ID: "A4c", Source: "section 3.3, figure 6 (right)", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2", From: 4,
		Says:   "The same, counted in updates",
		Tested: "updates to 99.9% rise with the number of examples, widest net: real, Gaussian inputs",
		Judge:  slowerWithSize(krueger2017.Widest(krueger2017.Size), study.UpdatesToFit(study.Fitted)),
	},
	{
		ID: "A4d", Source: "section 3.3, figure 6 (right)", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2", From: 4,
		Says:   "More examples cost noise more time than real data",
		Tested: "log2 of the time to 99.9% of the most examples over that of the fewest, widest net: real < Gaussian inputs, and real < random labels",
		Judge:  noiseGrowsMore(krueger2017.Widest(krueger2017.Size)),
	},
	{
		ID: "A4e", Source: "section 3.3, figure 6 (right)", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2",
		Says: "The more examples there are, the more epochs it takes to fit them",
		Tested: "epochs to 99.9% rise with the number of examples, batches in proportion to it, 32 at the fewest, so that every epoch has as many updates: real, " +
			"Gaussian inputs",
		Judge: slowerWithSize(krueger2017.InProportion, study.EpochsToFit(study.Fitted)),
	},
	{
		ID: "A4f", Source: "section 3.3, figure 6 (right)", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2",
		Says:   "More examples cost noise more time than real data",
		Tested: "as A4d, batches in proportion to the number of examples: real < Gaussian inputs, and real < random labels",
		Judge:  noiseGrowsMore(krueger2017.InProportion),
	},
	critical("A5a", "labels", "7", patterns, 4, Figure7), critical("A5b", "inputs", "7", patterns, 4, Figure7),
	critical("A5c", "labels", "8", onCIFAR, 0, Trained8), critical("A5d", "inputs", "9", onCIFAR, 0, Trained8), // of seeds from 4 on
	{
		ID: "A6", Source: "section 3.4, figure 7", Page: memorization, Anchor: patterns, From: 4,
		Says: "With random labels among the right ones, validation accuracy has a maximum before the noise is fitted; " +
			"the more noise, the further it falls from there",
		Tested: "best minus final test accuracy of the widest net rises with the share of random labels, from 0 to 0.8",
		Judge:  patternsFirst,
	},
	{
		ID: "A7", Source: "Arpit et al. 2017, section 5, figure 10", Page: sharpness, Anchor: "regularizers-against-memorization-figure-3", Needs: study.Standard, From: 4,
		Says: "Of all regularizers, dropout hinders memorization best at equal performance on real data",
		Tested: "at the strength, interpolated, at which a net fits half of the random labels, its best test accuracy on real labels: each other regularizer < dropout, " +
			"on five strengths of each or more; a net that fits more at every strength has learned nothing",
		Judge: dropoutIsBest,
	},
	{
		ID: "A2", Source: "section 3.2, figure 3", Page: sharpness, Anchor: remembered, From: 2,
		Says:   "The loss depends on real examples more unequally than on random ones, also where every example is a class of its own",
		Tested: "Gini coefficient of the loss sensitivities after the last update: random < real, with ten classes and with a class an example",
		Judge:  unequalInfluence,
	},
	{
		ID: "A8", Source: "section 3.2, figure 4", Page: sharpness, Anchor: remembered, From: 2,
		Says: "The loss of a class depends most on examples of the same class, for real and for random data; on real data more of it goes to other classes",
		Tested: "share of the sensitivity of a class's loss that the class's own examples have, mean over ten classes: over the 10% of equal shares, for real digits and " +
			"for Gaussian inputs; real < Gaussian inputs",
		Judge: ownClass,
	},
	{
		ID: "A9", Source: "not in the paper, a choice of ours", Page: sharpness, Anchor: remembered, From: 2,
		Says: "A mean over 20 points of the training tells of sensitivities what the mean over all updates tells",
		Tested: "Gini coefficients with 20 points less those with all updates, at the beginning of the trainings, and less those with 100 points, of the whole: within 0.01 in " +
			"each, real digits and Gaussian inputs",
		Judge: fewPoints,
	},
}

func easyExamples(e *paper.Evidence) []claims.Verdict {
	answers, examples := paper.Ask(e, Figure1), 0
	for _, a := range answers {
		examples = len(a.Answer.Wrong) // the same of all
	}
	three := 3 * math.Sqrt(2/float64(examples-1))
	noisy := paper.Sample("inputs 1", study.With(answers, krueger2017.Noise, "inputs 1"), OverBinomial)
	log := study.Quantity("log10 of the variance over a binomial's", "", func(d Difficulties) float64 { return math.Log10(d.Dispersion()) })
	return []claims.Verdict{
		paper.Less(answers, krueger2017.Noise, "labels 1", "none", log, 0),
		paper.Less(answers, krueger2017.Noise, "inputs 1", "labels 1", log, 0),
		claims.EveryWithin(noisy, 1-three, 1+three),
	}
}

// mixtures are the runs of Capacity at the levels of one kind of noise at which something is left to learn.
func mixtures(kind string) study.Experiments {
	return func(scale study.Scale) []study.Experiment {
		return study.Where(krueger2017.Of(kind, krueger2017.Capacity(scale)), func(x study.Experiment) bool { return krueger2017.Level(x) < 1 })
	}
}

// widthForNoise is claim A3 for one kind of noise.
func widthForNoise(id, kind string) paper.Claim {
	return paper.Claim{
		ID: id, Source: "section 3.3, figure 5", Page: memorization, Anchor: "capacity-figure-1", From: 4,
		Says:   "The more noise in the " + kind + ", the more units it takes for the best validation performance",
		Tested: "how far the best test accuracy of nets of 16 units is below that of the best width rises with the noise level",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			var levels []claims.Sample
			for _, g := range study.Split(e.Runs(paper.Any, mixtures(kind)), krueger2017.Noise) {
				levels = append(levels, narrowFallsShort(g))
			}
			return []claims.Verdict{claims.Rising(levels...)}
		},
	}
}

func noiseTakesUnits(e *paper.Evidence) (parts []claims.Verdict) {
	clean := e.Runs(paper.Any, krueger2017.WithoutNoise)
	for _, g := range study.Split(e.Runs(paper.Any, mixtures("labels")), krueger2017.Noise) {
		if x := g.Rows[0].Experiment; x.Corruption.Labels > 0 {
			left := study.Count(krueger2017.Left(x.Data.Train, x.Corruption.Labels)).Label
			without := narrowFallsShort(study.Group[study.Result]{Level: study.Word(left + " digits without noise"), Rows: study.With(clean, study.TrainExamples, left)})
			parts = append(parts, claims.Less(without, narrowFallsShort(g), 0))
		}
	}
	return parts
}

// narrow is the number of hidden units that A3 looks at.
const narrow = 16

// narrowFallsShort is, of each seed, how many points the best test accuracy of the narrow net is below that of the best width.
func narrowFallsShort(g study.Group[study.Result]) claims.Sample {
	best, short := map[int64]float64{}, map[int64]float64{}
	for _, r := range g.Rows {
		accuracy, _ := study.BestTestAccuracy.Of(r)
		best[r.Experiment.Seed] = max(best[r.Experiment.Seed], accuracy)
		if r.Experiment.Net.Hidden[0] == narrow {
			short[r.Experiment.Seed] = -accuracy
		}
	}
	for seed := range short {
		short[seed] += best[seed]
	}
	return paper.BySeed(g.Label, "points", short)
}

func fasterWithUnits(e *paper.Evidence) (parts []claims.Verdict) {
	for _, c := range []study.Corruption{none, randY, randX} {
		times := timesToFit(e, krueger2017.Capacity, c, study.HiddenUnits, study.EpochsToFit(study.Fitted))
		parts = append(parts, claims.Falling(times...))
	}
	return parts
}

// slowerWithSize judges a time to fit along the number of examples.
func slowerWithSize(of study.Experiments, time study.Statistic) func(*paper.Evidence) []claims.Verdict {
	return func(e *paper.Evidence) (parts []claims.Verdict) {
		for _, c := range []study.Corruption{none, randX} {
			parts = append(parts, claims.Rising(timesToFit(e, of, c, study.TrainExamples, time)...))
		}
		return parts
	}
}

// noiseGrowsMore judges that more examples cost noise more time than real data: the ratio of the times at the largest number and the smallest.
func noiseGrowsMore(of study.Experiments) func(*paper.Evidence) []claims.Verdict {
	return func(e *paper.Evidence) []claims.Verdict {
		least, most := math.MaxInt, 0
		for _, x := range of(e.Scale) {
			least, most = min(least, x.Data.Train), max(most, x.Data.Train)
		}
		runs := e.Runs(func(x study.Experiment) bool {
			return (x.Data.Train == least || x.Data.Train == most) && slices.Contains([]study.Corruption{none, randX, randY}, x.Corruption)
		}, of)
		growth := func(noise string) claims.Sample {
			times := func(n int) claims.Sample {
				of := study.With(study.With(runs, krueger2017.Noise, noise), study.TrainExamples, study.Count(n).Label)
				return paper.Sample(fmt.Sprintf("%s, %d examples", noise, n), of, study.EpochsToFit(study.Fitted))
			}
			return claims.LogRatio(times(least), times(most))
		}
		real := growth("none")
		return []claims.Verdict{claims.Less(real, growth("inputs 1"), 0), claims.Less(real, growth("labels 1"), 0)}
	}
}

// timesToFit are the times to fit one kind of data along a field.
func timesToFit(e *paper.Evidence, of study.Experiments, c study.Corruption, along study.Field, time study.Statistic) []claims.Sample {
	groups := paper.Groups(e, e.Runs(func(x study.Experiment) bool { return x.Corruption == c }, of), along)
	times := paper.Samples(groups, time)
	for i, g := range groups {
		times[i].Name = fmt.Sprintf("%s, %s %s", krueger2017.Noise.Of(g.Rows[0]), along.Name, g.Label)
	}
	return times
}

// critical is claim A5 for one kind of noise, from a seed on.
func critical(id, kind, figure, anchor string, from int64, questions func(study.Scale) []Critical) paper.Claim {
	return paper.Claim{
		ID: id, Source: "section 4, figure " + figure, Page: memorization, Anchor: anchor, From: from,
		Says:   "The more noise in the " + kind + ", the larger is the critical sample ratio of the trained net",
		Tested: "critical sample ratio after the last epoch rises with the noise level",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			last := study.Where(krueger2017.Of(kind, study.Elements(paper.Ask(e, questions))), func(m study.Part[Moment]) bool {
				return m.Part.Epoch == m.Part.Experiment.Training.Epochs
			})
			return []claims.Verdict{claims.Rising(paper.Samples(paper.Groups(e, last, krueger2017.Noise), CriticalRatio)...)}
		},
	}
}

func patternsFirst(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(paper.Any, krueger2017.Widest(mixtures("labels")))
	return []claims.Verdict{claims.Rising(paper.Samples(paper.Groups(e, runs, krueger2017.Noise), zhang2017.GainOfStopping)...)}
}

// dropoutIsBest judges figure 10, by the runs of Krueger et al. 2017's figure 3 (right).
func dropoutIsBest(e *paper.Evidence) (parts []claims.Verdict) {
	all := krueger2017.TradeOffs(e.Runs(paper.Any, krueger2017.Regularizers))
	dropout := krueger2017.HalfMemorized(all, "dropout")
	for _, g := range study.Split(all, krueger2017.Regularizer) {
		if g.Label != "dropout" && g.Label != "none" {
			parts = append(parts, claims.Less(krueger2017.HalfMemorized(all, g.Label), dropout, 0))
		}
	}
	return parts
}

func unequalInfluence(e *paper.Evidence) []claims.Verdict {
	last := study.Where(Along(paper.Ask(e, Figure3)), func(s study.Part[Sensed]) bool { return s.Part.At == s.Part.Updates })
	return []claims.Verdict{
		paper.Less(last, DataTrainedOn, "random, 10 classes", "real, 10 classes", SensedGini, 0),
		paper.Less(last, DataTrainedOn, "random, a class an example", "real, a class an example", SensedGini, 0),
	}
}

func ownClass(e *paper.Evidence) []claims.Verdict {
	measured := paper.Ask(e, Figure4)
	const real, random = "real, 10 classes", "random, 10 classes"
	over := func(name string) claims.Verdict {
		return claims.Above(paper.Sample(name, study.With(measured, DataTrainedOn, name), OwnShare), 10)
	}
	return []claims.Verdict{over(real), over(random), paper.Less(measured, DataTrainedOn, real, random, OwnShare, 0)}
}

func fewPoints(e *paper.Evidence) (parts []claims.Verdict) {
	for _, g := range study.Split(paper.Ask(e, ByPoints), study.Joined(DataTrainedOn, TrainedFor)) {
		byPoints := paper.Samples(study.Split(g.Rows, Points), FinalGini)
		few, many := byPoints[0], byPoints[1]
		few.Name = DataTrainedOn.Of(g.Rows[0]).Label + ", " + few.Name
		parts = append(parts, claims.EveryWithin(claims.Difference(many, few), -0.01, 0.01))
	}
	return parts
}
