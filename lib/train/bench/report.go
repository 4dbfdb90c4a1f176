package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
)

// Report is everything a benchmark measured.
type Report struct {
	Date     time.Time         `json:"date"`
	Machine  Machine           `json:"machine"`
	Versions map[string]string `json:"versions"` // by peer
	Rate     float64           `json:"rate"`     // learning rate of all training
	Sections []Section         `json:"sections"`
}

// Section is a kind of work.
type Section struct {
	Name     string  `json:"name"`
	Title    string  `json:"title"`
	Compared int     `json:"compared,omitempty"` // runs of a round whose differences count, the warm-up included; 0: all
	Lines    []Line  `json:"lines"`
	Slope    float64 `json:"slope,omitempty"` // least-squares slope of log seconds over log examples, where the examples grow
}

// Line is what the peers took for a task.
type Line struct {
	Task                    // Examples: what an epoch's full batches have, or all of a product
	Peers      []PeerReport `json:"peers"`
	Difference float64      `json:"difference"`         // the greatest of all peers and all runs that are compared
	Relative   float64      `json:"relative,omitempty"` // our median over that of the first line of the series
}

// PeerReport is what one peer took. Ours comes first; Ratio is the peer's median over ours: above 1, ours is faster.
type PeerReport struct {
	Peer        string      `json:"peer"`
	Median      float64     `json:"median"` // of all seconds
	Ratio       float64     `json:"ratio"`
	Seconds     [][]float64 `json:"seconds"`          // of every run after the warm-up, by round
	Losses      [][]float64 `json:"losses,omitempty"` // mean loss of every epoch, the warm-up included, and of every net in turn, by round
	Differences [][]float64 `json:"differences"`      // from ours of every run, the warm-up included, by round
}

// begin begins a round.
func (p *PeerReport) begin() {
	p.Seconds, p.Losses, p.Differences = append(p.Seconds, nil), append(p.Losses, nil), append(p.Differences, nil)
}

// add adds a run to the round begun last; the time of a warm-up does not count.
func (p *PeerReport) add(a answer, difference float64, counts bool) {
	last := len(p.Seconds) - 1
	p.Losses[last] = append(p.Losses[last], a.Losses...)
	p.Differences[last] = append(p.Differences[last], difference)
	if counts {
		p.Seconds[last] = append(p.Seconds[last], a.Seconds)
	}
}

// finish computes medians, ratios, differences and growth.
func (s *Section) finish() {
	first := map[string]float64{}
	var examples, seconds []float64
	for i := range s.Lines {
		l := &s.Lines[i]
		l.finish(s.Compared)
		if l.Series == "" {
			continue
		}
		ours := l.Peers[0].Median
		if _, ok := first[l.Series]; !ok {
			first[l.Series] = ours
		}
		l.Relative = ours / first[l.Series]
		if l.Series == "examples" {
			examples, seconds = append(examples, float64(l.Examples)), append(seconds, ours)
		}
	}
	s.Slope = slope(examples, seconds)
}

// finish computes medians, ratios and the difference, for which so many runs of a round count, 0 being all.
func (l *Line) finish(compared int) {
	for i := range l.Peers {
		p := &l.Peers[i]
		p.Median = median(join(p.Seconds))
		p.Ratio = p.Median / l.Peers[0].Median
		for _, round := range p.Differences {
			if compared > 0 {
				round = round[:min(compared, len(round))]
			}
			for _, d := range round {
				l.Difference = worse(l.Difference, d)
			}
		}
	}
}

// slope is the least-squares slope of log y over log x, 0 where x does not vary.
func slope(x, y []float64) float64 {
	if len(x) < 2 || slices.Min(x) == slices.Max(x) {
		return 0
	}
	logX, logY := make([]float64, len(x)), make([]float64, len(y))
	for i := range x {
		logX[i], logY[i] = math.Log(x[i]), math.Log(y[i])
	}
	_, slope := stat.LinearRegression(logX, logY, nil, false)
	return slope
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Unequal returns an error that names the first line whose peers are further from ours than the tolerance.
func (r *Report) Unequal() error {
	for _, s := range r.Sections {
		for _, l := range s.Lines {
			if !(l.Difference <= l.Tolerance) {
				return fmt.Errorf("%s: %s: the results of the peers differ by %.1e (relative), more than %.0e: they did not do the same work",
					s.Name, l.title(), l.Difference, l.Tolerance)
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
