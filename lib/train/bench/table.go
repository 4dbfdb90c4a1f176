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
		fmt.Fprintf(&text, "%s: %s; medians of %d\n", s.Name, s.Title, len(s.Lines[0].Peers[0].Seconds))
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
		s.writeLines(table)
		table.Flush()
		fmt.Fprintln(&text)
	}
	fmt.Fprintf(&text, `Ratio: that peer's seconds over ours, above 1 where ours is faster.
Difference: the greatest relative difference from ours, of an epoch's mean loss or of a product's vector (l2).
All in float32 on the CPU, from the same weights, on the same full batches in the same order; learning rate %v.
%s
`, r.Rate, r.Machine)
	for _, peer := range peerNames {
		if version, ok := r.Versions[peer]; ok {
			fmt.Fprintf(&text, "%s: %s\n", title(peer), version)
		}
	}
	_, err := text.WriteTo(out)
	return err
}

// writeLines writes a line for every task: our seconds, and each peer's seconds and ratio.
func (s *Section) writeLines(table io.Writer) {
	fmt.Fprint(table, "net\tbatch\texamples\t")
	for _, p := range s.Lines[0].Peers {
		fmt.Fprintf(table, "%s\t", title(p.Peer))
		if p.Peer != "ours" {
			fmt.Fprint(table, "ratio\t")
		}
	}
	fmt.Fprintln(table, "difference\tallowed\t")
	for _, l := range s.Lines {
		fmt.Fprintf(table, "%s\t%d\t%d\t", l.Name, l.Batch, l.Examples)
		for _, p := range l.Peers {
			fmt.Fprintf(table, "%.3f\t", p.Median)
			if p.Peer != "ours" {
				fmt.Fprintf(table, "%.2f\t", p.Ratio)
			}
		}
		fmt.Fprintf(table, "%.1e\t%.0e\t\n", l.Difference, l.Tolerance)
	}
}
