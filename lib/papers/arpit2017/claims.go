package arpit2017

import (
	"context"
	"fmt"
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

// judge judges the paper's claims.
type judge struct{ evidence.Evidence }

// ClaimsOnMemorization judges claims A1 and A3 to A6: patterns, capacity, time and critical samples.
func ClaimsOnMemorization(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.easyExamples,
		func() (claims.Judged, error) { return e.widthForNoise("labels") },
		func() (claims.Judged, error) { return e.widthForNoise("inputs") },
		e.fasterWithUnits, e.slowerWithSize,
		e.critical("A5", "labels", "7", "#patterns-first-figure-7-of-arpit-et-al", Figure7),
		e.critical("A5", "inputs", "7", "#patterns-first-figure-7-of-arpit-et-al", Figure7),
		e.critical("A5 on CIFAR-10", "labels", "8", "#on-cifar-10-figures-8-and-9-of-arpit-et-al", Figure8),
		e.critical("A5 on CIFAR-10", "inputs", "9", "#on-cifar-10-figures-8-and-9-of-arpit-et-al", Figure8),
		e.patternsFirst)
}

// ClaimsOnSensitivity judges claim A2.
func ClaimsOnSensitivity(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.unequalInfluence)
}

func (e judge) easyExamples() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A1", Source: "section 3.1, figure 1", Figure: "#some-examples-are-easy-figure-1-of-arpit-et-al",
		Says: "Real data has easy and hard examples, random labels less so, and Gaussian inputs are all equally hard",
		Tested: "variance of the examples' misclassification rates over that of a binomial distribution: real > random labels > Gaussian inputs, " +
			"and the last within three standard errors of 1",
	}
	all, err := Examine(e.Ctx, e.Lab, Figure1(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	dispersion := func(c study.Corruption) claims.Sample {
		s := claims.Sample{Name: krueger2017.Noise.Of(study.Experiment{Corruption: c})}
		for _, d := range all {
			if d.Experiment.Corruption == c {
				s.Values = append(s.Values, d.Dispersion())
			}
		}
		return s
	}
	three := 3 * math.Sqrt(2/float64(len(all[0].Wrong)-1))
	return claim.Judge(claims.Less(dispersion(randY), dispersion(none), 0), claims.Less(dispersion(randX), dispersion(randY), 0),
		claims.EveryWithin(dispersion(randX), 1-three, 1+three)), nil
}

// mixtures are the levels of one kind of noise at which something is left to learn.
func mixtures(kind string, scale study.Scale) []study.Experiment {
	return slices.DeleteFunc(krueger2017.Of(kind, krueger2017.Capacity(scale)), func(x study.Experiment) bool { return krueger2017.Level(x) == 1 })
}

// widthForNoise judges claim A3 for one kind of noise.
func (e judge) widthForNoise(kind string) (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A3, " + kind, Source: "section 3.3, figure 5", Figure: "#capacity-figure-1",
		Says:   "The more noise in the " + kind + ", the more units it takes for the best validation performance",
		Tested: "log2 of the smallest number of hidden units whose best test accuracy is within 1 point of the best of all widths rises with the noise level",
	}
	groups, err := e.byNoise(mixtures(kind, e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	var samples []claims.Sample
	for _, g := range groups {
		samples = append(samples, sufficientWidth(g))
	}
	return claim.Judge(claims.Rising(samples...)), nil
}

// byNoise runs experiments and splits their results by noise; those of a group may differ in width.
func (e judge) byNoise(all []study.Experiment) ([]study.Group, error) {
	runs, err := e.Lab.All(e.Ctx, all...)
	if err != nil {
		return nil, err
	}
	var groups []study.Group
	for _, r := range runs {
		label := krueger2017.Noise.Of(r.Experiment)
		i := slices.IndexFunc(groups, func(g study.Group) bool { return g.Label == label })
		if i < 0 {
			i, groups = len(groups), append(groups, study.Group{Label: label})
		}
		groups[i].Results = append(groups[i].Results, r)
	}
	return groups, nil
}

// sufficientWidth is, for each seed, log2 of the smallest width whose best test accuracy comes within a point of that of the best width.
func sufficientWidth(g study.Group) claims.Sample {
	best, width := map[int64]float64{}, map[int64]float64{}
	of := func(r study.Result) (seed int64, accuracy, units float64) {
		accuracy, _ = study.BestTestAccuracy.Of(r)
		return r.Experiment.Seed, accuracy, math.Log2(float64(r.Experiment.Net.Hidden[0]))
	}
	for _, r := range g.Results {
		seed, accuracy, _ := of(r)
		best[seed], width[seed] = max(best[seed], accuracy), math.Inf(1)
	}
	s := claims.Sample{Name: g.Label, Unit: "doublings"}
	for _, r := range g.Results {
		if seed, accuracy, units := of(r); accuracy >= best[seed]-1 {
			width[seed] = min(width[seed], units)
		}
	}
	for seed := int64(1); width[seed] > 0; seed++ {
		s.Values = append(s.Values, width[seed])
	}
	return s
}

func (e judge) fasterWithUnits() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A4, units", Source: "section 3.3, figure 6 (left)", Figure: "#time-figure-2",
		Says:   "The more units a net has, the fewer epochs it takes to fit its training set, with and without noise",
		Tested: "epochs to 99.9% fall with the number of hidden units, over all widths that fit: real, random labels, Gaussian inputs",
	}
	var parts []claims.Verdict
	for _, c := range []study.Corruption{none, randY, randX} {
		parts = append(parts, e.risingTimes(krueger2017.Capacity(e.Scale), c, study.HiddenUnits, true))
	}
	return claim.Judge(parts...), nil
}

