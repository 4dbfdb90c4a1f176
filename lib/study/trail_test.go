package study_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

func everyEpoch([]train.Point) bool { return true }

// A trail that was stopped is asked for other epochs: what its checkpoint lacks is trained again, to the same weights.
func TestAStoppedTrailServesOtherEpochs(t *testing.T) {
	e, dir := longer(1), t.TempDir()
	e.Training.Epochs = 20
	last := func(seen []train.Point) bool { return e.Ends(seen[len(seen)-1]) }
	lab := openLab(t, study.Options{Dir: dir, Checkpoint: time.Millisecond})
	ctx, stop := context.WithCancel(t.Context())
	_, err := lab.Trail(ctx, e, last, func(share float64) {
		if share > 0.5 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || !exists(filepath.Join(dir, ".trails", e.Key(), "checkpoint")) {
		t.Fatalf("no checkpoint, or error %v", err)
	}
	stands, err := lab.Trail(t.Context(), e, everyEpoch, func(float64) {})
	if err != nil || len(stands) != 21 {
		t.Fatalf("%d stands, error %v", len(stands), err)
	}
	want, err := openLab(t, study.Options{}).Weights(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	got, err := stands[20].Variables()
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("other weights, or error %v", err)
	}
	if err := os.Remove(filepath.Join(dir, ".trails", e.Key(), "3.weights")); err != nil {
		t.Fatal(err)
	}
	if v, err := stands[3].Variables(); err == nil || v != nil || !strings.Contains(err.Error(), "are gone") {
		t.Errorf("%d weights that are gone, error %v", len(v), err)
	}
}

// A run that comes to other numbers than its result, on the same machine, is an error; so is a trail asked of a lab that only reads.
func TestATrailIsHeldAgainstTheResult(t *testing.T) {
	dir, e := t.TempDir(), tiny(1)
	lab := openLab(t, study.Options{Dir: dir})
	r, err := lab.Run(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	missing, reader := new(study.NotKept), openLab(t, study.Options{Kept: true})
	if _, err := reader.Weights(t.Context(), e); !errors.As(err, &missing) {
		t.Errorf("weights: error %v", err)
	}
	if err := reader.Replay(t.Context(), e, nil); !errors.As(err, &missing) {
		t.Errorf("replay: error %v", err)
	}
	r.Measurements.Curves.TrainLoss[1] += 1e-9
	content, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(resultFile(dir, e), content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.Weights(t.Context(), e); err == nil || !strings.Contains(err.Error(), "comes to other numbers than its result") {
		t.Errorf("error %v", err)
	}
}
