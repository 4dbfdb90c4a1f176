package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rethinking/lib/cluster"
	"rethinking/lib/data"
	"rethinking/lib/study"
)

// slurm submits a study's experiments that are not done as an array of Slurm tasks.
func slurm(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("slurm", flag.ContinueOnError)
	job := jobFlags(flags)
	only := flags.Bool("print", false, "write the job script and print it, but do not submit it")
	s, err := selectionOf(flags, args, stderr)
	if err != nil {
		return err
	}
	if !*only {
		if err := cluster.FindSlurm(); err != nil {
			return err
		}
	}
	if err := placeJob(job, s); err != nil {
		return err
	}
	left, err := notDone(s)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		_, err := fmt.Fprintf(stdout, "nothing is left to submit: all %d experiments are done in %s\n", len(s.work()), s.results)
		return err
	}
	if err := fetch(ctx, left, job.Data); err != nil {
		return err
	}
	script, err := job.Write(left)
	if err != nil {
		return err
	}
	if *only {
		return printScript(script, stdout, stderr)
	}
	id, err := cluster.Submit(ctx, script)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "job %s: %d experiments, %d tasks; script, list and logs are in %s\n"+
		"see squeue -j %s and rethinking status %s -scale %s -results %s; end it with scancel %s\n",
		id, len(left), cluster.Tasks(len(left), job.Batch), filepath.Dir(script), id, s.study.Name, s.scale, s.results, id)
	return err
}

func jobFlags(flags *flag.FlagSet) *cluster.Job {
	j := &cluster.Job{}
	flags.IntVar(&j.CPUs, "cpus", 2, "processors of a task")
	flags.IntVar(&j.GPUs, "gpus", 0, "GPUs of a task; each has a process of its own, so that more than 1 need a -batch")
	flags.StringVar(&j.Memory, "mem", "4G", "memory of a task")
	flags.StringVar(&j.Time, "time", "04:00:00", "time limit of a task; one that reaches it goes back into the queue and on from its checkpoint")
	flags.StringVar(&j.Partition, "partition", "", "partition; empty: the cluster's default")
	flags.IntVar(&j.Parallel, "parallel", 0, "tasks at a time; 0: as many as the cluster gives")
	flags.IntVar(&j.Batch, "batch", 1, "experiments of a task: more than 1 for short ones, and where the cluster limits arrays (its MaxArraySize)")
	flags.StringVar(&j.Data, "data", os.Getenv(dataVariable), "folder that holds data sets; empty: they are downloaded now if missing")
	return j
}

// placeJob fills in what a job takes from its study and its checkout, and checks all of it.
func placeJob(j *cluster.Job, s selection) error {
	root, err := checkout()
	if err != nil {
		return err
	}
	j.Study, j.Scale, j.Results, j.Env = s.study.Name, s.scale, s.results, filepath.Join(root, "kernel-setup", "env")
	if j.Data != "" {
		if j.Data, err = filepath.Abs(j.Data); err != nil {
			return err
		}
	}
	return j.Validate()
}

// notDone returns what has no result yet. It also proves that the results folder can be written.
func notDone(s selection) ([]study.Work, error) {
	lab, err := study.Open(study.Options{Dir: s.results})
	if err != nil {
		return nil, err
	}
	defer lab.Close()
	var left []study.Work
	for _, w := range s.work() {
		stage, err := study.StageOf(s.results, w)
		if err != nil {
			return nil, err
		}
		if stage != study.Done {
			left = append(left, w)
		}
	}
	return left, nil
}

// fetch downloads the data sets that are missing, once: the tasks may have no network, and would all do it at the same time.
func fetch(ctx context.Context, work []study.Work, dir string) error {
	fetched := map[string]bool{}
	for _, w := range work {
		if name := w.DataSet(); name != "" && !fetched[name] {
			if _, _, err := data.Load(ctx, name, data.Options{Dir: dir}); err != nil {
				return err
			}
			fetched[name] = true
		}
	}
	return nil
}

func printScript(script string, stdout, stderr io.Writer) error {
	content, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "to submit it: sbatch '%s'\n", strings.ReplaceAll(script, "'", `'\''`))
	_, err = stdout.Write(content)
	return err
}
