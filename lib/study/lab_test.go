package study_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

// tiny is an experiment of a second: 200 digits, a net of 32 units.
func tiny(seed int64) study.Experiment {
	return study.Experiment{
		Data:       study.Data{Name: "mnist", Train: 200, Test: 100},
		Corruption: study.Corruption{Labels: 0.5},
		Net:        study.MLP(32),
		Training:   study.Training{Epochs: 3, Batch: 64, LearningRate: 0.1, Momentum: 0.9, Decay: 0.95},
		Seed:       seed,
	}
}

func openLab(t *testing.T, o study.Options) *study.Lab {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	lab, err := study.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

// watcher records what it is told, and calls then on every progress.
type watcher struct {
	progress  []study.Progress
	finished  []study.Finished
	measuring []study.Measuring
	then      func(study.Progress)
}

func (w *watcher) Progress(p study.Progress) {
	w.progress = append(w.progress, p)
	if w.then != nil {
		w.then(p)
	}
}
func (w *watcher) Fetching(study.Fetching)     {}
func (w *watcher) Measuring(m study.Measuring) { w.measuring = append(w.measuring, m) }
func (w *watcher) Finished(f study.Finished)   { w.finished = append(w.finished, f) }

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func resultFile(dir string, e study.Experiment) string { return filepath.Join(dir, e.Key()+".json") }

func TestSameExperimentSameBytes(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if _, err := openLab(t, study.Options{Dir: dir}).Run(t.Context(), tiny(1)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, resultFile(a, tiny(1))), read(t, resultFile(b, tiny(1)))); diff != "" {
		t.Error("two runs gave different bytes:\n" + diff)
	}
}

// What a run gives must not depend on the runs before it in the same Lab.
func TestOrderOfASweepDoesNotMatter(t *testing.T) {
	lab := openLab(t, study.Options{})
	sweep, err := lab.All(t.Context(), tiny(1), tiny(2), tiny(3))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := openLab(t, study.Options{}).Run(t.Context(), tiny(3))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alone.Measurements, sweep[2].Measurements); diff != "" {
		t.Error("alone and in a sweep:\n" + diff)
	}
	if cmp.Equal(sweep[0].Measurements.Curves, sweep[1].Measurements.Curves) {
		t.Error("two seeds gave the same curves")
	}
}

func TestARunIsPaidOnce(t *testing.T) {
	dir, w := t.TempDir(), &watcher{}
	first, err := openLab(t, study.Options{Dir: dir, Scale: study.Smoke, Observer: w}).Run(t.Context(), tiny(1))
	if err != nil {
		t.Fatal(err)
	}
	again := &watcher{}
	second, err := openLab(t, study.Options{Dir: dir, Backend: "must-not-be-opened", Observer: again}).Run(t.Context(), tiny(1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error("read differs from trained:\n" + diff)
	}
	if len(w.progress) < 3 || w.finished[0].FromDisk || len(again.progress) != 0 || !again.finished[0].FromDisk {
		t.Errorf("trained: %d progress, then %d; from disk %v", len(w.progress), len(again.progress), again.finished[0].FromDisk)
	}
	if last := w.progress[len(w.progress)-1]; last.Fraction != 1 || last.Epoch != 3 || last.Of != 1 {
		t.Errorf("last progress %+v", last)
	}
}

func TestMeasurementsAndProvenance(t *testing.T) {
	r, err := openLab(t, study.Options{Scale: study.Smoke}).Run(t.Context(), tiny(1))
	if err != nil {
		t.Fatal(err)
	}
	m, p := r.Measurements, r.Provenance
	if m.Parameters != 784*32+32+32*10+10 || m.Train != 200 || m.Test != 100 {
		t.Errorf("measurements %+v", m)
	}
	// 200 labels redrawn with probability 0.5, of which 9 in 10 differ: 90 expected, standard deviation 7.
	if m.Corrupted < 55 || m.Corrupted > 125 {
		t.Errorf("%d corrupted labels", m.Corrupted)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3}, m.Curves.Epoch); diff != "" {
		t.Error(diff)
	}
	if p.Scale != study.Smoke || p.Backend == "" || p.Platform == "" || p.Device == "" || p.Plugin == "" || p.Go == "" ||
		p.Commit != study.Commit() || p.Processors != runtime.NumCPU() || p.Started.IsZero() || p.Seconds.Total <= 0 || p.Seconds.Training <= 0 {
		t.Errorf("provenance %+v", p)
	}
	if strings.Contains(p.Plugin, "/") {
		t.Errorf("the provenance names a folder of this machine: %s", p.Plugin)
	}
}

