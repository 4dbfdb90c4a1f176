// Package study runs experiments, asks questions and keeps what comes of them.
//
// Its stance: an [Experiment] is a plain value that holds every choice that can change a number, and nothing else; so is a [Question], which is
// what is asked without being a training run. A [Lab] turns an Experiment into a [Result], and a Question into its answer, once, keeps it on disk
// under a key made of all its fields, and reads it back ever after. What cannot change a number (where results lie, who watches, which scale a
// study was asked for) belongs to the Lab.
//
// Results and answers are both a [Row]: the same fields tell them apart, the same statistics sum them up, and no mean is taken of rows that differ
// in more than their seed.
//
// Package study is also the border where the panics of graph code become errors.
package study

import (
	"context"
	"errors"
	"fmt"
)

// Study is a set of experiments, or of questions, that answers one question of a paper.
type Study struct {
	Name        string // "zhang2017/random-labels-mnist": the paper's package, then the question
	Title       string
	Source      string // figure or table of the paper
	By          Field  // tells the rows or points apart; experiments alike in it differ in their seed alone
	Experiments func(Scale) []Experiment
	Questions   func(Scale) []Work // instead of Experiments: see Questions
}

// Experiments are experiments at a scale, such as a figure's.
type Experiments func(Scale) []Experiment

// These are experiments of one's own, the same at every scale.
func These(experiments ...Experiment) Experiments {
	return func(Scale) []Experiment { return experiments }
}

// Only keeps the experiments that meet a condition.
func (of Experiments) Only(which func(Experiment) bool) Experiments {
	return func(scale Scale) []Experiment { return Where(of(scale), which) }
}

// Distinct are experiments or results, each experiment once.
func Distinct[R interface {
	Experiment | Result
	Row
}](rows []R) []R {
	seen := map[string]bool{}
	return Where(rows, func(r R) bool {
		key := r.Origin().Experiment.Key()
		again := seen[key]
		seen[key] = true
		return !again
	})
}

// Work is the study's experiments or questions at a scale.
func (s Study) Work(scale Scale) []Work {
	if s.Questions != nil {
		return s.Questions(scale)
	}
	return Runs(s.Experiments(scale)...)
}

// Work is what a Lab does once and keeps: an Experiment, or a Question ([Asked]).
type Work interface {
	Key() string     // names its files
	String() string  // describes it in a line, for people
	DataSet() string // the data set that it needs, "" where nothing says so

	WithSeed(seed int64) Work // the same, with another seed
}

// DataSet names the data set.
func (e Experiment) DataSet() string { return e.Data.Name }

// WithSeed is the experiment with another seed.
func (e Experiment) WithSeed(seed int64) Work { e.Seed = seed; return e }

// Runs are experiments as Work.
func Runs(experiments ...Experiment) []Work {
	all := make([]Work, len(experiments))
	for i, e := range experiments {
		all[i] = e
	}
	return all
}

// Do does work whose results are wanted later: the experiments as All does, then the questions as Ask does.
func (l *Lab) Do(ctx context.Context, work ...Work) error {
	var experiments []Experiment
	var tasks []task
	for _, w := range work {
		switch w := w.(type) {
		case Experiment:
			experiments = append(experiments, w)
		case task:
			tasks = append(tasks, w)
		default:
			return fmt.Errorf("study: %T is no work of a lab: use Experiments, or Asked", w)
		}
	}
	_, err := l.All(ctx, experiments...)
	if ctx.Err() != nil {
		return err
	}
	_, second := l.answer(ctx, tasks)
	return errors.Join(err, second)
}

// NotKept is the error of a Lab that is opened to read what is kept (Options.Kept), where something is not.
type NotKept struct{ Missing, Of int }

func (e *NotKept) Error() string {
	return fmt.Sprintf("study: %d of %d are not there: run them first", e.Missing, e.Of)
}

// Seeds returns copies of an experiment with the seeds 1 to n.
func Seeds(e Experiment, n int) []Experiment {
	out := make([]Experiment, n)
	for i := range out {
		out[i] = e
		out[i].Seed = int64(i + 1)
	}
	return out
}

// SeedsOn returns copies of an experiment with each of some corruptions, and each of these with the seeds 1 to n.
func SeedsOn(e Experiment, n int, corruptions ...Corruption) (all []Experiment) {
	for _, e.Corruption = range corruptions {
		all = append(all, Seeds(e, n)...)
	}
	return all
}

// About makes a question of each experiment.
func About[Q any](experiments []Experiment, question func(Experiment) Q) []Q {
	all := make([]Q, len(experiments))
	for i, e := range experiments {
		all[i] = question(e)
	}
	return all
}

// Scale names how much of a paper's size a study is run at. Each study states what a scale changes.
type Scale string

// The scales, smallest first.
const (
	Smoke    Scale = "smoke"    // seconds: for tests
	Quick    Scale = "quick"    // minutes on a laptop
	Standard Scale = "standard" // hours on a laptop
	Paper    Scale = "paper"    // the paper's own sizes
)

// Scales are all scales, smallest first.
var Scales = []Scale{Smoke, Quick, Standard, Paper}

// ParseScale returns the scale of that name; "" stands for quick.
func ParseScale(name string) (Scale, error) {
	if name == "" {
		return Quick, nil
	}
	for _, s := range Scales {
		if name == string(s) {
			return s, nil
		}
	}
	return "", fmt.Errorf("study: unknown scale %q: use one of %v", name, Scales)
}
