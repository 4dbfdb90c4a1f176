package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets this test program be a peer's process too, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		exit(serve(os.Args[2], os.Args[3], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// The whole command on small works, with the peers that need no installation: processes, table, report, equal results.
func TestBench(t *testing.T) {
	openXLA(t)
	all := allSections()
	o := options{work: "hvp,scaling,sweep,alexnet,epochs", nets: "10x16", peers: "ours,loop", out: filepath.Join(t.TempDir(), "bench.json"),
		epochs: 2, rounds: 2, smoke: true}
	var table bytes.Buffer
	if err := bench(t.Context(), o, &table); err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal([]byte(read(o.out)), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Sections) != len(all) {
		t.Fatalf("%d sections, want all %d", len(report.Sections), len(all))
	}
	for i, s := range report.Sections {
		if s.Name != all[i].name || !strings.Contains(table.String(), s.Name+": "+s.Title) {
			t.Errorf("section %s, want %s, and its title in the table:\n%s", s.Name, all[i].name, &table)
		}
		for _, l := range s.Lines {
			checkLine(t, s.Name, l, report.Versions)
		}
	}
}

// checkLine looks at the samples of two rounds of two runs.
func checkLine(t *testing.T, section string, l Line, versions map[string]string) {
	peers, losses := 1, 3*l.Nets
	if section == "epochs" || section == "alexnet" {
		peers = 2
	}
	if l.Product {
		losses = 0
	}
	if len(l.Peers) != peers || l.Examples == 0 {
		t.Errorf("%s, %s: %d peers and %d examples, want %d peers", section, l.Name, len(l.Peers), l.Examples, peers)
	}
	for _, p := range l.Peers {
		got := fmt.Sprint(shape(p.Seconds), shape(p.Losses), shape(p.Differences))
		want := fmt.Sprint([]int{2, 2}, []int{losses, losses}, []int{3, 3})
		if got != want || p.Median <= 0 || versions[p.Peer] == "" {
			t.Errorf("%s, %s, %s: samples %s, want %s; median %v, version %q", section, l.Name, p.Peer, got, want, p.Median, versions[p.Peer])
		}
	}
}

func shape(rows [][]float64) (lengths []int) {
	for _, row := range rows {
		lengths = append(lengths, len(row))
	}
	return lengths
}

// What a peer says as it ends is in the error.
func TestFailingPeer(t *testing.T) {
	p, err := python{}.start(t.Context(), "ours", filepath.Join(t.TempDir(), "missing"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ready(); err == nil || !strings.Contains(err.Error(), "work.json") {
		t.Errorf("error %v, want one that names work.json", err)
	}
}
