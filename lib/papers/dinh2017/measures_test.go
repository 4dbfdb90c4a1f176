package dinh2017_test

import (
	"math"
	"slices"
	"testing"

	"rethinking/lib/papers/dinh2017"
	"rethinking/lib/study"
)

// Of a run of each kind: losses, accuracies and distances of a minimum are those that its run measured at its end, of all training examples where it has them all, and all test examples.
func TestMeasures(t *testing.T) {
	lab, asked := openLab(t), map[string]bool{}
	questions := slices.DeleteFunc(dinh2017.Measures(study.Smoke), func(q dinh2017.Invariance) bool {
		r := study.Result{Experiment: q.Experiment}
		kind := dinh2017.From.Of(r).Label + dinh2017.Labels.Of(r).Label
		defer func() { asked[kind] = true }()
		return asked[kind]
	})
	answers, err := study.Ask(t.Context(), lab, questions...)
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]int{}
	for _, a := range answers {
		from[dinh2017.From.Of(a).Label+", "+dinh2017.Labels.Of(a).Label]++
		run, err := lab.Run(t.Context(), a.Question.Experiment)
		if err != nil {
			t.Fatal(err)
		}
		s := a.Answer[0]
		for _, pair := range []struct {
			of  study.Statistic
			got float64
		}{
			{study.Final(study.TrainLoss), s.TrainLoss}, {study.Final(study.TestLoss), s.TestLoss}, {study.Final(study.TrainAccuracy), s.TrainAccuracy},
			{study.Final(study.TestAccuracy), s.TestAccuracy}, {study.Final(study.FromStart), s.Distance},
		} {
			if a.Question.Examples < run.Experiment.Data.Examples() && (pair.got == s.TrainLoss || pair.got == s.TrainAccuracy) {
				continue
			}
			if want, ok := pair.of.Of(run); !ok || math.Abs(pair.got-want) > 1e-4*(1+math.Abs(want)) {
				t.Errorf("%s: %s is %g at the minimum, %g at the end of the run", a.Question.Experiment, pair.of.Name, pair.got, want)
			}
		}
		if s.Relative <= 0 || s.Trace <= 0 || s.Largest <= 0 {
			t.Errorf("%s: %+v", a.Question.Experiment, s)
		}
	}
	if len(from) != 5 {
		t.Errorf("runs are of %v, want two studies with both kinds of labels, and F1", from)
	}
}
