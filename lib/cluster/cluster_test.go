package cluster_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/cluster"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// tiny is an experiment of a second: 200 digits, a net of 32 units.
func tiny(seed int64) study.Experiment {
	return study.Experiment{
		Data:     study.Data{Name: "mnist", Train: 200, Test: 100},
		Net:      study.MLP(32),
		Training: study.Training{Epochs: 3, Batch: 64, LearningRate: 0.1, Momentum: 0.9, Decay: 0.95},
		Seed:     seed,
	}
}

// silent is an Observer that looks away, until then is due.
type silent struct{ then func() }

func (s silent) Fetching(study.Fetching)   {}
func (s silent) Measuring(study.Measuring) {}
func (s silent) Finished(study.Finished)   {}
func (s silent) Progress(study.Progress) {
	if s.then != nil {
		s.then()
	}
}

// runAll runs experiments as the command does.
func runAll(t *testing.T, ctx context.Context, dir string, o study.Observer, backend string, experiments ...study.Experiment) error {
	t.Helper()
	failures := &cluster.Failures{Observer: o, Dir: dir}
	lab, err := study.Open(study.Options{Dir: dir, Observer: failures, Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	_, err = lab.All(ctx, experiments...)
	return failures.End(err, study.Runs(experiments...))
}

func stages(t *testing.T, dir string, experiments ...study.Experiment) []study.Stage {
	t.Helper()
	all, err := cluster.Stand(dir, study.Runs(experiments...))
	if err != nil {
		t.Fatal(err)
	}
	var stages []study.Stage
	for _, s := range all {
		stages = append(stages, s.Stage)
	}
	return stages
}

func want(t *testing.T, got []study.Stage, want ...study.Stage) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("stages: " + diff)
	}
}

func TestAFailureIsKeptUntilTheExperimentSucceeds(t *testing.T) {
	dir, diverging := t.TempDir(), tiny(2)
	diverging.Training.LearningRate = 1e30
	if err := runAll(t, t.Context(), dir, silent{}, "", tiny(1), diverging); !errors.Is(err, train.ErrDiverged) {
		t.Errorf("got error %v", err)
	}
	all, err := cluster.Stand(dir, study.Runs(tiny(1), diverging, tiny(3)))
	if err != nil {
		t.Fatal(err)
	}
	want(t, stages(t, dir, tiny(1), diverging, tiny(3)), study.Done, cluster.Failed, study.Left)
	f := all[1].Failure
	if !strings.Contains(f.Error, "loss is not finite") || f.Experiment != diverging.String() || f.Machine == "" || time.Since(f.Time) > time.Hour {
		t.Errorf("%+v", f)
	}

	stale := filepath.Join(dir, tiny(3).Key()+".failed.json")
	if err := os.WriteFile(stale, []byte(`{"error": "the node's memory was full"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, stages(t, dir, tiny(3)), cluster.Failed)
	if err := runAll(t, t.Context(), dir, silent{}, "", tiny(3)); err != nil {
		t.Fatal(err)
	}
	want(t, stages(t, dir, tiny(3)), study.Done)
	if _, err := os.Stat(stale); err == nil {
		t.Error("the failure outlives the success")
	}
}

func TestABackendThatDoesNotOpenFailsTheTask(t *testing.T) {
	dir := t.TempDir()
	if err := runAll(t, t.Context(), dir, silent{}, "tpu9000", tiny(1), tiny(2)); err == nil {
		t.Fatal("backend tpu9000 opened")
	}
	broken := errors.New("no backend")
	if err := (&cluster.Failures{Dir: dir}).End(broken, nil); !errors.Is(err, broken) {
		t.Errorf("got error %v", err)
	}
	want(t, stages(t, dir, tiny(1), tiny(2), tiny(3)), cluster.Failed, cluster.Failed, study.Left)
	all, err := cluster.Stand(dir, study.Runs(tiny(1), tiny(2)))
	if err != nil || all[0].Stage != cluster.Failed || !strings.Contains(all[1].Failure.Error, "tpu9000") {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAStoppedRunHasNotFailed(t *testing.T) {
	dir, long := t.TempDir(), tiny(1)
	long.Training.Epochs = 100000
	ctx, cancel := context.WithCancel(t.Context())
	err := runAll(t, ctx, dir, silent{then: func() {
		want(t, stages(t, dir, long), study.Running)
		cancel()
	}}, "", long)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	want(t, stages(t, dir, long, tiny(2)), study.Unfinished, study.Left)
}

func TestDamageIsAFailure(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, tiny(1).Key()+".json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := cluster.Stand(dir, study.Runs(tiny(1)))
	if err != nil || all[0].Stage != cluster.Failed || !strings.Contains(all[0].Failure.Error, "is damaged") {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := cluster.Stand(filepath.Join(dir, "elsewhere"), nil); err == nil || !strings.Contains(err.Error(), "there is no results folder") {
		t.Errorf("got error %v", err)
	}
}
