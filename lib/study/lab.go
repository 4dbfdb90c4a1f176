package study

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Options of a Lab: nothing here changes a number.
type Options struct {
	Dir      string   // results folder, made if missing
	DataDir  string   // folder of the data set's files; "": where package data finds them itself
	Backend  string   // GoMLX backend configuration, such as "xla:cpu" or "go"; "": GOMLX_BACKEND, else CUDA, else XLA CPU, else Go
	Scale    Scale    // recorded in each result
	Observer Observer // may be nil
}

// Lab turns Experiments into Results, each of them once. Close it to free the backend. It is not for concurrent use; several Labs, also
// of several processes, may share a results folder.
type Lab struct {
	options Options
	bench   *bench // where training happens; nil until something has to be trained
}

// Open makes the results folder if it is missing and checks that it can be written. The backend is opened when first needed.
func Open(o Options) (*Lab, error) {
	if err := openDir(o.Dir); err != nil {
		return nil, err
	}
	return &Lab{options: o}, nil
}

// Close frees the backend.
func (l *Lab) Close() error {
	if l.bench != nil {
		l.bench.close()
		l.bench = nil
	}
	return nil
}

// Run returns the Experiment's result: from disk, or by training and then writing it there. Where training succeeded and writing did not,
// it returns both the result and the error.
func (l *Lab) Run(ctx context.Context, e Experiment) (Result, error) {
	results, err := l.All(ctx, e)
	if len(results) == 0 {
		return Result{}, err
	}
	return results[0], err
}

// All returns the experiments' results in their order. All of them are validated, and all damaged results found, before any is trained.
// A failed run does not stop the others: its result is empty, and the error names every failed experiment. When ctx ends, the run at
// hand is given up; what was finished stays on disk.
func (l *Lab) All(ctx context.Context, experiments ...Experiment) ([]Result, error) {
	for i, e := range experiments {
		if err := e.Validate(); err != nil {
			return nil, fmt.Errorf("experiment %d of %d: %w", i+1, len(experiments), err)
		}
	}
	results, missing := make([]Result, len(experiments)), []int{}
	for i, e := range experiments {
		r, found, err := load(l.options.Dir, e)
		if err != nil {
			return nil, err
		}
		if results[i] = r; !found {
			missing = append(missing, i)
		}
	}
	s := newSweep(l.options.Observer, experiments, missing)
	s.announce(results, missing)
	if len(missing) > 0 && l.bench == nil {
		bench, err := openBench(l.options)
		if err != nil {
			return results, err
		}
		l.bench = bench
	}
	var failures error
	for _, i := range missing {
		r, err := l.obtain(ctx, s, i)
		results[i] = r
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("%s: %w", experiments[i], err))
		}
		if ctx.Err() != nil {
			return results, fmt.Errorf("stopped with %d of %d experiments done; run again to go on: %w", s.finished, len(experiments), ctx.Err())
		}
	}
	return results, failures
}

// obtain trains experiment i of a sweep, unless it is on disk by now, and keeps the result.
func (l *Lab) obtain(ctx context.Context, s *sweep, i int) (r Result, err error) {
	e, start, found := s.experiments[i], time.Now(), false
	defer func() { s.finish(i, r, found, time.Since(start), err) }()
	if r, found, err = load(l.options.Dir, e); found || err != nil {
		return r, err
	}
	if r, err = l.bench.run(ctx, e, func(c Curves) { s.progress(i, c) }); err != nil {
		return Result{}, err
	}
	return r, save(l.options.Dir, r)
}
