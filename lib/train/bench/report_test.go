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

	"rethinking/lib/data"
)

var regen = flag.Bool("regen", false, "write the golden files anew")

// sample is a report of two nets with fixed samples. Medians: ours 0.110 and 1.200, train.Loop 0.205 and 1.260, PyTorch 0.330 and 1.140.
func sample() *Report {
	r := &Report{
		Date:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Machine:   Machine{CPU: "Some CPU", Cores: 2, OS: "linux/amd64", Load: "0.01 0.02 0.03"},
		Versions:  map[string]string{"ours": "go1.26.5", "loop": "go1.26.5", "torch": "torch 2"},
		Workload:  "2 rounds of 2 epochs",
		Tolerance: tolerance,
	}
	add := func(net Net, examples int, seconds ...[][]float64) {
		n := NetReport{Net: net, Examples: examples}
		for i, peer := range []string{"ours", "loop", "torch"} {
			losses := [][]float64{{2.2, 2.0, 1.8 + float64(i)*1e-6}, {2.2, 2.0, 1.8}}
			n.Peers = append(n.Peers, PeerReport{Peer: peer, Seconds: seconds[i], Losses: losses})
		}
		n.finish()
		r.Nets = append(r.Nets, n)
	}
	add(benchNets[0], 59392, [][]float64{{.10, .11}, {.11, .90}}, [][]float64{{.20, .19}, {.21, .22}}, [][]float64{{.33, .33}, {.33, .33}})
	add(benchNets[3], 59392, [][]float64{{1.1, 1.2}, {1.2, 1.3}}, [][]float64{{1.25, 1.26}, {1.26, 1.27}}, [][]float64{{1.14, 1.14}, {1.14, 1.14}})
	return r
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
	if diff := cmp.Diff(want, &got); diff != "" {
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
		r.Nets[1].Peers[1].Losses[1][2] *= 1 + difference
		r.Nets[1].finish()
		if err := r.Unequal(); err == nil || !strings.Contains(err.Error(), "2x512") {
			t.Errorf("a loss off by %v: error %v, want one that names 2x512", difference, err)
		}
	}
	if err := sample().Unequal(); err != nil {
		t.Error(err)
	}
}

func TestChoices(t *testing.T) {
	peers, err := chosenPeers("torch,loop")
	if diff := cmp.Diff([]string{"ours", "loop", "torch"}, peers); err != nil || diff != "" {
		t.Errorf("error %v, peers (-want +got):\n%s", err, diff)
	}
	if _, err := chosenPeers("keras"); err == nil || !strings.Contains(err.Error(), "keras") {
		t.Errorf("unknown peer: error %v", err)
	}
	nets, err := chosenNets("2x128")
	if err != nil || len(nets) != 1 || nets[0].Batch != 128 {
		t.Errorf("nets %v, error %v", nets, err)
	}
	if _, err := chosenNets("2x129"); err == nil || !strings.Contains(err.Error(), "2x129") {
		t.Errorf("unknown net: error %v", err)
	}
	if _, err := (options{peers: "ours", epochs: 0, rounds: 1}).prepare(t.Context()); err == nil {
		t.Error("no error for 0 epochs")
	}
}

// Work keeps every value on its way to the peers, and every epoch's order is a new one of the full batches.
func TestWorkIsReadAsWritten(t *testing.T) {
	set := data.Set{Name: "mnist", Height: 2, Width: 2, Channels: 1, Classes: 3, Images: make([]uint8, 4*7), Labels: []uint8{0, 1, 2, 0, 1, 2, 0}}
	for i := range set.Images {
		set.Images[i] = uint8(i)
	}
	want, err := NewWork(Net{"tiny", []int{5}, 3}, set, 2)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := want.Write(folder); err != nil {
		t.Fatal(err)
	}
	got, err := ReadWork(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Work{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(got.orders[0]) != 6 || cmp.Equal(got.orders[0], got.orders[1]) {
		t.Errorf("orders %v, want two different ones of 6 examples", got.orders)
	}
	if _, err := NewWork(Net{"tiny", []int{5}, 8}, set, 1); err == nil || !strings.Contains(err.Error(), "8") {
		t.Errorf("a batch larger than the data: error %v", err)
	}
}
