package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rethinking/lib/study"
)

// asCommand is the environment variable by which this test program is the command instead: as a worker, or as a task of a job script.
const asCommand = "RETHINKING_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command runs the command as a terminal-less shell would.
func command(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	var out, progress bytes.Buffer
	err = run(ctx, args, &out, &progress)
	return out.String(), progress.String(), err
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"help"}, {"--help"}, {"-h"}} {
		if out, _, err := command(t.Context(), args...); err != nil || !strings.Contains(out, "rethinking run STUDY") {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
}

func TestList(t *testing.T) {
	out, _, err := command(t.Context(), "list")
	listed := func(line string) bool {
		return strings.HasPrefix(line, "zhang2017/random-labels-mnist ") && strings.Fields(line)[1] == "18"
	}
	if err != nil || !slices.ContainsFunc(strings.Split(out, "\n"), listed) {
		t.Errorf("%q, %v", out, err)
	}
}

func TestBadInput(t *testing.T) {
	for want, args := range map[string][]string{
		`unknown command "train"`:    {"train"},
		"run takes one study":        {"run"},
		`unknown study "nobody"`:     {"run", "nobody"},
		`unknown scale "huge"`:       {"run", "zhang2017/random-labels-mnist", "-scale", "huge"},
		"choose a folder":            {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-results", "/proc/results"},
		"flag provided but not def":  {"list", "-x"},
		"there is no task 12":        {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-index", "12"},
		"a batch of 0 experiments":   {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-index", "0", "-batch", "0"},
		"use one of them":            {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-gpus", "1", "-workers", "1"},
		"GPUs are asked for":         {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-gpus", "1000"},
		"list of experiments":        {"run", "zhang2017/random-labels-mnist", "-only", "/nowhere"},
		"status takes one study":     {"status"},
		"there is no results folder": {"status", "zhang2017/random-labels-mnist", "-results", "/nowhere"},
		"slurm takes one study":      {"slurm", "a", "b"},
		`time limit "soon"`:          {"slurm", "zhang2017/random-labels-mnist", "-print", "-time", "soon"},
		"results folder":             {"slurm", "zhang2017/random-labels-mnist", "-print", "-results", "/proc/results"},
		"no CIFAR-10 in":             {"slurm", "zhang2017/table1-mlp", "-print", "-results", t.TempDir(), "-data", t.TempDir()},
	} {
		if _, _, err := command(t.Context(), args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got error %v, want one with %q", args, err, want)
		}
	}
	if _, _, err := command(t.Context(), "run", "-h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("run -h: got error %v", err)
	}
}

func TestRunTwice(t *testing.T) {
	dir := t.TempDir()
	args := []string{"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-results", dir}
	first, progress, err := command(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(first, "label corruption  train accuracy %") || !strings.Contains(progress, "run 12 of 12, mnist[500] mlp 1x64 label corruption 1 seed 2: 20 epochs in") {
		t.Errorf("first run:\n%s%s", progress, first)
	}
	second, progress, err := command(t.Context(), args...)
	if err != nil || second != first || progress != "" {
		t.Errorf("the second run must read the same from disk, silently:\n%s%s%v", progress, second, err)
	}
}

// stopAfter ends a context when its text has passed through.
type stopAfter struct {
	bytes.Buffer
	text string
	stop context.CancelFunc
}

func (s *stopAfter) Write(b []byte) (int, error) {
	if strings.Contains(string(b), s.text) {
		s.stop()
	}
	return s.Buffer.Write(b)
}

func TestStopSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir, stderr := t.TempDir(), &stopAfter{text: "run 2 of 12", stop: cancel}
	err := run(ctx, []string{"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-results", dir}, &bytes.Buffer{}, stderr)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "go on with: rethinking run zhang2017/random-labels-mnist -scale smoke") {
		t.Errorf("got error %v", err)
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "*.provenance.json")); len(kept) == 0 || len(kept) == 12 {
		t.Errorf("kept %v, want those that were finished", kept)
	}
}

func TestCheckout(t *testing.T) {
	root, err := checkout()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "kernel-setup", "doctor")); err != nil {
		t.Error(err)
	}
	t.Chdir(t.TempDir())
	if _, err := checkout(); err == nil || !strings.Contains(err.Error(), "is not inside a checkout") {
		t.Errorf("got error %v", err)
	}
}

func TestMean(t *testing.T) {
	for want, s := range map[string]study.Spread{
		"99.50 ± 0.25": {N: 3, Of: 3, Mean: 99.5, SD: 0.25},
		"12.00":        {N: 1, Of: 1, Mean: 12},
		"2 of 3 seeds": {N: 2, Of: 3, Mean: 5},
		"0 of 3 seeds": {Of: 3},
	} {
		if got := mean(s); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
