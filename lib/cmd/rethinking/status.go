package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"rethinking/lib/cluster"
)

// status prints how far a study's experiments are.
func status(_ context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("status", flag.ContinueOnError)
	each := flags.Bool("v", false, "also print a line an experiment")
	s, err := selectionOf(flags, args, stderr)
	if err != nil {
		return err
	}
	all, err := cluster.Stand(s.results, s.experiments())
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
	counts := cluster.Counts(all)
	for _, stage := range cluster.Stages {
		fmt.Fprintf(w, "%s\t", stage)
	}
	fmt.Fprint(w, "in all\t\n")
	for _, stage := range cluster.Stages {
		fmt.Fprintf(w, "%d\t", counts[stage])
	}
	fmt.Fprintf(w, "%d\t\n", len(all))
	return w.Flush()
}

func printEach(stdout io.Writer, all []cluster.Standing) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s", s.Experiment.Key(), s.Stage, s.Experiment)
		if f := s.Failure; s.Stage == cluster.Failed {
			fmt.Fprintf(w, ": %s", strings.ReplaceAll(f.Error, "\n", "; "))
			if f.Machine != "" {
				fmt.Fprintf(w, " (%s, %s)", f.Machine, f.Time.Format("2006-01-02 15:04"))
			}
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
