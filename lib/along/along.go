// Package along measures what weights are like along a run: the loss and its curvature, or the net as a classifier, at chosen epochs.
//
// It is built on [study.Lab.Trail], which keeps the weights at these epochs on disk, so that a second question about the run trains nothing; and on
// [study.Keep], so that a question that is stopped goes on from the last epoch that it measured. Its functions are for a question's method Answer.
package along

import (
	"context"
	"errors"

	"github.com/gomlx/compute"

	"rethinking/lib/probe"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Every wants all evaluated epochs.
func Every([]train.Point) bool { return true }

// End wants the last epoch of a run alone.
func End(e study.Experiment) func(seen []train.Point) bool {
	return func(seen []train.Point) bool { return e.Ends(seen[len(seen)-1]) }
}

// trained is the share of a question's time that the run is taken to be, before it is known.
const trained = 0.5

// Loss measures P with the loss of all training examples, as a function of the weights, where the run stands after each of the wanted epochs.
func Loss[P any](ctx context.Context, lab *study.Lab, e study.Experiment, wanted func(seen []train.Point) bool, done func(share float64),
	measure func(study.Stand, *probe.Loss) (P, error)) ([]P, error) {
	of, _, err := lab.Examples(ctx, e)
	if err != nil {
		return nil, err
	}
	return walk(ctx, lab, e, wanted, done, measure, func(backend compute.Backend, variables map[string][]float32) (*probe.Loss, error) {
		return probe.New(backend, of.Architecture(), variables, of.X, of.Labels, probe.Options{})
	})
}

// AtEnd is the loss of all training examples at the end of a run, which is trained unless its trail is there. Close it.
func AtEnd(ctx context.Context, lab *study.Lab, e study.Experiment, o probe.Options) (*probe.Loss, error) {
	variables, err := lab.Weights(ctx, e)
	if err != nil {
		return nil, err
	}
	of, _, err := lab.Examples(ctx, e)
	if err != nil {
		return nil, err
	}
	backend, err := lab.Backend()
	if err != nil {
		return nil, err
	}
	return probe.New(backend, of.Architecture(), variables, of.X, of.Labels, o)
}

// Classifier measures P with the net as a classifier of single inputs, likewise.
func Classifier[P any](ctx context.Context, lab *study.Lab, e study.Experiment, wanted func(seen []train.Point) bool, done func(share float64),
	measure func(study.Stand, *probe.Classifier) (P, error)) ([]P, error) {
	of, _, err := lab.Examples(ctx, e)
	if err != nil {
		return nil, err
	}
	return walk(ctx, lab, e, wanted, done, measure, func(backend compute.Backend, variables map[string][]float32) (*probe.Classifier, error) {
		return probe.NewClassifier(backend, of.Architecture(), variables)
	})
}

// instrument is a probe that can be moved to other weights.
type instrument interface {
	SetVariables(map[string][]float32) error
	Close() error
}

// walk moves an instrument from stand to stand of the run's trail, and keeps what it measures as it goes.
func walk[P any, I instrument](ctx context.Context, lab *study.Lab, e study.Experiment, wanted func([]train.Point) bool, done func(float64),
	measure func(study.Stand, I) (P, error), open func(compute.Backend, map[string][]float32) (I, error)) ([]P, error) {
	stands, err := lab.Trail(ctx, e, wanted, func(share float64) { done(trained * share) })
	if err != nil {
		return nil, err
	}
	var kept measured[P]
	if _, err := study.Resume(lab, &kept); err != nil {
		return nil, err
	}
	if !kept.along(stands) {
		kept = measured[P]{}
	}
	backend, err := lab.Backend()
	if err != nil {
		return nil, err
	}
	var at I
	opened := false
	defer func() {
		if opened {
			at.Close()
		}
	}()
	for i := len(kept.All); i < len(stands); i++ {
		done(trained + (1-trained)*float64(i)/float64(len(stands)))
		variables, err := stands[i].Variables()
		if err != nil {
			return nil, err
		}
		if !opened {
			at, err = open(backend, variables)
			opened = err == nil
		} else {
			err = at.SetVariables(variables)
		}
		if err != nil {
			return nil, err
		}
		p, err := measure(stands[i], at)
		if err == nil {
			kept.All, kept.At = append(kept.All, p), append(kept.At, stands[i].Point)
		}
		if err = errors.Join(err, study.Keep(ctx, lab, kept)); err != nil {
			return nil, err
		}
	}
	return kept.All, nil
}

// measured is what a question has so far.
type measured[P any] struct {
	All []P
	At  []train.Point // where each was measured
}

// along tells whether it was measured along these stands: the run may have been trained anew since.
func (m measured[P]) along(stands []study.Stand) bool {
	for i, p := range m.At {
		if i >= len(stands) || stands[i].Point != p {
			return false
		}
	}
	return true
}
