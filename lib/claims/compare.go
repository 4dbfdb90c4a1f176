package claims

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Less judges that the mean of a is below that of b by more than a margin: by Student's t of the differences within the seeds that both have; by an
// exact sign test of these where some value never came, two that never came being a tie; by Welch's t (1947) where they share no seed.
func Less(a, b Sample, margin float64) Verdict {
	if v, bad := check(a, b); bad {
		return v
	}
	seeds := common(a, b)
	if a.censored() || b.censored() {
		return signs(a, b, seeds, margin)
	}
	var e estimate
	how := "paired"
	if len(seeds) > 0 {
		e = of(differences(a, b, seeds))
	} else {
		e, how = welch(a.Values, b.Values), "Welch's t"
	}
	i := e.interval(b.Name+" less "+a.Name, b.Unit, margin)
	v := Verdict{N: len(a.Values) + len(b.Values), Seeds: e.n, P: e.p(margin), Intervals: []Interval{i}}
	v.Statistic = fmt.Sprintf("%s, %s; difference %s%s (%s)", a, b, b.number(e.mean), i.words(), how)
	v.Outcome = decided(e.n, i.Low > margin, i.High < margin, e.mean > margin)
	if v.Outcome == Undecided || v.Outcome == SeenOnce {
		v.Needed = e.needed(margin)
	}
	return v
}

// Above judges that the mean of a sample is above a bound, as Less does.
func Above(s Sample, bound float64) Verdict {
	if len(s.Values) == 0 {
		return Missing("no run has a value: %s", s.Name)
	}
	return Less(Sample{Name: "the bound", Unit: s.Unit, Values: slices.Repeat([]float64{bound}, len(s.Values)), Seeds: s.Seeds}, s, 0)
}

// LogRatio is log2 of b over a, in each seed that has both. Where b never came, neither does the ratio; where a never came, there is none.
func LogRatio(a, b Sample) Sample {
	return within(a, b, b.Name+" over "+a.Name, "doublings", func(x, y float64) float64 { return math.Log2(y / x) })
}

// Difference is b less a, likewise.
func Difference(a, b Sample) Sample {
	return within(a, b, b.Name+" less "+a.Name, b.Unit, func(x, y float64) float64 { return y - x })
}

// within is a sample of what two samples have in each seed.
func within(a, b Sample, name, unit string, of func(x, y float64) float64) Sample {
	out, x, y := Sample{Name: name, Unit: unit}, a.at(), b.at()
	for _, seed := range common(a, b) {
		switch value := of(x[seed], y[seed]); {
		case math.IsInf(x[seed], 0):
		case math.IsInf(y[seed], 0):
			out.Never = append(out.Never, seed)
		default:
			out.Values, out.Seeds = append(out.Values, value), append(out.Seeds, seed)
		}
	}
	return out
}

// decided is the outcome of a test on so many seeds. One seed decides nothing, but is seen; two decide nothing.
func decided(n int, reproduced, contradicted, seen bool) Outcome {
	switch {
	case n == 1 && seen:
		return SeenOnce
	case n < Enough:
		return Undecided
	case reproduced:
		return Reproduced
	case contradicted:
		return Contradicted
	}
	return Undecided
}

// differences are those of b less a, seed by seed.
func differences(a, b Sample, seeds []int64) []float64 {
	out, x, y := make([]float64, len(seeds)), a.at(), b.at()
	for i, seed := range seeds {
		out[i] = y[seed] - x[seed]
	}
	return out
}

// welch is the mean of b minus that of a, with the degrees of freedom of Welch 1947.
func welch(a, b []float64) estimate {
	e := estimate{n: min(len(a), len(b)), mean: stat.Mean(b, nil) - stat.Mean(a, nil), se: math.Inf(1)}
	if e.n < 2 {
		return e
	}
	va, vb := stat.Variance(a, nil)/float64(len(a)), stat.Variance(b, nil)/float64(len(b))
	e.se, e.spread = math.Sqrt(va+vb), math.Sqrt((va+vb)*float64(e.n))
	e.freedom = (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	return e
}

// signs is Less by an exact sign test.
func signs(a, b Sample, seeds []int64, margin float64) Verdict {
	later, sooner := 0, 0
	for _, d := range differences(a, b, seeds) { // not a number where neither came
		switch {
		case d > margin:
			later++
		case d < margin:
			sooner++
		}
	}
	v := Verdict{N: 2 * len(seeds), Seeds: len(seeds), P: signTest(later, sooner)}
	v.Statistic = fmt.Sprintf("%s, %s; %s is larger in %d of %d seeds, smaller in %d (sign test, p %.2g)", a, b, b.Name, later, len(seeds), sooner, v.P)
	v.Outcome = decided(len(seeds), v.P <= level && later > sooner, v.P <= level && later < sooner, later > sooner)
	if v.Outcome == Undecided || v.Outcome == SeenOnce {
		for v.Needed = max(Enough, len(seeds)+1); v.Needed <= Most && signTest(v.Needed*later/len(seeds), v.Needed*sooner/len(seeds)) > level; {
			v.Needed++
		}
	}
	return v
}

// signTest is the two-sided probability that so many or more signs are alike, by chance.
func signTest(plus, minus int) float64 {
	n := plus + minus
	if n == 0 {
		return 1
	}
	p := 2 * distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(plus, minus)))
	return min(1, p)
}
