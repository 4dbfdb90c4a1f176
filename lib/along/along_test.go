package along_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rethinking/lib/along"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Sharp asks how sharp the loss is along a run; it stops after its third measurement when told to.
type sharp struct{ Experiment study.Experiment }

var measured, stopAt int

func (sharp) Kind() string { return "test/sharp" }
func (q sharp) Answer(ctx context.Context, lab *study.Lab, done func(float64)) ([]float64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return along.Loss(ctx, lab, q.Experiment, along.Every, done, func(s study.Stand, loss *probe.Loss) (float64, error) {
		if measured++; measured == stopAt {
			cancel()
			return 0, ctx.Err()
		}
		ends, err := probe.Lanczos(ctx, loss, rand.New(rand.NewPCG(1, uint64(s.Epoch))), probe.LanczosOptions{Steps: 5})
		return ends.Largest.Value, err
	})
}

// right asks for the share of the training examples that are classified as labelled.
type right struct{ Experiment study.Experiment }

func (right) Kind() string { return "test/right" }
func (q right) Answer(ctx context.Context, lab *study.Lab, done func(float64)) ([]float64, error) {
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return nil, err
	}
	return along.Classifier(ctx, lab, q.Experiment, along.Every, done, func(s study.Stand, net *probe.Classifier) (float64, error) {
		predicted, err := net.Predict(ctx, train.X)
		n := 0.
		for i, class := range predicted {
			if class == train.Labels[i] {
				n++
			}
		}
		return n/float64(len(predicted)) - s.Train.Accuracy, err
	})
}

func run() study.Experiment {
	return study.Experiment{
		Data: study.Data{Name: "mnist", Train: 200, Test: 100}, Net: study.MLP(16), Seed: 1,
		Training: study.Training{Epochs: 4, Batch: 50, LearningRate: 0.1, Decay: 1},
	}
}

func open(t *testing.T, dir string) *study.Lab {
	t.Helper()
	lab, err := study.Open(study.Options{Dir: dir, Checkpoint: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

// A question that stops on the way goes on from what it has measured, with the same bytes in the end. A second one about the same run trains nothing.
func TestAStoppedWalkGoesOn(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	measured, stopAt = 0, 0
	want, err := study.Ask(t.Context(), open(t, whole), sharp{run()})
	if err != nil || len(want[0].Answer) != 5 {
		t.Fatal(want, err)
	}
	measured, stopAt = 0, 3
	if _, err := study.Ask(t.Context(), open(t, broken), sharp{run()}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	measured, stopAt = 0, 0
	lab := open(t, broken)
	got, err := study.Ask(t.Context(), lab, sharp{run()})
	if err != nil || measured != 3 || !slices.Equal(got[0].Answer, want[0].Answer) {
		t.Errorf("measured %d more, %v, want %v, error %v", measured, got, want, err)
	}
	name := study.Asked(sharp{run()}).Key() + ".json"
	a, _ := os.ReadFile(filepath.Join(whole, name))
	b, _ := os.ReadFile(filepath.Join(broken, name))
	if string(a) != string(b) || len(a) == 0 {
		t.Errorf("other bytes:\n%s\n%s", a, b)
	}
	trail := filepath.Join(broken, ".trails", run().Key(), "trail")
	before, err := os.Stat(trail)
	if err != nil {
		t.Fatal(err)
	}
	off, err := study.Ask(t.Context(), lab, right{run()})
	if err != nil || len(off[0].Answer) != 5 || slices.ContainsFunc(off[0].Answer, func(x float64) bool { return x > 1e-6 || x < -1e-6 }) {
		t.Errorf("shares are off by %v, error %v", off, err)
	}
	if after, err := os.Stat(trail); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Error("the run was trained again, or", err)
	}
	if left, _ := filepath.Glob(filepath.Join(broken, ".unfinished", "*.draft")); len(left) > 0 {
		t.Errorf("left behind: %s", strings.Join(left, ", "))
	}
}