// At n = 1000, a net of 512 units fits labels drawn at random, and knows nothing of the test set.
func TestRandomLabelsAreFitted(t *testing.T) {
	e := tiny(1)
	e.Data, e.Corruption.Labels, e.Net = study.Data{Name: "mnist", Train: 1000}, 1, study.MLP(512)
	e.Training.Epochs, e.Training.Target, e.Training.Decay = 100, 1, 1
	r, err := openLab(t, study.Options{}).Run(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	fit, _ := study.Final(study.TrainAccuracy).Of(r)
	test, _ := study.Final(study.TestAccuracy).Of(r)
	if epochs, ok := study.EpochsToFit(1).Of(r); !ok || fit != 100 || epochs == 0 {
		t.Errorf("train accuracy %.1f%% after %v epochs", fit, epochs)
	}
	if test < 5 || test > 15 {
		t.Errorf("test accuracy %.1f%%, want chance", test)
	}
}

func TestDamagedResults(t *testing.T) {
	dir, other := t.TempDir(), tiny(2)
	lab := openLab(t, study.Options{Dir: dir})
	if _, err := lab.All(t.Context(), tiny(1), other); err != nil {
		t.Fatal(err)
	}
	result, provenance := resultFile(dir, tiny(1)), filepath.Join(dir, tiny(1).Key()+".provenance.json")
	whole, foreign := read(t, result), read(t, resultFile(dir, other))
	digit := slices.Clone(whole)
	digit[strings.Index(string(whole), `"trainLoss":[`)+14] ^= 1
	for name, damage := range map[string]struct {
		path    string
		content []byte
	}{
		"truncated":             {result, whole[:len(whole)/2]},
		"empty":                 {result, nil},
		"one bit":               {result, digit},
		"another experiment's":  {result, foreign},
		"another protocol":      {result, slices.Concat([]byte("{\n\"protocol\":1,"), whole[bytes.IndexByte(whole, ',')+1:])},
		"provenance truncated":  {provenance, []byte("{")},
		"provenance is missing": {provenance, nil},
	} {
		before := read(t, damage.path)
		if err := os.WriteFile(damage.path, damage.content, 0o644); err != nil {
			t.Fatal(err)
		}
		if name == "provenance is missing" {
			os.Remove(damage.path)
		}
		_, err := lab.Run(t.Context(), tiny(1))
		if err == nil || !strings.Contains(err.Error(), damage.path+" is damaged") || !strings.Contains(err.Error(), "delete it to train again") {
			t.Errorf("%s: got error %v", name, err)
		}
		if b, _ := os.ReadFile(damage.path); !slices.Equal(b, damage.content) {
			t.Errorf("%s: the damaged file was replaced", name)
		}
		os.WriteFile(damage.path, before, 0o644)
	}
	if _, err := lab.Run(t.Context(), tiny(1)); err != nil {
		t.Error("restored, but", err)
	}
}

func TestResultsFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", filepath.Join(file, "results"), "/proc/results"} {
		if _, err := study.Open(study.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "results folder") {
			t.Errorf("%q: got error %v", dir, err)
		}
	}
}

