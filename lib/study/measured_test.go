package study_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rethinking/lib/study"
)

type question struct{ N int }
type answer struct{ Square float64 }

// square answers questions, and counts how often it had to.
type square struct{ calls int }

func (s *square) ask(ctx context.Context, l *study.Lab, n int) (answer, error) {
	return study.Measure(ctx, l, "test/square", question{n}, func(_ context.Context, done func(float64)) (answer, error) {
		s.calls++
		done(0.5)
		return answer{float64(n * n)}, nil
	})
}

func TestAMeasurementIsPaidOnce(t *testing.T) {
	dir, s, w := t.TempDir(), &square{}, &watcher{}
	for range 2 {
		got, err := s.ask(t.Context(), openLab(t, study.Options{Dir: dir, Observer: w}), 7)
		if err != nil || got.Square != 49 {
			t.Fatal(got, err)
		}
	}
	if other, err := s.ask(t.Context(), openLab(t, study.Options{Dir: dir}), 8); err != nil || other.Square != 64 || s.calls != 2 {
		t.Error(other, err, s.calls)
	}
	if len(w.measuring) != 2 || w.measuring[0].Fraction != 0.5 || w.measuring[0].Kind != "test/square" || w.measuring[1].Took <= 0 {
		t.Errorf("observed %v", w.measuring)
	}
}

// Many questions are one computation to an observer, and a failure names its question.
func TestMeasureAll(t *testing.T) {
	w := &watcher{}
	lab := openLab(t, study.Options{Observer: w})
	ask := func(ns ...question) ([]answer, error) {
		return study.MeasureAll(t.Context(), lab, "test/all", ns, func(q question, _ context.Context, _ *study.Lab, done func(float64)) (answer, error) {
			if q.N == 0 {
				return answer{}, errors.New("no")
			}
			done(0.5)
			return answer{float64(q.N)}, nil
		})
	}
	got, err := ask(question{1}, question{2})
	if err != nil || len(got) != 2 || got[0].Square != 1 || got[1].Square != 2 {
		t.Fatal(got, err)
	}
	if shares, want := w.shares(), []float64{0, 0.25, 0.5, 0.75, 1}; !slices.Equal(shares, want) {
		t.Errorf("shares %v, want %v", shares, want)
	}
	if _, err := ask(question{1}, question{0}); err == nil || !strings.Contains(err.Error(), "{N:0}: test/all: no") {
		t.Errorf("error %v", err)
	}
}

// shares are the shares done that an observer was told of.
func (w *watcher) shares() (all []float64) {
	for _, m := range w.measuring {
		all = append(all, m.Fraction)
	}
	return all
}

type sized float64

func (s sized) Work() float64 { return float64(s) }

// Where questions say how much work they are, the share done is of that: 1 and 3 of 4. None is no work.
func TestMeasureAllBySize(t *testing.T) {
	w := &watcher{}
	lab := openLab(t, study.Options{Observer: w})
	_, err := study.MeasureAll(t.Context(), lab, "test/sized", []sized{0, 3}, func(s sized, _ context.Context, _ *study.Lab, done func(float64)) (answer, error) {
		done(0.5)
		return answer{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if shares, want := w.shares(), []float64{0, 0.125, 0.25, 0.625, 1}; !slices.Equal(shares, want) {
		t.Errorf("shares %v, want %v", shares, want)
	}
}

func TestADamagedMeasurementIsAnError(t *testing.T) {
	dir, s := t.TempDir(), &square{}
	if _, err := s.ask(t.Context(), openLab(t, study.Options{Dir: dir}), 7); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*[0-9a-f].json"))
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(f, []byte(strings.Replace(string(content), "49", "50", 1)), 0o644)
	}
	if _, err := s.ask(t.Context(), openLab(t, study.Options{Dir: dir}), 7); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
}

func TestAFailedMeasurementIsNotKept(t *testing.T) {
	dir := t.TempDir()
	ask := func(compute func() (answer, error)) (answer, error) {
		return study.Measure(t.Context(), openLab(t, study.Options{Dir: dir}), "test/square", question{1}, func(context.Context, func(float64)) (answer, error) { return compute() })
	}
	failure := errors.New("singular")
	if _, err := ask(func() (answer, error) { return answer{}, failure }); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	if _, err := ask(func() (answer, error) { panic("index 7 out of range") }); err == nil || !strings.Contains(err.Error(), "index 7") {
		t.Errorf("error %v", err)
	}
	if got, err := ask(func() (answer, error) { return answer{3}, nil }); err != nil || got.Square != 3 {
		t.Error(got, err)
	}
}

// Several Labs that ask the same at once compute it once.
func TestMeasurementsAreSharedBetweenLabs(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	var all sync.WaitGroup
	calls := 0
	for range 4 {
		lab := openLab(t, study.Options{Dir: dir})
		all.Go(func() {
			got, err := study.Measure(t.Context(), lab, "test/count", question{2}, func(context.Context, func(float64)) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				calls++
				return 12, nil
			})
			if err != nil || got != 12 {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
	if calls != 1 {
		t.Errorf("computed %d times", calls)
	}
}

func TestExamplesNeedNoNet(t *testing.T) {
	lab := openLab(t, study.Options{})
	e := study.Experiment{Data: study.Data{Name: "mnist", Train: 50, Test: 20}, Corruption: study.Corruption{Labels: 1}, Seed: 1}
	train, test, err := lab.Examples(t.Context(), e)
	if err != nil || train.Len() != 50 || test.Len() != 20 || len(train.X) != 50*train.Dim() || len(test.X) != 20*784 {
		t.Fatal(train.Len(), test.Len(), err)
	}
	e.Data.Train = -1
	if _, _, err := lab.Examples(t.Context(), e); err == nil || !strings.Contains(err.Error(), "Data.Train is -1") {
		t.Errorf("error %v", err)
	}
}
