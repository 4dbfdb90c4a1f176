package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"rethinking/lib/papers"
	"rethinking/lib/study"
)

// list prints a line a study.
func list(_ context.Context, args []string, stdout, stderr io.Writer) error {
	if _, err := parse(flag.NewFlagSet("list", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "study\texperiments\tquestion\tsource")
	for _, s := range papers.Studies() {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", s.Name, len(s.Experiments(study.Standard)), s.Title, s.Source)
	}
	return w.Flush()
}

// runStudy runs a study's experiments and prints a line a group of seeds.
func runStudy(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("run STUDY", flag.ContinueOnError)
	scaleName := flags.String("scale", os.Getenv("RETHINKING_SCALE"), "smoke, quick, standard or paper; empty: quick")
	dir := flags.String("results", "", "results folder; empty: notebooks/results of this checkout")
	dataDir := dataFlag(flags)
	names, err := parse(flags, args, stderr)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return fmt.Errorf("run takes one study, not %d: see `rethinking list`", len(names))
	}
	s, err := papers.Find(names[0])
	if err != nil {
		return err
	}
	scale, err := study.ParseScale(*scaleName)
	if err != nil {
		return err
	}
	if *dir == "" {
		root, err := checkout()
		if err != nil {
			return err
		}
		*dir = filepath.Join(root, "notebooks", "results")
	}
	return train(ctx, s, study.Options{Dir: *dir, DataDir: *dataDir, Scale: scale}, stdout, stderr)
}

func train(ctx context.Context, s study.Study, o study.Options, stdout, stderr io.Writer) error {
	watch := newProgress(stderr)
	o.Observer = watch
	lab, err := study.Open(o)
	if err != nil {
		return err
	}
	defer lab.Close()
	results, err := lab.All(ctx, s.Experiments(o.Scale)...)
	watch.end()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; what is finished lies in %s; go on with: rethinking run %s -scale %s", err, o.Dir, s.Name, o.Scale)
	}
	if err != nil {
		return err
	}
	return summarize(stdout, s, o.Scale, results)
}

// summarize prints the end of every group of seeds.
func summarize(stdout io.Writer, s study.Study, scale study.Scale, results []study.Result) error {
	groups, err := study.GroupBy(results, s.By)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s (%s), scale %s\n", s.Title, s.Source, scale)
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\ttrain accuracy %%\ttest accuracy %%\tepochs to 99.9%%\tseeds\t\n", s.By.Name)
	for _, g := range groups {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t\n", g.Label,
			mean(study.SpreadOf(g.Results, study.Final(study.TrainAccuracy))),
			mean(study.SpreadOf(g.Results, study.Final(study.TestAccuracy))),
			mean(study.SpreadOf(g.Results, study.EpochsToFit(study.Fitted))), len(g.Results))
	}
	return w.Flush()
}

// mean is a spread in few characters: mean ± standard deviation, or how many seeds have the number where not all have.
func mean(s study.Spread) string {
	switch {
	case s.N < s.Of:
		return fmt.Sprintf("%d of %d seeds", s.N, s.Of)
	case s.N == 1:
		return fmt.Sprintf("%.2f", s.Mean)
	}
	return fmt.Sprintf("%.2f ± %.2f", s.Mean, s.SD)
}
