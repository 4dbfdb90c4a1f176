package krueger2017

import (
	"fmt"
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// The notebooks that show the claims.
const (
	memorization = "04-memorization"
	sharpened    = "05-sharpness-and-regularizers"
)

// statements are the paper's claims.
var statements = []paper.Claim{
	{
		ID: "K1", Source: "abstract, figure 1", Page: memorization, Anchor: "capacity-figure-1", From: 4,
		Says: "It takes more capacity to fit noise than to fit real data",
		TestedAt: func(scale study.Scale) string {
			return fmt.Sprintf("where capacity is short, at %d hidden units, the logarithm of the train loss at the end: real < random labels, and real < Gaussian inputs", tight(scale))
		},
		Judge: noiseNeedsCapacity,
	},
	{
		ID: "K2a", Source: "abstract, figure 2", Page: memorization, Anchor: "time-figure-2", From: 4,
		Says:   "Training takes longer on random labels than on real data",
		Tested: "epochs to 99.9%, widest net: real < random labels",
		Judge:  sooner("none", "labels 1", Capacity),
	},
	{
		ID: "K2b", Source: "abstract, figure 2", Page: memorization, Anchor: "time-figure-2", From: 6,
		Says:   "Training takes less long on Gaussian inputs than on real data",
		Tested: "epochs to 99.9%, widest net: Gaussian inputs < real",
		Judge:  sooner("inputs 1", "none", Capacity),
	},
	{
		ID: "K2c", Source: "abstract, figure 2; against Arpit et al. 2017, figure 6", Page: memorization, Anchor: "time-and-the-size-of-the-training-set-figure-2",
		From: 4,
		Says: "The same of a large training set, where the paper's successor says the contrary",
		TestedAt: func(scale study.Scale) string {
			return fmt.Sprintf("epochs to 99.9%% on %d digits, widest net: Gaussian inputs < real", largest(scale)[0].Data.Train)
		},
		Judge: sooner("inputs 1", "none", largest),
	},
	{
		ID: "K2d", Source: "not in the paper, an explanation of K2b", Page: memorization, Anchor: "angles-between-inputs", Needs: study.Standard, From: 6,
		Says:   "Gaussian inputs are fitted sooner than digits because they are nearer to right angles to each other",
		Tested: "cosine between inputs, and epochs to fit: digits < clipped Gaussian inputs",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			answers, clipped := paper.Ask(e, InputAngles), "clipped Gaussian inputs 1"
			return []claims.Verdict{paper.Less(answers, Noise, "none", clipped, Cosine, 0), paper.Less(answers, Noise, "none", clipped, AngledEpochs, 0)}
		},
	},
	sharper("K3a", "labels", false), sharper("K3b", "inputs", false),
	sharper("K3c", "labels", true), sharper("K3d", "inputs", true),
	sharperOnLine("K3e", "labels"), sharperOnLine("K3f", "inputs"),
	{
		ID: "K4", Source: "abstract, figure 3 (right)", Page: sharpened, Anchor: "regularizers-against-memorization-figure-3", Needs: study.Standard, From: 4,
		Says: "Tuned explicit regularization keeps a net from memorizing noise at little cost to what it learns from real data; so does dropout",
		Tested: "at the strength of dropout, interpolated, at which a net fits half of the random labels, its best test accuracy on real labels is at most 2 points " +
			"lower than without regularization; a net that fits more at every strength has learned nothing",
		Judge: dropoutTradesBest,
	},
}

// logTrainLoss is the logarithm of the train loss, base 10, at the end.
var logTrainLoss = study.Quantity("log10 of the train loss", "", func(r study.Result) float64 {
	loss, _ := study.Final(study.TrainLoss).Of(r)
	return math.Log10(loss)
})

// tight is a number of hidden units at which capacity is short: the second smallest of Capacity.
func tight(scale study.Scale) int { return capacity[scale].units[1] }

