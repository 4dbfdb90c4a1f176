package paper

import (
	"context"
	"errors"
	"maps"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Evidence is what a claim is judged by: a lab's results and answers at a scale. It keeps the first error, as a bufio.Scanner does, and after one it
// returns nothing more; but what is not there (study.NotKept) does not keep it from finding what is damaged.
//
// Beside a study's seeds it takes further ones that are kept, because a claim asked for them.
type Evidence struct {
	Scale study.Scale

	from, to int64 // the seeds that count
	plan     Plan  // its settings
	ctx      context.Context
	lab      *study.Lab
	err      error
}

// Fail keeps an error, unless there is one already.
func (e *Evidence) Fail(err error) {
	if !e.failed() && (e.err == nil || !isMissing(err)) {
		e.err = err
	}
}

func (e *Evidence) failed() bool { return e.err != nil && !isMissing(e.err) }

func isMissing(err error) bool { return errors.As(err, new(*study.NotKept)) }

// later tells whether it is evidence of later seeds: what the study itself asks for is kept by then, and no observer is told of it again.
func (e *Evidence) later() bool { return e.from > 0 }

// Large tells whether the scale is one at which verdicts on large nets mean something.
func (e *Evidence) Large() bool { return e.Scale == study.Standard || e.Scale == study.Paper }

// Any is the condition that every experiment meets.
func Any(study.Experiment) bool { return true }

// Runs returns the results of those experiments of studies that meet a condition, each once.
func (e *Evidence) Runs(which func(study.Experiment) bool, studies ...func(study.Scale) []study.Experiment) []study.Result {
	if e.failed() {
		return nil
	}
	var wanted []study.Experiment
	for _, s := range studies {
		wanted = append(wanted, study.Where(s(e.Scale), which)...)
	}
	all := func(wanted ...study.Experiment) ([]study.Result, error) { return e.lab.All(e.ctx, wanted...) }
	if e.later() {
		all = e.lab.Kept
	}
	results, err := all(study.Distinct(wanted)...)
	if err != nil {
		e.Fail(err)
		return nil
	}
	return counting(e, results, func(r study.Result, seed int64) ([]study.Result, error) {
		return e.lab.Kept(r.Experiment.WithSeed(seed).(study.Experiment))
	}, func(r study.Result) (study.Work, study.Provenance) { return r.Experiment, r.Provenance })
}

// Ask returns the answers to the questions at the evidence's scale.
func Ask[Q study.Question[A], A any](e *Evidence, questions func(study.Scale) []Q) []study.Answered[Q, A] {
	if e.failed() {
		return nil
	}
	all := func(wanted ...Q) ([]study.Answered[Q, A], error) { return study.Ask(e.ctx, e.lab, wanted...) }
	if e.later() {
		all = func(wanted ...Q) ([]study.Answered[Q, A], error) { return study.KeptAnswers(e.lab, wanted...) }
	}
	answers, err := all(questions(e.Scale)...)
	if err != nil {
		e.Fail(err)
		return nil
	}
	return counting(e, answers, func(a study.Answered[Q, A], seed int64) ([]study.Answered[Q, A], error) {
		return study.KeptAnswers(e.lab, study.Reseeded(a.Question, seed))
	}, func(a study.Answered[Q, A]) (study.Work, study.Provenance) {
		return study.Asked(a.Question), a.Provenance
	})
}

// counting are the rows whose seeds count: those of the study, and those of further seeds of which every setting is kept. Kept returns the row of a
// setting with another seed, if it is there.
func counting[R study.Row](e *Evidence, rows []R, kept func(r R, seed int64) ([]R, error), of func(R) (study.Work, study.Provenance)) (all []R) {
	bySetting := study.Field{Of: func(r study.Row) study.Level { return study.Word(r.Setting()) }}
	settings := study.Split(study.Where(rows, func(r R) bool { return r.Origin().Seed > 0 }), bySetting)
	own := int64(0) // the last seed of the study itself
	for _, g := range settings {
		own = max(own, g.Rows[len(g.Rows)-1].Origin().Seed)
	}
	for next, has := int64(1), len(settings) > 0; next <= e.to && (has || next <= max(own, e.from)); next++ {
		has = true
		more := make([][]R, len(settings))
		for i, g := range settings {
			if slices.ContainsFunc(g.Rows, func(r R) bool { return r.Origin().Seed == next }) {
				continue
			}
			var err error
			if more[i], err = kept(g.Rows[0], next); err != nil {
				e.Fail(err)
			}
			has = has && len(more[i]) > 0
		}
		for i := range settings {
			if has {
				settings[i].Rows = append(settings[i].Rows, more[i]...)
			}
		}
	}
	all = study.Where(rows, func(r R) bool { return r.Origin().Seed == 0 })
	for _, g := range settings {
		all = append(all, study.Where(g.Rows, func(r R) bool { return e.from <= r.Origin().Seed && r.Origin().Seed <= e.to })...)
		seconds := 0.
		for _, r := range g.Rows {
			_, p := of(r)
			seconds += p.Seconds.Total / float64(len(g.Rows))
			e.plan.ranOn(p)
		}
		work, _ := of(g.Rows[0])
		e.plan.add(work, g.Rows[len(g.Rows)-1].Origin().Seed+1, seconds)
	}
	return all
}

// Groups splits rows by a field into those that differ in their seed alone: see study.GroupBy.
func Groups[R study.Row](e *Evidence, rows []R, by study.Field) []study.Group[R] {
	groups, err := study.GroupBy(rows, by)
	if err != nil {
		e.Fail(err)
	}
	return groups
}

// Sample is a statistic of the rows that have it, with their seeds.
func Sample[R study.Row](name string, rows []R, s study.Statistic) claims.Sample {
	out := claims.Sample{Name: name, Unit: s.Unit}
	for _, r := range rows {
		seed := r.Origin().Seed
		if v, ok := s.Of(r); ok {
			out.Values, out.Seeds, out.Settings = append(out.Values, v), append(out.Seeds, seed), append(out.Settings, r.Setting())
		} else if s.Never {
			out.Never = append(out.Never, seed)
		}
	}
	return out
}

// BySeed is the sample of a value a seed.
func BySeed(name, unit string, values map[int64]float64) claims.Sample {
	s := claims.Sample{Name: name, Unit: unit, Seeds: slices.Sorted(maps.Keys(values))}
	for _, seed := range s.Seeds {
		s.Values = append(s.Values, values[seed])
	}
	return s
}

// Samples are a statistic's samples, one a group, each named after its group's level.
func Samples[R study.Row](groups []study.Group[R], s study.Statistic) []claims.Sample {
	var all []claims.Sample
	for _, g := range groups {
		all = append(all, Sample(g.Label, g.Rows, s))
	}
	return all
}

// Less judges that a statistic's mean is lower at one level of a field than at another, by more than a margin: see claims.Less.
func Less[R study.Row](rows []R, by study.Field, one, other string, s study.Statistic, margin float64) claims.Verdict {
	at := func(level string) claims.Sample { return Sample(level, study.With(rows, by, level), s) }
	return claims.Less(at(one), at(other), margin)
}
