package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// Start is where the training of an Experiment begins: from the weights, and the running averages of batch normalization, that another run has. The
// optimizer, the learning rate's schedule and the order of the examples begin anew.
type Start struct {
	// Of is the other run. Its net and inputs are the same. Where its Seed is 0 it has the Experiment's, so that runs over seeds each begin from a
	// run of their own seed: see After.
	Of Experiment `json:"of"`
	// Epoch is after which epoch; 0: its initial weights. Where its Target ends it sooner, it is the end.
	Epoch int `json:"epoch,omitzero"`
	// Rescale has a factor for each hidden layer by which the weights are changed into others of the same function: nets.Rescale. Empty: none.
	Rescale []float64 `json:"rescale,omitempty"`
}

// After is where the experiment's run stands after an epoch, to be the Start of experiments of any seed, each from the run with its own seed.
func (e Experiment) After(epoch int) *Start {
	e.Seed = 0
	return &Start{Of: e, Epoch: epoch}
}

// anyInputs are of a shape that every net takes.
var anyInputs = data.Set{Height: 1, Width: 1, Channels: 1, Classes: 1}

// deepest is how many runs may begin one from another, before the last.
const deepest = 2

// before is the run that an experiment with a Start begins from.
func (e Experiment) before() Experiment {
	of := e.Start.Of
	of.Seed = cmp.Or(of.Seed, e.Seed)
	return of
}

// beginning names the weights that an experiment begins from: "from epoch 3 of (mnist mlp 2x64 seed 1, batch 32)"; "" where it draws its own.
func (e Experiment) beginning() string {
	if e.Start == nil {
		return ""
	}
	text := fmt.Sprintf(" from epoch %d of (%s, batch %d)", e.Start.Epoch, e.before(), e.Start.Of.Training.Batch)
	if len(e.Start.Rescale) > 0 {
		text += fmt.Sprintf(" rescaled by %v", e.Start.Rescale)
	}
	return text
}

func (e Experiment) validateStart() error {
	if e.Start == nil {
		return nil
	}
	depth := 0
	for at := e.Start; at != nil; at = at.Of.Start {
		depth++
	}
	s, of := e.Start, e.before()
	switch {
	case depth > deepest:
		return invalid("Start", fmt.Sprintf("%d runs deep", depth), "at most %d deep: begin from an earlier run", deepest)
	case of.Net.Kind != e.Net.Kind || !slices.Equal(of.Net.Hidden, e.Net.Hidden) || of.Net.BatchNorm != e.Net.BatchNorm:
		return invalid("Start.Of.Net", of.Net, "the net of the experiment, %s", e.Net)
	case of.Data.Name != e.Data.Name || of.Data.Preprocessing != e.Data.Preprocessing:
		return invalid("Start.Of.Data", of.Data, "of the experiment's inputs, %s", e.Data)
	case s.Epoch < 0 || s.Epoch > of.Training.Epochs:
		return invalid("Start.Epoch", s.Epoch, "0 (before training) to %d, the epochs of that run", of.Training.Epochs)
	case !of.Training.plan().Always(s.Epoch):
		return invalid("Start.Epoch", s.Epoch, "one after which that run is always evaluated: choose its Training.Evaluate so that it is")
	}
	if err := of.Validate(); err != nil {
		return fmt.Errorf("study: Start.Of: %w", err)
	}
	if len(s.Rescale) > 0 {
		if _, err := nets.Factors(e.Net.architecture(anyInputs, Regularization{}), s.Rescale); err != nil {
			return fmt.Errorf("study: Start.Rescale: %w", err)
		}
	}
	return nil
}

// wanted tells whether weights are those after one of some epochs: there, or where the run ends before one of them.
func (e Experiment) wanted(epochs []int) func(seen []train.Point) bool {
	return func(seen []train.Point) bool {
		p := seen[len(seen)-1]
		return slices.Contains(epochs, p.Epoch) || p.Epoch > 0 && e.Ends(p) && p.Epoch < slices.Max(epochs)
	}
}

// begin returns the variables that an experiment's run begins with, by path; nil where it draws new ones. The run that has them is trained if its trail
// is not there: for several experiments that run side by side trainFirst has done so.
func (l *Lab) begin(ctx context.Context, e Experiment) (map[string][]float32, error) {
	if e.Start == nil {
		return nil, nil
	}
	of := e.before()
	stands, err := l.Trail(ctx, of, of.wanted([]int{e.Start.Epoch}), func(float64) {})
	if err != nil {
		return nil, fmt.Errorf("study: the start: %w", err)
	}
	if len(stands) != 1 {
		return nil, fmt.Errorf("study: the start: %s is not evaluated after epoch %d", of, e.Start.Epoch)
	}
	variables, err := stands[0].Variables()
	if err != nil || len(e.Start.Rescale) == 0 {
		return variables, err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return nil, err
	}
	return nets.Rescale(e.Net.architecture(x.set, Regularization{}), variables, e.Start.Rescale)
}

// earlier is a run that experiments of a sweep begin from.
type earlier struct {
	run         Experiment
	epochs      []int // after which they begin
	experiments []int
}

// earlier are the runs that some experiments begin from, each once, and the experiments that draw their own weights.
func (s *sweep) earlier(missing []int) (runs []*earlier, own []int) {
	byKey := map[string]*earlier{}
	for _, i := range missing {
		e := s.experiments[i]
		if e.Start == nil {
			own = append(own, i)
			continue
		}
		before := e.before()
		r := byKey[before.Key()]
		if r == nil {
			r = &earlier{run: before}
			byKey[before.Key()], runs = r, append(runs, r)
		}
		r.epochs, r.experiments = append(r.epochs, e.Start.Epoch), append(r.experiments, i)
	}
	return runs, own
}

// trainFirst trains the runs that experiments of a sweep begin from, each once for all the epochs that are wanted of it, and returns the experiments
// that can be trained now. The others it finishes with the error of the run before them.
func (l *Lab) trainFirst(ctx context.Context, s *sweep, missing []int) []int {
	runs, left := s.earlier(missing)
	for _, r := range runs {
		start, trained, kind := time.Now(), false, "training before: "+r.run.String()
		_, err := l.Trail(ctx, r.run, r.run.wanted(r.epochs), func(share float64) {
			trained = true
			s.measuring(Measuring{Kind: kind, Fraction: share})
		})
		if trained && err == nil {
			s.measuring(Measuring{Kind: kind, Fraction: 1, Took: time.Since(start)})
		}
		for _, i := range r.experiments {
			if err == nil {
				left = append(left, i)
			} else {
				s.finish(i, Result{}, false, time.Since(start), fmt.Errorf("study: the start: %w", err))
			}
		}
	}
	slices.Sort(left)
	return left
}
