package arpit2017_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers/arpit2017"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

func openLab(t *testing.T) *study.Lab {
	t.Helper()
	return openLabAt(t, study.Options{Dir: t.TempDir(), Scale: study.Smoke})
}

func openLabAt(t *testing.T, o study.Options) *study.Lab {
	t.Helper()
	lab, err := study.Open(o)
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
	ranks := arpit2017.Ranks([]study.Answered[arpit2017.Difficulty, arpit2017.Difficulties]{{Question: equal.Difficulty, Answer: equal}})
	for i := 0; i < len(ranks); i += 2 {
		apart = append(apart, math.Abs(ranks[i].Part.Wrong-ranks[i+1].Part.Wrong))
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
	all, err := study.Ask(t.Context(), lab, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Experiment.Seed = 1
	r, err := lab.Run(t.Context(), q.Experiment)
	if err != nil {
		t.Fatal(err)
	}
	accuracy, _ := study.Final(study.TrainAccuracy).Of(r)
	if got := 100 - all[0].Answer.Mean(); math.Abs(got-accuracy) > 1e-9 {
		t.Errorf("train accuracy %g from the examples, %g from the run", got, accuracy)
	}
}

// interrupt cancels a context at the first news of a share done.
type interrupt struct {
	study.Observer
	cancel func()
	after  float64
}

func (i interrupt) Fetching(study.Fetching) {}
func (i interrupt) Finished(study.Finished) {}
func (i interrupt) Measuring(m study.Measuring) {
	if m.Fraction > i.after {
		i.cancel()
	}
}

// A Difficulty that is stopped goes on, and ends with the same numbers.
func TestDifficultyGoesOn(t *testing.T) {
	q, dir := arpit2017.Figure1(study.Smoke)[0], t.TempDir()
	whole, err := study.Ask(t.Context(), openLab(t), q)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := study.Ask(ctx, openLabAt(t, study.Options{Dir: dir, Observer: interrupt{cancel: cancel, after: 0.3}}), q); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v of a question that is stopped", err)
	}
	if drafts, _ := filepath.Glob(filepath.Join(dir, ".unfinished", "*.draft")); len(drafts) != 1 {
		t.Errorf("drafts: %v", drafts)
	}
	again, err := study.Ask(t.Context(), openLabAt(t, study.Options{Dir: dir}), q)
	if err != nil || !slices.Equal(again[0].Answer.Wrong, whole[0].Answer.Wrong) {
		t.Errorf("in two parts %v, unbroken %v, error %v", again[0].Answer.Wrong, whole[0].Answer.Wrong, err)
	}
}

// On the way of a run, its accuracies are those of the run, and the ratio is a share.
func TestMoments(t *testing.T) {
	lab := openLab(t)
	questions := arpit2017.Figure7(study.Smoke)
	runs, err := study.Ask(t.Context(), lab, questions...)
	if err != nil {
		t.Fatal(err)
	}
	moments := study.Elements(runs)
	r, err := lab.Run(t.Context(), questions[0].Experiment)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Measurements.Curves
	for i, epoch := range c.Epoch {
		m := moments[i].Part
		if m.Epoch != epoch || math.Abs(m.TestAccuracy-100*c.TestAccuracy[i]) > 1e-3 || m.Ratio < 0 || m.Ratio > 100 {
			t.Errorf("at epoch %d: %+v, want test accuracy %g", epoch, m, 100*c.TestAccuracy[i])
		}
	}
	if len(moments) != len(questions)*len(c.Epoch) {
		t.Errorf("%d moments of %d runs", len(moments), len(questions))
	}
}

// Loss sensitivities at the smallest scale: as many measurements as asked for, and a Gini coefficient is a share.
func TestSensitivity(t *testing.T) {
	all, err := study.Ask(t.Context(), openLab(t), arpit2017.Figure3(study.Smoke)...)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d answers, error %v", len(all), err)
	}
	for _, a := range all {
		s := a.Answer
		if len(s.At) != 20 || s.At[19] != s.Updates || len(s.Gini) != 20 || slices.Min(s.Gini) <= 0 || slices.Max(s.Gini) >= 1 {
			t.Errorf("%s: at %v, Gini coefficients %v", s.DataName(), s.At, s.Gini)
		}
		if first, last := s.Loss[0], s.Loss[19]; last >= first {
			t.Errorf("%s: the loss goes from %g to %g", s.DataName(), first, last)
		}
	}
	pairs := arpit2017.Pairs(all)
	if len(pairs) != 200 || arpit2017.ClassOfLoss.Of(pairs[12]).Label != "1" || arpit2017.ClassOfExample.Of(pairs[12]).Label != "2" {
		t.Errorf("%d pairs of classes", len(pairs))
	}
}

