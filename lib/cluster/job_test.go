package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/cluster"
	"rethinking/lib/study"
)

func seeds(n int) []study.Work { return study.Runs(study.Seeds(tiny(1), n)...) }

// Every experiment is in one task, in order.
func TestTasksDealOutAllExperiments(t *testing.T) {
	all := seeds(7)
	for batch := 1; batch <= 8; batch++ {
		var dealt []study.Work
		for i := range cluster.Tasks(len(all), batch) {
			task, err := cluster.Task(all, i, batch)
			if err != nil || len(task) == 0 || len(task) > batch {
				t.Errorf("batch %d, task %d: %d experiments, %v", batch, i, len(task), err)
			}
			dealt = append(dealt, task...)
		}
		if diff := cmp.Diff(all, dealt); diff != "" {
			t.Errorf("batch %d: %s", batch, diff)
		}
	}
	for _, bad := range [][2]int{{-2, 1}, {7, 1}, {4, 2}, {0, 0}} {
		if _, err := cluster.Task(all, bad[0], bad[1]); err == nil {
			t.Errorf("task %d of batches of %d: no error", bad[0], bad[1])
		}
	}
}

func job(t *testing.T) cluster.Job {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "it's 100% mine")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return cluster.Job{
		Study: "paper/figure", Scale: study.Smoke, Results: dir, Env: "/usr/bin/env", Batch: 2, CPUs: 3, Memory: "4G", Time: "1-02:00:00",
	}
}

// A task's place in the list stays what it is, whatever the study's order, and a list of another study is refused.
func TestAListNamesItsExperiments(t *testing.T) {
	j, all := job(t), seeds(5)
	script, err := j.Write(all[1:4])
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(filepath.Dir(script), "experiments.txt")
	slices.Reverse(all)
	read, err := cluster.Listed(list, all)
	if diff := cmp.Diff(seeds(5)[1:4], read); err != nil || diff != "" {
		t.Errorf("%s%v", diff, err)
	}
	if _, err := cluster.Listed(list, seeds(2)); err == nil || !strings.Contains(err.Error(), "names experiment "+tiny(3).Key()) {
		t.Errorf("another study: got error %v", err)
	}
	if _, err := cluster.Listed(list+".not", all); err == nil || !strings.Contains(err.Error(), "which all machines must share") {
		t.Errorf("no list: got error %v", err)
	}
}

// printing is a stand-in for kernel-setup/env that prints the command it should run, a word a line.
func printing(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "print words")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScript(t *testing.T) {
	j := job(t)
	j.Parallel, j.GPUs, j.Partition, j.Data, j.Env = 4, 2, "gpu", "/the data", printing(t)
	script, err := j.Write(seeds(5))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(script)
	asked := strings.ReplaceAll(strings.ReplaceAll(folder, "'", `'\''`), "%", "%%")
	for _, line := range []string{"--array=0-2%4", "--cpus-per-task=3", "--mem=4G", "--time=1-02:00:00", "--gpus=2", "--partition=gpu", "--requeue",
		"--signal=B:USR1@120", "--output='" + asked + "/%A_%a.log'"} {
		if !strings.Contains(string(content), "\n#SBATCH "+line+"\n") {
			t.Errorf("no line %q in\n%s", line, content)
		}
	}
	task := exec.Command("bash", script)
	task.Env = append(os.Environ(), "SLURM_ARRAY_TASK_ID=2")
	out, err := task.CombinedOutput()
	words := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(words) < 2 || filepath.Dir(words[0]) != filepath.Join(j.Results, "jobs") {
		t.Fatalf("%s%v", out, err)
	}
	if diff := cmp.Diff([]string{"run", "paper/figure", "-scale", "smoke", "-results", j.Results, "-data", "/the data", "-gpus", "2",
		"-only", filepath.Join(folder, "experiments.txt"), "-batch", "2", "-index", "2"}, words[1:]); diff != "" {
		t.Error(diff)
	}
	j.Parallel, j.GPUs, j.Partition, j.Data = 0, 0, "", ""
	second, err := j.Write(seeds(5))
	if err != nil || filepath.Dir(second) != strings.TrimSuffix(folder, "1")+"2" {
		t.Errorf("the second job is in %s, %v", filepath.Dir(second), err)
	}
	if content, _ := os.ReadFile(second); strings.Contains(string(content), "gpus") || strings.Contains(string(content), "partition") {
		t.Errorf("what is not asked for is in\n%s", content)
	}
}

