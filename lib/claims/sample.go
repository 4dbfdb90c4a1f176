package claims

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Sample is a quantity's values, one a run.
type Sample struct {
	Name     string // "train accuracy of mlp 3x512"
	Unit     string // "%", or ""
	Values   []float64
	Seeds    []int64  // of the values; nil: they have none, and share nothing with another sample's
	Never    []int64  // of runs that have no value because it would be larger than any: times, of runs that do not come to an end
	Settings []string // of the values, all choices but the seed; nil: one
}

// check is a verdict on a sample that no mean may be taken of: its runs differ in more than their seed, or there are none.
func check(samples ...Sample) (v Verdict, bad bool) {
	for _, s := range samples {
		if len(s.Values)+len(s.Never) == 0 {
			return Missing("no run has a value: %s", s.Name), true
		}
		if seeds := slices.Concat(s.Seeds, s.Never); len(slices.Compact(slices.Sorted(slices.Values(seeds)))) < len(seeds) {
			return Verdict{Outcome: Failed, Statistic: fmt.Sprintf("%s: runs differ in more than their seed", s.Name)}, true
		}
	}
	return Verdict{}, false
}

// at returns the value of each seed: infinite where it never came.
func (s Sample) at() map[int64]float64 {
	values := map[int64]float64{}
	for i, seed := range s.Seeds {
		values[seed] = s.Values[i]
	}
	for _, seed := range s.Never {
		values[seed] = math.Inf(1)
	}
	return values
}

// common are the seeds that all samples have, ascending.
func common(samples ...Sample) (seeds []int64) {
	for seed := range samples[0].at() {
		all := func(s Sample) bool { _, has := s.at()[seed]; return has }
		if !slices.ContainsFunc(samples[1:], func(s Sample) bool { return !all(s) }) {
			seeds = append(seeds, seed)
		}
	}
	slices.Sort(seeds)
	return seeds
}

// censored tells whether a value never came.
func (s Sample) censored() bool { return len(s.Never) > 0 }

func (s Sample) String() string {
	n := fmt.Sprintf("%d runs", len(s.Values)+len(s.Never))
	if len(s.Values)+len(s.Never) == 1 {
		n = "1 run"
	}
	switch {
	case len(s.Values) == 0:
		return fmt.Sprintf("%s never (%s)", s.Name, n)
	case s.censored():
		n = fmt.Sprintf("%s, of which %d never", n, len(s.Never))
	}
	return fmt.Sprintf("%s %s (%s)", s.Name, s.number(stat.Mean(s.Values, nil)), n)
}

func (s Sample) number(x float64) string { return withUnit(x, s.Unit) }

func withUnit(x float64, unit string) string {
	switch unit {
	case "%":
		return fmt.Sprintf("%.2f%%", x)
	case "":
		return fmt.Sprintf("%.4g", x)
	}
	return fmt.Sprintf("%.4g %s", x, unit)
}

// estimate is a mean or a difference of means, with what its uncertainty follows from.
type estimate struct {
	n               int // seeds
	mean, se        float64
	freedom, spread float64 // degrees of freedom; standard deviation of a seed's value
}

// of is the mean of values, a seed each.
func of(values []float64) estimate {
	n := len(values)
	e := estimate{n: n, mean: stat.Mean(values, nil), freedom: float64(n - 1), se: math.Inf(1)}
	if n > 1 {
		e.spread = stat.StdDev(values, nil)
		e.se = e.spread / math.Sqrt(float64(n))
	}
	return e
}

// half is the half-width of the confidence interval at 1-alpha.
func (e estimate) half(alpha float64) float64 {
	switch {
	case e.n < 2:
		return math.Inf(1)
	case e.se == 0:
		return 0
	}
	return quantile(e.freedom, alpha) * e.se
}

// p is the two-sided probability of being so far from a margin.
func (e estimate) p(margin float64) float64 {
	switch {
	case e.n < 2 || e.mean == margin:
		return 1
	case e.se == 0:
		return 0
	}
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: e.freedom}.CDF(-math.Abs(e.mean-margin)/e.se)
}

// quantile is that of Student's t for a two-sided interval at 1-alpha.
func quantile(freedom, alpha float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - alpha/2)
}

// needed is the number of seeds, more than these, whose interval would keep off the margin if their mean and spread are these; at most Most+1.
func (e estimate) needed(margin float64) int {
	if e.n < 2 {
		return Enough
	}
	n := max(Enough, e.n+1)
	for n <= Most && quantile(float64(n-1), level)*e.spread/math.Sqrt(float64(n)) >= math.Abs(e.mean-margin) {
		n++
	}
	return n
}
