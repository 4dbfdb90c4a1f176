package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain lets this test program be a peer's process too, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		exit(serve(context.Background(), os.Args[2], os.Args[3], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// The whole command on small works, with the peers that need no installation: processes, table, report, equal results.
func TestBench(t *testing.T) {
	openXLA(t)
	all := allSections()
	o := options{work: "hvp,alexnet,epochs", peers: "ours,loop", out: filepath.Join(t.TempDir(), "bench.json"), epochs: 2, rounds: 2, smoke: true}
	var table bytes.Buffer
	if err := bench(t.Context(), o, &table); err != nil {
		t.Fatal(err)
	}
	var report Report
	content, err := os.ReadFile(o.out)
	if err := errors.Join(err, json.Unmarshal(content, &report)); err != nil {
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
	peers := 2
	if l.Product {
		peers = 1
	}
	if len(l.Peers) != peers || l.Examples == 0 {
		t.Errorf("%s, %s: %d peers and %d examples, want %d peers", section, l.Name, len(l.Peers), l.Examples, peers)
	}
	for _, p := range l.Peers {
		if len(p.Seconds) != 4 || p.Median <= 0 || versions[p.Peer] == "" {
			t.Errorf("%s, %s, %s: samples %v, want 4; median %v, version %q", section, l.Name, p.Peer, p.Seconds, p.Median, versions[p.Peer])
		}
	}
}

// What a peer says as it ends is in the error.
func TestFailingPeer(t *testing.T) {
	_, err := start(t.Context(), "ours", filepath.Join(t.TempDir(), "missing"))
	if err == nil || !strings.Contains(err.Error(), "work.json") {
		t.Errorf("error %v, want one that names work.json", err)
	}
}