func TestBadJobs(t *testing.T) {
	for what, spoil := range map[string]func(*cluster.Job){
		"0 experiments a task":    func(j *cluster.Job) { j.Batch = 0 },
		"-1 tasks at a time":      func(j *cluster.Job) { j.Parallel = -1 },
		"0 processors":            func(j *cluster.Job) { j.CPUs = 0 },
		"-1 GPUs":                 func(j *cluster.Job) { j.GPUs = -1 },
		`memory "4 GB"`:           func(j *cluster.Job) { j.Memory = "4 GB" },
		`partition "a b"`:         func(j *cluster.Job) { j.Partition = "a b" },
		"a line break":            func(j *cluster.Job) { j.Data = "a\nb" },
		`time limit "4h"`:         func(j *cluster.Job) { j.Time = "4h" },
		`time limit "1:2:3:4"`:    func(j *cluster.Job) { j.Time = "1:2:3:4" },
		`time limit "1-2:3:4:5"`:  func(j *cluster.Job) { j.Time = "1-2:3:4:5" },
		"a time limit of 4:59":    func(j *cluster.Job) { j.Time = "4:59" },
		"a time limit of 0:04:00": func(j *cluster.Job) { j.Time = "0:04:00" },
	} {
		j := job(t)
		spoil(&j)
		if _, err := j.Write(seeds(1)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got error %v", what, err)
		}
	}
	for _, limit := range []string{"5", "5:00", "0:05:00", "1-0", "1-0:00", "0-0:05:00"} {
		j := job(t)
		if j.Time = limit; j.Validate() != nil {
			t.Errorf("%s: %v", limit, j.Validate())
		}
	}
}

// A task whose time is nearly up stops, and asks for its place in the queue; outside Slurm the signal is none of its business.
func TestTimeLimit(t *testing.T) {
	t.Setenv("SLURM_JOB_ID", "")
	if ctx, _ := cluster.UntilTimeLimit(t.Context()); ctx != t.Context() {
		t.Error("outside Slurm the context is another")
	}
	t.Setenv("SLURM_JOB_ID", "17")
	ctx, stop := cluster.UntilTimeLimit(t.Context())
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
	}
	if !errors.Is(context.Cause(ctx), cluster.ErrTimeLimit) {
		t.Errorf("the context ended by %v", context.Cause(ctx))
	}

	t.Setenv("PATH", t.TempDir())
	t.Setenv("SLURM_ARRAY_JOB_ID", "")
	if err := cluster.Requeue(t.Context()); err == nil || !strings.Contains(err.Error(), "task 17 is not put back into the queue") {
		t.Errorf("without scontrol: got error %v", err)
	}
	if err := cluster.FindSlurm(); err == nil || !strings.Contains(err.Error(), "no sbatch on PATH") {
		t.Errorf("without sbatch: got error %v", err)
	}
}

func TestDevices(t *testing.T) {
	t.Setenv("CUDA_VISIBLE_DEVICES", "5,7,GPU-12")
	if got, err := cluster.Devices(2); err != nil || !slices.Equal(got, []string{"5", "7"}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := cluster.Devices(4); err == nil || !strings.Contains(err.Error(), "4 GPUs are asked for, and 3 are here") {
		t.Errorf("got error %v", err)
	}
}

// Each worker sees its own device; one that fails is named, and does not stop the others.
func TestWorkers(t *testing.T) {
	var out bytes.Buffer
	const script = `echo "device $CUDA_VISIBLE_DEVICES" >&2; printf more >&2; [ "$CUDA_VISIBLE_DEVICES" != 7 ]`
	err := cluster.RunWorkers(t.Context(), []string{"sh", "-c", script}, []string{"5", "7", "8"}, &out)
	if err == nil || err.Error() != "cluster: worker 1: exit status 1" {
		t.Errorf("got error %v", err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(lines)
	if diff := cmp.Diff([]string{"[0] device 5", "[0] more", "[1] device 7", "[1] more", "[2] device 8", "[2] more"}, lines); diff != "" {
		t.Error(diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	out.Reset()
	err = cluster.RunWorkers(ctx, []string{"sh", "-c", "trap 'echo stopping >&2; exit 3' TERM; while :; do sleep 0.1; done"}, []string{""}, &out)
	if err == nil || out.String() != "[0] stopping\n" {
		t.Errorf("a stopped worker says %q, %v", out.String(), err)
	}
}
