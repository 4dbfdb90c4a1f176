// Package evidence fetches what claims are judged by: runs and measurements from a lab, as samples.
package evidence

import (
	"context"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Evidence is where runs and measurements come from: the lab's results, or running them, at a scale.
type Evidence struct {
	Ctx   context.Context
	Lab   *study.Lab
	Scale study.Scale
}

// TooSmall is the verdict where the scale is not Large and a claim needs that.
var TooSmall = claims.Missing("needs the standard scale")

// Large tells whether the scale is one at which verdicts on large nets mean something.
func (e Evidence) Large() bool { return e.Scale == study.Standard || e.Scale == study.Paper }

// Runs returns the results of studies that meet a condition, each once.
func (e Evidence) Runs(which func(study.Experiment) bool, studies ...func(study.Scale) []study.Experiment) ([]study.Result, error) {
	var wanted []study.Experiment
	seen := map[string]bool{}
	for _, s := range studies {
		for _, x := range s(e.Scale) {
			if which(x) && !seen[x.Key()] {
				seen[x.Key()] = true
				wanted = append(wanted, x)
			}
		}
	}
	return e.Lab.All(e.Ctx, wanted...)
}

// Judge collects verdicts. The smoke scale is too small to judge anything by.
func (e Evidence) Judge(judges ...func() (claims.Judged, error)) (all []claims.Judged, err error) {
	for _, judge := range judges {
		j, err := judge()
		if err != nil {
			return nil, err
		}
		if e.Scale == study.Smoke {
			j = j.Claim.Judge(claims.Missing("the smoke scale only tests the code"))
		}
		all = append(all, j)
	}
	return all, nil
}

// Any is the condition that every experiment meets.
func Any(study.Experiment) bool { return true }

// Where are the runs that meet a condition.
func Where(runs []study.Result, which func(study.Experiment) bool) []study.Result {
	return slices.DeleteFunc(slices.Clone(runs), func(r study.Result) bool { return !which(r.Experiment) })
}

// Sample is a statistic of the runs that have it.
func Sample(name string, runs []study.Result, s study.Statistic) claims.Sample {
	out := claims.Sample{Name: name, Unit: s.Unit}
	for _, r := range runs {
		if v, ok := s.Of(r); ok {
			out.Values = append(out.Values, v)
		}
	}
	return out
}

// The accuracies at the end of a run.
var (
	TrainAccuracy = study.Final(study.TrainAccuracy)
	TestAccuracy  = study.Final(study.TestAccuracy)
)
