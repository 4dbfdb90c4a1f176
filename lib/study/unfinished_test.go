package study_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// longer is an experiment of a few seconds, with everything that has a state: momentum, batch normalization, dropout, a crop.
func longer(seed int64) study.Experiment {
	e := tiny(seed)
	e.Data.Train = 1000
	e.Net = study.Net{Kind: "mlp", Hidden: []int{32, 32}, BatchNorm: true}
	e.Regularization = study.Regularization{Dropout: 0.1, Crop: true, WeightDecay: 1e-4}
	e.Training.Epochs = 120
	return e
}

// The environment variables by which a test runs itself in a process of its own, on a sweep in a results folder.
const childDir, childSweep = "RETHINKING_TEST_DIR", "RETHINKING_TEST_SWEEP"

// TestChild is no test: it is the process that the tests below start.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	var sweep []study.Experiment
	if err := json.Unmarshal([]byte(os.Getenv(childSweep)), &sweep); err != nil {
		t.Fatal(err)
	}
	w := &watcher{}
	if _, err := openLab(t, study.Options{Dir: dir, Observer: w, Workers: 1, Checkpoint: time.Millisecond}).All(t.Context(), sweep...); err != nil {
		t.Fatal(err)
	}
	for _, f := range w.finished {
		if !f.FromDisk {
			fmt.Println("trained", f.Work.Key())
		}
	}
}

