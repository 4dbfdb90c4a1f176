package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rethinking/lib/papers/krueger2017"
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
		`unknown command "train"`:      {"train"},
		"run takes one study":          {"run"},
		`unknown study "nobody"`:       {"run", "nobody"},
		`unknown scale "huge"`:         {"run", "zhang2017/random-labels-mnist", "-scale", "huge"},
		"choose a folder":              {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-results", "/proc/results"},
		"flag provided but not def":    {"list", "-x"},
		"there is no task 12":          {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-index", "12"},
		"a batch of 0 experiments":     {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-index", "0", "-batch", "0"},
		"use one of them":              {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-gpus", "1", "-workers", "1"},
		"GPUs are asked for":           {"run", "zhang2017/random-labels-mnist", "-scale", "smoke", "-gpus", "1000"},
		"list of experiments":          {"run", "zhang2017/random-labels-mnist", "-only", "/nowhere"},
		"status takes one study":       {"status"},
		"there is no results folder":   {"status", "zhang2017/random-labels-mnist", "-results", "/nowhere"},
		"no results folder /nowhere:":  {"claims", "-results", "/nowhere"},
		"slurm takes one study":        {"slurm", "a", "b"},
		`time limit "soon"`:            {"slurm", "zhang2017/random-labels-mnist", "-print", "-time", "soon"},
		"results folder":               {"slurm", "zhang2017/random-labels-mnist", "-print", "-results", "/proc/results"},
		"claims takes no argument":     {"claims", "zhang2017"},
		"decide takes one claim":       {"decide", "-scale", "standard"},
		`no claim "K99": there are Z1`: {"decide", "K99", "-scale", "standard"},
		`unknown paper "lecun1993"`:    {"claims", "-paper", "lecun1993"},
		`unknown outcome "true"`:       {"claims", "-outcome", "true"},
		"no CIFAR-10 in":               {"slurm", "zhang2017/table1-mlp", "-print", "-results", t.TempDir(), "-data", t.TempDir()},
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
	if !strings.Contains(first, "label corruption  final train accuracy (%)") || !strings.Contains(progress, "run 12 of 12, mnist[500] mlp 1x64 label corruption 1 seed 2: 20 epochs in") {
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

// A study of questions is run, counted and listed as one of experiments is.
func TestQuestions(t *testing.T) {
	dir := t.TempDir()
	args := []string{"zhang2017/theorem1", "-scale", "smoke", "-results", dir}
	data := func(args []string) []string { return append(args, "-data", t.TempDir()) }
	if _, _, err := command(t.Context(), append(data([]string{"run"}), args...)...); err == nil || !strings.Contains(err.Error(), "CIFAR-10") {
		t.Errorf("without images: error %v", err)
	}
	out, _, err := command(t.Context(), append([]string{"status", "-v"}, args...)...)
	if err != nil || !strings.Contains(out, "failed  zhang2017/theorem1") || !strings.Contains(out, "done    zhang2017/theorem1") {
		t.Errorf("%s%v", out, err)
	}
}

// The ledger as text, JSON and CSV; filters choose from it; what was not run is said; an error is told by the exit status.
func TestClaims(t *testing.T) {
	out, _, err := command(t.Context(), "claims", "-scale", "standard", "-json")
	var all, some []claimLine
	if err != nil || json.Unmarshal([]byte(out), &all) != nil || len(all) < 54 {
		t.Fatalf("%d claims, error %v", len(all), err)
	}
	out, _, err = command(t.Context(), "claims", "-scale", "standard", "-json", "-paper", "krueger2017", "-outcome", "reproduced")
	if err != nil || json.Unmarshal([]byte(out), &some) != nil || len(some) == 0 || len(some) >= len(all) {
		t.Errorf("%d of %d claims, error %v", len(some), len(all), err)
	}
	for _, c := range some {
		if c.Paper != "krueger2017" || c.Outcome != "reproduced" || c.N == 0 || c.Statistic == "" || c.Scale != study.Standard || c.Page == "" || c.Figure == "" {
			t.Errorf("%+v", c)
		}
	}
	out, _, err = command(t.Context(), "claims", "-scale", "standard", "-csv")
	if lines, bad := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || bad != nil || len(lines) != len(all)+1 || lines[0][0] != "id" {
		t.Errorf("CSV of %d lines: %v, %v", len(lines), err, bad)
	}
	out, _, err = command(t.Context(), "claims", "-scale", "standard", "-results", t.TempDir())
	if err != nil || !strings.Contains(out, fmt.Sprintf("%d claims: %d not run", len(all), len(all))) {
		t.Errorf("of an empty folder: %q, %v", out, err)
	}
	dir := t.TempDir()
	key := krueger2017.Capacity(study.Standard)[0].Key()
	if err := os.WriteFile(filepath.Join(dir, key+".json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err = command(t.Context(), "claims", "-scale", "standard", "-results", dir)
	if !errors.Is(err, errNotJudged) || !strings.Contains(out, "is damaged") || !strings.Contains(out, " error") {
		t.Errorf("of a damaged result: %q, %v", out, err)
	}
}

// What a verdict waits for is run, and no more; a budget that is too small runs nothing.
func TestDecide(t *testing.T) {
	dir := t.TempDir()
	lab, err := study.Open(study.Options{Dir: dir, Scale: study.Quick})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	runs := study.Where(krueger2017.Capacity(study.Quick), func(e study.Experiment) bool {
		return e.Net.Hidden[0] == 8 && (krueger2017.Level(e) == 0 || krueger2017.Level(e) == 1)
	})
	if _, err := lab.All(t.Context(), runs...); err != nil {
		t.Fatal(err)
	}
	before := len(files(t, dir))
	out, _, err := command(t.Context(), "decide", "K1", "-scale", "quick", "-results", dir, "-budget", "1ns")
	if err != nil || !strings.Contains(out, ", exploratory") || !strings.Contains(out, "wants seeds 4 to 8: 3 runs") || len(files(t, dir)) != before {
		t.Errorf("%q, error %v", out, err)
	}
	out, _, err = command(t.Context(), "decide", "K1", "-scale", "quick", "-results", dir, "-budget", "10m")
	if after := out[strings.LastIndex(out, "K1: "):]; err != nil || strings.Contains(after, "exploratory") || len(files(t, dir)) != before+2*5*3 {
		t.Errorf("%q, error %v, %d files", out, err, len(files(t, dir)))
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