func (e judge) slowerWithSize() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A4, examples", Source: "section 3.3, figure 6 (right)", Figure: "#time-and-the-size-of-the-training-set-figure-2",
		Says:   "The more examples there are, the more epochs it takes to fit them, most of all with noise in the inputs",
		Tested: "epochs to 99.9% rise with the number of examples, widest net: real, Gaussian inputs",
	}
	sizes := krueger2017.OfWidest(krueger2017.Size(e.Scale))
	return claim.Judge(e.risingTimes(sizes, none, study.TrainExamples, false), e.risingTimes(sizes, randX, study.TrainExamples, false)), nil
}

// risingTimes judges that the epochs to fit one kind of data rise along a field, or fall.
func (e judge) risingTimes(all []study.Experiment, c study.Corruption, along study.Field, fall bool) claims.Verdict {
	runs, err := e.Lab.All(e.Ctx, slices.DeleteFunc(slices.Clone(all), func(x study.Experiment) bool { return x.Corruption != c })...)
	if err != nil {
		return claims.Missing("%v", err)
	}
	groups, err := study.GroupBy(runs, along)
	if err != nil {
		return claims.Missing("%v", err)
	}
	var samples []claims.Sample
	for _, g := range groups {
		s := evidence.Sample(fmt.Sprintf("%s, %s %s", krueger2017.Noise.Of(g.Results[0].Experiment), along.Name, g.Label), g.Results, study.EpochsToFit(study.Fitted))
		if len(s.Values) == len(g.Results) {
			samples = append(samples, s)
		}
	}
	if fall {
		slices.Reverse(samples)
	}
	return claims.Rising(samples...)
}

// critical judges claim A5 for one kind of noise.
func (e judge) critical(id, kind, figure, link string, questions func(study.Scale) []Critical) func() (claims.Judged, error) {
	claim := claims.Claim{
		ID: id + ", " + kind, Source: "section 4, figure " + figure, Figure: link,
		Says: "The more noise in the " + kind + ", the larger is the critical sample ratio of the trained net", Tested: "critical sample ratio after the last epoch rises with the noise level",
	}
	return func() (claims.Judged, error) {
		moments, err := Follow(e.Ctx, e.Lab, questions(e.Scale))
		return claim.Judge(claims.Rising(lastRatios(moments, kind)...)), err
	}
}

// lastRatios are the critical sample ratios after the last epoch, a sample a level of one kind of noise, lowest first.
func lastRatios(moments []Moment, kind string) (samples []claims.Sample) {
	for _, m := range moments {
		x := m.Experiment
		if m.Epoch < x.Training.Epochs || kind == "labels" && x.Corruption.Gaussian > 0 || kind == "inputs" && x.Corruption.Labels > 0 {
			continue
		}
		name := krueger2017.Noise.Of(x)
		if n := len(samples); n == 0 || samples[n-1].Name != name {
			samples = append(samples, claims.Sample{Name: name, Unit: "%"})
		}
		last := &samples[len(samples)-1]
		last.Values = append(last.Values, m.Ratio)
	}
	return samples
}

// stopping is what stopping at the best epoch would have gained.
var stopping = study.Statistic{Name: "best minus final test accuracy", Unit: "points", Of: func(r study.Result) (float64, bool) {
	best, _ := study.BestTestAccuracy.Of(r)
	final, ok := evidence.TestAccuracy.Of(r)
	return best - final, ok
}}

func (e judge) patternsFirst() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A6", Source: "section 3.4, figure 7", Figure: "#patterns-first-figure-7-of-arpit-et-al",
		Says:   "With random labels among the right ones, validation accuracy has a maximum before the noise is fitted; the more noise, the further it falls from there",
		Tested: "best minus final test accuracy of the widest net rises with the share of random labels, from 0 to 0.8",
	}
	groups, err := e.byNoise(krueger2017.OfWidest(mixtures("labels", e.Scale)))
	if err != nil {
		return claims.Judged{}, err
	}
	var samples []claims.Sample
	for _, g := range groups {
		samples = append(samples, evidence.Sample(g.Label, g.Results, stopping))
	}
	return claim.Judge(claims.Rising(samples...)), nil
}

func (e judge) unequalInfluence() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "A2", Source: "section 3.2, figure 3", Figure: "#who-is-remembered-figures-3-and-4-of-arpit-et-al",
		Says:   "The loss depends on real examples more unequally than on random ones, also where every example is a class of its own",
		Tested: "Gini coefficient of the loss sensitivities after the last update: random < real, with ten classes and with a class an example",
	}
	all, err := Sense(e.Ctx, e.Lab, Figure3(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	gini := map[string]*claims.Sample{}
	for _, s := range all {
		if gini[s.Kind()] == nil {
			gini[s.Kind()] = &claims.Sample{Name: s.Kind()}
		}
		gini[s.Kind()].Values = append(gini[s.Kind()].Values, s.Gini[len(s.Gini)-1])
	}
	return claim.Judge(claims.Less(*gini["random, 10 classes"], *gini["real, 10 classes"], 0),
		claims.Less(*gini["random, a class an example"], *gini["real, a class an example"], 0)), nil
}
