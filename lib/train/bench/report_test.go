package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var regen = flag.Bool("regen", false, "write the golden files anew")

// sample is a report with fixed samples. Medians: ours 0.110 and 1.200, train.Loop 0.205 and 1.260, PyTorch 0.330 and 1.140; of a product
// 0.5 and 1.5.
func sample() *Report {
	all := allSections()
	epochs, hvp := all[0], all[2]
	return &Report{
		Date:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine:  "Some CPU, 2 cores, linux/amd64; load before the start 0.01 0.02 0.03",
		Versions: map[string]string{"ours": "go1.26.5", "loop": "go1.26.5", "torch": "torch 2"},
		Rate:     Rate,
		Sections: []Section{{epochs.name, epochs.title, []Line{
			line(epochs.tasks[0], []float64{.10, .11, .11, .90}, []float64{.20, .19, .21, .22}, []float64{.33, .33, .33, .33}),
			line(epochs.tasks[3], []float64{1.1, 1.2, 1.2, 1.3}, []float64{1.25, 1.26, 1.26, 1.27}, []float64{1.14, 1.14, 1.14}),
		}}, {hvp.name, hvp.title, []Line{
			line(hvp.tasks[0], []float64{.5, .5, .5, .5}, nil, []float64{1.5, 1.5, 1.5, 1.5}),
		}}},
	}
}

// line is a line with the seconds of ours, train.Loop and PyTorch.
func line(task Task, seconds ...[]float64) Line {
	l := Line{Task: task, Difference: 4e-6}
	for i, peer := range []string{"ours", "loop", "torch"} {
		if seconds[i] != nil {
			l.Peers = append(l.Peers, PeerReport{Peer: peer, Seconds: seconds[i]})
		}
	}
	l.finish()
	return l
}

func TestTable(t *testing.T) {
	var table bytes.Buffer
	if err := sample().WriteTable(&table); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", table.Bytes())
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "bench.json")
	want := sample()
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "bench.json", content)
	var got Report
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the report read back differs (-want +got):\n%s", diff)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -regen", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got), run the test with -regen if that is meant:\n%s", name, diff)
	}
}

func TestUnequalWorkIsAnError(t *testing.T) {
	for _, difference := range []float64{2e-3, math.NaN(), math.Inf(1)} {
		r := sample()
		r.Sections[0].Lines[1].Difference = difference
		if err := r.Unequal(); err == nil || !strings.Contains(err.Error(), "epochs: 2x512") {
			t.Errorf("a difference of %v: error %v, want one that names epochs: 2x512", difference, err)
		}
	}
	if err := sample().Unequal(); err != nil {
		t.Error(err)
	}
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		got, ours []float64
		want      float64
	}{
		{[]float64{2}, []float64{2}, 0},
		{[]float64{1}, []float64{2}, 0.5},
		{[]float64{math.NaN()}, []float64{2}, math.NaN()},
		{[]float64{3, 4}, []float64{3, 4}, 0},
		{[]float64{3, 3}, []float64{3, 4}, 0.2},
		{[]float64{math.NaN(), 4}, []float64{3, 4}, math.NaN()},
		{nil, []float64{3, 4}, math.NaN()},
	} {
		if got := difference(c.got, c.ours); !cmp.Equal(got, c.want, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 0)) {
			t.Errorf("%v from %v: difference %v, want %v", c.got, c.ours, got, c.want)
		}
	}
}
