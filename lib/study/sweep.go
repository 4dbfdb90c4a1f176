package study

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rethinking/lib/data"
)

// sweep is a call to All under way: it collects the results and tells an observer, one goroutine at a time.
type sweep struct {
	observer    Observer
	experiments []Experiment
	results     []Result
	errs        []error

	mu       sync.Mutex
	finished int
	stopped  bool // some run was
	start    time.Time
	cost     float64         // of everything to be trained
	done     float64         // of what is finished
	before   float64         // of done and running, what was done before this call
	running  map[int]float64 // cost done of each run under way
	bases    map[int]float64 // of that, before this call
}

func newSweep(o Observer, experiments []Experiment, results []Result, missing []int) *sweep {
	s := &sweep{
		observer: o, experiments: experiments, results: results, errs: make([]error, len(experiments)),
		start: time.Now(), running: map[int]float64{}, bases: map[int]float64{},
	}
	for _, i := range missing {
		s.cost += cost(experiments[i])
	}
	for i, r := range results {
		if !slices.Contains(missing, i) {
			s.finish(i, r, true, 0, nil)
		}
	}
	return s
}

// cost is what a run takes at most, in multiply-adds of forward passes.
func cost(e Experiment) float64 {
	return e.perExample() * float64(e.Data.Examples()) * float64(e.Training.Epochs)
}

// perExample is roughly the multiply-adds of an example's forward pass.
func (e Experiment) perExample() float64 {
	inputs := data.Set{Height: 28, Width: 28, Channels: 1, Classes: 10}
	if e.Data.Name == "cifar10" {
		inputs.Channels = 3
	}
	return e.Net.architecture(inputs, Regularization{}).Cost()
}

// small tells whether a run's steps are too small to keep several cores busy; XLA on the CPU then gets one core for it. At 2^28
// multiply-adds a step, such as the MLP 3x512 with batch 256, two runs side by side on two cores take as long as one after the other on
// both; below they are up to twice as fast.
//
// It depends on the experiment alone, because the number of cores can change the last bits of a result.
func (e Experiment) small() bool { return e.perExample()*float64(e.Training.Batch) < 1<<28 }

// ordered returns experiments so that those which share executables, then those which share data, follow each other.
func (s *sweep) ordered(missing []int) []int {
	name := func(i int) string {
		e := s.experiments[i]
		return fmt.Sprint(e.compiled(), e.Data.Train, e.Data.Test, e.dataSeed())
	}
	first := map[string]int{}
	for rank, i := range missing {
		for _, n := range []string{s.experiments[i].compiled(), name(i)} {
			if _, seen := first[n]; !seen {
				first[n] = rank
			}
		}
	}
	missing = slices.Clone(missing)
	slices.SortStableFunc(missing, func(a, b int) int {
		if d := first[s.experiments[a].compiled()] - first[s.experiments[b].compiled()]; d != 0 {
			return d
		}
		return first[name(a)] - first[name(b)]
	})
	return missing
}

// finish takes the end of an experiment's run.
func (s *sweep) finish(i int, r Result, fromDisk bool, took time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[i], s.errs[i] = r, err
	if err == nil {
		s.finished++
	}
	if took > 0 || !fromDisk {
		s.done += cost(s.experiments[i])
		delete(s.running, i)
	}
	stopped := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if s.observer != nil && !s.stopped {
		s.observer.Finished(Finished{s.experiments[i], i, len(s.experiments), r, fromDisk, took, err})
	}
	s.stopped = s.stopped || stopped
}

// failures names every failed experiment.
func (s *sweep) failures() error {
	var all []error
	for i, err := range s.errs {
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", s.experiments[i], err))
		}
	}
	return errors.Join(all...)
}

// progress reports a run under way: the share done of its epochs, of which base before this call.
func (s *sweep) progress(i int, base, share float64, m Measurements) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, last := s.experiments[i], len(m.Curves.Epoch)-1
	if _, begun := s.bases[i]; !begun {
		s.bases[i] = base * cost(e)
		s.before += s.bases[i]
	}
	s.running[i] = share * cost(e)
	if s.observer == nil {
		return
	}
	done := s.done
	for _, c := range s.running {
		done += c
	}
	var left time.Duration
	if now := done - s.before; now > s.cost/100 { // before, it would be a guess

		left = time.Duration(float64(time.Since(s.start)) * (s.cost - done) / now)
	}
	s.observer.Progress(Progress{
		Experiment: e, Index: i, Of: len(s.experiments),
		Epoch: int(share*float64(e.Training.Epochs) + 1e-9), Epochs: e.Training.Epochs,
		Fraction: done / s.cost, Left: left,
		Train: m.Curves.TrainAccuracy[last], Test: m.Curves.TestAccuracy[last],
	})
}

// measuring reports a run that others begin from.
func (s *sweep) measuring(m Measuring) {
	if s.observer != nil {
		s.observer.Measuring(m)
	}
}

// fetching reports the download of a data set.
func (s *sweep) fetching(name string, done, total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.observer != nil {
		s.observer.Fetching(Fetching{name, done, total})
	}
}
