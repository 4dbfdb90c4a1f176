package paper

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Entry is a claim with its verdict.
type Entry struct {
	Claim
	Paper string // the paper's key
	Scale study.Scale
	claims.Verdict
	Exploratory bool  // the rule was set when these runs had been seen, and not all that it asks for came later
	Plan        Plan  // what it would take to decide it
	Err         error // why it could not be judged; nil otherwise
}

// Standing is the outcome, and whether it is exploratory.
func (e Entry) Standing() string {
	if e.Exploratory {
		return string(e.Outcome) + ", exploratory"
	}
	return string(e.Outcome)
}

// Ledger is claims with their verdicts, in the papers' order.
type Ledger []Entry

// Judge judges those claims of papers that meet a condition. A claim that cannot be judged because of an error has the outcome claims.Failed, and the
// others are judged all the same; the error is of a context that ended, and no verdict is returned then.
func Judge(ctx context.Context, lab *study.Lab, scale study.Scale, which func(Paper, Claim) bool, papers ...Paper) (Ledger, error) {
	var all Ledger
	for _, p := range papers {
		for _, c := range p.Claims {
			if !which(p, c) {
				continue
			}
			entry := Entry{Claim: c, Paper: p.Key, Scale: scale}
			if c.TestedAt != nil {
				entry.Tested = c.TestedAt(scale)
			}
			entry.judge(ctx, lab)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			all = append(all, entry)
		}
	}
	return all, nil
}

// judge judges a claim. What a lab that only reads does not have is no error, but a claim that was not run.
//
// A rule that was set when runs had been seen, those of seeds below From, is judged by later ones: by as many as the plan asks for, which follows from the
// former, and once, when all of them are there. Until then the verdict is that on the former, and exploratory.
func (entry *Entry) judge(ctx context.Context, lab *study.Lab) {
	if slices.Index(study.Scales, entry.Scale) < slices.Index(study.Scales, entry.Needs) {
		entry.Verdict = claims.Missing("needs the %s scale", entry.Needs)
		return
	}
	by := func(from, to int64) (*Evidence, claims.Verdict) {
		e := &Evidence{Scale: entry.Scale, from: from, to: to, ctx: ctx, lab: lab}
		return e, claims.All(entry.Judge(e)...)
	}
	e, verdict := by(0, cmp.Or(entry.From, math.MaxInt64)-1)
	entry.Verdict, entry.Plan = verdict, e.plan
	entry.Plan.First, entry.Plan.Last = max(e.plan.next, 1), e.plan.wanted(verdict)
	if entry.Exploratory = entry.From > 0 && e.err == nil; entry.Exploratory {
		entry.Plan.Last += entry.From - 1
		e, verdict = by(entry.From, entry.Plan.Last)
		if entry.Plan.First = max(e.plan.next, entry.From); entry.Plan.Seeds() == 0 {
			entry.Verdict, entry.Exploratory = verdict, false
		}
	}
	missing := new(study.NotKept)
	switch {
	case errors.As(e.err, &missing):
		entry.Verdict = claims.Missing("%d of %d runs or answers are not there", missing.Missing, missing.Of)
	case e.err != nil:
		entry.Err, entry.Verdict = e.err, claims.Verdict{Outcome: claims.Failed, Statistic: e.err.Error()}
	case entry.Outcome == claims.Failed:
		entry.Err = errors.New(entry.Statistic)
	case entry.Scale == study.Smoke:
		entry.Verdict = claims.Missing("the smoke scale only tests the code")
	}
	if entry.Outcome == claims.NotRun || entry.Outcome == claims.Failed {
		entry.Exploratory, entry.Plan = false, Plan{}
	}
}

// Err names the claims that could not be judged; nil where all could.
func (l Ledger) Err() error {
	var errs []error
	for _, entry := range l {
		if entry.Err != nil {
			errs = append(errs, errors.Join(errors.New("claim "+entry.ID+" could not be judged"), entry.Err))
		}
	}
	return errors.Join(errs...)
}
