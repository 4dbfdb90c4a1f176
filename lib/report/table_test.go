package report

import (
	"strings"
	"testing"

	"rethinking/lib/study"
)

func TestTableGolden(t *testing.T) {
	measured, err := Table(sweep(levels, 3, 20), study.LabelCorruption,
		study.Final(study.TrainAccuracy), study.Final(study.TestAccuracy), study.Final(study.TrainLoss), study.EpochsToFit(0.9))
	if err != nil {
		t.Fatal(err)
	}
	measured.Text = "Numbers to compare."
	sheet, err := measured.With(Published{
		Name: "test accuracy", Unit: "%", Source: "A paper & its authors 2017, table 1", Values: map[string]string{"0": "98.5", "1": "10.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "table.html", []byte(sheet.HTML()+"\n"))
	golden(t, "table.md", []byte(sheet.Markdown()))
	if len(measured.Columns) != 4 {
		t.Error("With changed the table it was called on")
	}
}

func TestPublishedErrors(t *testing.T) {
	sheet, err := Table(sweep(levels, 1, 5), study.LabelCorruption)
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]Published{
		"names no source":         {Name: "x", Values: map[string]string{"0": "1"}},
		"as the table does":       {Name: "x", Source: "a paper", Values: map[string]string{"0.20": "1"}},
		`rows are ["0" "0.2" "0.`: {Name: "x", Source: "a paper", Values: map[string]string{"nothing": "1"}},
	} {
		if _, err := sheet.With(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
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
