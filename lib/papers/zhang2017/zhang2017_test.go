package zhang2017_test

import (
	"math"
	"testing"

	"rethinking/lib/papers"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

func TestEveryStudyIsValidAtEveryScale(t *testing.T) {
	for _, s := range papers.Studies() {
		for _, scale := range study.Scales {
			keys, results := map[string]bool{}, []study.Result(nil)
			for _, e := range s.Experiments(scale) {
				if err := e.Validate(); err != nil {
					t.Errorf("%s at %s: %v", s.Name, scale, err)
				}
				keys[e.Key()] = true
				results = append(results, study.Result{Experiment: e})
			}
			if _, err := study.GroupBy(results, s.By); err != nil {
				t.Errorf("%s at %s: %v", s.Name, scale, err)
			}
			if want := len(s.Experiments(scale)); len(keys) != want || want == 0 {
				t.Errorf("%s at %s: %d different experiments of %d", s.Name, scale, len(keys), want)
			}
		}
	}
}

func TestFind(t *testing.T) {
	if _, err := papers.Find("zhang2017/random-labels-mnist"); err != nil {
		t.Error(err)
	}
	if _, err := papers.Find("nobody"); err == nil {
		t.Error("found a study that is not there")
	}
}

// The whole study at its smallest scale: the more labels are corrupted, the worse the test accuracy, and every group has its seeds.
func TestFigure1MNISTAtSmokeScale(t *testing.T) {
	lab, err := study.Open(study.Options{Dir: t.TempDir(), Scale: study.Smoke})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	results, err := lab.All(t.Context(), zhang2017.Figure1MNIST(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := study.GroupBy(results, study.LabelCorruption)
	if err != nil || len(groups) != len(zhang2017.Corruptions) {
		t.Fatalf("%d groups, error %v", len(groups), err)
	}
	clean := study.SpreadOf(groups[0].Results, study.Final(study.TestAccuracy))
	random := study.SpreadOf(groups[len(groups)-1].Results, study.Final(study.TestAccuracy))
	if clean.N != 2 || clean.Mean < 70 || random.Mean > 25 {
		t.Errorf("test accuracy %.1f%% on true labels, %.1f%% on random ones, %d seeds", clean.Mean, random.Mean, clean.N)
	}
}

// The slower of the two rates keeps the paper's pace in steps; at the paper's own size there is no slower one.
func TestPlateau(t *testing.T) {
	every, paced := zhang2017.Plateau(study.Standard)[0], zhang2017.Plateau(study.Standard)[1]
	if every.Training.DecayEvery != 0 {
		t.Errorf("the first shrinks after %d epochs", every.Training.DecayEvery)
	}
	steps := float64(paced.Training.DecayEvery*paced.Data.Train) / float64(paced.Training.Batch)
	if paper := 50000. / 128; math.Abs(steps/paper-1) > 0.01 {
		t.Errorf("the second shrinks after %.0f steps, the paper's after %.0f", steps, paper)
	}
	for _, e := range zhang2017.Plateau(study.Paper) {
		if e.Data.Train != 0 || e.Training.DecayEvery != 0 {
			t.Errorf("at the paper's size: %+v", e)
		}
	}
}

// A run that guesses random labels shows nothing of a complexity, one that fits them all shows the largest; true labels show nothing of it.
func TestComplexity(t *testing.T) {
	for _, c := range []struct {
		labels, train, test   float64
		rademacher, stability float64
		ok                    bool
	}{
		{1, 0.1, 0.1, 0, 0, true},
		{1, 0.55, 0.1, 0.5, 0.45, true},
		{1, 1, 0.1, 1, 0.9, true},
		{0, 1, 0.6, 0, 0.4, false},
	} {
		r := study.Result{Experiment: study.Experiment{Corruption: study.Corruption{Labels: c.labels}}}
		r.Measurements.Curves = study.Curves{Epoch: []int{0, 1}, TrainAccuracy: []float64{0, c.train}, TestAccuracy: []float64{0, c.test}}
		if got, ok := zhang2017.Rademacher.Of(r); ok != c.ok || ok && math.Abs(got-c.rademacher) > 1e-12 {
			t.Errorf("%+v: Rademacher complexity %g, %v", c, got, ok)
		}
		if got, ok := zhang2017.Stability.Of(r); !ok || math.Abs(got-c.stability) > 1e-12 {
			t.Errorf("%+v: stability %g, %v", c, got, ok)
		}
	}
}
