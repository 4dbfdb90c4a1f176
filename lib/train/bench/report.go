package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

// Report is everything a benchmark measured.
type Report struct {
	Date      time.Time         `json:"date"`
	Machine   Machine           `json:"machine"`
	Versions  map[string]string `json:"versions"` // by peer
	Workload  string            `json:"workload"`
	Tolerance float64           `json:"tolerance"` // of LossDifference
	Nets      []NetReport       `json:"nets"`
}

// NetReport is what the peers took for one net.
type NetReport struct {
	Net
	Examples       int          `json:"examples"` // an epoch, in full batches
	Peers          []PeerReport `json:"peers"`
	LossDifference float64      `json:"loss_difference"` // greatest relative difference of an epoch's mean loss from ours
}

// PeerReport is what one peer took. Ours comes first; Ratio is the peer's median over ours: above 1, ours is faster.
type PeerReport struct {
	Peer    string      `json:"peer"`
	Median  float64     `json:"median"` // seconds an epoch
	Ratio   float64     `json:"ratio"`
	Seconds [][]float64 `json:"seconds"` // of every epoch after the warm-up, by round
	Losses  [][]float64 `json:"losses"`  // mean loss of every epoch, the warm-up included, by round
}

// finish computes the medians, the ratios and the difference in loss.
func (n *NetReport) finish() {
	for i := range n.Peers {
		p := &n.Peers[i]
		p.Median = median(join(p.Seconds))
		p.Ratio = p.Median / n.Peers[0].Median
		want, got := join(n.Peers[0].Losses), join(p.Losses)
		for k := range want {
			n.LossDifference = worse(n.LossDifference, math.Abs(got[k]-want[k])/math.Abs(want[k]))
		}
	}
}

// worse is the greater of two differences, where not a number is the worst.
func worse(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return max(a, b)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Unequal returns an error that names the first net whose peers' losses are further from ours than the tolerance.
func (r *Report) Unequal() error {
	for _, n := range r.Nets {
		if !(n.LossDifference <= r.Tolerance) {
			return fmt.Errorf("%s: the mean losses of the peers differ by %.1e (relative), more than %.0e: they did not do the same work", n.Name, n.LossDifference, r.Tolerance)
		}
	}
	return nil
}

// WriteTable writes the medians and ratios as an aligned table, a net a line.
func (r *Report) WriteTable(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "net\tbatch\t")
	for _, p := range r.Nets[0].Peers {
		fmt.Fprintf(table, "%s\t", title(p.Peer))
		if p.Peer != "ours" {
			fmt.Fprint(table, "ratio\t")
		}
	}
	fmt.Fprintln(table, "loss difference\t")
	for _, n := range r.Nets {
		fmt.Fprintf(table, "%s\t%d\t", n.Name, n.Batch)
		for _, p := range n.Peers {
			fmt.Fprintf(table, "%.3f\t", p.Median)
			if p.Peer != "ours" {
				fmt.Fprintf(table, "%.2f\t", p.Ratio)
			}
		}
		fmt.Fprintf(table, "%.1e\t\n", n.LossDifference)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, `
Seconds an epoch, median; ratio: that peer's over ours, above 1 where ours is faster.
Loss difference: the greatest relative difference from ours in an epoch's mean loss; the work is equal up to %.0e.
%s
%s
`, r.Tolerance, r.Workload, r.Machine)
	for _, p := range r.Nets[0].Peers {
		if err == nil {
			_, err = fmt.Fprintf(out, "%s: %s\n", title(p.Peer), r.Versions[p.Peer])
		}
	}
	return err
}

func title(peer string) string {
	for _, p := range peerNames {
		if p.name == peer {
			return p.title
		}
	}
	return peer
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
