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

// The whole command on few examples, with the peers that need no installation: processes, table, report, equal losses.
func TestBench(t *testing.T) {
	openXLA(t)
	o := options{nets: "10x16,2x128", peers: "ours,loop", out: filepath.Join(t.TempDir(), "bench.json"), epochs: 2, rounds: 2, examples: 3000}
	var table bytes.Buffer
	if err := bench(t.Context(), o, &table); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(table.String(), "\n"); len(strings.Fields(lines[2])) != 6 {
		t.Errorf("the second net's line has not six columns:\n%s", table.String())
	}
	var report Report
	if err := json.Unmarshal([]byte(read(o.out)), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Nets) != 2 || report.Nets[0].Examples != 2048 || report.Nets[1].Examples != 2944 {
		t.Fatalf("nets %+v, want two with the full batches of 3000 examples", report.Nets)
	}
	for _, n := range report.Nets {
		for _, p := range n.Peers {
			if got := fmt.Sprint(shape(p.Seconds), shape(p.Losses)); got != "[2 2] [3 3]" || p.Median <= 0 || report.Versions[p.Peer] == "" {
				t.Errorf("%s, %s: %s samples, median %v, version %q", n.Name, p.Peer, got, p.Median, report.Versions[p.Peer])
			}
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
	_, err := python{}.start(t.Context(), "ours", filepath.Join(t.TempDir(), "missing"))
	if err == nil || !strings.Contains(err.Error(), "work.json") {
		t.Errorf("error %v, want one that names work.json", err)
	}
}
