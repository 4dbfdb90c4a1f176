package claims_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/claims"
)

// sample has the seeds 1, 2, ...; a value that is not a number never came.
func sample(values ...float64) claims.Sample {
	s := claims.Sample{Name: "x", Unit: "%"}
	for i, v := range values {
		if math.IsNaN(v) {
			s.Never = append(s.Never, int64(i+1))
			continue
		}
		s.Values, s.Seeds = append(s.Values, v), append(s.Seeds, int64(i+1))
	}
	return s
}

// alone is a sample without seeds.
func alone(values ...float64) claims.Sample { return claims.Sample{Name: "x", Values: values} }

// of is a sample of several settings.
func of(settings []string, values ...float64) claims.Sample {
	return claims.Sample{Name: "x", Values: values, Settings: settings}
}

var never = math.NaN()

func TestVerdicts(t *testing.T) {
	abc := []string{"a", "a", "a", "b", "b", "b"}
	for _, c := range []struct {
		name string
		got  claims.Verdict
		want claims.Outcome
		says string
	}{
		{"every run above", claims.EveryAtLeast(sample(100, 99.99, 100), 99.9), claims.Reproduced, "from 99.99% to 100.00% (3 of 3 runs within)"},
		{"some below", claims.EveryAtLeast(sample(100, 99, 100), 99.9), claims.Undecided, "2 of 3"},
		{"all below", claims.EveryAtLeast(sample(98, 99, 98), 99.9), claims.Contradicted, "0 of 3"},
		{"two of two", claims.EveryAtMost(sample(1, 2), 2), claims.Undecided, "2 of 2"},
		{"one run within", claims.EveryWithin(sample(9.8), 9.5, 10.7), claims.SeenOnce, "1 of 1"},
		{"one run outside", claims.EveryWithin(sample(9.4), 9.5, 10.7), claims.Undecided, "0 of 1"},
		{"all runs of one setting below", claims.EveryAtLeast(of(abc, 1, 1, 1, 0, 0, 0), 1), claims.Contradicted, "3 of 6"},
		{"some of each setting below", claims.EveryAtLeast(of(abc, 1, 1, 0, 0, 0, 1), 1), claims.Undecided, "3 of 6"},
		{"a setting of one run", claims.EveryAtLeast(of(abc[:4], 1, 1, 1, 1), 1), claims.SeenOnce, "4 of 4"},
		{"no run", claims.EveryWithin(sample(), 0, 1), claims.NotRun, "no run has a value: x"},
		{"less", claims.Less(sample(1, 2, 3), sample(11, 13, 14), 0), claims.Reproduced, "difference 10.67%, 95% interval 9.232 to 12.1 (paired)"},
		{"less, but not by the margin", claims.Less(sample(1, 2, 3), sample(11, 13, 14), 20), claims.Contradicted, ", margin 20"},
		{"more", claims.Less(sample(11, 13, 14), sample(1, 2, 3), 0), claims.Contradicted, ""},
		{"scattered, but not within the seeds", claims.Less(sample(1, 20, 40), sample(2, 21.1, 41.2), 0), claims.Reproduced, ""},
		{"scattered within the seeds", claims.Less(sample(1, 2, 3), sample(2, 4, 3), 0), claims.Undecided, ""},
		{"the same difference in every seed", claims.Less(sample(1, 2, 3), sample(2, 3, 4), 0), claims.Reproduced, ""},
		{"two seeds", claims.Less(sample(1, 2), sample(2, 3), 0), claims.Undecided, ""},
		{"one seed", claims.Less(sample(1), sample(2), 0), claims.SeenOnce, "x 1.00% (1 run)"},
		{"one seed against it", claims.Less(sample(2), sample(1), 0), claims.Undecided, ""},
		{"of several settings", claims.Less(claims.Sample{Name: "x", Values: []float64{1, 2}, Seeds: []int64{1, 1}}, sample(2), 0), claims.Failed, "more than their seed"},
		{"never in six seeds", claims.Less(sample(1, 2, 3, 4, 5, 6), sample(2, 3, 4, never, never, never), 0), claims.Reproduced, "of which 3 never"},
		{"never in five", claims.Less(sample(1, 2, 3, 4, 5), sample(2, 3, 4, never, never), 0), claims.Undecided, "larger in 5 of 5"},
		{"both never", claims.Less(sample(1, never), sample(never, never), 0), claims.Undecided, "larger in 1 of 2 seeds, smaller in 0"},
		{"rising of one", claims.Rising(sample(1, 2)), claims.NotRun, "1 samples have no order"},
		{"rising of no seed in common", claims.Rising(sample(1, 2), claims.Sample{Name: "y", Values: []float64{3}, Seeds: []int64{9}}), claims.NotRun, "no seed has"},
		{"rising", claims.Rising(sample(1, 2, 1), sample(2, 3, 2), sample(4, 5, 3)), claims.Reproduced, "0 of 2 steps"},
		{"rising with a plateau", claims.Rising(sample(1, 2, 1), sample(4, 6, 5), sample(4, 5.9, 5), sample(8, 9, 7)), claims.Reproduced, "1 of 3 steps"},
		{"rising with a sure dip", claims.Rising(sample(1, 2, 3), sample(6, 7, 8), sample(3, 4, 5.1), sample(8, 9, 10)), claims.Contradicted, "1 significantly"},
		{"a trend with a sure dip", claims.Trend(sample(1, 2, 3), sample(6, 7, 8), sample(3, 4, 5.1), sample(8, 9, 10)), claims.Reproduced, "Page's L"},
		{"no trend", claims.Trend(sample(1, 2, 3), sample(2, 1, 3), sample(1, 2, 3.1)), claims.Undecided, ""},
		{"falling", claims.Rising(sample(5, 6, 7), sample(3, 4, 4), sample(1, 2, 1)), claims.Contradicted, ""},
		{"to never", claims.Rising(sample(1, 2, 1), sample(2, 3, 2), sample(never, never, 9)), claims.Reproduced, "of which 2 never"},
		{"seen rising once", claims.Rising(sample(1), sample(2), sample(3)), claims.SeenOnce, "in 1 seeds"},
		{"above a bound", claims.Above(sample(12, 12.5, 12), 10), claims.Reproduced, "difference 2.17%"},
		{"above a bound, perhaps", claims.Above(sample(11, 12, 13), 10), claims.Undecided, "interval -0.48"},
		{"never is outside", claims.EveryAtMost(sample(1, 2, 3, never), 10), claims.Undecided, "3 of 4"},
		{"a change within bounds", claims.MeanWithin(claims.Difference(sample(50, 52, 51), sample(50.1, 52.2, 51)), -2, 4), claims.Reproduced, "x less x 0.10%"},
		{"a change beyond them", claims.MeanWithin(claims.Difference(sample(50, 52, 51), sample(60, 61, 61)), -2, 4), claims.Contradicted, ""},
		{"a ratio that never came", claims.Less(claims.LogRatio(sample(1, 1, 1, 1, 1, 1), sample(2, 2, 2, 2, 2, 2)),
			claims.LogRatio(sample(1, 1, 1, 1, 1, 1), sample(4, 4, 4, never, never, never)), 0), claims.Reproduced, "larger in 6 of 6"},
		{"equal", claims.Equals(sample(98.93, 99.09, 98.95), 99.21, 0.5), claims.Reproduced, "published 99.21% ± 0.5"},
		{"within the tolerance, but not surely", claims.Equals(sample(98.93, 99.09, 98.95), 99.21, 0.3), claims.Undecided, ""},
		{"off", claims.Equals(sample(98.93, 99.0, 98.95), 99.21, 0.01), claims.Contradicted, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got.Outcome != c.want || !strings.Contains(c.got.Statistic, c.says) {
				t.Errorf("%+v, want %s with %q", c.got, c.want, c.says)
			}
		})
	}
}

