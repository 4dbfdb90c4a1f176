// Package claims holds the statistics by which what papers claim is judged: a claim is an inequality over runs, its verdict follows from a statistic.
//
// Its stance: no verdict is written by hand. A seed draws the examples, their corruption, the initial weights and the order, so that two conditions
// share what is drawn: the unit of a comparison is the difference within a seed. All tests are two-sided at 5%, and fewer than three seeds decide
// nothing. What a single run can show, that a net can be trained to something, is asked of every run instead.
package claims

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Outcome is how a claim fares.
type Outcome string

// The outcomes.
const (
	Reproduced   Outcome = "reproduced"
	Contradicted Outcome = "contradicted"
	Undecided    Outcome = "undecided" // too few runs, or too scattered ones
	SeenOnce     Outcome = "seen once" // it holds in the one run that there is
	NotRun       Outcome = "not run"   // not at this scale
	Failed       Outcome = "error"     // it could not be judged
)

// Outcomes are all outcomes.
var Outcomes = []Outcome{Reproduced, Contradicted, Undecided, SeenOnce, NotRun, Failed}

// level is that of all tests.
const level = 0.05

// Enough is the least number of seeds that decides.
const Enough = 3

// Verdict is an outcome and the statistic that it follows from.
type Verdict struct {
	Outcome   Outcome
	Statistic string     // "real 31 epochs, random labels 64 epochs; difference 33, 95% interval 29 to 36 (3 seeds, paired)"
	N         int        // values that the statistic is of, a run each
	P         float64    // of the test, two-sided; of a count 0
	Intervals []Interval // to be drawn: one a part, where it has one
	Seeds     int        // that it is of
	Needed    int        // that would decide, if their spread is that of these; 0: decided, or no number would; more than Most: no difference is to be expected
}

// Most is how many seeds are worth a plan.
const Most = 100

// All is the verdict on all parts of a claim. One that fails, fails it; else it is contradicted if a part is, after Holm's correction over the parts
// (Holm 1979), undecided or not run or seen once if a part is, and reproduced if all are. Its N is the sum of theirs, its Needed the largest.
func All(parts ...Verdict) Verdict {
	parts = afterHolm(parts)
	v := Verdict{Outcome: NotRun}
	switch len(parts) {
	case 0:
	case 1:
		v = parts[0]
		v.Intervals = intervals(parts)
		return v
	default:
		v.Outcome = Reproduced
	}
	for _, worst := range []Outcome{SeenOnce, NotRun, Undecided, Contradicted, Failed} {
		if slices.ContainsFunc(parts, func(p Verdict) bool { return p.Outcome == worst }) {
			v.Outcome = worst
		}
	}
	var statistics []string
	for i, p := range parts {
		if v.N += p.N; v.Outcome == Undecided || v.Outcome == SeenOnce {
			v.Needed = max(v.Needed, p.Needed)
		}
		if v.Seeds = min(v.Seeds, p.Seeds); i == 0 {
			v.Seeds = p.Seeds
		}
		if p.Statistic != "" {
			statistics = append(statistics, p.Statistic)
		}
	}
	v.Statistic, v.Intervals = strings.Join(statistics, "; "), intervals(parts)
	return v
}

// afterHolm leaves undecided what is contradicted by itself, but not as one of several parts.
func afterHolm(parts []Verdict) []Verdict {
	var ps []float64
	for _, p := range parts {
		ps = append(ps, p.P)
	}
	out := slices.Clone(parts)
	for i, p := range holm(ps) {
		if out[i].Outcome == Contradicted && p > level {
			out[i].Outcome = Undecided
		}
	}
	return out
}

// holm adjusts the p of several hypotheses (Holm 1979): the smallest of m is multiplied by m, the next by m-1, and none is below one before it.
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(ps[i], ps[j]) })
	adjusted, before := make([]float64, len(ps)), 0.
	for rank, i := range order {
		before = min(1, max(before, ps[i]*float64(len(ps)-rank)))
		adjusted[i] = before
	}
	return adjusted
}

// Missing is the verdict on what was not run, and why.
func Missing(why string, args ...any) Verdict {
	return Verdict{Outcome: NotRun, Statistic: fmt.Sprintf(why, args...), P: 1}
}
