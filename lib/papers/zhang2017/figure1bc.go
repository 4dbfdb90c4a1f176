package zhang2017

import "rethinking/lib/study"

// Figure1bc asks figures 1b (time to overfit) and 1c (test error at convergence), against label corruption, of any of the paper's nets; the
// paper draws Inception, Alexnet and the MLP 1x512. Its ends are runs of Figure1a; the scales are too.
func Figure1bc(net study.Net) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		s := sizes(scale, net)
		return corrupted(experiment(net, s), s.seeds)
	}
}

// TimeToOverfit is the first epoch at which the training set is fitted to 99.9%, over the mean of that epoch over the same net's runs on true
// labels: the axis of figure 1b. The paper does not say when a set counts as overfitted.
func TimeToOverfit(results []study.Result) study.Statistic {
	clean := map[string][]study.Result{}
	for _, r := range results {
		if net := r.Experiment.Net.String(); r.Experiment.Corruption == (study.Corruption{}) {
			clean[net] = append(clean[net], r)
		}
	}
	fitted := study.EpochsToFit(study.Fitted)
	base := map[string]study.Spread{}
	for net, runs := range clean {
		base[net] = study.SpreadOf(runs, fitted)
	}
	return study.Statistic{Name: "time to overfit", Unit: "of that for true labels", Of: func(r study.Result) (float64, bool) {
		epochs, ok := fitted.Of(r)
		b := base[r.Experiment.Net.String()]
		return epochs / b.Mean, ok && b.N > 0
	}}
}