// Values of SciPy 1.17.1: ttest_rel, ttest_ind with equal_var=False, ttest_1samp, binomtest, page_trend_test (exact; for twelve levels asymptotic). It
// has no exact distribution of Page's test with ties; there it is every order's sum, counted in Python.
func TestAgainstSciPy(t *testing.T) {
	levels := func(blocks ...[]float64) (all []claims.Sample) {
		for j := range blocks[0] {
			var column []float64
			for _, b := range blocks {
				column = append(column, b[j])
			}
			all = append(all, sample(column...))
		}
		return all
	}
	twelve := levels([]float64{0.5, 0.47, 4.56, 3.42, 1.86, 6.45, 11.22, 10.79, 5.19, 3.94, 7.51, 11.17},
		[]float64{-9.3, 0.12, -2.98, 0.07, 1.82, 3.73, 7.65, 11.17, 7.49, 14.47, 7.34, 12.41})
	for name, c := range map[string]struct {
		got              claims.Verdict
		p, low, high, up float64
	}{
		"paired": {claims.Less(sample(1, 2, 4, 7), sample(6, 5, 9, 11), 0), 0.0030132990718159877, 2.7265198191711875, 5.7734801808288125, 0},
		"Welch":  {claims.Less(alone(1, 2, 4, 7), alone(6, 9, 11), 0), 0.050699581798558574, -0.023895010870328193, 10.35722834420366, 0},
		"equivalence": {claims.Equals(sample(98.93, 99.09, 98.95), 99.21, 0.3), 2 * 0.12645631618115802,
			98.77343789505285, 99.20656210494717, 0},
		"signs":      {claims.Less(sample(1, 1, 1, 1, 1, 1, 1, 9), sample(2, 2, 2, 2, 2, 2, never, 8), 0), 0.0703125, 0, 0, 0},
		"Page":       {claims.Rising(levels([]float64{3, 4, 5, 6}, []float64{2, 5, 4, 7}, []float64{1, 3, 2, 9})...), 2 * 0.0028935185185185184, 0, 0, 88},
		"Page, ties": {claims.Rising(levels([]float64{1, 1, 2, 3}, []float64{1, 2, 2, 2}, []float64{4, 3, 5, 5})...), 2 * 0.005208333333333333, 0, 0, 86},
		"Page, many": {claims.Rising(twelve...), 2 * 9.850791255790244e-05, 0, 0, 1241},
	} {
		off := func(got, want float64) bool { return math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) }
		if off(c.got.P, c.p) {
			t.Errorf("%s: p %v, want %+v", name, c.got.P, c)
		}
		if c.high != 0 && (off(c.got.Intervals[0].Low, c.low) || off(c.got.Intervals[0].High, c.high)) {
			t.Errorf("%s: interval %v, want %+v", name, c.got.Intervals, c)
		}
		if c.up > 0 && !strings.Contains(c.got.Statistic, fmt.Sprintf("L %g", c.up)) {
			t.Errorf("%s: %s, want L %g", name, c.got.Statistic, c.up)
		}
	}
}

