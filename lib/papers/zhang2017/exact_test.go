package zhang2017_test

import (
	"math"
	"testing"

	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

func lab(t *testing.T) *study.Lab {
	t.Helper()
	l, err := study.Open(study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// ask answers questions in a lab of their own.
func ask[Q study.Question[A], A any](t *testing.T, questions ...Q) []study.Answered[Q, A] {
	t.Helper()
	all, err := study.Ask(t.Context(), lab(t), questions...)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// digitsOnly leaves out what needs CIFAR-10, which a test does not download.
func digitsOnly(questions []zhang2017.Memorization) (digits []zhang2017.Memorization) {
	for _, q := range questions {
		if q.Data.Name == "mnist" {
			digits = append(digits, q)
		}
	}
	return digits
}

// Theorem 1's network fits every random label with 2n+d weights, and knows nothing of other points.
func TestTheorem1(t *testing.T) {
	for _, a := range ask(t, digitsOnly(zhang2017.Theorem1(study.Smoke))...) {
		m := a.Answer
		if m.TrainAccuracy != 100 || m.Residual > 1e-9 || m.Weights != 2*m.N+m.Dim || m.Dim != 784 {
			t.Errorf("%+v", m)
		}
		if m.TestAccuracy > 20 {
			t.Errorf("test accuracy %.1f%% from random labels", m.TestAccuracy)
		}
	}
}

// Depth for width: the same labels, in layers of about n/depth units.
func TestCorollary1(t *testing.T) {
	for _, a := range ask(t, digitsOnly(zhang2017.Corollary1(study.Smoke))...) {
		m := a.Answer
		if m.TrainAccuracy != 100 || m.Residual > 1e-6 {
			t.Errorf("%+v", m)
		}
		want := m.N
		if m.Depth > 0 {
			want = (m.N+m.Depth-3)/(m.Depth-2) + 3
		}
		if m.Width != want || m.Weights > 10*(m.N+m.Dim) {
			t.Errorf("depth %d: width %d, want %d; %d weights", m.Depth, m.Width, want, m.Weights)
		}
	}
}

// A trained net of the same size has at most so many weights as theorem 1's.
func TestSGDOfTheSameSize(t *testing.T) {
	for _, e := range zhang2017.SGDOfTheSameSize(study.Standard) {
		h := e.Net.Hidden[0]
		if weights, most := h*(784+1+10)+10, 2*e.Data.Train+784; weights > most || weights+795 <= most {
			t.Errorf("n = %d: %d units have %d weights, 2n+d = %d", e.Data.Train, h, weights, most)
		}
		if err := e.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// digits are a few points of MNIST.
var digits = zhang2017.Points{Data: study.Data{Name: "mnist", Train: 60, Test: 100}, Seed: 1}

// From zero, descent ends at the solution of smallest norm; from elsewhere it keeps what lies outside the span of the inputs.
func TestDescend(t *testing.T) {
	noise := digits
	noise.Corruption.Gaussian = 1
	all := ask(t, zhang2017.Descending{Points: noise, Epochs: 300, Batch: 1}, zhang2017.Descending{Points: noise, Start: 1, Epochs: 300, Batch: 1})
	for _, a := range all {
		d, from, last := a.Answer, zhang2017.From.Of(a), len(a.Answer.Epoch)-1
		distance, outside := d.Distance[last], d.Outside[last]
		if d.Epoch[last] != 300 || d.Loss[last] > 1e-12 {
			t.Errorf("%s: loss %g after epoch %d", from, d.Loss[last], d.Epoch[last])
		}
		if near := d.Start == 0; near != (distance < 1e-6) || math.Abs(outside-d.Outside[0]) > 1e-9 || !near && math.Abs(distance-outside) > 1e-6 {
			t.Errorf("%s: distance %g, outside %g of %g at the start", from, distance, outside, d.Outside[0])
		}
	}
	steps := zhang2017.Steps(all)
	if want := len(all[0].Answer.Epoch) + len(all[1].Answer.Epoch); len(steps) != want {
		t.Errorf("%d steps, want %d", len(steps), want)
	}
	if got := zhang2017.From.Of(steps[len(steps)-1]).Label; got != "noise, from elsewhere" {
		t.Errorf("the last step is of %q", got)
	}
}

// Without regularization every kernel fits true and random labels; random ones cost a larger norm, and lambda shrinks norms.
func TestInterpolate(t *testing.T) {
	var questions []zhang2017.Kernel
	for _, features := range []zhang2017.Features{zhang2017.Pixels, zhang2017.Gabor, zhang2017.Patches} {
		for _, lambda := range []float64{0, 1} {
			questions = append(questions, zhang2017.Kernel{Points: digits, Features: features, Filters: 8, Bandwidth: 0.5, Lambda: lambda})
		}
	}
	all := ask(t, questions...)
	for i := 0; i < len(all); i += 2 {
		plain, ridge, row := all[i].Answer, all[i+1].Answer, zhang2017.Table3Row.Of(all[i])
		if plain.TrainError != 0 || plain.RandomTrainError != 0 || plain.N != 60 || plain.TestError > 60 {
			t.Errorf("%s: %+v", row, plain)
		}
		if !(plain.RandomNorm > plain.Norm) || !(ridge.Norm < plain.Norm) {
			t.Errorf("%s: norm %g, on random labels %g, with lambda %g", row, plain.Norm, plain.RandomNorm, ridge.Norm)
		}
	}
	spoiled := questions[0]
	spoiled.Wrong = 40
	if got := ask(t, spoiled)[0].Answer; got.N != 20 || got.TrainError != 0 || got.TestError < 70 || got.RandomTrainError != 0 {
		t.Errorf("with wrong labels fitted too: %+v", got)
	}
	for _, refused := range []zhang2017.Kernel{
		{Points: digits, Features: zhang2017.Pixels, Bandwidth: 1, Wrong: 60},
		{Points: digits, Features: "nothing", Bandwidth: 1}, {Points: digits, Features: zhang2017.Pixels}, {Points: digits, Features: zhang2017.Pixels, Bandwidth: 1, Lambda: -1},
	} {
		if _, err := study.Ask(t.Context(), lab(t), refused); err == nil {
			t.Errorf("no error for %+v", refused)
		}
	}
	if _, err := study.Ask(t.Context(), lab(t), zhang2017.Memorization{Points: digits, Depth: 2}); err == nil {
		t.Error("no error for a network of depth 2")
	}
}
