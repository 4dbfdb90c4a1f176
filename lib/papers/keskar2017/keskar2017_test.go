package keskar2017_test

import (
	"math"
	"testing"

	"rethinking/lib/papers/keskar2017"
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

// Both batch sizes of a pair begin from the same weights: these depend on the seed alone.
func TestPairsShareTheirStart(t *testing.T) {
	lab, runs := openLab(t), keskar2017.Table2(study.Smoke)
	var starts []map[string][]float32
	for _, e := range runs[:2] {
		err := lab.Replay(t.Context(), e, func(s study.Stand) error {
			if s.Epoch > 0 {
				return nil
			}
			v, err := s.Variables()
			starts = append(starts, v)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, values := range starts[0] {
		for i, w := range values {
			if w != starts[1][path][i] {
				t.Fatalf("%s begins at %g in small batches, at %g in large ones", path, w, starts[1][path][i])
			}
		}
	}
	if batches := []int{runs[0].Training.Batch, runs[1].Training.Batch}; batches[0] == batches[1] {
		t.Errorf("batches %v", batches)
	}
}

// Every run has a sharpness by every box, of the loss that its own result has.
func TestSharpnessAtSmokeScale(t *testing.T) {
	lab := openLab(t)
	answers, err := study.Ask(t.Context(), lab, keskar2017.Tables3And4(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		r, err := lab.Run(t.Context(), a.Question.Experiment)
		if err != nil || len(a.Answer) != 4 {
			t.Fatal(err, a.Answer)
		}
		loss, _ := study.Final(study.TrainLoss).Of(r)
		for _, p := range a.Answer {
			if math.Abs(p.Of.Loss/loss-1) > 1e-4 || p.Of.BelowPrecision || p.Of.Sharpness <= 0 {
				t.Errorf("%+v, train loss %g", p, loss)
			}
		}
	}
}

// Without batch normalization both ends of a line are the two runs' own losses.
func TestLineAtSmokeScale(t *testing.T) {
	lab := openLab(t)
	for _, q := range append(keskar2017.Figure3(study.Smoke), keskar2017.CurvedPath(study.Smoke)...) {
		answers, err := study.Ask(t.Context(), lab, q)
		if err != nil || len(answers[0].Answer) != 7 {
			t.Fatal(err)
		}
		for _, p := range answers[0].Answer {
			if p.TrainAccuracy < 0 || p.TrainAccuracy > 100 || math.IsNaN(p.TrainLoss+p.TestLoss) {
				t.Errorf("%+v", p)
			}
			e := q.Experiment
			if p.Alpha == 1 {
				e.Training.Batch = q.Large
			}
			if e.Net.BatchNorm || p.Alpha != 0 && p.Alpha != 1 {
				continue
			}
			r, err := lab.Run(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			if loss, _ := study.Final(study.TrainLoss).Of(r); math.Abs(p.TrainLoss/loss-1) > 1e-4 {
				t.Errorf("at α = %g the train loss is %g, that of the run %g", p.Alpha, p.TrainLoss, loss)
			}
		}
	}
}