// Of three classes one has a fourth of the sensitivity of its own loss, one all of it, and one a half; there is no share without classes.
func TestOwnShare(t *testing.T) {
	class := [][]float64{{1, 3, 0}, {0, 2, 0}, {1, 1, 2}}
	rows := []study.Answered[arpit2017.Sensitive, arpit2017.Sensitivity]{{Answer: arpit2017.Sensitivity{Class: class}}}
	if got, ok := arpit2017.OwnShare.Of(rows[0]); !ok || math.Abs(got-175./3) > 1e-12 {
		t.Errorf("a share of %g%%, want 58.3", got)
	}
	if _, ok := arpit2017.OwnShareThrough.Of(rows[0]); ok {
		t.Error("a share without classes")
	}
}

// A mean over trainings is over seeds alone.
func TestSeedsOfSensitivity(t *testing.T) {
	var all []study.Answered[arpit2017.Sensitive, arpit2017.Sensitivity]
	for _, q := range arpit2017.Figure3(study.Standard) {
		s := arpit2017.Sensitivity{Sensitive: q, At: []int{q.Updates}, Loss: []float64{1}, Gini: []float64{0.5}, Proxy: []float64{0.5}}
		all = append(all, study.Answered[arpit2017.Sensitive, arpit2017.Sensitivity]{Question: q, Answer: s})
	}
	groups, err := study.GroupBy(arpit2017.Along(all), arpit2017.DataTrainedOn)
	if err != nil || len(groups) != 4 || len(groups[0].Rows) != 3 || groups[0].Label != "real, 10 classes" {
		t.Errorf("%d groups, error %v", len(groups), err)
	}
}

// only chooses one claim.
func only(id string) func(paper.Paper, paper.Claim) bool {
	return func(_ paper.Paper, c paper.Claim) bool { return c.ID == id }
}

// A damaged result is an error of the claims that need it, never a verdict that they were not run.
func TestDamagedResultIsNoVerdict(t *testing.T) {
	dir := t.TempDir()
	needed := krueger2017.Capacity(study.Quick)[0]
	if err := os.WriteFile(filepath.Join(dir, needed.Key()+".json"), []byte("garbage"), 0o644); err != nil {
		t.Fatal(err)
	}
	lab := openLabAt(t, study.Options{Dir: dir, Kept: true})
	ledger, err := paper.Judge(t.Context(), lab, study.Quick, only("A4a"), arpit2017.Paper)
	if err != nil || len(ledger) != 1 || ledger[0].Outcome != claims.Failed || ledger[0].Err == nil {
		t.Errorf("%+v, error %v", ledger, err)
	}
	if ledger, err = paper.Judge(t.Context(), lab, study.Quick, only("A4b"), arpit2017.Paper); err != nil || ledger[0].Outcome != claims.NotRun {
		t.Errorf("of results that are not there: %+v, error %v", ledger, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if ledger, err := paper.Judge(ended, lab, study.Quick, only("A4b"), arpit2017.Paper); !errors.Is(err, context.Canceled) || ledger != nil {
		t.Errorf("after the context's end: %+v, error %v", ledger, err)
	}
}
