package study_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/data"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Runs that share executables follow each other; the results keep the order in which they were asked for.
func TestASweepIsOrderedByWhatIsCompiled(t *testing.T) {
	a, b := tiny(1), tiny(1)
	b.Net = study.MLP(16)
	sweep := []study.Experiment{a, b, tiny(2), tiny(3)}
	sweep[3].Net = study.MLP(16)
	w := &watcher{}
	results, err := openLab(t, study.Options{Observer: w, Workers: 1}).All(t.Context(), sweep...)
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	for i, f := range w.finished {
		order = append(order, f.Index)
		if results[f.Index].Experiment.Key() != sweep[f.Index].Key() {
			t.Errorf("result %d is of %s", i, results[f.Index].Experiment)
		}
	}
	if diff := cmp.Diff([]int{0, 2, 1, 3}, order); diff != "" {
		t.Error(diff)
	}
}

// Every kind of corruption and regularization, through the whole of a run: what is counted as corrupted, and that the parts' accuracies are
// there where there are both.
func TestEveryChoiceRuns(t *testing.T) {
	type change = func(*study.Experiment)
	for name, c := range map[string]struct {
		change    change
		low, high int // corrupted of 200
	}{
		"true labels":   {func(e *study.Experiment) { e.Corruption.Labels = 0 }, 0, 0},
		"wrong classes": {func(e *study.Experiment) { e.Corruption = study.Corruption{Labels: 1, WrongClass: true} }, 200, 200},
		"two classes": {func(e *study.Experiment) {
			e.Corruption, e.Training.LearningRate = study.Corruption{Labels: 1, Signs: true}, 0.01
		}, 160, 200},
		"shuffled pixels":  {func(e *study.Experiment) { e.Corruption = study.Corruption{Pixels: "shuffled"} }, 0, 0},
		"random pixels":    {func(e *study.Experiment) { e.Corruption = study.Corruption{Pixels: "random"} }, 0, 0},
		"Gaussian share":   {func(e *study.Experiment) { e.Corruption = study.Corruption{Gaussian: 0.3} }, 60, 60},
		"clipped Gaussian": {func(e *study.Experiment) { e.Corruption = study.Corruption{Gaussian: 1, Clipped: true} }, 200, 200},
		"input noise":      {func(e *study.Experiment) { e.Corruption = study.Corruption{Noise: 0.5} }, 0, 0},
		"whitened":         {func(e *study.Experiment) { e.Data.Preprocessing = data.CropWhiten }, 55, 125},
		"adam": {func(e *study.Experiment) {
			e.Training.Optimizer, e.Training.Momentum, e.Training.LearningRate = "adam", 0, 0.001
		}, 55, 125},
		"weight decay": {func(e *study.Experiment) { e.Regularization.WeightDecay = 0.01 }, 55, 125},
		"decoupled":    {func(e *study.Experiment) { e.Regularization = study.Regularization{WeightDecay: 0.01, Decoupled: true} }, 55, 125},
		"noise": {func(e *study.Experiment) {
			e.Regularization = study.Regularization{InputDropout: 0.1, InputNoise: 0.1, HiddenNoise: 0.1, Dropout: 0.1}
		}, 55, 125},
		"adversarial": {func(e *study.Experiment) {
			e.Regularization = study.Regularization{Adversarial: 0.5, AdversarialRadius: 0.01}
		}, 55, 125},
		"augmentation": {func(e *study.Experiment) {
			e.Regularization = study.Regularization{Crop: true, Flip: true, Rotation: 10}
		}, 55, 125},
		"step schedule":     {func(e *study.Experiment) { e.Training.DecayAt = []int{1} }, 55, 125},
		"he initialization": {func(e *study.Experiment) { e.Net.Initialization = "he-normal" }, 55, 125},
	} {
		e := tiny(1)
		c.change(&e)
		r, err := openLab(t, study.Options{Backend: "go"}).Run(t.Context(), e)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := r.Measurements
		if m.Corrupted < c.low || m.Corrupted > c.high {
			t.Errorf("%s: %d corrupted examples, want %d to %d", name, m.Corrupted, c.low, c.high)
		}
		if both := m.Corrupted > 0 && m.Corrupted < 200; both != (m.Curves.CleanLoss != nil) {
			t.Errorf("%s: %d corrupted examples, clean loss %v", name, m.Corrupted, m.Curves.CleanLoss)
		}
		first, last := study.TrainLoss.Of(m.Curves)[0], study.TrainLoss.Of(m.Curves)[3]
		if !(last < first) {
			t.Errorf("%s: train loss from %g to %g", name, first, last)
		}
	}
}

