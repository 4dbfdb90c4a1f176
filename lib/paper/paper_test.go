package paper_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

func tiny(seed int64) study.Experiment {
	return study.Experiment{
		Data: study.Data{Name: "mnist", Train: 200, Test: 100}, Net: study.MLP(32), Seed: seed,
		Training: study.Training{Epochs: 3, Batch: 64, LearningRate: 0.1, Momentum: 0.9, Decay: 0.95},
	}
}

func three(study.Scale) []study.Experiment { return study.Seeds(tiny(1), 3) }

// made is a paper of two claims on the same runs; the second needs the standard scale.
func made() paper.Paper {
	learns := func(e *paper.Evidence) []claims.Verdict {
		return []claims.Verdict{claims.EveryAtLeast(paper.Sample("train accuracy", e.Runs(paper.Any, three, three), study.Final(study.TrainAccuracy)), 20)}
	}
	return paper.Paper{Key: "made2026", Claims: []paper.Claim{
		{ID: "M1", Says: "It learns", Judge: learns, TestedAt: func(s study.Scale) string { return "at " + string(s) }},
		{ID: "M2", Says: "It learns", Tested: "likewise", Needs: study.Standard, Judge: learns},
	}}
}

func every(paper.Paper, paper.Claim) bool { return true }

func open(t *testing.T, o study.Options) *study.Lab {
	t.Helper()
	lab, err := study.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

func judge(t *testing.T, lab *study.Lab, scale study.Scale) paper.Ledger {
	t.Helper()
	ledger, err := paper.Judge(t.Context(), lab, scale, every, made())
	if err != nil || len(ledger) != 2 {
		t.Fatal(ledger, err)
	}
	return ledger
}

// A claim is judged by its runs, each once; one that the scale is too small for is not run, and neither is what a lab that only reads does not have.
func TestJudge(t *testing.T) {
	dir := t.TempDir()
	if l := judge(t, open(t, study.Options{Dir: dir, Kept: true}), study.Quick); l[0].Outcome != claims.NotRun || !strings.Contains(l[0].Statistic, "3 of 3") || l.Err() != nil {
		t.Errorf("%+v", l)
	}
	l := judge(t, open(t, study.Options{Dir: dir}), study.Quick)
	if l[0].Outcome != claims.Reproduced || l[0].N != 3 || l[0].Tested != "at quick" || l[0].Paper != "made2026" || l[1].Statistic != "needs the standard scale" {
		t.Errorf("%+v", l)
	}
	if l := judge(t, open(t, study.Options{Dir: dir, Kept: true}), study.Standard); l[1].Outcome != claims.Reproduced {
		t.Errorf("%+v", l)
	}
	if l := judge(t, open(t, study.Options{Dir: dir, Kept: true}), study.Smoke); l[0].Outcome != claims.NotRun {
		t.Errorf("the smoke scale judges: %+v", l)
	}
}

// An error is never a verdict: of a damaged result, and of a context that ended.
func TestErrorsAreNoVerdicts(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, tiny(1).Key()+".json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	l := judge(t, open(t, study.Options{Dir: dir}), study.Quick)
	if l[0].Outcome != claims.Failed || l[0].Err == nil || l.Err() == nil || !strings.Contains(l.Err().Error(), "M1") || l[1].Err != nil {
		t.Errorf("%+v", l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l, err := paper.Judge(ctx, open(t, study.Options{Dir: t.TempDir()}), study.Quick, every, made()); !errors.Is(err, context.Canceled) || l != nil {
		t.Errorf("%v, error %v", l, err)
	}
}

// A rule that was set when runs had been seen is judged by later ones: by all that the plan asks for, and not before they are there. Seeds beyond those
// of the study are taken where they are kept.
func TestARuleCountsForLaterRuns(t *testing.T) {
	dir, p := t.TempDir(), made()
	p.Claims = p.Claims[:1]
	p.Claims[0].From = 4
	judge := func() paper.Entry {
		ledger, err := paper.Judge(t.Context(), open(t, study.Options{Dir: dir}), study.Quick, every, p)
		if err != nil || ledger.Err() != nil || len(ledger) != 1 {
			t.Fatal(ledger, err)
		}
		return ledger[0]
	}
	for seed := int64(4); seed <= 8; seed++ {
		e := judge()
		if !e.Exploratory || e.Outcome != claims.Reproduced || e.N != 3 || e.Plan.First != seed || e.Plan.Last != 8 || e.Plan.Cost() <= 0 {
			t.Errorf("before seed %d: %+v", seed, e)
		}
		if err := open(t, study.Options{Dir: dir}).Do(t.Context(), e.Plan.Work(seed)...); err != nil {
			t.Fatal(err)
		}
	}
	if e := judge(); e.Exploratory || e.Outcome != claims.Reproduced || e.N != 5 || e.Plan.Seeds() != 0 {
		t.Errorf("%+v", e)
	}
	told := &counter{}
	if _, err := paper.Judge(t.Context(), open(t, study.Options{Dir: dir, Observer: told}), study.Quick, every, p); err != nil || told.finished != 3 {
		t.Errorf("an observer is told of %d runs, want the study's 3; error %v", told.finished, err)
	}
}

// counter counts the runs that it is told of.
type counter struct{ finished int }

func (*counter) Fetching(study.Fetching)   {}
func (*counter) Measuring(study.Measuring) {}
func (*counter) Progress(study.Progress)   {}
func (c *counter) Finished(study.Finished) { c.finished++ }

// A mean over runs that differ in more than their seed is no verdict, but an error.
func TestASampleOfSeveralSettings(t *testing.T) {
	mixed := func(e *paper.Evidence) []claims.Verdict {
		wide := tiny(1)
		wide.Net = study.MLP(16)
		runs := e.Runs(paper.Any, three, func(study.Scale) []study.Experiment { return study.Seeds(wide, 3) })
		s := paper.Sample("train accuracy", runs, study.Final(study.TrainAccuracy))
		return []claims.Verdict{claims.Less(s, s, 0)}
	}
	p := paper.Paper{Key: "made2026", Claims: []paper.Claim{{ID: "M3", Judge: mixed}}}
	ledger, err := paper.Judge(t.Context(), open(t, study.Options{Dir: t.TempDir()}), study.Quick, every, p)
	if err != nil || ledger[0].Outcome != claims.Failed || ledger.Err() == nil || !strings.Contains(ledger.Err().Error(), "more than their seed") {
		t.Errorf("%+v, error %v", ledger, err)
	}
}

// A claim is a row; what judges it asks the evidence, and looks at no error.
func ExampleClaim() {
	fits := paper.Claim{
		ID: "X1", Source: "figure 1", Says: "The net fits its training set", Tested: "train accuracy ≥ 99.9%, in every run",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			runs := e.Runs(paper.Any, func(study.Scale) []study.Experiment { return study.Seeds(tiny(0), 3) })
			return []claims.Verdict{claims.EveryAtLeast(paper.Sample("train accuracy", runs, study.Final(study.TrainAccuracy)), 99.9)}
		},
	}
	lab, err := study.Open(study.Options{Dir: "results", Kept: true}) // reads what is kept, and runs nothing
	if err != nil {
		panic(err)
	}
	ledger, err := paper.Judge(context.Background(), lab, study.Quick, every, paper.Paper{Key: "mine", Claims: []paper.Claim{fits}})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s: %s (%s)\n", ledger[0].ID, ledger[0].Outcome, ledger[0].Statistic)
	// Output: X1: not run (3 of 3 runs or answers are not there)
}
