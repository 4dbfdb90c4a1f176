package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"

	"rethinking/lib/cluster"
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

// selection is what a command is about: a study at a scale, its results, and for run the part that is to be run.
type selection struct {
	study   study.Study
	scale   study.Scale
	results string // folder
	part    []study.Experiment
	task    bool // the part is a task's
}

// selectionOf parses a command's arguments: its own flags, those that name a study, its scale and its results, and the study.
func selectionOf(flags *flag.FlagSet, args []string, stderr io.Writer) (selection, error) {
	scaleName := flags.String("scale", os.Getenv("RETHINKING_SCALE"), "smoke, quick, standard or paper; empty: quick")
	dir := flags.String("results", "", "results folder; empty: notebooks/results of this checkout")
	names, err := parse(flags, args, stderr)
	if err != nil {
		return selection{}, err
	}
	if len(names) != 1 {
		return selection{}, fmt.Errorf("%s takes one study, not %d: see `rethinking list`", flags.Name(), len(names))
	}
	var s selection
	if s.study, err = papers.Find(names[0]); err != nil {
		return selection{}, err
	}
	if s.scale, err = study.ParseScale(*scaleName); err != nil {
		return selection{}, err
	}
	if s.results = *dir; s.results == "" {
		root, err := checkout()
		if err != nil {
			return selection{}, err
		}
		s.results = filepath.Join(root, "notebooks", "results")
	}
	s.results, err = filepath.Abs(s.results)
	return s, err
}

func (s selection) experiments() []study.Experiment { return s.study.Experiments(s.scale) }

// runStudy runs a study's experiments, or some of them, and prints a line a group of seeds.
func runStudy(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	dataDir := dataFlag(flags)
	part := partFlags(flags)
	gpus := flags.Int("gpus", 0, "so many GPUs, each with a process of its own; 0: one process, with the first GPU if there is one")
	workers := flags.Int("workers", 0, "so many processes that share the processors")
	s, err := selectionOf(flags, args, stderr)
	if err != nil {
		return err
	}
	if s.part, err = part.of(s.experiments()); err != nil {
		return err
	}
	s.task = *part.index >= 0
	ctx, stop := cluster.UntilTimeLimit(ctx)
	defer stop()
	if err = work(ctx, *gpus, *workers, args, stderr); err == nil {
		err = train(ctx, s, study.Options{DataDir: *dataDir, Workers: cores()}, stdout, stderr)
	}
	if err != nil && context.Cause(ctx) == cluster.ErrTimeLimit {
		return errors.Join(fmt.Errorf("%w: %w", cluster.ErrTimeLimit, err), cluster.Requeue(context.WithoutCancel(ctx)))
	}
	return err
}

// part says which of a study's experiments are to be run.
type part struct {
	list         *string
	index, batch *int
}

func partFlags(flags *flag.FlagSet) part {
	return part{
		flags.String("only", "", "file that lists experiments, one a line; empty: all of the study"),
		flags.Int("index", -1, "run the experiments of this task alone, the first is 0; -1: run all"),
		flags.Int("batch", 1, "experiments a task"),
	}
}

func (p part) of(experiments []study.Experiment) (_ []study.Experiment, err error) {
	if *p.list != "" {
		if experiments, err = cluster.Listed(*p.list, experiments); err != nil {
			return nil, err
		}
	}
	if *p.index == -1 {
		return experiments, nil
	}
	return cluster.Task(experiments, *p.index, *p.batch)
}

// work runs the same command, but for the flags -gpus and -workers, in several processes. They share the experiments by their locks.
func work(ctx context.Context, gpus, workers int, args []string, stderr io.Writer) error {
	if gpus < 0 || workers < 0 || gpus > 0 && workers > 0 {
		return fmt.Errorf("-gpus %d -workers %d: use one of them, with 1 or more", gpus, workers)
	}
	if gpus+workers == 0 {
		return nil
	}
	devices, err := make([]string, workers), error(nil)
	if gpus > 0 {
		if devices, err = cluster.Devices(gpus); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return cluster.RunWorkers(ctx, slices.Concat([]string{self, "run"}, args, []string{"-gpus", "0", "-workers", "0"}), devices, stderr)
}

// cores is how many processors this process may use: those of its Slurm task, else those that the system gives it.
func cores() int {
	if n, err := strconv.Atoi(os.Getenv("SLURM_CPUS_PER_TASK")); err == nil {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

func train(ctx context.Context, s selection, o study.Options, stdout, stderr io.Writer) error {
	watch := newProgress(stderr)
	failures := &cluster.Failures{Observer: watch, Dir: s.results}
	o.Dir, o.Scale, o.Observer = s.results, s.scale, failures
	lab, err := study.Open(o)
	if err != nil {
		return err
	}
	defer lab.Close()
	results, err := lab.All(ctx, s.part...)
	watch.end()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; what is finished lies in %s; go on with: rethinking run %s -scale %s", err, o.Dir, s.study.Name, s.scale)
	}
	if !s.task {
		s.part = nil
	}
	if err = failures.End(err, s.part); err != nil {
		return err
	}
	return summarize(stdout, s.study, s.scale, results)
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
