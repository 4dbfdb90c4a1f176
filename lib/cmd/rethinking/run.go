package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"

	"rethinking/lib/cluster"
	"rethinking/lib/papers"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

// list prints a line a study.
func list(_ context.Context, args []string, stdout, stderr io.Writer) error {
	if _, err := parse(flag.NewFlagSet("list", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "study\truns or answers\tquestion\tsource")
	for _, s := range papers.Studies() {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", s.Name, len(s.Work(study.Standard)), s.Title, s.Source)
	}
	return w.Flush()
}

// selection is what a command is about: a study at a scale, and its results.
type selection struct {
	study   study.Study
	scale   study.Scale
	results string // folder
}

// selectionOf parses a command's arguments: its own flags, those that name a scale and its results, and the study.
func selectionOf(flags *flag.FlagSet, args []string, stderr io.Writer) (s selection, err error) {
	place := placeFlags(flags)
	names, err := parse(flags, args, stderr)
	if err != nil {
		return s, err
	}
	if len(names) != 1 {
		return s, fmt.Errorf("%s takes one study, not %d: see `rethinking list`", flags.Name(), len(names))
	}
	if s.study, err = papers.Find(names[0]); err != nil {
		return s, err
	}
	s.scale, s.results, err = place()
	return s, err
}

func (s selection) work() []study.Work { return s.study.Work(s.scale) }

// runStudy runs a study's experiments, or some of them, and prints a line a group of seeds.
func runStudy(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	dataDir := dataFlag(flags)
	list := flags.String("only", "", "file that lists experiments, one a line; empty: all of the study")
	index := flags.Int("index", -1, "run the experiments of this task alone, the first is 0; -1: run all")
	batch := flags.Int("batch", 1, "experiments a task")
	gpus := flags.Int("gpus", 0, "so many GPUs, each with a process of its own; 0: one process, with the first GPU if there is one")
	workers := flags.Int("workers", 0, "so many processes that share the processors")
	s, err := selectionOf(flags, args, stderr)
	if err != nil {
		return err
	}
	part, task := s.work(), []study.Work(nil)
	if *list != "" {
		if part, err = cluster.Listed(*list, part); err != nil {
			return err
		}
	}
	if *index != -1 {
		if task, err = cluster.Task(part, *index, *batch); err != nil {
			return err
		}
		part = task
	}
	ctx, stop := cluster.UntilTimeLimit(ctx)
	defer stop()
	if err = runWorkers(ctx, *gpus, *workers, args, stderr); err == nil {
		err = s.run(ctx, part, task, *dataDir, stdout, stderr)
	}
	if err != nil && context.Cause(ctx) == cluster.ErrTimeLimit {
		return errors.Join(fmt.Errorf("%w: %w", cluster.ErrTimeLimit, err), cluster.Requeue(context.WithoutCancel(ctx)))
	}
	return err
}

// runWorkers runs the same command, but for the flags -gpus and -workers, in several processes. They share the experiments by their locks.
func runWorkers(ctx context.Context, gpus, workers int, args []string, stderr io.Writer) error {
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

// run runs a part of the study, and prints what came of it. A failure before any experiment's own counts as one of each experiment of a task.
func (s selection) run(ctx context.Context, part, task []study.Work, dataDir string, stdout, stderr io.Writer) error {
	watch := newProgress(stderr)
	failures := &cluster.Failures{Observer: watch, Dir: s.results}
	lab, err := study.Open(study.Options{Dir: s.results, DataDir: dataDir, Scale: s.scale, Observer: failures, Workers: cores()})
	if err != nil {
		return err
	}
	defer lab.Close()
	err = lab.Do(ctx, part...)
	watch.end()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; what is finished lies in %s; go on with: rethinking run %s -scale %s", err, s.results, s.study.Name, s.scale)
	}
	if err = failures.End(err, task); err != nil {
		return err
	}
	return s.summarize(ctx, part, lab, stdout)
}

// summarize prints a table of what was run, or says how much was answered.
func (s selection) summarize(ctx context.Context, part []study.Work, lab *study.Lab, stdout io.Writer) error {
	var experiments []study.Experiment
	for _, w := range part {
		if e, ok := w.(study.Experiment); ok {
			experiments = append(experiments, e)
		}
	}
	if len(experiments) == 0 {
		_, err := fmt.Fprintf(stdout, "%s (%s), scale %s: %d answers are kept in %s\n", s.study.Title, s.study.Source, s.scale, len(part), s.results)
		return err
	}
	results, err := lab.All(ctx, experiments...)
	if err != nil {
		return err
	}
	sheet, err := report.Table(results, s.study.By, study.Final(study.TrainAccuracy), study.Final(study.TestAccuracy), study.EpochsToFit(study.Fitted))
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s (%s), scale %s\n", s.study.Title, s.study.Source, s.scale)
	return printSheet(stdout, sheet)
}

// printSheet prints a table for a terminal.
func printSheet(stdout io.Writer, s report.Sheet) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, s.Corner)
	for _, c := range s.Columns {
		fmt.Fprintf(w, "\t%s", c.Head)
	}
	for i, row := range s.Rows {
		fmt.Fprintf(w, "\n%s", row)
		for _, c := range s.Columns {
			fmt.Fprintf(w, "\t%s", c.Cells[i])
		}
	}
	fmt.Fprintln(w)
	return w.Flush()
}
