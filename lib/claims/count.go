package claims

import (
	"fmt"
	"math"
	"slices"
)

// EveryAtLeast judges that each run's value is at least a bound: reproduced where all are; contradicted where none is, or where none of the three or
// more runs of one setting is; undecided where some are.
func EveryAtLeast(s Sample, bound float64) Verdict { return every(s, bound, math.Inf(1)) }

// EveryAtMost judges that each run's value is at most a bound, likewise.
func EveryAtMost(s Sample, bound float64) Verdict { return every(s, math.Inf(-1), bound) }

// EveryWithin judges that each run's value is between two bounds, both included, likewise.
func EveryWithin(s Sample, low, high float64) Verdict { return every(s, low, high) }

func every(s Sample, low, high float64) Verdict {
	if len(s.Values)+len(s.Never) == 0 {
		return Missing("no run has a value: %s", s.Name)
	}
	spans := spanned(s, low, high)
	for range s.Never {
		s.Values = append(slices.Clip(s.Values), math.Inf(1))
	}
	inside, runs, misses := 0, map[string]int{}, map[string]int{}
	for i, v := range s.Values {
		setting := ""
		if i < len(s.Settings) {
			setting = s.Settings[i]
		}
		if runs[setting]++; v >= low && v <= high {
			inside++
		} else {
			misses[setting]++
		}
	}
	n, fewest, whole := len(s.Values), math.MaxInt, false // whole: a setting's runs all miss
	for setting, n := range runs {
		fewest, whole = min(fewest, n), whole || n >= Enough && misses[setting] == n
	}
	v := Verdict{N: n, Seeds: fewest, Intervals: spans, Statistic: fmt.Sprintf("%s from %s to %s (%d of %d runs within)",
		s.Name, s.number(slices.Min(s.Values)), s.number(slices.Max(s.Values)), inside, n)}
	v.Outcome = decided(fewest, inside == n, whole, inside == n)
	if whole || inside == 0 && n >= Enough {
		v.Outcome = Contradicted
	}
	if inside == n && fewest < Enough {
		v.Needed = Enough
	}
	return v
}

// Equals judges that the mean of a sample is a published number, but for a tolerance that is set before the runs: see MeanWithin.
func Equals(s Sample, published, tolerance float64) Verdict {
	v := MeanWithin(s, published-tolerance, published+tolerance)
	for i := range v.Intervals {
		v.Intervals[i].Published = &published
	}
	v.Statistic += fmt.Sprintf("; published %s ± %g", s.number(published), tolerance)
	return v
}

// MeanWithin judges that the mean of a sample lies between two bounds: by two one-sided t tests (Schuirmann 1987), reproduced where the 90% interval lies
// between them, contradicted where the 95% interval lies outside.
func MeanWithin(s Sample, low, high float64) Verdict {
	if v, bad := check(s); bad {
		return v
	}
	if s.censored() {
		return Verdict{Outcome: Undecided, Statistic: fmt.Sprintf("%s: some values never came", s), N: len(s.Values), P: 1, Seeds: len(s.Values) + len(s.Never)}
	}
	e := of(s.Values)
	i, narrow := e.interval(s.Name, s.Unit, low), e.half(2*level)
	i.To, i.Test = high, "the 90% interval"
	nearer := low
	if e.mean-low > high-e.mean {
		nearer = high
	}
	v := Verdict{N: e.n, Seeds: e.n, P: e.p(nearer), Intervals: []Interval{i}}
	v.Statistic = s.String() + i.words()
	inside := e.mean-narrow > low && e.mean+narrow < high
	v.Outcome = decided(e.n, inside, i.Low > high || i.High < low, e.mean > low && e.mean < high)
	if v.Outcome == Undecided || v.Outcome == SeenOnce {
		v.Needed = e.needed(nearer)
	}
	return v
}
