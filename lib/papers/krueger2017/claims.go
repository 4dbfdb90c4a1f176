package krueger2017

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/study"
)

// judge judges the paper's claims.
type judge struct{ evidence.Evidence }

// ClaimsOnTime judges claims K1 and K2: capacity and time.
func ClaimsOnTime(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.noiseNeedsCapacity, e.labelsSlower, e.inputsFaster, e.inputsFasterWhereMany)
}

// ClaimsOnSharpness judges claims K3 and K4, and A7 of the successor: sharpness and regularizers.
func ClaimsOnSharpness(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(
		func() (claims.Judged, error) { return e.sharper("labels", false) },
		func() (claims.Judged, error) { return e.sharper("inputs", false) },
		func() (claims.Judged, error) { return e.sharper("labels", true) },
		func() (claims.Judged, error) { return e.sharper("inputs", true) },
		e.dropoutTradesBest, e.dropoutIsBest)
}

// under is the condition of one kind of data.
func under(noise string) func(study.Experiment) bool {
	return func(e study.Experiment) bool { return Noise.Of(e) == noise }
}

// capacityNeeded is the smallest number of units whose net fits the training set, one value a seed that has any, in doublings.
func capacityNeeded(name string, runs []study.Result) claims.Sample {
	least := map[int64]float64{}
	for _, r := range runs {
		if _, fitted := study.EpochsToFit(study.Fitted).Of(r); fitted {
			doublings, seed := math.Log2(float64(r.Experiment.Net.Hidden[0])), r.Experiment.Seed
			if known, ok := least[seed]; !ok || doublings < known {
				least[seed] = doublings
			}
		}
	}
	s := claims.Sample{Name: name, Unit: "doublings"}
	for _, seed := range slices.Sorted(maps.Keys(least)) {
		s.Values = append(s.Values, least[seed])
	}
	return s
}

func (e judge) noiseNeedsCapacity() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "K1", Source: "abstract, figure 1", Figure: "#capacity-figure-1",
		Says:   "It takes more capacity to fit noise than to fit real data",
		Tested: "log2 of the smallest number of hidden units that fits 99.9% of the training set: real < random labels, and real < Gaussian inputs",
	}
	runs, err := e.Runs(evidence.Any, Capacity)
	if err != nil {
		return claims.Judged{}, err
	}
	needed := func(noise string) claims.Sample { return capacityNeeded(noise, evidence.Where(runs, under(noise))) }
	return claim.Judge(claims.Less(needed("none"), needed("labels 1"), 0), claims.Less(needed("none"), needed("inputs 1"), 0)), nil
}

// times are the epochs that the runs of one kind of data take to fit.
func times(runs []study.Result, noise string) claims.Sample {
	return evidence.Sample(noise, evidence.Where(runs, under(noise)), study.EpochsToFit(study.Fitted))
}

func (e judge) labelsSlower() (claims.Judged, error) {
	return e.compareTimes(claims.Claim{
		ID: "K2, labels", Source: "abstract, figure 2", Figure: "#time-figure-2",
		Says:   "Training takes longer on random labels than on real data",
		Tested: "epochs to 99.9%, widest net: real < random labels",
	}, Capacity, "none", "labels 1")
}

func (e judge) inputsFaster() (claims.Judged, error) {
	return e.compareTimes(claims.Claim{
		ID: "K2, inputs", Source: "abstract, figure 2", Figure: "#time-figure-2",
		Says:   "Training takes less long on Gaussian inputs than on real data",
		Tested: "epochs to 99.9%, widest net: Gaussian inputs < real",
	}, Capacity, "inputs 1", "none")
}

func (e judge) compareTimes(claim claims.Claim, of func(study.Scale) []study.Experiment, sooner, later string) (claims.Judged, error) {
	runs, err := e.Lab.All(e.Ctx, OfWidest(of(e.Scale))...)
	if err != nil {
		return claims.Judged{}, err
	}
	return claim.Judge(claims.Less(times(runs, sooner), times(runs, later), 0)), nil
}

// inputsFasterWhereMany asks K2 of the largest training set.
func (e judge) inputsFasterWhereMany() (claims.Judged, error) {
	largest := 0
	for _, x := range Size(e.Scale) {
		largest = max(largest, x.Data.Train)
	}
	return e.compareTimes(claims.Claim{
		ID: "K2, inputs, many", Source: "abstract, figure 2; against Arpit et al. 2017, figure 6", Figure: "#time-and-the-size-of-the-training-set-figure-2",
		Says:   "The same of a large training set, where the paper's successor says the contrary",
		Tested: fmt.Sprintf("epochs to 99.9%% on %d digits, widest net: Gaussian inputs < real", largest),
	}, func(scale study.Scale) []study.Experiment {
		return slices.DeleteFunc(Size(scale), func(x study.Experiment) bool { return x.Data.Train != largest })
	}, "inputs 1", "none")
}