// start runs a sweep in another process.
func start(t *testing.T, dir string, sweep ...study.Experiment) (command *exec.Cmd, output *strings.Builder) {
	t.Helper()
	text, err := json.Marshal(sweep)
	if err != nil {
		t.Fatal(err)
	}
	command, output = exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v"), &strings.Builder{}
	command.Env = append(os.Environ(), childDir+"="+dir, childSweep+"="+string(text))
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, output
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A run that is killed again and again, at moments that it does not choose, ends with the same bytes as an unbroken one.
func TestAKilledRunEndsWithTheSameBytes(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	if _, err := openLab(t, study.Options{Dir: whole}).Run(t.Context(), longer(1)); err != nil {
		t.Fatal(err)
	}
	rng, checkpoint := rand.New(rand.NewPCG(1, 1)), filepath.Join(broken, ".unfinished", longer(1).Key()+".checkpoint")
	for range 3 {
		os.Chtimes(checkpoint, time.Unix(0, 0), time.Unix(0, 0))
		command, output := start(t, broken, longer(1))
		for deadline := time.Now().Add(60 * time.Second); !fresh(checkpoint); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no checkpoint after a minute:\n%s", output)
			}
		}
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
		command.Process.Kill()
		command.Wait()
		if exists(resultFile(broken, longer(1))) {
			t.Fatal("the run was not killed in time: make it longer")
		}
	}
	r, err := openLab(t, study.Options{Dir: broken}).Run(t.Context(), longer(1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read(t, resultFile(whole, longer(1))), read(t, resultFile(broken, longer(1)))); diff != "" {
		t.Error("a broken run gave different bytes:\n" + diff)
	}
	if r.Provenance.Resumed != 3 {
		t.Errorf("the provenance tells of %d resumptions, want 3", r.Provenance.Resumed)
	}
	if left, _ := filepath.Glob(filepath.Join(broken, ".unfinished", "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func fresh(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.ModTime().Year() > 1970
}

// Stopping writes a checkpoint at once, however long the time between two is.
func TestStopWritesACheckpoint(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{then: func(p study.Progress) {
		if p.Epoch == 60 {
			cancel()
		}
	}}
	_, err := openLab(t, study.Options{Dir: dir, Observer: w, Checkpoint: time.Hour}).Run(ctx, longer(1))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v", err)
	}
	again := &watcher{}
	if _, err := openLab(t, study.Options{Dir: dir, Observer: again}).Run(t.Context(), longer(1)); err != nil {
		t.Fatal(err)
	}
	if first := again.progress[0]; first.Epoch < 60 {
		t.Errorf("went on from %+v", first)
	}
	if !slices.ContainsFunc(again.progress, func(p study.Progress) bool { return p.Left > 0 }) {
		t.Error("the time left is never told")
	}
}

func TestADamagedOrForeignCheckpointIsAnError(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{then: func(study.Progress) { cancel() }}
	if _, err := openLab(t, study.Options{Dir: dir, Observer: w, Backend: "xla:cpu"}).Run(ctx, longer(1)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v", err)
	}
	path := filepath.Join(dir, ".unfinished", longer(1).Key()+".checkpoint")
	if _, err := openLab(t, study.Options{Dir: dir, Backend: "go"}).Run(t.Context(), longer(1)); err == nil ||
		!strings.Contains(err.Error(), "on backend xla:cpu, this is run") || !strings.Contains(err.Error(), "delete the checkpoint to start over") {
		t.Errorf("another backend: got error %v", err)
	}
	content := read(t, path)
	for name, spoilt := range map[string][]byte{"cut off": content[:len(content)/2], "empty": {}, "altered": append(slices.Clone(content[:len(content)-1]), content[len(content)-1]+1)} {
		if err := os.WriteFile(path, spoilt, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := openLab(t, study.Options{Dir: dir}).Run(t.Context(), longer(1)); err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.Contains(err.Error(), "delete it to start the run over") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

// Two processes on one folder share a sweep: every run is trained once, and both end with all results.
func TestTwoProcessesShareASweep(t *testing.T) {
	dir, sweep := t.TempDir(), study.Seeds(longer(0), 5)
	one, first := start(t, dir, sweep...)
	two, second := start(t, dir, sweep...)
	if err := errors.Join(one.Wait(), two.Wait()); err != nil {
		t.Fatalf("%v\n%s\n%s", err, first, second)
	}
	for _, e := range sweep {
		a, b := strings.Count(first.String(), "trained "+e.Key()), strings.Count(second.String(), "trained "+e.Key())
		if a+b != 1 {
			t.Errorf("%s was trained %d and %d times", e, a, b)
		}
	}
	if !strings.Contains(first.String(), "trained") || !strings.Contains(second.String(), "trained") {
		t.Errorf("one process did all the work:\n%s\n%s", first, second)
	}
	lab := openLab(t, study.Options{Dir: dir, Backend: "must-not-be-opened"})
	if _, err := lab.All(t.Context(), sweep...); err != nil {
		t.Error(err)
	}
}

// Side by side or one after another: the same bytes, also for a net whose products XLA would spread over the cores, and for a batch so large
// that it would split its sums.
func TestWorkersDoNotChangeNumbers(t *testing.T) {
	wide := tiny(1)
	wide.Data.Train, wide.Net = 2000, study.MLP(512, 512)
	large := tiny(1)
	large.Data.Train, large.Net, large.Training.Batch = 2000, study.MLP(16), 2000
	sweep := append(append(study.Seeds(wide, 2), large), study.Seeds(longer(0), 2)...)
	alone, together := t.TempDir(), t.TempDir()
	for dir, workers := range map[string]int{alone: 1, together: 3} {
		w := &watcher{}
		if _, err := openLab(t, study.Options{Dir: dir, Workers: workers, Backend: "xla:cpu", Observer: w}).All(t.Context(), sweep...); err != nil {
			t.Fatal(err)
		}
		for i, p := range w.progress {
			if p.Fraction < 0 || p.Fraction > 1 || i > 0 && p.Fraction < w.progress[i-1].Fraction-1e-9 {
				t.Errorf("%d workers: done %.3f after %.3f", workers, p.Fraction, w.progress[max(i-1, 0)].Fraction)
			}
		}
	}
	for _, e := range sweep {
		if diff := cmp.Diff(read(t, resultFile(alone, e)), read(t, resultFile(together, e))); diff != "" {
			t.Errorf("%s:\n%s", e, diff)
		}
	}
}

// Weights are those at the end of the run, with the running averages, whether they are asked for before its result is there or later.
func TestWeights(t *testing.T) {
	first, later := t.TempDir(), t.TempDir()
	e := tiny(1)
	e.Net.BatchNorm = true
	atOnce, err := openLab(t, study.Options{Dir: first}).Weights(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	lab := openLab(t, study.Options{Dir: later})
	r, err := lab.Run(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, resultFile(later, e))
	again, err := lab.Weights(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(atOnce, again) || !cmp.Equal(before, read(t, resultFile(later, e))) {
		t.Error("asking for weights later gives others, or changes the result")
	}
	parameters := 0
	for path, values := range again {
		if !strings.Contains(path, "running") && !strings.Contains(path, "updates") {
			parameters += len(values)
		}
	}
	if parameters != r.Measurements.Parameters || again["/hidden_0/running_mean"] == nil {
		t.Errorf("%d weights, want %d; variables %v", parameters, r.Measurements.Parameters, len(again))
	}
}

// A result that cannot be written leaves the checkpoint, from which the run goes on.
func TestAnUnwrittenResultKeepsItsCheckpoint(t *testing.T) {
	dir, e := t.TempDir(), longer(1)
	inTheWay := filepath.Join(dir, e.Key()+".provenance.json")
	if err := os.Mkdir(inTheWay, 0o755); err != nil {
		t.Fatal(err)
	}
	o := study.Options{Dir: dir, Checkpoint: time.Millisecond}
	if _, err := openLab(t, o).Run(t.Context(), e); err == nil || !strings.Contains(err.Error(), "not kept") {
		t.Fatalf("error %v", err)
	}
	if !exists(filepath.Join(dir, ".unfinished", e.Key()+".checkpoint")) {
		t.Fatal("the checkpoint is gone, and with it the run")
	}
	os.Remove(inTheWay)
	if r, err := openLab(t, o).Run(t.Context(), e); err != nil || r.Provenance.Resumed != 1 {
		t.Errorf("resumed %d times, error %v", r.Provenance.Resumed, err)
	}
}