// limitFiles lets no file of this process grow beyond size bytes, as a full disk would; 0 lifts the limit.
func limitFiles(t *testing.T, size uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur = size; size == 0 {
		limit.Cur = limit.Max
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}

// The limit holds for a whole process, so the test runs in one of its own.
func TestFullResultsFolder(t *testing.T) {
	const inChild = "RETHINKING_TEST_FULL_FOLDER"
	if os.Getenv(inChild) != "" {
		testFullResultsFolder(t)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFullResultsFolder$")
	child.Env = append(os.Environ(), inChild+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func testFullResultsFolder(t *testing.T) {
	dir := t.TempDir()
	limitFiles(t, 100)
	_, err := study.Open(study.Options{Dir: dir})
	limitFiles(t, 0)
	if err == nil || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("at the start: got error %v", err)
	}
	lab := openLab(t, study.Options{Dir: dir})
	limitFiles(t, 100)
	r, err := lab.Run(t.Context(), tiny(1))
	if err == nil || !strings.Contains(err.Error(), "is not kept") || len(r.Measurements.Curves.Epoch) != 4 {
		t.Errorf("after training: got error %v with %d evaluations", err, len(r.Measurements.Curves.Epoch))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(left) != 0 {
		t.Errorf("left half-written: %v", left)
	}
}

func TestStopKeepsWhatIsFinished(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &watcher{then: func(p study.Progress) {
		if p.Index == 1 && p.Epoch == 1 {
			cancel()
		}
	}}
	dir := t.TempDir()
	long := tiny(2)
	long.Training.Epochs = 100000
	start := time.Now()
	results, err := openLab(t, study.Options{Dir: dir, Observer: w, Workers: 1}).All(ctx, tiny(1), long, tiny(3))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 of 3 experiments done; run again to go on") {
		t.Errorf("got error %v", err)
	}
	if len(results) != 3 || len(results[0].Measurements.Curves.Epoch) != 4 || time.Since(start) > 20*time.Second {
		t.Errorf("%d results after %v", len(results), time.Since(start))
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) != 2 {
		t.Errorf("files %v, want the two of the finished run", files)
	}
}

func TestAFailedRunDoesNotStopTheOthers(t *testing.T) {
	diverging := tiny(2)
	diverging.Training.LearningRate = 1e30
	w := &watcher{}
	results, err := openLab(t, study.Options{Observer: w}).All(t.Context(), tiny(1), diverging, tiny(3))
	if !errors.Is(err, train.ErrDiverged) || !strings.Contains(err.Error(), diverging.String()) || !strings.Contains(err.Error(), "step") {
		t.Errorf("got error %v", err)
	}
	if len(results[0].Measurements.Curves.Epoch) == 0 || len(results[1].Measurements.Curves.Epoch) != 0 || len(results[2].Measurements.Curves.Epoch) == 0 {
		t.Error("the first and the third run must have results, the second none")
	}
	if len(w.finished) != 3 || slices.IndexFunc(w.finished, func(f study.Finished) bool { return f.Index == 1 && f.Err != nil }) < 0 {
		t.Errorf("finished: %+v", w.finished)
	}
}

func TestMissingData(t *testing.T) {
	elsewhere := tiny(1)
	elsewhere.Data.Name = "cifar10"
	_, err := openLab(t, study.Options{DataDir: t.TempDir()}).Run(t.Context(), elsewhere)
	if err == nil || !strings.Contains(err.Error(), "no CIFAR-10 in") {
		t.Errorf("got error %v", err)
	}
}

func TestUnknownBackend(t *testing.T) {
	_, err := openLab(t, study.Options{Backend: "tpu9000"}).Run(t.Context(), tiny(1))
	if err == nil || !strings.Contains(err.Error(), `backend "tpu9000" does not open`) {
		t.Errorf("got error %v", err)
	}
}

func ExampleExperiment_String() {
	fmt.Println(tiny(7))
	// Output: mnist[200] mlp 1x32 label corruption 0.5 seed 7
}