func noiseNeedsCapacity(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(func(x study.Experiment) bool {
		return units(x) == tight(e.Scale) && (Level(x) == 0 || Level(x) == 1)
	}, Capacity)
	return []claims.Verdict{
		paper.Less(runs, Noise, "none", "labels 1", logTrainLoss, 0), paper.Less(runs, Noise, "none", "inputs 1", logTrainLoss, 0),
	}
}

// sooner judges that the widest nets fit one kind of data in fewer epochs than another.
func sooner(one, other string, of study.Experiments) func(*paper.Evidence) []claims.Verdict {
	return func(e *paper.Evidence) []claims.Verdict {
		compared := func(x study.Experiment) bool { return slices.Contains([]string{one, other}, Noise.Of(x).Label) }
		runs := e.Runs(compared, Widest(of))
		return []claims.Verdict{paper.Less(runs, Noise, one, other, study.EpochsToFit(study.Fitted), 0)}
	}
}

// largest are the experiments of Size with the most examples.
func largest(scale study.Scale) []study.Experiment {
	most := slices.Max(size[scale].sizes)
	return study.Where(Size(scale), func(x study.Experiment) bool { return x.Data.Train == most })
}

// sharper is the claim that sharpness grows with one kind of noise: at the end of training, or at equal training loss.
func sharper(id, kind string, equalLoss bool) paper.Claim {
	claim := paper.Claim{
		ID: id, Source: "abstract, figure 3 (left)", Page: sharpened, Anchor: "sharpness-figure-3", From: 4,
		Says: "The more noise there is in the " + kind + ", the sharper is the minimum", Tested: "sharpness at the end of training rises with the noise level",
	}
	at := func(study.Scale) float64 { return 0 }
	if equalLoss {
		at = EqualLoss
		claim.Says, claim.Tested = "The same at equal training loss (not in the paper)", ""
		claim.TestedAt = func(scale study.Scale) string {
			return fmt.Sprintf("sharpness where the training loss first is at most %g rises with the noise level", EqualLoss(scale))
		}
	}
	claim.Judge = func(e *paper.Evidence) []claims.Verdict {
		var levels []claims.Sample // a level that no run comes to the loss at has no value
		for _, g := range study.Split(Of(kind, study.Elements(paper.Ask(e, Sharpness))), Noise) {
			levels = append(levels, paper.Sample(g.Label, At(g.Rows, at(e.Scale)), StageSharpness))
		}
		return []claims.Verdict{claims.Rising(levels...)}
	}
	return claim
}

// sharperOnLine is the claim for one kind of noise, by the paper's own estimator.
func sharperOnLine(id, kind string) paper.Claim {
	return paper.Claim{
		ID: id, Source: "abstract, figure 3 (left)", Page: sharpened, Anchor: "on-line-estimates-of-sharpness", Needs: study.Standard,
		Says:   "The minimum of noise in the " + kind + " is sharper than that of real data, by the paper's own method",
		Tested: "its estimate at the end of training, an example at a time: real < noise, with steps of each of the lengths 0.001, 0.01, 0.1 and 1",
		Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
			online := study.With(study.Elements(paper.Ask(e, Estimators)), EstimatedBy, OneByOne)
			for _, g := range study.Split(online, StepLength) {
				at := func(noise string) claims.Sample {
					return paper.Sample(noise+" at α = "+g.Label, study.With(g.Rows, Noise, noise), EstimateValue)
				}
				parts = append(parts, claims.Less(at("none"), at(kind+" 1"), 0))
			}
			return parts
		},
	}
}

// dropoutTradesBest judges figure 3 (right).
func dropoutTradesBest(e *paper.Evidence) []claims.Verdict {
	all := TradeOffs(e.Runs(OfRegularizers("dropout"), Regularizers))
	without := study.With(all, Regularizer, "none")
	return []claims.Verdict{claims.Less(paper.Sample("learned with none", without, Learned), HalfMemorized(all, "dropout"), -2)}
}
