package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Report is everything a benchmark measured.
type Report struct {
	Date     time.Time         `json:"date"`
	Machine  string            `json:"machine"`
	Versions map[string]string `json:"versions"` // by peer
	Rate     float64           `json:"rate"`     // learning rate of all training
	Sections []Section         `json:"sections"`
}

// Section is a kind of work.
type Section struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Lines []Line `json:"lines"`
}

// Line is what the peers took for a task.
type Line struct {
	Task
	Peers      []PeerReport `json:"peers"`
	Difference float64      `json:"difference"` // the greatest of all peers and all runs, the warm-up included
}

// PeerReport is what one peer took. Ours comes first; Ratio is the peer's median over ours: above 1, ours is faster.
type PeerReport struct {
	Peer    string    `json:"peer"`
	Median  float64   `json:"median"`
	Ratio   float64   `json:"ratio"`
	Seconds []float64 `json:"seconds"` // of every run after the warm-up, round after round
}

// finish computes medians and ratios.
func (l *Line) finish() {
	for i := range l.Peers {
		p := &l.Peers[i]
		sorted := slices.Sorted(slices.Values(p.Seconds))
		n := len(sorted)
		p.Median = (sorted[(n-1)/2] + sorted[n/2]) / 2
		p.Ratio = p.Median / l.Peers[0].Median
	}
}

// Unequal returns an error that names the first line whose peers are further from ours than the tolerance.
func (r *Report) Unequal() error {
	for _, s := range r.Sections {
		for _, l := range s.Lines {
			if !(l.Difference <= l.Tolerance) {
				return fmt.Errorf("%s: %s: the results of the peers differ by %.1e (relative), more than %.0e: they did not do the same work",
					s.Name, l.Name, l.Difference, l.Tolerance)
			}
		}
	}
	return nil
}

// Save writes the report as JSON and makes the file's folder if need be.
func (r *Report) Save(path string) error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("the report is not written to %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0o644)
}

// machine tells the processor, the system, and the load averages before the first process started where the system tells them.
func machine() string {
	cpu := "unknown CPU"
	info, _ := os.ReadFile("/proc/cpuinfo")
	if model := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(info); model != nil {
		cpu = string(model[1])
	} else if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		cpu = strings.TrimSpace(string(out))
	}
	text := fmt.Sprintf("%s, %d cores, %s/%s", cpu, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		text += "; load before the start " + strings.Join(strings.Fields(string(load))[:3], " ")
	}
	return text
}
