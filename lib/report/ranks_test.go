package report

import (
	"strings"
	"testing"

	"rethinking/lib/study"
)

// Test accuracy falls with label corruption and the epochs to fit rise: six settings of three seeds each have a tau of -1, and constant measures have none.
func TestRanks(t *testing.T) {
	corruption := study.Quantity("corruption", "%", func(r study.Result) float64 { return r.Experiment.Corruption.Labels })
	constant := study.Quantity("weights", "", func(r study.Result) float64 { return float64(r.Measurements.Parameters) })
	runs := append(sweep(levels, 3, 20), madeUp(0.5, 1, 30))
	byEpochs := study.ByExperiment("epochs", "", func(e study.Experiment) study.Level { return study.Count(e.Training.Epochs) })
	s, err := Ranks(runs, study.Final(study.TestAccuracy), byEpochs, []study.Statistic{corruption, constant, study.Final(study.TestAccuracy)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"-1.00 (6)", "–", "1.00 (6)"} {
		if got := s.Columns[0].Cells[i]; got != want {
			t.Errorf("%s: %q, want %q", s.Rows[i], got, want)
		}
		if got := s.Columns[1].Cells[i]; got != "–" {
			t.Errorf("%s of a single run: %q", s.Rows[i], got)
		}
	}
	if !strings.Contains(s.Markdown(), "over seeds") {
		t.Errorf("%s", s.Markdown())
	}
	fine := make([]float64, 12)
	for i := range fine {
		fine[i] = float64(i) / 11
	}
	s, err = Ranks(sweep(fine, 2, 20), study.Final(study.TestAccuracy), byEpochs, []study.Statistic{corruption})
	if err != nil || !strings.HasPrefix(s.Columns[0].Cells[0], "-1.00, ") {
		t.Errorf("twelve settings: %v, error %v", s.Columns, err)
	}
	if _, err := Ranks(runs, study.Final(study.TestAccuracy), byEpochs, nil, Log()); err == nil || !strings.Contains(err.Error(), "no axes") {
		t.Errorf("ranks on a logarithmic axis: error %v", err)
	}
	if _, err := Ranks([]study.Result{}, study.Final(study.TestAccuracy), byEpochs, nil); err == nil {
		t.Error("ranks of nothing")
	}
}
