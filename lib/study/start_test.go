package study_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// began is an experiment that goes on from an epoch of tiny with a larger batch.
func began(seed int64, epoch int) study.Experiment {
	e := tiny(seed)
	e.Training.Batch, e.Start = 100, tiny(seed).After(epoch)
	return e
}

// A run begins where the other stood. That is trained once for all of those that begin from it, side by side, and its result is kept.
func TestStart(t *testing.T) {
	dir, w := t.TempDir(), &watcher{}
	lab := openLab(t, study.Options{Dir: dir, Observer: w})
	later, scaled, other := began(1, 3), began(1, 2), began(2, 1)
	later.Training.Target = 0.1 // there already: the run goes on for an epoch
	scaled.Start.Rescale = []float64{4}
	results, err := lab.All(t.Context(), began(1, 0), later, scaled, other, tiny(1))
	if err != nil {
		t.Fatal(err)
	}
	var before []string
	for _, m := range w.measuring {
		if m.Took > 0 {
			before = append(before, m.Kind)
		}
	}
	if want := []string{"training before: " + tiny(1).String(), "training before: " + tiny(2).String()}; !slices.Equal(before, want) {
		t.Errorf("trained before: %v, want %v", before, want)
	}
	second, err := openLab(t, study.Options{Dir: dir, Kept: true}).Run(t.Context(), tiny(2))
	if err != nil {
		t.Fatal(err)
	}
	at := func(c study.Curves, i int) []float64 {
		return []float64{c.TrainLoss[i], c.TestLoss[i], c.TrainAccuracy[i], c.WeightNorm[i]}
	}
	first := results[4].Measurements.Curves
	for i, want := range map[int][]float64{0: at(first, 0), 1: at(first, 3), 3: at(second.Measurements.Curves, 1)} {
		c := results[i].Measurements.Curves
		if got := at(c, 0); !slices.Equal(got, want) || c.FromStart[0] != 0 || c.FromStart[1] == 0 {
			t.Errorf("experiment %d begins at %v, want %v; distances %v", i, got, want, c.FromStart)
		}
	}
	c := results[2].Measurements.Curves
	if math.Abs(c.TrainLoss[0]/first.TrainLoss[2]-1) > 1e-5 || c.TrainAccuracy[0] != first.TrainAccuracy[2] || c.WeightNorm[0] < 2*first.WeightNorm[2] {
		t.Errorf("rescaled, it begins at %v, the run was at %v", at(c, 0), at(first, 2))
	}
}

// From the initial weights of a run, the same training is the same run.
func TestAStartAtTheInitialWeightsChangesNothing(t *testing.T) {
	e := tiny(1)
	e.Start = tiny(1).After(0)
	results, err := openLab(t, study.Options{}).All(t.Context(), tiny(1), e)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(results[0].Measurements, results[1].Measurements); diff != "" {
		t.Error(diff)
	}
}

// A run that its target ended is at its end thereafter.
func TestAStartAfterTheEnd(t *testing.T) {
	first, e := tiny(1), tiny(1)
	first.Training.Target = 0.05
	e.Start = first.After(3)
	results, err := openLab(t, study.Options{}).All(t.Context(), e, first)
	if err != nil {
		t.Fatal(err)
	}
	begins, ends := results[0].Measurements.Curves.TrainLoss[0], results[1].Measurements.Curves.TrainLoss
	if len(ends) != 2 || begins != ends[1] {
		t.Errorf("begins at %g, the other is at %v", begins, ends)
	}
}

