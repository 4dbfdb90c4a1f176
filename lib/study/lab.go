package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/gomlx/compute"

	"rethinking/lib/train"
)

// Options of a Lab: nothing here changes a number.
type Options struct {
	Dir        string        // results folder, made if missing
	DataDir    string        // folder that holds data sets, see data.Options; "": where package data finds them itself
	Backend    string        // GoMLX backend configuration, such as "xla:cpu" or "go"; "": GOMLX_BACKEND, else CUDA, else XLA CPU, else Go
	Scale      Scale         // recorded in each result
	Observer   Observer      // may be nil
	Workers    int           // small nets trained side by side on the CPU; 0: one a core
	Checkpoint time.Duration // from one checkpoint of a run to the next; 0: 30 seconds
	Kept       bool          // read what is kept, and run nothing: what is missing is a NotKept error
}

func (o Options) checkpointEvery() time.Duration { return cmp.Or(o.Checkpoint, 30*time.Second) }

// Lab turns Experiments into Results, each of them once. Close it to free the backend. It is not for concurrent use; several Labs, also
// of several processes, may share a results folder, and share the work of a sweep where they are asked for the same experiments.
type Lab struct {
	*lab
	asked   task      // the question that this Lab was handed to; nil: none
	drafted time.Time // when its state was last kept
}

// lab is what the Labs of one Open share.
type lab struct {
	options Options
	library library
	benches []*bench // where training happens: one with all cores, then those with one core each; opened when first needed
}

// Open makes the results folder if it is missing and checks that it can be written, unless it is only to be read. The backend is opened when first needed.
func Open(o Options) (*Lab, error) {
	if !o.Kept {
		if err := openDir(o.Dir); err != nil {
			return nil, err
		}
	}
	return &Lab{lab: &lab{options: o, library: library{options: o}}}, nil
}

// Close frees the backend.
func (l *Lab) Close() error {
	for _, b := range l.benches {
		b.close()
	}
	l.benches = nil
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
// A failed run does not stop the others: its result is empty, and the error names every failed experiment. When ctx ends, the runs at
// hand write a checkpoint, from which the next call goes on; what was finished stays on disk.
//
// Runs that share executables are trained one after the other, and small nets on the CPU side by side, one a core; how many at a time
// changes no number. A run that another process is training is waited for, and then read.
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
	if l.options.Kept && len(missing) > 0 {
		return nil, &NotKept{len(missing), len(experiments)}
	}
	s := newSweep(l.options.Observer, experiments, results, missing)
	if len(missing) == 0 {
		return results, nil
	}
	l.library.observer = s.fetching
	if err := l.trainAll(ctx, s, missing); err != nil {
		return results, err
	}
	if ctx.Err() != nil {
		return results, fmt.Errorf("stopped with %d of %d experiments done; run again to go on: %w", s.finished, len(experiments), errors.Join(ctx.Err(), s.failures()))
	}
	return results, s.failures()
}

// Kept returns the results of those experiments that are on disk. It runs nothing.
func (l *Lab) Kept(experiments ...Experiment) (all []Result, err error) {
	for _, e := range experiments {
		r, found, err := load(l.options.Dir, e)
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, r)
		}
	}
	return all, nil
}

// openBenches opens the bench that has all cores, and so many with one core each; it returns the latter. On any other backend than XLA's on
// the CPU small runs have no bench of their own.
func (l *Lab) openBenches(singles int) ([]*bench, error) {
	for i := len(l.benches); i < 1+singles; i++ {
		open := train.OpenSingle
		if i == 0 {
			open = train.Open
		} else if l.benches[0].name != "xla:cpu" {
			return l.benches[:1], nil
		}
		b, err := newBench(l.options, open)
		if err != nil {
			return nil, err
		}
		l.benches = append(l.benches, b)
	}
	return l.benches[1 : 1+singles], nil
}

// trainAll trains the missing experiments of a sweep: the large ones on all cores, then the small ones side by side.
func (l *Lab) trainAll(ctx context.Context, s *sweep, missing []int) error {
	isSmall := func(i int) bool { return s.experiments[i].small() }
	missing = s.ordered(l.trainFirst(ctx, s, missing))
	small := slices.DeleteFunc(slices.Clone(missing), func(i int) bool { return !isSmall(i) })
	large := slices.DeleteFunc(missing, isSmall)
	singles, err := l.openBenches(min(cmp.Or(l.options.Workers, runtime.NumCPU()), len(small)))
	if err != nil {
		return err
	}
	l.work(ctx, s, large, l.benches[:1])
	l.work(ctx, s, small, singles)
	return nil
}

// work trains experiments on benches that take them from one queue, until all are done or ctx ends.
func (l *Lab) work(ctx context.Context, s *sweep, missing []int, benches []*bench) {
	q := &queue{sweep: s, dir: l.options.Dir, waiting: missing}
	var all sync.WaitGroup
	for _, b := range benches {
		all.Go(func() {
			for {
				i, key, err := q.next(ctx, b.trainerName)
				if i < 0 {
					return
				}
				start, r, found := time.Now(), Result{}, false
				if err == nil {
					r, found, err = l.obtain(ctx, s, b, i)
					key.done(err == nil)
				}
				s.finish(i, r, found, time.Since(start), err)
			}
		})
	}
	all.Wait()
}

// obtain trains experiment i of a sweep, unless it is on disk by now, and keeps the result.
func (l *Lab) obtain(ctx context.Context, s *sweep, b *bench, i int) (r Result, found bool, err error) {
	e := s.experiments[i]
	if r, found, err = load(l.options.Dir, e); found || err != nil {
		return r, found, err
	}
	from, err := l.begin(ctx, e)
	if err != nil {
		return Result{}, false, err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return Result{}, false, err
	}
	r, err = b.train(ctx, run{
		experiment: e, examples: x, from: from, checkpoint: checkpointPath(l.options.Dir, e.Key()),
		observe: func(base, share float64, m Measurements) { s.progress(i, base, share, m) },
	})
	if err != nil {
		return r, false, err
	}
	if err := save(l.options.Dir, r); err != nil {
		return r, false, err // the checkpoint stays: the run goes on from it once there is room
	}
	return r, false, remove(checkpointPath(l.options.Dir, e.Key()))
}

// Backend returns the backend that has all cores, or the GPU, for probes; it serves until Close.
func (l *Lab) Backend() (compute.Backend, error) {
	if _, err := l.openBenches(0); err != nil {
		return nil, err
	}
	return l.benches[0].backend, nil
}
