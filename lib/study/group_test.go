package study_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

// made returns a result with the given train accuracies, one an epoch, and test accuracies of half of them.
func made(p float64, seed int64, accuracies ...float64) study.Result {
	e := tiny(seed)
	e.Corruption.Labels = p
	r := study.Result{Experiment: e}
	c := &r.Measurements.Curves
	for epoch, a := range accuracies {
		c.Epoch = append(c.Epoch, epoch)
		c.TrainAccuracy, c.TestAccuracy = append(c.TrainAccuracy, a), append(c.TestAccuracy, a/2)
		c.TrainLoss, c.TestLoss = append(c.TrainLoss, 1-a), append(c.TestLoss, 2-a)
		m := &r.Measurements
		for _, threshold := range train.Thresholds[len(m.Reached):] {
			if a >= threshold {
				m.Reached = append(m.Reached, study.Reached{Accuracy: threshold, Epoch: epoch})
			}
		}
	}
	return r
}

func TestGroupBy(t *testing.T) {
	results := []study.Result{made(0.2, 1, 0.1), made(0, 1, 0.1), made(0.2, 2, 0.1)}
	groups, err := study.GroupBy(results, study.LabelCorruption)
	if err != nil || len(groups) != 2 || groups[0].Label != "0.2" || len(groups[0].Rows) != 2 || groups[1].Label != "0" {
		t.Errorf("got %v, %v", groups, err)
	}
}

func TestGroupByRefusesToMixSettings(t *testing.T) {
	wider := made(0.2, 2, 0.1)
	wider.Experiment.Net = study.MLP(64)
	for want, results := range map[string][]study.Result{
		"runs differ in more than the seed": {made(0.2, 1, 0.1), wider},
		"seed 1 appears twice":              {made(0.2, 1, 0.1), made(0.2, 1, 0.1)},
	} {
		if _, err := study.GroupBy(results, study.LabelCorruption); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

// A run's epochs over the mean of those on true labels; where no base row is alike, or a run never fits, there is no value.
func TestRelative(t *testing.T) {
	base := []study.Result{made(0, 1, 0.1, 1), made(0, 2, 0.1, 0.2, 0.3, 1)}
	relative := study.Relative("time", "of theirs", study.EpochsToFit(study.Fitted), base, study.Architecture)
	if got, ok := relative.Of(made(1, 1, 0, 0, 0, 0, 1)); !ok || got != 2 {
		t.Errorf("%g, %v", got, ok)
	}
	other := made(1, 1, 0, 1)
	other.Experiment.Net = study.MLP(1)
	for _, without := range []study.Result{other, made(1, 1, 0, 0.5)} {
		if got, ok := relative.Of(without); ok {
			t.Errorf("%s: %g", without.Experiment, got)
		}
	}
}

func TestJoined(t *testing.T) {
	joined := study.Joined(study.HiddenUnits, study.LabelCorruption)
	if got := joined.Of(made(0.2, 1)).Label; got != study.HiddenUnits.Of(made(0, 1)).Label+", 0.2" || joined.Name != "hidden units, label corruption" {
		t.Errorf("%s %q", joined.Name, got)
	}
}

// Experiments differ in the corruption, then in the seed; a question is about each.
func TestSeedsOn(t *testing.T) {
	var got []string
	all := study.SeedsOn(tiny(0), 2, study.Corruption{}, study.Corruption{Labels: 1})
	for _, label := range study.About(all, func(e study.Experiment) string { return e.String() }) {
		got = append(got, label[strings.Index(label, "mlp"):])
	}
	want := []string{"mlp 1x32 seed 1", "mlp 1x32 seed 2", "mlp 1x32 label corruption 1 seed 1", "mlp 1x32 label corruption 1 seed 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStatistics(t *testing.T) {
	r := made(0, 1, 0.1, 0.6, 0.95, 1, 0.99)
	for _, c := range []struct {
		s    study.Statistic
		want float64
		ok   bool
	}{
		{study.Final(study.TrainAccuracy), 99, true},
		{study.Final(study.GeneralizationGap), 49.5, true},
		{study.EpochsToFit(0.9), 2, true},
		{study.EpochsToFit(1), 3, true},
	} {
		if got, ok := c.s.Of(r); math.Abs(got-c.want) > 1e-9 || ok != c.ok {
			t.Errorf("%s: %g, %v", c.s.Name, got, ok)
		}
	}
	if _, ok := study.EpochsToFit(1).Of(made(0, 1, 0.1, 0.2)); ok {
		t.Error("a run that never fits has no epochs to fit")
	}
}

// The sample standard deviation of 3, 1 and 2 is 1 (Python's statistics.stdev).
func TestSpreadOf(t *testing.T) {
	fits := study.EpochsToFit(1)
	results := []study.Result{made(0, 1, 0, 0, 0, 1), made(0, 2, 0, 1), made(0, 3, 0, 0, 1), made(0, 4, 0, 0.5)}
	want := study.Spread{N: 3, Of: 4, Mean: 2, SD: 1, Min: 1, Max: 3}
	if diff := cmp.Diff(want, study.SpreadOf(results, fits)); diff != "" {
		t.Error(diff)
	}
	none := study.SpreadOf(results[3:], fits)
	if none.N != 0 || none.Of != 1 || !math.IsNaN(none.Mean) {
		t.Errorf("no run has it: %+v", none)
	}
	if one := study.SpreadOf(results[:1], fits); one.SD != 0 || one.N != 1 {
		t.Errorf("one seed: %+v", one)
	}
}

func TestBandOf(t *testing.T) {
	band := study.BandOf([]study.Result{made(0, 1, 0.1, 0.2, 0.3), made(0, 2, 0.2, 0.4)}, study.TrainAccuracy)
	if diff := cmp.Diff([]int{0, 1, 2}, band.Epoch); diff != "" {
		t.Error(diff)
	}
	var means []float64
	for _, s := range band.Spread {
		means = append(means, s.Mean)
	}
	// The second run ended at epoch 1 and keeps its 40%.
	if diff := cmp.Diff([]float64{15, 30, 35}, means, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
}
