package dinh2017_test

import (
	"math"
	"slices"
	"testing"

	"rethinking/lib/papers/dinh2017"
	"rethinking/lib/study"
)

func openLab(t *testing.T) *study.Lab {
	t.Helper()
	lab, err := study.Open(study.Options{Dir: t.TempDir(), Scale: study.Smoke})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

// The function stays and the curvature follows D: by the algebra of Dinh et al. 2017, theorem 4.
func TestInvariance(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), slices.Concat(dinh2017.Invariances(study.Smoke), dinh2017.Normalized(study.Smoke), dinh2017.Convolutions(study.Smoke))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		as := map[float64]dinh2017.Scaled{}
		for _, s := range a.Answer {
			as[math.Round(math.Log10(s.Alpha))] = s
		}
		one, tenth := as[0], as[-1]
		for _, s := range a.Answer {
			if s.Logits > 1e-5 || s.Changed != 0 || s.TestAccuracy != one.TestAccuracy || math.Abs(s.Relative/one.Relative-1) > 0.01 {
				t.Errorf("the function changes: %+v", s)
			}
			if math.Abs(s.Trace/s.ClosedForm-1) > 0.01 || s.Largest < 0.99*s.Bound {
				t.Errorf("trace %g, closed form %g; largest eigenvalue %g, bound %g", s.Trace, s.ClosedForm, s.Largest, s.Bound)
			}
		}
		if r := tenth.Gradients[0] / one.Gradients[0]; math.Abs(r-10) > 0.01 {
			t.Errorf("the first layer's gradient is %g times as long at α = 0.1", r)
		}
		if r := tenth.Blocks[0] / one.Blocks[0]; math.Abs(r-100) > 1 {
			t.Errorf("the first block's trace is %g times as large at α = 0.1", r)
		}
	}
}
