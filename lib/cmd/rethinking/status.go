package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"rethinking/lib/cluster"
	"rethinking/lib/study"
)

// status prints how far a study's experiments or questions are.
func status(_ context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("status", flag.ContinueOnError)
	each := flags.Bool("v", false, "also print a line for each")
	s, err := selectionOf(flags, args, stderr)
	if err != nil {
		return err
	}
	all, err := cluster.Stand(s.results, s.work())
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s, scale %s, in %s\n", s.study.Name, s.scale, s.results)
	if err := printCounts(stdout, all); err != nil || !*each {
		return err
	}
	return printEach(stdout, all)
}

func printCounts(stdout io.Writer, all []cluster.Standing) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	counts := map[study.Stage]int{}
	for _, s := range all {
		counts[s.Stage]++
	}
	var heads, numbers string
	for _, stage := range cluster.Stages {
		heads += string(stage) + "\t"
		numbers += fmt.Sprintf("%d\t", counts[stage])
	}
	fmt.Fprintf(w, "%sin all\t\n%s%d\t\n", heads, numbers, len(all))
	return w.Flush()
}

func printEach(stdout io.Writer, all []cluster.Standing) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s", s.Work.Key(), s.Stage, s.Work)
		if f := s.Failure; f != nil {
			fmt.Fprintf(w, ": %s", strings.ReplaceAll(f.Error, "\n", "; "))
			if f.Machine != "" {
				fmt.Fprintf(w, " (%s, %s)", f.Machine, f.Time.Format("2006-01-02 15:04"))
			}
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
