package zhang2017_test

import (
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

// onDigits leaves out what needs CIFAR-10, which a test does not download.
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
	all, err := zhang2017.Memorize(t.Context(), lab(t), digitsOnly(zhang2017.Theorem1(study.Smoke)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
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
	all, err := zhang2017.Memorize(t.Context(), lab(t), digitsOnly(zhang2017.Corollary1(study.Smoke)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.TrainAccuracy != 100 || m.Residual > 1e-6 {
			t.Errorf("%+v", m)
		}
		if want := m.N; m.Depth > 2 {
			if want = (m.N+m.Depth-3)/(m.Depth-2) + 3; m.Width != want || m.Weights > 10*(m.N+m.Dim) {
				t.Errorf("depth %d: width %d, want %d; %d weights", m.Depth, m.Width, want, m.Weights)
			}
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
