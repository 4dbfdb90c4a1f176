package arpit2017_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"rethinking/lib/papers/arpit2017"
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

// Examples that are equally hard have the dispersion 1, and lie on the curve that says so; where half of them are easy it is far larger.
func TestDispersion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	drawn := func(easy float64) arpit2017.Difficulties {
		d := arpit2017.Difficulties{Difficulty: arpit2017.Difficulty{Starts: 100}}
		d.Experiment.Corruption.Gaussian = 1
		for i := range 2000 {
			p, wrong := 0.5+easy*float64(i%2*2-1), 0.
			for range d.Starts {
				if rng.Float64() < p {
					wrong += 0.01
				}
			}
			d.Wrong = append(d.Wrong, wrong)
		}
		slices.Sort(d.Wrong)
		return d
	}
	equal := drawn(0)
	if got := equal.Dispersion(); math.Abs(got-1) > 3*math.Sqrt(2./2000) {
		t.Errorf("dispersion %g of examples that are equally hard", got)
	}
	if got, want := drawn(0.3).Dispersion(), 0.3*0.3/0.0025; math.Abs(got/want-1) > 0.1 {
		t.Errorf("dispersion %g where half of the examples are easy, want some %g", got, want)
	}
	var apart []float64
	ranks := arpit2017.Ranks([]arpit2017.Difficulties{equal})
	for i := 0; i < len(ranks); i += 2 {
		apart = append(apart, math.Abs(ranks[i].Wrong-ranks[i+1].Wrong))
	}
	if len(ranks) != 200 || stat.Mean(apart, nil) > 1 {
		t.Errorf("%d points, %g percent off the curve on average", len(ranks), stat.Mean(apart, nil))
	}
}

// The shares are those of single runs: of one start, an example is either right or wrong, and the mean is that run's train accuracy.
func TestDifficultyOfOneStart(t *testing.T) {
	lab := openLab(t)
	q := arpit2017.Figure1(study.Smoke)[0]
	q.Starts = 1
	all, err := arpit2017.Examine(t.Context(), lab, []arpit2017.Difficulty{q})
	if err != nil {
		t.Fatal(err)
	}
	q.Experiment.Seed = 1
	r, err := lab.Run(t.Context(), q.Experiment)
	if err != nil {
		t.Fatal(err)
	}
	accuracy, _ := study.Final(study.TrainAccuracy).Of(r)
	if got := 100 - all[0].Mean(); math.Abs(got-accuracy) > 1e-9 {
		t.Errorf("train accuracy %g from the examples, %g from the run", got, accuracy)
	}
}

// On the way of a run, its accuracies are those of the run, and the ratio is a share.
func TestFollow(t *testing.T) {
	lab := openLab(t)
	questions := arpit2017.Figure7(study.Smoke)
	moments, err := arpit2017.Follow(t.Context(), lab, questions)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lab.Run(t.Context(), questions[0].Experiment)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Measurements.Curves
	for i, epoch := range c.Epoch {
		m := moments[i]
		if m.Epoch != epoch || math.Abs(m.TestAccuracy-100*c.TestAccuracy[i]) > 1e-3 || m.Ratio < 0 || m.Ratio > 100 {
			t.Errorf("at epoch %d: %+v, want test accuracy %g", epoch, m, 100*c.TestAccuracy[i])
		}
	}
	if len(moments) != len(questions)*len(c.Epoch) {
		t.Errorf("%d moments of %d runs", len(moments), len(questions))
	}
}

// Loss sensitivities at the smallest scale: as many measurements as asked for, and a Gini coefficient is a share.
func TestSense(t *testing.T) {
	all, err := arpit2017.Sense(t.Context(), openLab(t), arpit2017.Figure3(study.Smoke))
	if err != nil || len(all) != 4 {
		t.Fatalf("%d answers, error %v", len(all), err)
	}
	for _, s := range all {
		if len(s.At) != 20 || s.At[19] != 20 || len(s.Gini) != 20 || slices.Min(s.Gini) <= 0 || slices.Max(s.Gini) >= 1 {
			t.Errorf("%s: at %v, Gini coefficients %v", s.Kind(), s.At, s.Gini)
		}
		if first, last := s.Loss[0], s.Loss[19]; last >= first {
			t.Errorf("%s: the loss goes from %g to %g", s.Kind(), first, last)
		}
	}
	if matrices := arpit2017.ClassMatrices(all); len(matrices) != 2 || len(matrices[0].Logs) != 100 {
		t.Errorf("%d class matrices", len(matrices))
	}
}