// The curves of clean and corrupted examples add up to those of all.
func TestPartsAddUp(t *testing.T) {
	r, err := openLab(t, study.Options{}).Run(t.Context(), tiny(1))
	if err != nil {
		t.Fatal(err)
	}
	c, share := r.Measurements.Curves, float64(r.Measurements.Corrupted)/200
	for i := range c.Epoch {
		if sum := share*c.CorruptedAccuracy[i] + (1-share)*c.CleanAccuracy[i]; math.Abs(sum-c.TrainAccuracy[i]) > 1e-5 {
			t.Errorf("epoch %d: %g and %g make %g, not %g", c.Epoch[i], c.CorruptedAccuracy[i], c.CleanAccuracy[i], sum, c.TrainAccuracy[i])
		}
		if c.FromStart[0] != 0 || c.WeightNorm[i] == 0 {
			t.Errorf("epoch %d: norm %g, distance %g", c.Epoch[i], c.WeightNorm[i], c.FromStart[i])
		}
	}
}

// A thousand epochs, all evaluated and with every curve, stay below 50 kB; what a statistic needs is kept.
func TestResultsStaySmall(t *testing.T) {
	var m study.Measurements
	milestones := train.Plan{Target: 0.97}.Milestones()
	for epoch := range 1001 {
		part := train.Evaluation{N: 1, Loss: 2.302585 * math.Exp(-float64(epoch)/300), Accuracy: 1 - 0.9*math.Exp(-float64(epoch)/100)}
		test := train.Evaluation{N: 1, Loss: 1.23456, Accuracy: 0.5 - math.Pow(float64(epoch-333)/700, 2)}
		m.Add(train.Point{Epoch: epoch, Train: part, Clean: part, Corrupted: part, Test: test, WeightNorm: 123.456, FromStart: 78.9012}, milestones)
	}
	thin := m.Thin()
	b, err := json.Marshal(thin)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 50_000 {
		t.Errorf("%d bytes", len(b))
	}
	kept := map[int]bool{}
	for i, epoch := range thin.Curves.Epoch {
		kept[epoch] = true
		if thin.Curves.TestAccuracy[i] != m.Curves.TestAccuracy[epoch] || thin.Curves.CorruptedLoss[i] != m.Curves.CorruptedLoss[epoch] {
			t.Errorf("epoch %d has the values of another", epoch)
		}
	}
	needed := []int{0, 1, 100, 333, 1000}
	for _, r := range m.Reached {
		needed = append(needed, r.Epoch)
	}
	for _, epoch := range needed {
		if !kept[epoch] {
			t.Errorf("epoch %d is not kept", epoch)
		}
	}
	if m.Best.Epoch != 333 || len(m.Reached) != 6 {
		t.Errorf("best %+v, reached %+v", m.Best, m.Reached)
	}
}

func TestSample(t *testing.T) {
	e := tiny(1)
	e.Corruption = study.Corruption{Gaussian: 0.5}
	lab := openLab(t, study.Options{Backend: "must-not-be-opened"})
	s, err := lab.Sample(t.Context(), e, 20)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.X) != 20*784 || len(s.Labels) != 20 || s.Height != 28 || s.Channels != 1 || len(s.ClassNames) != 10 {
		t.Errorf("%d values, %d labels, %dx%dx%d", len(s.X), len(s.Labels), s.Height, s.Width, s.Channels)
	}
	for i, corrupted := range s.Corrupted {
		negative := false
		for _, v := range s.X[i*784 : (i+1)*784] {
			negative = negative || v < 0
		}
		if negative != corrupted { // no digit has a negative value, and every Gaussian image does
			t.Errorf("example %d: corrupted %v, negative values %v", i, corrupted, negative)
		}
	}
	if _, err := lab.Sample(t.Context(), e, 201); err == nil {
		t.Error("a sample of more examples than there are")
	}
}
