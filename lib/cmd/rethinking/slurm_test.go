package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const digits = "zhang2017/random-labels-mnist" // 12 experiments at scale smoke

// fakeSlurm puts programs on PATH that note how they are called. Neither runs anything: what a task does, the tests do themselves.
func fakeSlurm(t *testing.T) (calls func() string) {
	t.Helper()
	bin := t.TempDir()
	log := filepath.Join(bin, "calls")
	for _, name := range []string{"sbatch", "scontrol"} {
		script := "#!/bin/sh\necho \"" + name + " $*\" >> '" + log + "'\n" + `[ -z "$REFUSE" ] || { echo "$REFUSE" >&2; exit 1; }` + "\necho '4711;main'\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() string {
		content, _ := os.ReadFile(log)
		return string(content)
	}
}

// runTask runs a task of a job script as Slurm does.
func runTask(t *testing.T, script, index string) string {
	t.Helper()
	task := exec.Command("bash", script)
	task.Env = append(os.Environ(), asCommand+"=1", "SLURM_ARRAY_TASK_ID="+index)
	out, err := task.CombinedOutput()
	if err != nil {
		t.Errorf("task %s: %v", index, err)
	}
	return string(out)
}

func countsOf(t *testing.T, dir string) string {
	t.Helper()
	out, _, err := command(t.Context(), "status", digits, "-scale", "smoke", "-results", dir)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(strings.Fields(lines[len(lines)-1]), " ")
}

// A job is written and submitted; its tasks run what the list says, whatever is done meanwhile; when all is done nothing is submitted.
func TestSlurm(t *testing.T) {
	calls, dir := fakeSlurm(t), filepath.Join(t.TempDir(), "shared results")
	submit := []string{"slurm", digits, "-scale", "smoke", "-results", dir, "-batch", "5", "-cpus", "1", "-mem", "2G", "-time", "10:00"}
	out, _, err := command(t.Context(), submit...)
	script := filepath.Join(dir, "jobs", "zhang2017-random-labels-mnist-smoke-1", "job.sh")
	if err != nil || !strings.Contains(out, "job 4711: 12 experiments, 3 tasks") || calls() != "sbatch --parsable "+script+"\n" {
		t.Fatalf("%q, %q, %v", out, calls(), err)
	}
	if got := countsOf(t, dir); got != "0 0 0 0 12 12" {
		t.Errorf("before: %s", got)
	}
	if said := runTask(t, script, "2"); strings.Count(said, "run ") != 2 || !strings.Contains(said, "label corruption 1 seed 2: 20 epochs") {
		t.Errorf("the last task says\n%s", said)
	}
	if got := countsOf(t, dir); got != "2 0 0 0 10 12" {
		t.Errorf("after a task: %s", got)
	}
	out, _, err = command(t.Context(), submit...)
	if err != nil || !strings.Contains(out, "10 experiments, 2 tasks") {
		t.Errorf("again: %q, %v", out, err)
	}
	runTask(t, script, "1")
	if got := countsOf(t, dir); got != "7 0 0 0 5 12" {
		t.Errorf("the list is not what it was when the job was written: %s", got)
	}
	if said := runTask(t, script, "1"); strings.Contains(said, "run ") {
		t.Errorf("a task that is done runs again:\n%s", said)
	}
	runTask(t, script, "0")
	before := calls()
	out, _, err = command(t.Context(), submit...)
	if err != nil || !strings.Contains(out, "nothing is left to submit: all 12 experiments are done") || calls() != before {
		t.Errorf("when all is done: %q, %q, %v", out, calls(), err)
	}
}

func TestSlurmPrints(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	args := []string{"slurm", digits, "-scale", "smoke", "-results", t.TempDir()}
	if _, _, err := command(t.Context(), args...); err == nil || !strings.Contains(err.Error(), "no sbatch on PATH") {
		t.Errorf("got error %v", err)
	}
	out, hint, err := command(t.Context(), append(args, "-print")...)
	submit := regexp.MustCompile(`to submit it: sbatch '(.*)'\n`).FindStringSubmatch(hint)
	if err != nil || submit == nil {
		t.Fatalf("%q, %v", hint, err)
	}
	if content, err := os.ReadFile(submit[1]); err != nil || string(content) != out {
		t.Errorf("%s is not what was printed: %v", submit[1], err)
	}
}

func TestSbatchRefuses(t *testing.T) {
	fakeSlurm(t)
	t.Setenv("REFUSE", "sbatch: error: invalid partition")
	_, _, err := command(t.Context(), "slurm", digits, "-scale", "smoke", "-results", t.TempDir(), "-partition", "nowhere")
	if err == nil || !strings.Contains(err.Error(), "invalid partition") || !strings.Contains(err.Error(), "job.sh") {
		t.Errorf("got error %v", err)
	}
}

// A task whose time is nearly up stops, and goes back into the queue.
func TestTimeLimitRequeues(t *testing.T) {
	calls := fakeSlurm(t)
	t.Setenv("SLURM_JOB_ID", "4711") // this task has the array's own number
	t.Setenv("SLURM_ARRAY_JOB_ID", "4711")
	t.Setenv("SLURM_ARRAY_TASK_ID", "3")
	var once sync.Once
	stderr := &stopAfter{text: "run 2 of 12", stop: func() { once.Do(func() { syscall.Kill(os.Getpid(), syscall.SIGUSR1) }) }}
	dir := t.TempDir()
	err := run(t.Context(), []string{"run", digits, "-scale", "smoke", "-results", dir}, io.Discard, stderr)
	if err == nil || !strings.Contains(err.Error(), "time limit of this Slurm task is near") || calls() != "scontrol requeue 4711_3\n" {
		t.Errorf("%q, %v", calls(), err)
	}
	if failed, _ := filepath.Glob(filepath.Join(dir, "*.failed.json")); len(failed) > 0 {
		t.Errorf("a stopped run is not a failure: %v", failed)
	}
}

func TestStatusNamesEachExperiment(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := command(t.Context(), "run", digits, "-scale", "smoke", "-results", dir, "-index", "0"); err != nil {
		t.Fatal(err)
	}
	out, _, err := command(t.Context(), "status", digits, "-scale", "smoke", "-results", dir, "-v")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3+12 || !regexp.MustCompile(`^[0-9a-f]{16}  done  mnist\[500\] mlp 1x64 seed 1$`).MatchString(lines[3]) {
		t.Fatalf("%s", out)
	}
	failure, err := json.Marshal(map[string]string{"error": "one\ntwo", "machine": "node7", "time": "2026-11-26T10:20:30Z"})
	if err != nil {
		t.Fatal(err)
	}
	key, _, _ := strings.Cut(lines[4], " ")
	if err := os.WriteFile(filepath.Join(dir, key+".failed.json"), failure, 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err = command(t.Context(), "status", digits, "-scale", "smoke", "-results", dir, "-v")
	if err != nil || !strings.Contains(out, key+"  failed  mnist[500] mlp 1x64 seed 2: one; two (node7, 2026-11-26 10:20)\n") {
		t.Errorf("%s%v", out, err)
	}
}
