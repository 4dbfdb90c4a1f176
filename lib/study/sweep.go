package study

import (
	"slices"
	"time"

	"rethinking/lib/data"
)

// sweep tells an observer how a call to All goes.
type sweep struct {
	observer    Observer
	experiments []Experiment
	finished    int
	start       time.Time
	cost        float64 // of everything to be trained, in weights x examples x epochs
	done        float64 // of what is finished
}

func newSweep(o Observer, experiments []Experiment, missing []int) *sweep {
	s := &sweep{observer: o, experiments: experiments, start: time.Now()}
	for _, i := range missing {
		s.cost += cost(experiments[i])
	}
	return s
}

// inputs stands for the values of an input in cost, which compares runs only roughly.
const inputs = 784

// cost is what a run takes, up to a factor: the products of neighbouring layers' units, times the examples, times the epochs.
func cost(e Experiment) float64 {
	weights, units, n := 1., float64(inputs), e.Data.Train
	for _, hidden := range e.Net.Hidden {
		weights, units = weights+units*float64(hidden), float64(hidden)
	}
	if n == 0 {
		n, _, _ = data.Sizes(e.Data.Name) // a name that Validate has passed
	}
	return weights * float64(n) * float64(e.Training.Epochs)
}

// announce reports the results that were read from disk: all but the missing ones.
func (s *sweep) announce(results []Result, missing []int) {
	for i, r := range results {
		if !slices.Contains(missing, i) {
			s.finish(i, r, true, 0, nil)
		}
	}
}

func (s *sweep) finish(i int, r Result, fromDisk bool, took time.Duration, err error) {
	if err == nil {
		s.finished++
	}
	if !fromDisk {
		s.done += cost(s.experiments[i])
	}
	if s.observer != nil {
		s.observer.Finished(Finished{s.experiments[i], i, len(s.experiments), r, fromDisk, took, err})
	}
}

// progress reports the run at hand by its curves so far.
func (s *sweep) progress(i int, c Curves) {
	if s.observer == nil {
		return
	}
	e, last := s.experiments[i], len(c.Epoch)-1
	fraction := (s.done + cost(e)*float64(c.Epoch[last])/float64(e.Training.Epochs)) / s.cost
	var left time.Duration
	if fraction > 0 {
		left = time.Duration(float64(time.Since(s.start)) * (1 - fraction) / fraction)
	}
	s.observer.Progress(Progress{
		Experiment: e, Index: i, Of: len(s.experiments),
		Epoch: c.Epoch[last], Epochs: e.Training.Epochs,
		Fraction: fraction, Left: left,
		Train: c.TrainAccuracy[last], Test: c.TestAccuracy[last],
	})
}
