package dinh2017_test

import (
	"testing"

	"rethinking/lib/papers/dinh2017"
	"rethinking/lib/study"
)

// T_α makes the small-batch minimum sharper than its partner's; what belongs to the function stays.
func TestSharperAtSmokeScale(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), dinh2017.Sharpened(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range dinh2017.Exceeded(answers) {
		if x.Part.Box <= 0 || x.Part.Accuracy != 0 || x.Part.Relative > 0.01 {
			t.Errorf("%+v", x.Part)
		}
	}
}

// All descents begin with the same loss; the gradient of the first layer, relative to its weights, is α⁻² times as long.
func TestDescentsAtSmokeScale(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), dinh2017.Curvatures(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	one := answers[2].Answer[0] // α = 1
	for _, a := range answers {
		alpha, before := a.Question.Experiment.Start.Rescale[0], a.Answer[0]
		scaled := before.Gradients[0] / before.Parameters[0] * alpha * alpha / (one.Gradients[0] / one.Parameters[0])
		if off := before.Loss/one.Loss - 1; off > 1e-4 || off < -1e-4 || scaled < 0.99 || scaled > 1.01 {
			t.Errorf("α = %g: loss off by %g, relative gradient by %g", alpha, off, scaled)
		}
	}
}

// Rescaling leaves filter-normalized lines as they are, and raw ones not.
func TestLinesAtSmokeScale(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), dinh2017.Lines(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	moves := dinh2017.Moves(answers)
	if len(moves) != 2 {
		t.Fatalf("%d comparisons", len(moves))
	}
	for _, m := range moves {
		if m.Part.Normalized != (m.Part.By < 1e-3) {
			t.Errorf("%+v", m.Part)
		}
	}
}

// A plane has all its places in both kinds of direction.
func TestPlanesAtSmokeScale(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), dinh2017.Planes(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		n := a.Question.Points * a.Question.Points
		if len(a.Answer) != 2*n || a.Answer[n/2].Loss-a.Answer[n+n/2].Loss != 0 {
			t.Errorf("%s: %d places, not one loss at the minimum", dinh2017.Minimum.Of(a), len(a.Answer))
		}
	}
}
