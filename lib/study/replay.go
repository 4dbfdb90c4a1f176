package study

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"

	"rethinking/lib/probe"
	"rethinking/lib/train"
)

// Stand is where a run stands after an epoch.
type Stand struct {
	train.Point                             // the epoch, and the evaluations after it
	Variables   func() map[string][]float32 // copies the net's variables by path: weights, and running averages
}

// Replay trains an experiment from its beginning and shows a visitor where the run stands, before training and after every epoch that is
// evaluated: for what is measured on weights along a run. It neither reads nor writes a result. On the machine and backend of the result it
// goes through the same weights. It ends with the run, or with the visitor's error.
func (l *Lab) Replay(ctx context.Context, e Experiment, visit func(Stand) error) error {
	if err := e.Validate(); err != nil {
		return err
	}
	b, err := l.benchOf(e)
	if err != nil {
		return err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return err
	}
	return b.replay(ctx, e, x, visit)
}

// benchOf returns the bench on which an experiment is trained.
func (l *Lab) benchOf(e Experiment) (*bench, error) {
	singles, err := l.openBenches(1)
	if err != nil {
		return nil, err
	}
	if e.small() {
		return singles[0], nil
	}
	return l.benches[0], nil
}

// Backend returns the backend that has all cores, or the GPU, for probes; it serves until Close.
func (l *Lab) Backend() (compute.Backend, error) {
	if _, err := l.openBenches(0); err != nil {
		return nil, err
	}
	return l.benches[0].backend, nil
}

// ReplayLoss is Replay for what is measured of the curvature: it gives the visitor the loss of all training examples too, moved to where the run
// stands when that is asked for. The loss serves until the visitor returns.
func (l *Lab) ReplayLoss(ctx context.Context, e Experiment, visit func(s Stand, at func() (*probe.Loss, error)) error) error {
	of, _, err := l.Examples(ctx, e)
	if err != nil {
		return err
	}
	backend, err := l.Backend()
	if err != nil {
		return err
	}
	var loss *probe.Loss
	defer func() {
		if loss != nil {
			loss.Close()
		}
	}()
	return l.Replay(ctx, e, func(s Stand) error {
		return visit(s, func() (_ *probe.Loss, err error) {
			if loss != nil {
				return loss, loss.SetVariables(s.Variables())
			}
			loss, err = probe.New(backend, of.Architecture(), s.Variables(), of.X, of.Labels, probe.Options{})
			return loss, err
		})
	})
}

// replay trains an experiment without keeping anything.
func (b *bench) replay(ctx context.Context, e Experiment, x examples, visit func(Stand) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.trainer, b.trainerName = nil, ""
			err = fmt.Errorf("study: %v", p)
		}
	}()
	if err := b.prepare(e, x); err != nil {
		return err
	}
	if err := b.trainer.Start(e.rng(forWeights)); err != nil {
		return err
	}
	u := &run{bench: b, experiment: e, examples: x}
	u.upload()
	defer u.free()
	return b.trainer.Fit(ctx, e.Training.plan(), u.sets, e.source(forOrder), nil, train.Hooks{Evaluated: func(p train.Point) error {
		return visit(Stand{p, b.trainer.Variables})
	}})
}
