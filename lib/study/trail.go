package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"rethinking/lib/train"
)

// Stand is where a run stands after an epoch, on a trail.
type Stand struct {
	train.Point                                      // the epoch, and the evaluations after it
	Variables   func() (map[string][]float32, error) // the net's variables by path: weights, and running averages
}

// The folder .trails of a results folder holds a folder a run: EPOCH.weights for each epoch whose weights were wanted, the run's checkpoint while it
// is under way, and in the end its trail. It may be deleted while nothing runs; what needs it trains the run again.
func trailPath(dir, key, name string) string { return filepath.Join(dir, ".trails", key, name) }

// trail is the run's evaluations, and the epochs whose weights are kept.
type trail struct {
	Key     string
	Backend string // on which the run was trained
	Points  []train.Point
	Epochs  []int

	dir  string
	want func(seen []train.Point) bool
	also []int // epochs that are wanted whatever want says
}

func (t *trail) path(name string) string { return trailPath(t.dir, t.Key, name) }
func (t *trail) weights(epoch int) string {
	return t.path(fmt.Sprintf("%d.weights", epoch))
}

// resume goes on from a run's checkpoint, unless the trail up to there lacks weights: the run was begun for other epochs.
func (t *trail) resume(c *checkpoint) bool {
	t.Points, t.Epochs = c.Points, c.Epochs
	if _, whole := t.stands(); whole {
		return true
	}
	t.Points, t.Epochs, t.also = nil, nil, append(t.also, c.Epochs...)
	return false
}

// visit takes an evaluation, and keeps the weights if they are wanted.
func (t *trail) visit(p train.Point, variables func() map[string][]float32) error {
	t.Points = append(t.Points, p)
	if !t.want(t.Points) && !slices.Contains(t.also, p.Epoch) {
		return nil
	}
	t.Epochs = append(t.Epochs, p.Epoch)
	return writeSealed(t.weights(p.Epoch), variables())
}

// stands are where the run was wanted; ok is false where weights of it are not kept.
func (t *trail) stands() (all []Stand, ok bool) {
	for i, p := range t.Points {
		if !t.want(t.Points[:i+1]) {
			continue
		}
		path := t.weights(p.Epoch)
		if _, err := os.Stat(path); err != nil || !slices.Contains(t.Epochs, p.Epoch) {
			return nil, false
		}
		all = append(all, Stand{p, func() (v map[string][]float32, err error) {
			found, err := readSealed(path, &v)
			if err == nil && !found {
				err = fmt.Errorf("study: the weights %s are gone: ask again to train the run anew", path)
			}
			return v, err
		}})
	}
	return all, true
}

// load reads the run's trail, if it is whole, and returns its stands; ok is false where there is none, or it lacks weights.
func (t *trail) load(backend string) (all []Stand, ok bool, err error) {
	found, err := readSealed(t.path("trail"), t)
	if err == nil && found && t.Backend != backend {
		err = fmt.Errorf("study: the trail %s was made on backend %s, this is %s: open that one, or delete the folder", t.path(""), t.Backend, backend)
	}
	if err != nil || !found {
		return nil, false, err
	}
	all, ok = t.stands()
	return all, ok, nil
}

// Trail returns where a run stands after those of its evaluated epochs that are wanted, with the weights there: before training that is epoch 0. Wanted
// is asked of the evaluations up to each of them, and must say the same every time. The weights are read from disk, where an earlier call left them;
// else the run is trained, again if its result is there already, which leaves that as it is. A call that is stopped goes on from its checkpoint.
func (l *Lab) Trail(ctx context.Context, e Experiment, wanted func(seen []train.Point) bool, done func(share float64)) ([]Stand, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	b, err := l.benchOf(e)
	if err != nil {
		return nil, err
	}
	t := &trail{Key: e.Key(), dir: l.options.Dir, want: wanted}
	if stands, ok, err := t.load(b.name); ok || err != nil {
		return stands, err
	}
	if l.options.Kept {
		return nil, &NotKept{1, 1}
	}
	held, err := l.lockOf(ctx, e.Key())
	if err != nil {
		return nil, err
	}
	defer held.done(false)
	if stands, ok, err := t.load(b.name); ok || err != nil { // another process was faster
		return stands, err
	}
	t = &trail{Key: t.Key, Backend: b.name, dir: t.dir, want: wanted, also: t.Epochs}
	if err := l.walk(ctx, b, e, t, done); err != nil {
		return nil, err
	}
	stands, ok := t.stands()
	if !ok {
		return nil, fmt.Errorf("study: weights of the trail of %s are gone: something deletes files in %s", e, t.path(""))
	}
	return stands, nil
}

// walk trains an experiment along a trail, and keeps its result too if that is not there.
func (l *Lab) walk(ctx context.Context, b *bench, e Experiment, t *trail, done func(float64)) error {
	kept, found, err := load(l.options.Dir, e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.path(""), 0o755); err != nil {
		return fmt.Errorf("study: trail: %w", err)
	}
	from, err := l.begin(ctx, e)
	if err != nil {
		return err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return err
	}
	r, err := b.train(ctx, run{
		experiment: e, examples: x, from: from, checkpoint: t.path("checkpoint"), trail: t, // one of its own, because it needs the weights before it
		visit:   func(p train.Point) error { return t.visit(p, b.trainer.Variables) },
		observe: func(_, share float64, _ Measurements) { done(share) },
	})
	if err == nil && found {
		err = kept.same(r)
	} else if err == nil {
		err = errors.Join(save(l.options.Dir, r), remove(checkpointPath(l.options.Dir, e.Key())))
	}
	if err != nil {
		return err
	}
	if err := writeSealed(t.path("trail"), t); err != nil {
		return fmt.Errorf("study: trail of %s: %w", e, err)
	}
	return remove(t.path("checkpoint"))
}

// Weights returns the net's variables by path at the end of the experiment's run: its weights and, with batch normalization, its running averages. On
// another machine or backend than that of the result they may differ from the result's in rounding.
func (l *Lab) Weights(ctx context.Context, e Experiment) (map[string][]float32, error) {
	stands, err := l.Trail(ctx, e, func(seen []train.Point) bool { return e.Ends(seen[len(seen)-1]) }, func(float64) {})
	if err != nil {
		return nil, err
	}
	return stands[len(stands)-1].Variables()
}

// Ends tells whether an evaluation is the last one of the experiment's run.
func (e Experiment) Ends(p train.Point) bool {
	t := e.Training
	return p.Epoch == t.Epochs || t.Target > 0 && p.Train.Accuracy >= t.Target
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