// sharper judges that sharpness grows with one kind of noise: at the end of training, or at equal training loss.
func (e judge) sharper(kind string, equalLoss bool) (claims.Judged, error) {
	claim := claims.Claim{
		ID: "K3, " + kind, Source: "abstract, figure 3 (left)", Figure: "#sharpness-figure-3",
		Says: "The more noise there is in the " + kind + ", the sharper is the minimum", Tested: "sharpness at the end of training rises with the noise level",
	}
	loss := 0.
	if equalLoss {
		loss = EqualLoss(e.Scale)
		claim.ID += ", equal loss"
		claim.Says = "The same at equal training loss (not in the paper)"
		claim.Tested = fmt.Sprintf("sharpness where the training loss first is at most %g rises with the noise level", loss)
	}
	stages, err := Sharpen(e.Ctx, e.Lab, Sharpness(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	var samples []claims.Sample
	for _, c := range sharp[e.Scale].noises {
		if c == (study.Corruption{}) || kind == "labels" && c.Labels > 0 || kind == "inputs" && c.Gaussian > 0 {
			s := claims.Sample{Name: Noise.Of(study.Experiment{Corruption: c})}
			for _, stage := range At(stages, loss) {
				if stage.Experiment.Corruption == c {
					s.Values = append(s.Values, stage.Sharpness())
				}
			}
			samples = append(samples, s)
		}
	}
	return claim.Judge(claims.Rising(samples...)), nil
}

// dropoutTradesBest judges figure 3 (right).
func (e judge) dropoutTradesBest() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "K4", Source: "abstract, figure 3 (right)", Figure: "#regularizers-against-memorization-figure-3",
		Says: "Tuned explicit regularization keeps a net from memorizing noise at little cost to what it learns from real data; so does dropout",
		Tested: "at some strength of dropout no net fits more than half of the random labels, and the best test accuracy on real labels is at most 2 points lower " +
			"than without regularization",
	}
	all, err := e.tradeOffs()
	if err != nil || all == nil {
		return claim.Judge(evidence.TooSmall), err
	}
	dropout, found := halving(all, "dropout")
	if !found {
		return claim.Judge(claims.Verdict{Outcome: claims.Contradicted, Statistic: "no strength of dropout does the first"}), nil
	}
	return claim.Judge(claims.Less(learned(all, "none"), dropout, -2)), nil
}

// dropoutIsBest judges the same claim as its successor puts it.
func (e judge) dropoutIsBest() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A7", Source: "Arpit et al. 2017, section 5, figure 10", Figure: "#regularizers-against-memorization-figure-3",
		Says:   "Of all regularizers, dropout hinders memorization best at equal performance on real data",
		Tested: "of the strengths at which no net fits more than half of the random labels, the best one of dropout learns more from real labels than the best of each other regularizer",
	}
	all, err := e.tradeOffs()
	if err != nil || all == nil {
		return claim.Judge(evidence.TooSmall), err
	}
	dropout, _ := halving(all, "dropout")
	var parts []claims.Verdict
	for _, r := range regularizers {
		if other, found := halving(all, r.name); found && r.name != "dropout" {
			parts = append(parts, claims.Less(other, dropout, 0))
		}
	}
	return claim.Judge(parts...), nil
}

// tradeOffs are those of figure 3 (right); nil at the scales that train too little to tell.
func (e judge) tradeOffs() ([]TradeOff, error) {
	if !e.Large() {
		return nil, nil
	}
	runs, err := e.Runs(evidence.Any, Regularizers)
	return TradeOffs(runs), err
}

// learned is what a setting's nets learn from real labels.
func learned(all []TradeOff, setting string) claims.Sample {
	s := claims.Sample{Name: "learned with " + setting, Unit: "%"}
	for _, t := range all {
		if t.Setting == setting {
			s.Values = append(s.Values, t.Learned)
		}
	}
	return s
}

// halving is what is learned at that strength of a regularizer which costs least, of those under which no net fits more than half of the random
// labels.
func halving(all []TradeOff, regularizer string) (best claims.Sample, found bool) {
	memorized := map[string]float64{}
	for _, t := range all {
		if t.Regularizer == regularizer {
			memorized[t.Setting] = max(memorized[t.Setting], t.Memorized)
		}
	}
	for _, setting := range slices.Sorted(maps.Keys(memorized)) {
		s := learned(all, setting)
		if memorized[setting] <= 50 && (!found || stat.Mean(s.Values, nil) > stat.Mean(best.Values, nil)) {
			best, found = s, true
		}
	}
	return best, found
}
