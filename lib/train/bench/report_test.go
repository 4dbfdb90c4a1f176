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
// 0.5 and 1.5. The time grows as the examples do, and less than the width.
func sample() *Report {
	all := allSections()
	epochs, hvp, scaling := all[0], all[3], all[4]
	r := &Report{
		Date:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine:  Machine{CPU: "Some CPU", Cores: 2, OS: "linux/amd64", Load: "0.01 0.02 0.03"},
		Versions: map[string]string{"ours": "go1.26.5", "loop": "go1.26.5", "torch": "torch 2"},
		Rate:     Rate,
		Sections: []Section{{Name: epochs.name, Title: epochs.title}, {Name: hvp.name, Title: hvp.title, Compared: 2}, {Name: scaling.name, Title: scaling.title}},
	}
	epochs.tasks[0].Examples, epochs.tasks[3].Examples = 59392, 59392
	r.Sections[0].add(epochs.tasks[0], [][]float64{{.10, .11}, {.11, .90}}, [][]float64{{.20, .19}, {.21, .22}}, [][]float64{{.33, .33}, {.33, .33}})
	r.Sections[0].add(epochs.tasks[3], [][]float64{{1.1, 1.2}, {1.2, 1.3}}, [][]float64{{1.25, 1.26}, {1.26, 1.27}}, [][]float64{{1.14, 1.14}, {1.14}})
	r.Sections[1].add(hvp.tasks[0], [][]float64{{.5, .5}, {.5, .5}}, nil, [][]float64{{1.5, 1.5}, {1.5, 1.5}})
	for i, seconds := range []float64{.1, .2, .4, .8, .1, .15} {
		r.Sections[2].add(scaling.tasks[i], [][]float64{{seconds, seconds}})
	}
	for i := range r.Sections {
		r.Sections[i].finish()
	}
	return r
}

// add adds a line with the seconds of ours, train.Loop and PyTorch. The last run of a round differs from ours most.
func (s *Section) add(task Task, seconds ...[][]float64) {
	l := Line{Task: task}
	for i, peer := range []string{"ours", "loop", "torch"} {
		if i >= len(seconds) || seconds[i] == nil {
			continue
		}
		p := PeerReport{Peer: peer}
		for _, round := range seconds[i] {
			p.begin()
			for k, sample := range append([]float64{9}, round...) {
				p.add(answer{Seconds: sample, Losses: []float64{2.2 - float64(k)/8}}, float64(i)*float64(k)*1e-6, k > 0)
			}
		}
		l.Peers = append(l.Peers, p)
	}
	s.Lines = append(s.Lines, l)
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
		r.Sections[0].Lines[1].Peers[1].Differences[1][2] = difference
		r.Sections[0].finish()
		if err := r.Unequal(); err == nil || !strings.Contains(err.Error(), "epochs: 2x512") {
			t.Errorf("a difference of %v: error %v, want one that names epochs: 2x512", difference, err)
		}
	}
	r := sample()
	r.Sections[1].Lines[0].Peers[1].Differences[0][2] = 1 // not one of the first two runs
	r.Sections[1].finish()
	if err := r.Unequal(); err != nil {
		t.Error(err)
	}
}

func TestDifference(t *testing.T) {
	losses := func(values ...float64) answer { return answer{Losses: values} }
	product := func(values ...float64) answer { return answer{Product: values} }
	for _, c := range []struct {
		got, ours answer
		want      float64
	}{
		{losses(2, 4), losses(2, 4), 0},
		{losses(1, 5), losses(2, 4), 0.5},
		{losses(math.NaN(), 4), losses(2, 4), math.NaN()},
		{losses(2), losses(2, 4), math.NaN()},
		{product(3, 4), product(3, 4), 0},
		{product(3, 3), product(3, 4), 0.2},
		{product(math.NaN(), 4), product(3, 4), math.NaN()},
		{product(), product(3, 4), math.NaN()},
	} {
		if got := c.got.difference(c.ours); !cmp.Equal(got, c.want, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 0)) {
			t.Errorf("%v from %v: difference %v, want %v", c.got, c.ours, got, c.want)
		}
	}
}

// An answer keeps its numbers on its way from a peer, those of a product as float32.
func TestAnswerIsReadAsWritten(t *testing.T) {
	want := answer{Seconds: 0.25, Losses: []float64{2.125, 1}, Product: vector{1.5, -0.25, 1e-30}}
	want.Product[2] = float64(float32(want.Product[2]))
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"product":"AADAPwAAgL5`) {
		t.Errorf("answer %s, want the product as base64", text)
	}
	var got answer
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSlope(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{1, 2, 4, 8}, []float64{3, 6, 12, 24}, 1},
		{[]float64{1, 10, 100}, []float64{5, 50 * math.Sqrt(10), 5000}, 1.5},
		{[]float64{100, 100}, []float64{1, 2}, 0},
		{[]float64{100}, []float64{1}, 0},
		{nil, nil, 0},
	} {
		if got := slope(c.x, c.y); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("slope of %v over %v: %v, want %v", c.y, c.x, got, c.want)
		}
	}
}
