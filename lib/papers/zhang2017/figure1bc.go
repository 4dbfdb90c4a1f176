package zhang2017

import "rethinking/lib/study"

// Figure1bc asks figures 1b (time to overfit) and 1c (test error at convergence), against label corruption, of any of the paper's nets; the
// paper draws Inception, Alexnet and the MLP 1x512. Its ends are runs of Figure1a; the scales are too.
func Figure1bc(net study.Net) study.Experiments {
	return func(scale study.Scale) []study.Experiment {
		s := sizes[net.Kind][scale]
		return corrupted(experiment(net, s), s.seeds)
	}
}

// TimeToOverfit is the first epoch at which the training set is fitted to 99.9%, over the mean of that epoch over the same net's runs on true
// labels: the axis of figure 1b. The paper does not say when a set counts as overfitted.
func TimeToOverfit(results []study.Result) study.Statistic {
	onTrue := study.With(results, Condition, "true labels")
	return study.Relative("time to overfit", "of that for true labels", study.EpochsToFit(study.Fitted), onTrue, study.Architecture)
}
