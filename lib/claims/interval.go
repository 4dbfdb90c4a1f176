package claims

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Interval is what a part of a claim is about, with its uncertainty, beside where the claim holds.
type Interval struct {
	Of       string  // "labels 1 less none"
	Estimate float64 // a mean; where Range, the median
	// Low and High are the ends of the 95% confidence interval, infinite of a single seed; where Range, the lowest and the highest of the runs.
	Low, High float64
	From, To  float64  // the claim holds between these; infinite where it has no such bound
	Published *float64 // the paper's number, if it has one
	Unit      string
	Range     bool
	Test      string  // what decides, where that is not the interval that is drawn: "the 90% interval"
	Outcome   Outcome // of the part
}

// interval is that of an estimate of a part that holds from a margin on.
func (e estimate) interval(of, unit string, margin float64) Interval {
	half := e.half(level)
	return Interval{Of: of, Estimate: e.mean, Low: e.mean - half, High: e.mean + half, From: margin, To: math.Inf(1), Unit: unit}
}

// spanned is the range of the runs of a sample, each of which is to lie between two bounds; none where some never came.
func spanned(s Sample, low, high float64) []Interval {
	if s.censored() {
		return nil
	}
	values := slices.Sorted(slices.Values(s.Values))
	median := stat.Quantile(0.5, stat.Empirical, values, nil)
	return []Interval{{Of: s.Name, Estimate: median, Low: values[0], High: values[len(values)-1], From: low, To: high, Unit: s.Unit, Range: true}}
}

// intervals are those of parts, each with its part's outcome.
func intervals(parts []Verdict) (all []Interval) {
	for _, p := range parts {
		for _, i := range p.Intervals {
			i.Outcome = p.Outcome
			all = append(all, i)
		}
	}
	return all
}

// Finite tells whether it has two ends, which that of a single seed has not.
func (i Interval) Finite() bool {
	return !math.IsInf(i.Low, 0) && !math.IsInf(i.High, 0) && !math.IsNaN(i.Low) && !math.IsNaN(i.High)
}

// Number is a value in the interval's unit: "33 epochs".
func (i Interval) Number(x float64) string { return withUnit(x, i.Unit) }

// words are the interval's ends and its margin, "" where it has no ends.
func (i Interval) words() string {
	if !i.Finite() {
		return ""
	}
	s := fmt.Sprintf(", 95%% interval %.4g to %.4g", i.Low, i.High)
	if margin := i.From; margin != 0 && math.IsInf(i.To, 1) {
		s += fmt.Sprintf(", margin %g", margin)
	}
	return s
}