// Means are over runs that each began from a run of their own seed.
func TestStartsOfSeveralSeedsAreAlike(t *testing.T) {
	if err := study.AlikeButSeed([]study.Experiment{began(1, 2), began(2, 2), began(3, 2).WithSeed(4).(study.Experiment)}); err != nil {
		t.Error(err)
	}
	fixed := began(1, 2)
	fixed.Start.Of.Seed = 7
	rescaled := began(1, 2)
	rescaled.Start.Rescale = []float64{2}
	keys := map[string]bool{}
	for _, e := range []study.Experiment{began(1, 2), began(1, 3), fixed, rescaled, tiny(1)} {
		keys[e.Key()] = true
	}
	if len(keys) != 5 {
		t.Errorf("%d keys of 5 starts", len(keys))
	}
	if want := "mnist[200] mlp 1x32 label corruption 0.5 seed 1 from epoch 2 of (mnist[200] mlp 1x32 label corruption 0.5 seed 1, batch 64) rescaled by [2]"; rescaled.String() != want {
		t.Errorf("%q, want %q", rescaled, want)
	}
}

// A run from another's weights that is stopped ends with the same bytes as an unbroken one; so does its trail.
func TestAStoppedRunWithAStartEndsWithTheSameBytes(t *testing.T) {
	first := longer(1)
	first.Training.Epochs = 5
	e := longer(1)
	e.Start = first.After(5)
	e.Start.Rescale = []float64{2, 3}
	whole, broken := t.TempDir(), t.TempDir()
	want, err := openLab(t, study.Options{Dir: whole}).Weights(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{then: func(p study.Progress) {
		if p.Epoch == 60 {
			cancel()
		}
	}}
	if _, err := openLab(t, study.Options{Dir: broken, Observer: w, Checkpoint: time.Hour}).Run(ctx, e); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v", err)
	}
	lab := openLab(t, study.Options{Dir: broken})
	if r, err := lab.Run(t.Context(), e); err != nil || r.Provenance.Resumed != 1 {
		t.Fatalf("resumed %d times, error %v", r.Provenance.Resumed, err)
	}
	if diff := cmp.Diff(read(t, resultFile(whole, e)), read(t, resultFile(broken, e))); diff != "" {
		t.Error("a broken run gave different bytes:\n" + diff)
	}
	if got, err := lab.Weights(t.Context(), e); err != nil || !cmp.Equal(got, want) {
		t.Error("other weights, or", err)
	}
}

// What cannot begin is refused at once; a run whose earlier run fails does not stop others.
func TestBadStarts(t *testing.T) {
	for want, spoil := range map[string]func(s *study.Start){
		"Start is 3 runs deep: it must be at most 2":             func(s *study.Start) { s.Of.Start = began(1, 1).After(1) },
		"Start.Of.Net is mlp 1x8: it must be the net of the exp": func(s *study.Start) { s.Of.Net.Hidden = []int{8} },
		"Start.Of.Data is mnist, crop-whiten: it must be of the": func(s *study.Start) { s.Of.Data.Preprocessing = "crop-whiten" },
		"Start.Epoch is -1: it must be 0 (before training) to 3": func(s *study.Start) { s.Epoch = -1 },
		"Start.Epoch is 4": func(s *study.Start) { s.Epoch = 4 },
		"Start.Epoch is 1: it must be one after which that run": func(s *study.Start) { s.Of.Training.Evaluate, s.Epoch = 2, 1 },
		"Start.Epoch is 25: it must be one after which":         func(s *study.Start) { s.Of.Training.Epochs, s.Epoch = 40, 25 },
		"Start.Of: study: Training.Momentum is 1":               func(s *study.Start) { s.Of.Training.Momentum = 1 },
		"Start.Rescale: nets: 2 factors [2 3]":                  func(s *study.Start) { s.Rescale = []float64{2, 3} },
	} {
		e := began(1, 2)
		spoil(e.Start)
		if err := e.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
	missing := new(study.NotKept)
	if _, err := openLab(t, study.Options{Kept: true}).Run(t.Context(), began(1, 2)); !errors.As(err, &missing) {
		t.Errorf("a lab that only reads: error %v", err)
	}
	diverging := began(1, 2)
	diverging.Start.Of.Training.LearningRate = 1e30
	results, err := openLab(t, study.Options{}).All(t.Context(), diverging, tiny(1))
	if err == nil || !strings.Contains(err.Error(), "the start: ") || results[1].Measurements.Parameters == 0 {
		t.Errorf("error %v, and the other run has %d weights", err, results[1].Measurements.Parameters)
	}
}
