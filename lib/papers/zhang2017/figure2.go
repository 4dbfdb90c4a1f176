package zhang2017

import "rethinking/lib/study"

// Figure2b asks figure 2b, Inception with and without batch normalization on true labels: rows of Table1, at its scales.
func Figure2b(scale study.Scale) []study.Experiment {
	return Table1(Inception, InceptionPlain).Only(func(e study.Experiment) bool { return e.Corruption == clean && e.Regularization == none })(scale)
}

// GainOfStopping is what stopping a run at its best test accuracy would have gained over its end, in points: an upper bound on what early
// stopping gains, because the test set chooses (figure 2a).
var GainOfStopping = study.StatisticOf("best along the run above the end", "points", func(r study.Result) (float64, bool) {
	last, ok := study.Final(study.TestAccuracy).Of(r)
	return 100*r.Measurements.Best.TestAccuracy - last, ok
})
