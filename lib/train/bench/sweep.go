package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"

	"rethinking/lib/train"
)

// sweep is lib/train with many nets side by side, as lib/study does it: on every core a backend and a trainer of their own, which take the
// next net as soon as they are free. Between its epochs a net is a State; to fetch it and to keep it is part of an epoch.
type sweep struct {
	workers []worker
	states  []train.State // of every net
}

// worker trains one net after another on one core.
type worker struct {
	*ours
	backend compute.Backend
}

func newSweep(w *Work) (*sweep, error) {
	s := &sweep{states: make([]train.State, w.Nets)}
	err := s.open(w)
	if err == nil {
		err = s.begin()
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// open starts a worker on every core, unless there are fewer nets.
func (s *sweep) open(w *Work) error {
	for range min(runtime.NumCPU(), w.Nets) {
		backend, _, _, err := train.OpenSingle("xla:cpu")
		if err != nil {
			return err
		}
		o, err := newOurs(backend, w)
		if err != nil {
			backend.Finalize()
			return err
		}
		s.workers = append(s.workers, worker{o, backend})
	}
	return nil
}

// begin makes the states initial ones.
func (s *sweep) begin() (err error) {
	first := s.workers[0]
	for i := range s.states {
		if err := first.start(i); err != nil {
			return err
		}
		if s.states[i], err = first.trainer.State(); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) Run(number int) (answer, error) {
	losses, failures := make([]float64, len(s.states)), make([]error, len(s.states))
	var taken atomic.Int32
	var all sync.WaitGroup
	for _, w := range s.workers {
		all.Go(func() {
			for i := int(taken.Add(1)) - 1; i < len(losses); i = int(taken.Add(1)) - 1 {
				losses[i], failures[i] = w.train(&s.states[i], i, number)
			}
		})
	}
	all.Wait()
	return answer{Losses: losses}, errors.Join(failures...)
}

// train takes a net from its state to the next.
func (w worker) train(state *train.State, net, number int) (meanLoss float64, err error) {
	if err = w.trainer.SetState(*state); err == nil {
		meanLoss, err = w.epoch(net, number)
	}
	if err == nil {
		*state, err = w.trainer.State()
	}
	if err != nil {
		return 0, fmt.Errorf("net %d: %w", net, err)
	}
	return meanLoss, nil
}

func (s *sweep) Close() {
	for _, w := range s.workers {
		w.ours.Close()
		w.backend.Finalize()
	}
}