// The adjusted values of statsmodels 0.15.0's multipletests are 0.03, 0.06, 0.06 and 0.02.
func TestHolm(t *testing.T) {
	for i, got := range claims.Holm([]float64{0.01, 0.04, 0.03, 0.005}) {
		if want := []float64{0.03, 0.06, 0.06, 0.02}[i]; math.Abs(got-want) > 1e-12 {
			t.Errorf("p %d is adjusted to %g, want %g", i, got, want)
		}
	}
}

// Differences of mean 1.5 and standard deviation 1 keep off zero from 5 seeds on, by the half-widths of Student's t: 1.59 of 4, 1.24 of 5.
func TestSeedsThatWouldDecide(t *testing.T) {
	d := math.Sqrt(3) / 2
	if v := claims.Less(sample(0, 0, 0, 0), sample(1.5-d, 1.5-d, 1.5+d, 1.5+d), 0); v.Outcome != claims.Undecided || v.Needed != 5 {
		t.Errorf("%+v", v)
	}
	if v := claims.Less(sample(0, 0, 0), sample(-1, 1, 0.01), 0); v.Needed != claims.Most+1 {
		t.Errorf("no difference is to be expected: %+v", v)
	}
	if v := claims.Less(sample(1, 2, 3, 4, 5), sample(2, 3, 4, never, never), 0); v.Needed != 6 {
		t.Errorf("six signs that are alike decide: %+v", v)
	}
	if v := claims.Less(sample(1), sample(2), 0); v.Needed != 3 {
		t.Errorf("three seeds at least: %+v", v)
	}
	if v := claims.Less(sample(1, 2, 3), sample(11, 13, 14), 0); v.Needed != 0 {
		t.Errorf("decided: %+v", v)
	}
	if v := claims.Rising(sample(1, 2), sample(2, 3), sample(3, 4)); v.Outcome != claims.Undecided || v.Needed != 3 {
		t.Errorf("one seed more decides: %+v", v)
	}
	if v := claims.Less(sample(1, never), sample(never, 1), 0); v.Needed != claims.Most+1 {
		t.Errorf("signs that cancel: %+v", v)
	}
	if v := claims.All(claims.EveryAtLeast(sample(-1, -1, -1), 0), claims.Less(sample(0, 0, 0), sample(-1, 1, 0.01), 0)); v.Outcome != claims.Contradicted || v.Needed != 0 {
		t.Errorf("a part that is not needed any more: %+v", v)
	}
	if v := claims.Rising(sample(1, 2, 1), sample(2, 1, 2), sample(1.5, 2.5, 1.2)); v.Outcome != claims.Undecided || v.Needed <= 3 || v.Needed > claims.Most {
		t.Errorf("%+v", v)
	}
}

