package main

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteTable writes the medians and ratios, a block a section, and below them what they mean and where they were measured.
func (r *Report) WriteTable(out io.Writer) error {
	var text bytes.Buffer
	for _, s := range r.Sections {
		s.writeTitle(&text)
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
		if s.Lines[0].Series != "" {
			s.writeGrowth(table)
		} else {
			s.writePeers(table)
		}
		table.Flush()
		if s.Slope != 0 {
			fmt.Fprintf(&text, "Least-squares slope of log seconds over log examples: %.2f\n", s.Slope)
		}
		fmt.Fprintln(&text)
	}
	r.writeFooter(&text)
	_, err := text.WriteTo(out)
	return err
}

// writeTitle writes what a section measures, and how often.
func (s *Section) writeTitle(out io.Writer) {
	peers := s.Lines[0].Peers
	fmt.Fprintf(out, "%s: %s; %d rounds of %d", s.Name, s.Title, len(peers[0].Seconds), len(peers[0].Seconds[0]))
	for _, p := range peers {
		if n := len(p.Seconds[0]); n != len(peers[0].Seconds[0]) {
			fmt.Fprintf(out, ", %s %d", title(p.Peer), n)
		}
	}
	if s.Compared > 0 {
		fmt.Fprintf(out, "; the first %d compared", s.Compared)
	}
	fmt.Fprintln(out)
}

// writePeers writes a line for every task: our seconds, and each peer's seconds and ratio.
func (s *Section) writePeers(table io.Writer) {
	fmt.Fprint(table, "net\tbatch\texamples\t")
	for _, p := range s.Lines[0].Peers {
		fmt.Fprintf(table, "%s\t", title(p.Peer))
		if p.Peer != "ours" {
			fmt.Fprint(table, "ratio\t")
		}
	}
	fmt.Fprintln(table, "difference\tallowed\t")
	for _, l := range s.Lines {
		fmt.Fprintf(table, "%s\t%d\t%d\t", l.title(), l.Batch, l.Examples)
		for _, p := range l.Peers {
			fmt.Fprintf(table, "%.3f\t", p.Median)
			if p.Peer != "ours" {
				fmt.Fprintf(table, "%.2f\t", p.Ratio)
			}
		}
		fmt.Fprintf(table, "%.1e\t%.0e\t\n", l.Difference, l.Tolerance)
	}
}

// writeGrowth writes a line for every task: our seconds, and how often those of its series' first.
func (s *Section) writeGrowth(table io.Writer) {
	fmt.Fprintln(table, "grows\tnet\tbatch\texamples\tours\trelative\t")
	for _, l := range s.Lines {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%.3f\t%.2f\t\n", l.Series, l.title(), l.Batch, l.Examples, l.Peers[0].Median, l.Relative)
	}
}

func (r *Report) writeFooter(out io.Writer) {
	fmt.Fprintf(out, `Seconds: median; ratio: that peer's over ours, above 1 where ours is faster; relative: over the first of what grows.
Difference: the greatest relative difference from ours, of an epoch's mean loss or of a product's vector (l2).
All in float32 on the CPU, from the same weights, on the same full batches in the same order; learning rate %v.
%s
`, r.Rate, r.Machine)
	for _, p := range peerNames {
		if version, ok := r.Versions[p.name]; ok {
			fmt.Fprintf(out, "%s: %s\n", p.title, version)
		}
	}
}

func title(peer string) string {
	for _, p := range peerNames {
		if p.name == peer {
			return p.title
		}
	}
	return peer
}
