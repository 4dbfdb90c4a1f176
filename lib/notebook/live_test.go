package notebook

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// fakeLive is a live with a clock that the test moves, and what it sent.
func fakeLive() (*live, *time.Time, *[]string) {
	clock, sent := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), []string{}
	live := &live{send: func(html string) { sent = append(sent, html) }, now: func() time.Time { return clock }}
	return live, &clock, &sent
}

var aRun = study.Result{
	Experiment: study.Experiment{Data: study.Data{Name: "mnist"}, Corruption: study.Corruption{Labels: 0.2}, Net: study.MLP(512, 512), Seed: 1},
	Provenance: study.Provenance{Backend: "xla:cpu"},
}

func TestLiveLine(t *testing.T) {
	live, clock, sent := fakeLive()
	for i := range 30 { // six seconds
		live.Progress(study.Progress{
			Experiment: aRun.Experiment, Index: 2, Of: 18, Epoch: i / 3, Epochs: 50, Fraction: 0.125, Left: 130*time.Second - time.Duration(i)*200*time.Millisecond,
			Train: float64(i) / 100, Test: 0.1,
		})
		*clock = clock.Add(200 * time.Millisecond)
	}
	if len(*sent) != 6 {
		t.Errorf("%d updates in six seconds, want 6", len(*sent))
	}
	want := `<div class="rethinking-progress"><progress max="1" value="0.125"></progress> run 3 of 18 · mnist mlp 2x512 label corruption 0.2 seed 1 · epoch 8 of 50 · train 25.0%, test 10.0% · 2 min 5 s left</div>`
	if diff := cmp.Diff(want, (*sent)[5]); diff != "" {
		t.Error(diff)
	}
}

func TestLiveSummary(t *testing.T) {
	fromDisk := study.Finished{Work: aRun.Experiment, Result: aRun, FromDisk: true}
	trained := study.Finished{Work: aRun.Experiment, Result: aRun, Took: 65 * time.Second}
	failed := study.Finished{Work: aRun.Experiment, Err: errors.New("cannot write results/x.json: <no space left>")}
	stopped := study.Finished{Work: aRun.Experiment, Err: fmt.Errorf("study: stopped at epoch 3: %w", context.Canceled)}
	tests := []struct {
		name string
		runs []study.Finished
		want string
	}{
		{"all read", []study.Finished{fromDisk, fromDisk, fromDisk}, "3 runs: 3 read from disk; backend xla:cpu"},
		{"some trained", []study.Finished{trained, fromDisk, trained}, "3 runs: 2 trained in 2 min 10 s, 1 read from disk; backend xla:cpu"},
		{"one", []study.Finished{trained}, "1 run: 1 trained in 1 min 5 s; backend xla:cpu"},
		{"stopped", []study.Finished{trained, stopped}, "2 runs: 1 trained in 1 min 5 s, 1 stopped: run the cell again to go on; backend xla:cpu"},
		{"failed", []study.Finished{failed}, "1 run: 1 failed<br><strong>Error:</strong> cannot write results/x.json: &lt;no space left&gt;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live, clock, sent := fakeLive()
			for i, f := range tt.runs {
				f.Index, f.Of = i, len(tt.runs)
				*clock = clock.Add(f.Took)
				live.Finished(f)
			}
			if diff := cmp.Diff(`<div class="rethinking-summary">`+tt.want+`</div>`, (*sent)[len(*sent)-1]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLiveSummaryOfSeveralCalls(t *testing.T) {
	t.Run("results from disk are told first", func(t *testing.T) {
		live, clock, sent := fakeLive()
		for _, i := range []int{0, 2, 3} {
			live.Finished(study.Finished{Work: aRun.Experiment, Result: aRun, FromDisk: true, Index: i, Of: 5})
		}
		for _, i := range []int{1, 4} {
			*clock = clock.Add(65 * time.Second)
			live.Finished(study.Finished{Work: aRun.Experiment, Result: aRun, Took: 65 * time.Second, Index: i, Of: 5})
		}
		want := []string{
			`<div class="rethinking-summary">4 of 5 runs: 1 trained in 1 min 5 s, 3 read from disk; backend xla:cpu</div>`,
			`<div class="rethinking-summary">5 runs: 2 trained in 2 min 10 s, 3 read from disk; backend xla:cpu</div>`,
		}
		if diff := cmp.Diff(want, *sent); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("stopped before the last run", func(t *testing.T) {
		live, _, sent := fakeLive()
		live.Finished(study.Finished{Work: aRun.Experiment, Err: context.Canceled, Of: 3})
		if diff := cmp.Diff(`<div class="rethinking-summary">1 of 3 runs: 1 stopped: run the cell again to go on</div>`, (*sent)[0]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("two calls share the line", func(t *testing.T) {
		live, clock, sent := fakeLive()
		for range 2 {
			f := study.Finished{Work: aRun.Experiment, Result: aRun, Took: 65 * time.Second, Of: 1}
			*clock = clock.Add(f.Took)
			live.Finished(f)
		}
		if diff := cmp.Diff(`<div class="rethinking-summary">2 runs: 2 trained in 2 min 10 s; backend xla:cpu</div>`, (*sent)[1]); diff != "" {
			t.Error(diff)
		}
	})
}

// Two runs side by side, the second of which ends five seconds after the first, took five seconds more than one.
func TestLiveSummaryOfRunsSideBySide(t *testing.T) {
	live, clock, sent := fakeLive()
	for i := range 2 {
		*clock = clock.Add(5 * time.Second)
		live.Finished(study.Finished{Work: aRun.Experiment, Result: aRun, Index: i, Of: 2, Took: 65 * time.Second})
	}
	if got := (*sent)[len(*sent)-1]; !strings.Contains(got, "2 trained in 1 min 10 s") {
		t.Error(got)
	}
}

func TestLiveMeasuring(t *testing.T) {
	live, _, sent := fakeLive()
	live.Measuring(study.Measuring{Kind: "zhang2017/kernel", Fraction: 0.25})
	live.Measuring(study.Measuring{Kind: "zhang2017/kernel", Fraction: 1, Took: 75 * time.Second})
	want := []string{`<div class="rethinking-progress"><progress max="1" value="0.250"></progress> zhang2017/kernel</div>`,
		`<div class="rethinking-summary">zhang2017/kernel: measured in 1 min 15 s</div>`}
	if diff := cmp.Diff(want, *sent); diff != "" {
		t.Error(diff)
	}
}

func TestLiveDownload(t *testing.T) {
	live, _, sent := fakeLive()
	live.Fetching(study.Fetching{Name: "cifar10", Done: 17 << 20, Total: 162 << 20})
	if diff := cmp.Diff([]string{"<p>Downloading the data set cifar10: 17 of 162 MB.</p>"}, *sent); diff != "" {
		t.Error(diff)
	}
}

// A question that is answered has its line from Measuring; one that is not says why.
func TestLiveQuestions(t *testing.T) {
	live, _, sent := fakeLive()
	live.Finished(study.Finished{Of: 3})
	live.Finished(study.Finished{Of: 3, Index: 1, Err: errors.New("singular <matrix>")})
	live.Finished(study.Finished{Of: 3, Index: 2, Err: context.Canceled})
	want := []string{`<div class="rethinking-summary">1 question failed<br><strong>Error:</strong> singular &lt;matrix&gt;</div>`,
		`<div class="rethinking-summary">stopped: run the cell again to go on</div>`}
	if diff := cmp.Diff(want, *sent); diff != "" {
		t.Error(diff)
	}
}
