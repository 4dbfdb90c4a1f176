package study_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// Keras' ways are choices: the running means are kept beside the standing, lag behind it, and survive an interruption.
func TestRunningMeansAreKept(t *testing.T) {
	e := longer(1)
	e.Training.Running, e.Training.Clipped = true, true
	run := func(options study.Options, ctx context.Context) (study.Measurements, error) {
		r, err := openLab(t, options).Run(ctx, e)
		return r.Measurements, err
	}
	whole, err := run(study.Options{}, t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := whole.Curves
	if len(c.RunningLoss) != len(c.Epoch) || len(c.RunningAccuracy) != len(c.Epoch) || c.RunningLoss[0] != c.TrainLoss[0] {
		t.Fatalf("%d running losses and %d accuracies at %d evaluations", len(c.RunningLoss), len(c.RunningAccuracy), len(c.Epoch))
	}
	if c.RunningLoss[3] <= c.TrainLoss[3] {
		t.Errorf("after 3 epochs the running loss is %g, the standing %g", c.RunningLoss[3], c.TrainLoss[3])
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{then: func(p study.Progress) {
		if p.Fraction > 0.3 {
			cancel()
		}
	}}
	if _, err := run(study.Options{Dir: dir, Observer: w}, ctx); err == nil {
		t.Fatal("the run was not interrupted")
	}
	resumed, err := run(study.Options{Dir: dir}, t.Context())
	if diff := cmp.Diff(whole, resumed); diff != "" || err != nil {
		t.Errorf("an interrupted run differs, error %v: %s", err, diff)
	}
}
