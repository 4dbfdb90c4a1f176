package report

import (
	"strings"
	"testing"
	"time"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// printed are a paper's numbers by label corruption.
func printed(source string, values map[float64]string) paper.Published {
	return paper.Published{Name: "test accuracy", Unit: "%", Source: source, Of: func(r study.Row) string {
		return values[r.Origin().Experiment.Corruption.Labels]
	}}
}

func TestTableGolden(t *testing.T) {
	sheet, err := Table(sweep(levels, 3, 20), study.LabelCorruption, Caption("Numbers to compare."),
		study.Final(study.TrainAccuracy), study.Final(study.TestAccuracy), study.Final(study.TrainLoss), study.EpochsToFit(0.9),
		printed("A paper & its authors 2017, table 1", map[float64]string{0: "98.5", 1: "10.1"}))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "table.html", []byte(sheet.HTML()+"\n"))
	golden(t, "table.md", []byte(sheet.Markdown()))
}

type notAColumn struct{}

func (notAColumn) Heading() string { return "x" }

func TestTableErrors(t *testing.T) {
	bySeed := paper.Published{Name: "x", Source: "a paper", Of: func(r study.Row) string { return map[int64]string{1: "7"}[r.Origin().Seed] }}
	for want, column := range map[string]Column{
		"names no source":                printed("", map[float64]string{0: "1"}),
		`"" and "7" for the rows of "0"`: bySeed,
		"no column of a report.notAC":    notAColumn{},
		"no axes or lines":               Log(),
	} {
		if _, err := Table(sweep(levels, 2, 5), study.LabelCorruption, column); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	sheet, err := Table(sweep(levels, 2, 5), study.LabelCorruption, printed("a paper", nil))
	if err != nil || !strings.Contains(sheet.Markdown(), "| – |") {
		t.Errorf("of rows that the paper has no number for: %v\n%s", err, sheet.Markdown())
	}
	if _, err := Table([]study.Result{}, study.LabelCorruption); err == nil || !strings.Contains(err.Error(), "no results") {
		t.Errorf("error %v", err)
	}
}

func TestCells(t *testing.T) {
	tests := []struct {
		spread study.Spread
		digits int
		want   string
	}{
		{study.Spread{N: 3, Of: 3, Mean: 97.104, SD: 0.12}, 2, "97.10 ± 0.12 (3)"},
		{study.Spread{N: 1, Of: 1, Mean: 97.104}, 2, "97.10 (1)"},
		{study.Spread{N: 2, Of: 3, Mean: 41.5, SD: 0.7071}, 1, "41.5 ± 0.7 (2 of 3)"},
		{study.Spread{N: 1, Of: 3, Mean: 41}, 0, "41 (1 of 3)"},
		{study.SpreadOf(make([]study.Result, 3), study.EpochsToFit(1)), 0, "not reached (0 of 3)"},
	}
	for _, tt := range tests {
		if got := cell(tt.spread, tt.digits); got != tt.want {
			t.Errorf("cell of %+v is %q, want %q", tt.spread, got, tt.want)
		}
	}
}

func TestProvenanceGolden(t *testing.T) {
	results := sweep(levels, 3, 5)
	results[4].Provenance.Warnings = []string{"the Go backend is slow: <install> XLA"}
	f, err := Provenance(append(results, results[0])) // one that two studies share
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "provenance.html", []byte(f.HTML()+"\n"))
	golden(t, "provenance.md", []byte(f.Markdown()))
}

func TestNumber(t *testing.T) {
	for want, x := range map[string]float64{
		"0": 0, "0.3": 0.1 + 0.2, "2.303": 2.302585, "99.99": 99.994, "1234": 1234, "60,000": 60000, "-12,345": -12345.4, "1e-05": 0.00001, "1.5e+08": 1.5e8,
	} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0.4 s": 400 * time.Millisecond, "9.9 s": 9900 * time.Millisecond, "10 s": 9960 * time.Millisecond, "59 s": 59 * time.Second,
		"1 min 0 s": 59800 * time.Millisecond, "2 min 10 s": 130 * time.Second, "3 h 05 min": 3*time.Hour + 5*time.Minute + 20*time.Second,
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}
