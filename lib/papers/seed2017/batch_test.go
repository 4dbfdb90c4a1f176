package seed2017_test

import (
	"testing"

	"rethinking/lib/papers/seed2017"
	"rethinking/lib/study"
)

// At every scale each setting of rate and batch is there once, and may be run; at smoke scale a larger rate of the same batch goes further.
func TestBatchSizes(t *testing.T) {
	for _, scale := range study.Scales {
		seen := map[string]bool{}
		for _, e := range seed2017.BatchSizes(scale) {
			if err := e.Validate(); err != nil || seen[e.Key()] {
				t.Errorf("%s: %s, batch %d, error %v, there before: %v", scale, e, e.Training.Batch, err, seen[e.Key()])
			}
			seen[e.Key()] = true
		}
	}
	runs, err := openLab(t).All(t.Context(), seed2017.BatchSizes(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]float64{}
	for _, r := range study.With(runs, study.BatchSize, "20") {
		moved[seed2017.LabelsAndScaling.Of(r).Label], _ = study.Final(study.FromStart).Of(r)
	}
	for _, labels := range []string{"true labels", "random labels"} {
		if slow, fast := moved[labels+", the same for all"], moved[labels+", as the root of the batch size"]; slow <= 0 || fast <= slow {
			t.Errorf("%s: %g from the start, at the larger rate %g", labels, slow, fast)
		}
	}
}
