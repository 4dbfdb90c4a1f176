package study_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// square asks for the square of N.
type square struct{ N int }
type answer struct{ Square float64 }

var calls atomic.Int32 // of Answer, by one test at a time

func (square) Kind() string { return "test/square" }
func (q square) Answer(_ context.Context, _ *study.Lab, done func(float64)) (answer, error) {
	calls.Add(1)
	switch done(0.5); q.N {
	case 0:
		return answer{}, errors.New("singular")
	case -1:
		panic("index 7 out of range")
	}
	return answer{float64(q.N * q.N)}, nil
}

func TestAQuestionIsPaidOnce(t *testing.T) {
	dir, w := t.TempDir(), &watcher{}
	calls.Store(0)
	for range 2 {
		got, err := study.Ask(t.Context(), openLab(t, study.Options{Dir: dir, Observer: w, Scale: study.Smoke}), square{7}, square{8})
		if err != nil || got[0].Answer.Square != 49 || got[1].Answer.Square != 64 || got[1].Question.N != 8 || got[0].Origin().Scale != study.Smoke {
			t.Fatal(got, err)
		}
	}
	if calls.Load() != 2 {
		t.Errorf("answered %d times", calls.Load())
	}
	if shares, want := w.shares(), []float64{0, 0.25, 0.5, 0.75, 1}; !slices.Equal(shares, want) || w.measuring[4].Took <= 0 {
		t.Errorf("shares %v, want %v", shares, want)
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
func (s sized) Kind() string  { return "test/sized" }
func (s sized) Answer(_ context.Context, _ *study.Lab, done func(float64)) (answer, error) {
	done(0.5)
	return answer{}, nil
}

// Where questions say how much work they are, the share done is of that: 1 and 3 of 4. None is no work.
func TestShareDoneIsOfTheWork(t *testing.T) {
	w := &watcher{}
	if _, err := study.Ask(t.Context(), openLab(t, study.Options{Observer: w}), sized(0), sized(3)); err != nil {
		t.Fatal(err)
	}
	if shares, want := w.shares(), []float64{0, 0.125, 0.25, 0.625, 1}; !slices.Equal(shares, want) {
		t.Errorf("shares %v, want %v", shares, want)
	}
}

// A failed question is named, is not kept, and does not stop the others; a panic is a failure.
func TestAFailedQuestion(t *testing.T) {
	dir := t.TempDir()
	calls.Store(0)
	for range 2 {
		got, err := study.Ask(t.Context(), openLab(t, study.Options{Dir: dir}), square{0}, square{-1}, square{2})
		if err == nil || !strings.Contains(err.Error(), "test/square {N:0}: singular") || !strings.Contains(err.Error(), "index 7") || got[2].Answer.Square != 4 {
			t.Errorf("%v, error %v", got, err)
		}
	}
	if calls.Load() != 5 {
		t.Errorf("answered %d times, want twice the failures and once the other", calls.Load())
	}
}

// grown is square's question as it would be asked after its answer has gained a field; newer says so by its schema.
type grown struct{ square }
type grownAnswer struct{ Square, Root float64 }
type newer struct{ grown }

func (q grown) Answer(context.Context, *study.Lab, func(float64)) (grownAnswer, error) {
	return grownAnswer{}, errors.New("answered anew")
}
func (newer) Schema() int { return 2 }

func TestAnswersThatAreDamagedOrOfAnotherTime(t *testing.T) {
	dir := t.TempDir()
	lab := openLab(t, study.Options{Dir: dir})
	if _, err := study.Ask(t.Context(), lab, square{7}); err != nil {
		t.Fatal(err)
	}
	_, err := study.Ask(t.Context(), lab, grown{square{7}})
	if err == nil || !strings.Contains(err.Error(), "has other fields than study_test.grownAnswer") {
		t.Errorf("a field that is gained is read as zero, error %v", err)
	}
	_, err = study.Ask(t.Context(), lab, newer{grown{square{7}}})
	if err == nil || !strings.Contains(err.Error(), "of schema 1, and test/square has schema 2 now") {
		t.Errorf("another schema: error %v", err)
	}
	path := filepath.Join(dir, study.Asked(square{7}).Key()+".json")
	os.WriteFile(path, []byte(strings.Replace(string(read(t, path)), "49", "50", 1)), 0o644)
	if _, err := study.Ask(t.Context(), lab, square{7}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v", err)
	}
	if _, err := study.StageOf(dir, study.Asked(square{7})); err == nil {
		t.Error("a damaged answer has a stage")
	}
}

// Several Labs that ask the same at once compute it once; one that only reads computes nothing.
func TestQuestionsAreSharedBetweenLabs(t *testing.T) {
	dir := t.TempDir()
	calls.Store(0)
	missing := new(study.NotKept)
	if _, err := study.Ask(t.Context(), openLab(t, study.Options{Dir: dir, Kept: true}), square{3}); !errors.As(err, &missing) || missing.Missing != 1 {
		t.Errorf("error %v", err)
	}
	var all sync.WaitGroup
	for range 4 {
		lab := openLab(t, study.Options{Dir: dir})
		all.Go(func() {
			if got, err := study.Ask(t.Context(), lab, square{3}); err != nil || got[0].Answer.Square != 9 {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
	if calls.Load() != 1 {
		t.Errorf("answered %d times", calls.Load())
	}
}

// gate is a question that is answered once its gate opens.
type gate struct{ N int }

var gates = map[int]chan struct{}{}

func (gate) Kind() string { return "test/gate" }
func (q gate) Answer(context.Context, *study.Lab, func(float64)) (answer, error) {
	<-gates[q.N]
	return answer{}, nil
}

// A Lab that finds a question locked answers the others first, so that several share a list of them.
func TestALockedQuestionIsLeftForLast(t *testing.T) {
	dir, opened := t.TempDir(), make(chan struct{})
	gates[1], gates[2], gates[3] = opened, make(chan struct{}), make(chan struct{})
	close(gates[2])
	close(gates[3])
	ask := func(all *sync.WaitGroup, questions ...gate) {
		lab := openLab(t, study.Options{Dir: dir})
		all.Go(func() {
			if _, err := study.Ask(t.Context(), lab, questions...); err != nil {
				t.Error(err)
			}
		})
	}
	var all sync.WaitGroup
	ask(&all, gate{1})
	for stage := study.Left; stage != study.Running; stage, _ = study.StageOf(dir, study.Asked(gate{1})) {
		time.Sleep(time.Millisecond)
	}
	ask(&all, gate{1}, gate{2}, gate{3})
	last := filepath.Join(dir, study.Asked(gate{3}).Key()+".json")
	for deadline := time.Now().Add(30 * time.Second); !exists(last); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("the second lab waits for the first, though two questions are free")
			break
		}
	}
	close(opened)
	all.Wait()
}

// drafted is a question that stops once, with a draft. Its state may have gained a field when it goes on.
type drafted struct{ Gains bool }

func (drafted) Kind() string { return "test/drafted" }
func (q drafted) Answer(ctx context.Context, l *study.Lab, _ func(float64)) (answer, error) {
	var was struct{ Steps float64 }
	var is struct{ Steps, More float64 }
	found, err := study.Resume(l, &was)
	if !found {
		stopped, stop := context.WithCancel(ctx)
		stop()
		was.Steps = 3
		return answer{}, errors.Join(err, stopped.Err(), study.Keep(stopped, l, was))
	}
	if q.Gains {
		_, err = study.Resume(l, &is)
		return answer{is.Steps}, err
	}
	return answer{was.Steps}, err
}

// A question goes on from what it kept, but not from what another version of it kept.
func TestDraftsOfAnotherTime(t *testing.T) {
	for q, want := range map[drafted]float64{{false}: 3, {true}: 0} {
		lab := openLab(t, study.Options{})
		if _, err := study.Ask(t.Context(), lab, q); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got, err := study.Ask(t.Context(), lab, q); err != nil || got[0].Answer.Square != want {
			t.Errorf("%+v: %v, want %g, error %v", q, got, want, err)
		}
	}
}

// steps is a question of many steps, which it keeps; its answer tells all of them.
type steps struct {
	N    int
	Seed int64
}

func (steps) Kind() string { return "test/steps" }
func (q steps) Answer(ctx context.Context, l *study.Lab, done func(float64)) (values []float64, err error) {
	if _, err := study.Resume(l, &values); err != nil {
		return nil, err
	}
	fmt.Println("from step", len(values))
	for i := len(values); i < q.N; i++ {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, study.Keep(ctx, l, values))
		}
		rng := rand.New(rand.NewPCG(uint64(q.Seed), uint64(i)))
		values = append(values, rng.NormFloat64())
		time.Sleep(2 * time.Millisecond)
		if err := study.Keep(ctx, l, values); err != nil {
			return nil, err
		}
	}
	return values, nil
}

var long = steps{400, 5}

// TestQuestionChild is no test: it is the process that the next one starts.
func TestQuestionChild(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		if _, err := study.Ask(t.Context(), openLab(t, study.Options{Dir: dir, Checkpoint: time.Millisecond}), long); err != nil {
			t.Fatal(err)
		}
	}
}

// A question that is killed at ten moments that it does not choose ends with the same bytes as an unbroken one; a second process waits for it.
func TestAKilledQuestionEndsWithTheSameBytes(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	if _, err := study.Ask(t.Context(), openLab(t, study.Options{Dir: whole}), long); err != nil {
		t.Fatal(err)
	}
	child := func() (*exec.Cmd, *strings.Builder) {
		command, output := exec.Command(os.Args[0], "-test.run=^TestQuestionChild$", "-test.v"), &strings.Builder{}
		command.Env, command.Stdout = append(os.Environ(), childDir+"="+broken), output
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		return command, output
	}
	key := study.Asked(long).Key()
	rng, draft := rand.New(rand.NewPCG(1, 2)), filepath.Join(broken, ".unfinished", key+".draft")
	for range 10 {
		os.Chtimes(draft, time.Unix(0, 0), time.Unix(0, 0))
		command, output := child()
		for deadline := time.Now().Add(30 * time.Second); !fresh(draft); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no draft after half a minute:\n%s", output)
			}
		}
		time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
		command.Process.Kill()
		command.Wait()
	}
	if stage, err := study.StageOf(broken, study.Asked(long)); stage != study.Unfinished || err != nil {
		t.Fatalf("killed ten times it is %s, error %v: make it longer", stage, err)
	}
	one, said := child()
	two, also := child()
	if err := errors.Join(one.Wait(), two.Wait()); err != nil {
		t.Fatal(err, said, also)
	}
	if n := strings.Count(said.String()+also.String(), "from step"); n != 1 || strings.Contains(said.String()+also.String(), "from step 0\n") {
		t.Errorf("answered by %d processes, or from the beginning:\n%s%s", n, said, also)
	}
	name := key + ".json"
	if diff := cmp.Diff(read(t, filepath.Join(whole, name)), read(t, filepath.Join(broken, name))); diff != "" {
		t.Error("a broken question gave different bytes:\n" + diff)
	}
}

// Answers are alike if their questions are but for the seed, wherever that stands.
func TestAnswersOfOneSetting(t *testing.T) {
	type about struct{ Experiment study.Experiment }
	run := func(seed int64, width int) about {
		e := tiny(seed)
		e.Net = study.MLP(width)
		return about{e}
	}
	rows := []study.Answered[about, answer]{{Question: run(1, 8)}, {Question: run(2, 8)}}
	if err := study.AlikeButSeed(rows); err != nil {
		t.Error(err)
	}
	for want, other := range map[string]about{"differ in more than the seed": run(3, 16), "seed 2 appears twice": run(2, 8)} {
		if err := study.AlikeButSeed(append(rows, study.Answered[about, answer]{Question: other})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := study.AlikeButSeed([]study.Answered[steps, answer]{{Question: steps{10, 1}}, {Question: steps{1000, 2}}}); err == nil {
		t.Error("a mean over n = 10 and n = 1,000")
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