func TestTheWorstPartDecides(t *testing.T) {
	good, unclear := claims.EveryAtLeast(sample(1, 1, 1), 0), claims.EveryAtLeast(sample(1, -1, 1), 0)
	bad, missing, once := claims.EveryAtLeast(sample(-1, -1, -1), 0), claims.Missing("needs %s", "a GPU"), claims.EveryAtLeast(sample(1), 0)
	failed := claims.Verdict{Outcome: claims.Failed}
	for _, c := range []struct {
		parts []claims.Verdict
		want  claims.Outcome
	}{
		{nil, claims.NotRun}, {[]claims.Verdict{good, good}, claims.Reproduced}, {[]claims.Verdict{good, missing}, claims.NotRun},
		{[]claims.Verdict{missing, unclear, good}, claims.Undecided}, {[]claims.Verdict{unclear, bad, missing}, claims.Contradicted},
		{[]claims.Verdict{good, once}, claims.SeenOnce}, {[]claims.Verdict{bad, failed}, claims.Failed},
	} {
		if got := claims.All(c.parts...); got.Outcome != c.want {
			t.Errorf("%+v: %s, want %s", c.parts, got.Outcome, c.want)
		}
	}
	if got := claims.All(good, unclear, missing); !strings.HasSuffix(got.Statistic, "; needs a GPU") || got.N != 6 {
		t.Errorf("%+v", got)
	}
}

// A part that is contradicted at 5%, but not as one of three, leaves the claim undecided.
func TestPartsAreCorrected(t *testing.T) {
	weak := claims.Less(sample(5, 6, 8, 9), sample(4, 5.4, 7.2, 7.2), 0)
	level := claims.Less(sample(1, 2, 3), sample(2, 1, 3), 0)
	if weak.Outcome != claims.Contradicted || weak.P < 0.05/3 {
		t.Fatalf("%+v", weak)
	}
	if got := claims.All(weak, level, level); got.Outcome != claims.Undecided {
		t.Errorf("%+v", got)
	}
	dip := claims.Rising(sample(1, 2, 3), sample(6, 7, 8), sample(3, 4, 5.001), sample(8, 9, 10))
	down := claims.Rising(sample(10, 11, 12), sample(8.8, 10, 11.2), sample(8, 9.5, 9.9))
	if got := claims.All(down, down); got.Outcome != claims.Contradicted {
		t.Errorf("two trends that fall: %+v", got)
	}
	if got := claims.All(dip, level); dip.Outcome != claims.Contradicted || got.Outcome != claims.Contradicted {
		t.Errorf("a sure dip: %+v", got)
	}
}

// What is drawn of a claim: an interval a part, with where the claim holds, the paper's number and the part's outcome.
func TestIntervals(t *testing.T) {
	published := 99.21
	got := claims.All(
		claims.Less(sample(1, 2, 4, 7), sample(6, 5, 9, 11), 0.5),
		claims.Equals(sample(98.93, 99.09, 98.95), published, 0.3),
		claims.Rising(sample(1, 2, 3), sample(2, 3, 2), sample(2, 4, 6)),
		claims.EveryAtLeast(sample(8, 7, 12), 7.5),
		claims.Less(sample(1, 2, 3), sample(2, 3, never), 0), // by signs alone, so that it has none
	)
	inf := math.Inf(1)
	for i, want := range []claims.Interval{
		{Of: "x less x", Unit: "%", Estimate: 4.25, Low: 2.7265198191711875, High: 5.7734801808288125, From: 0.5, To: inf, Outcome: claims.Reproduced},
		{Of: "x", Unit: "%", Estimate: 98.99, Low: 98.77343789505285, High: 99.20656210494717, From: 98.91, To: 99.51, Published: &published, Test: "the 90% interval", Outcome: claims.Undecided},
		{Of: "x less x", Unit: "%", Estimate: 2, Low: -0.4841377118, High: 4.4841377118, From: 0, To: inf, Test: "Page's test over all levels", Outcome: claims.Undecided},
		{Of: "x", Unit: "%", Estimate: 8, Low: 7, High: 12, From: 7.5, To: inf, Range: true, Outcome: claims.Undecided},
	} {
		if diff := cmp.Diff(want, got.Intervals[i], cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Error(diff)
		}
	}
	if len(got.Intervals) != 4 {
		t.Errorf("%d intervals", len(got.Intervals))
	}
	if one := claims.All(claims.Less(sample(1), sample(2), 0)).Intervals[0]; one.Finite() || one.Estimate != 1 || one.Outcome != claims.SeenOnce {
		t.Errorf("of a single seed: %+v", one)
	}
}

// What falls is judged as what rises, the other way round, and says how many steps rise.
func TestFalling(t *testing.T) {
	v := claims.Falling(sample(4, 5, 3), sample(2, 3, 2), sample(1, 2, 1))
	if v.Outcome != claims.Reproduced || !strings.Contains(v.Statistic, "0 of 2 steps of the mean rise") {
		t.Errorf("%+v", v)
	}
	v = claims.Falling(sample(8, 9, 10), sample(3, 4, 5.1), sample(6, 7, 8), sample(1, 2, 3))
	if v.Outcome != claims.Contradicted || !strings.Contains(v.Statistic, "1 of 3 steps of the mean rise, 1 significantly") {
		t.Errorf("%+v", v)
	}
}
