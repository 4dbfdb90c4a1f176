package claims_test

import (
	"strings"
	"testing"

	"rethinking/lib/claims"
)

func sample(values ...float64) claims.Sample {
	return claims.Sample{Name: "x", Unit: "%", Values: values}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name string
		got  claims.Verdict
		want claims.Outcome
		says string
	}{
		{"every run above", claims.EveryAtLeast(sample(100, 99.99), 99.9), claims.Reproduced, "from 99.99% to 100.00% (2 of 2 runs within)"},
		{"some below", claims.EveryAtLeast(sample(100, 99), 99.9), claims.Undecided, "1 of 2"},
		{"all below", claims.EveryAtLeast(sample(98, 99), 99.9), claims.Contradicted, "0 of 2"},
		{"at most", claims.EveryAtMost(sample(1, 2), 2), claims.Reproduced, "2 of 2"},
		{"one run within", claims.EveryWithin(sample(9.8), 9.5, 10.7), claims.Reproduced, "1 of 1"},
		{"no run", claims.EveryWithin(sample(), 0, 1), claims.NotRun, "no run has a value: x"},
		// Student's t with 2 degrees of freedom: 4.3027; standard error of {1, 2, 3}: 0.5774; half-width 2.48.
		{"less", claims.Less(sample(1, 2, 3), sample(11, 12, 13), 0), claims.Reproduced, "2.00% ± 2.48% (3 runs)"},
		{"less, but not by the margin", claims.Less(sample(1, 2, 3), sample(11, 12, 13), 20), claims.Contradicted, ""},
		{"more", claims.Less(sample(11, 12, 13), sample(1, 2, 3), 0), claims.Contradicted, ""},
		{"overlap", claims.Less(sample(1, 2, 3), sample(2, 3, 4), 0), claims.Undecided, ""},
		{"exact values", claims.Less(sample(1, 1), sample(2, 2), 0), claims.Reproduced, ""},
		{"one run each", claims.Less(sample(1), sample(2), 0), claims.Undecided, "1.00% (1 run)"},
		{"rising of one", claims.Rising(sample(1, 2)), claims.NotRun, "1 samples have no order"},
		{"rising", claims.Rising(sample(1, 2), sample(2, 3), sample(4, 5)), claims.Reproduced, "0 of 2 steps"},
		{"rising with a small dip", claims.Rising(sample(1, 2), sample(4, 6), sample(4, 5.5), sample(8, 9)), claims.Undecided, "1 of 3 steps"},
		{"rising with a deep dip", claims.Rising(sample(1, 1.1), sample(6, 6.1), sample(2, 2.1), sample(8, 8.1)), claims.Contradicted, ""},
		{"falling", claims.Rising(sample(5, 6), sample(3, 4), sample(1, 2)), claims.Contradicted, ""},
		{"too few to rise", claims.Rising(sample(1), sample(2)), claims.Undecided, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got.Outcome != c.want || !strings.Contains(c.got.Statistic, c.says) {
				t.Errorf("%+v, want %s with %q", c.got, c.want, c.says)
			}
		})
	}
}

// SciPy 1.17.1's ttest_ind({6, 9, 11}, {1, 2, 4, 7}, equal_var=False) has the 95% interval from -0.0239 to 10.3572, with 4.588 degrees of
// freedom: a margin just outside of it is passed, one just inside is not.
func TestLessIsWelchs(t *testing.T) {
	a, b := sample(1, 2, 4, 7), sample(6, 9, 11)
	if v := claims.Less(a, b, -0.03); v.Outcome != claims.Reproduced {
		t.Errorf("margin -0.03: %+v", v)
	}
	if v := claims.Less(a, b, -0.02); v.Outcome != claims.Undecided {
		t.Errorf("margin -0.02: %+v", v)
	}
}

// SciPy's spearmanr of the same pairs is 0.8165.
func TestRanksShareTies(t *testing.T) {
	v := claims.Rising(sample(1, 1, 2), sample(2, 3, 3))
	if v.Outcome != claims.Reproduced || !strings.Contains(v.Statistic, "ρ 0.82") {
		t.Errorf("%+v", v)
	}
}

func TestTheWorstPartDecides(t *testing.T) {
	good, unclear := claims.EveryAtLeast(sample(1), 0), claims.EveryAtLeast(sample(1, -1), 0)
	bad, missing := claims.EveryAtLeast(sample(-1), 0), claims.Missing("needs %s", "a GPU")
	claim := claims.Claim{ID: "T1"}
	for _, c := range []struct {
		parts []claims.Verdict
		want  claims.Outcome
	}{
		{nil, claims.NotRun}, {[]claims.Verdict{good, good}, claims.Reproduced}, {[]claims.Verdict{good, missing}, claims.NotRun},
		{[]claims.Verdict{missing, unclear, good}, claims.Undecided}, {[]claims.Verdict{unclear, bad, missing}, claims.Contradicted},
	} {
		if got := claim.Judge(c.parts...); got.Outcome != c.want || got.ID != "T1" {
			t.Errorf("%+v: %s, want %s", c.parts, got.Outcome, c.want)
		}
	}
	if got := claim.Judge(good, missing).Statistic; !strings.HasSuffix(got, "; needs a GPU") {
		t.Errorf("statistic %q", got)
	}
}
