package claims

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Sample is a quantity's values, one a run, of runs that differ in their seed alone.
type Sample struct {
	Name   string // "train accuracy of mlp 3x512"
	Unit   string // "%", or ""
	Values []float64
}

// confidence is that of all intervals.
const confidence = 0.95

// mean is a mean with the half-width of its confidence interval, infinite for a single value.
func (s Sample) mean() (mean, half float64) {
	mean, half = stat.Mean(s.Values, nil), math.Inf(1)
	if n := len(s.Values); n > 1 {
		half = quantile(float64(n-1)) * stat.StdErr(stat.StdDev(s.Values, nil), float64(n))
	}
	return mean, half
}

// quantile is that of Student's t for a two-sided interval.
func quantile(freedom float64) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - (1-confidence)/2)
}

func (s Sample) String() string {
	mean, half := s.mean()
	if len(s.Values) == 1 {
		return fmt.Sprintf("%s %s (1 run)", s.Name, s.number(mean))
	}
	return fmt.Sprintf("%s %s ± %s (%d runs)", s.Name, s.number(mean), s.number(half), len(s.Values))
}

func (s Sample) number(x float64) string {
	if s.Unit == "%" {
		return fmt.Sprintf("%.2f%%", x)
	}
	number := fmt.Sprintf("%.4g", x)
	if s.Unit == "" {
		return number
	}
	return number + " " + s.Unit
}

// EveryAtLeast judges that each run's value is at least a bound; contradicted where every run is below, undecided where some are.
func EveryAtLeast(s Sample, bound float64) Verdict { return every(s, bound, math.Inf(1)) }

// EveryAtMost judges that each run's value is at most a bound.
func EveryAtMost(s Sample, bound float64) Verdict { return every(s, math.Inf(-1), bound) }

// EveryWithin judges that each run's value is between two bounds, both included.
func EveryWithin(s Sample, low, high float64) Verdict { return every(s, low, high) }

func every(s Sample, low, high float64) Verdict {
	if len(s.Values) == 0 {
		return Missing("no run has a value: %s", s.Name)
	}
	inside := 0
	for _, v := range s.Values {
		if v >= low && v <= high {
			inside++
		}
	}
	v := Verdict{Undecided, fmt.Sprintf("%s from %s to %s (%d of %d runs within)",
		s.Name, s.number(slices.Min(s.Values)), s.number(slices.Max(s.Values)), inside, len(s.Values))}
	switch inside {
	case len(s.Values):
		v.Outcome = Reproduced
	case 0:
		v.Outcome = Contradicted
	}
	return v
}

// Less judges that the mean of a is below that of b by more than a margin, by Welch's interval of their difference.
func Less(a, b Sample, margin float64) Verdict {
	if len(a.Values) == 0 || len(b.Values) == 0 {
		return Missing("no run has a value: %s or %s", a.Name, b.Name)
	}
	difference, half := welch(a.Values, b.Values)
	v := Verdict{Undecided, fmt.Sprintf("%s, %s", a, b)}
	switch {
	case difference-half > margin:
		v.Outcome = Reproduced
	case difference+half < margin:
		v.Outcome = Contradicted
	}
	return v
}

// welch returns the mean of b minus that of a, and the half-width of its interval, with the degrees of freedom of Welch 1947. Without a
// spread of its own in either sample there is no interval.
func welch(a, b []float64) (difference, half float64) {
	difference = stat.Mean(b, nil) - stat.Mean(a, nil)
	if len(a) < 2 || len(b) < 2 {
		return difference, math.Inf(1)
	}
	va, vb := stat.Variance(a, nil)/float64(len(a)), stat.Variance(b, nil)/float64(len(b))
	if va+vb == 0 {
		return difference, 0
	}
	freedom := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	return difference, quantile(freedom) * math.Sqrt(va+vb)
}

// Rising judges that a quantity grows along an order of samples: reproduced where the means never fall and Spearman's rank correlation between
// place and value, over all runs, is significantly positive; contradicted where it is significantly negative, or a sample is significantly
// below the one before it (Less).
func Rising(samples ...Sample) Verdict {
	if len(samples) < 2 {
		return Missing("%d samples have no order", len(samples))
	}
	places, values, falls := []float64(nil), []float64(nil), 0
	v := Verdict{Outcome: Undecided}
	for i, s := range samples {
		if len(s.Values) == 0 {
			return Missing("no run has a value: %s", s.Name)
		}
		for _, x := range s.Values {
			places, values = append(places, float64(i)), append(values, x)
		}
		if i == 0 {
			continue
		}
		if difference, half := welch(samples[i-1].Values, s.Values); difference < 0 {
			falls++
			if difference+half < 0 {
				v.Outcome = Contradicted
			}
		}
	}
	rho := stat.Correlation(ranks(places), ranks(values), nil)
	critical := criticalCorrelation(len(values))
	v.Statistic = fmt.Sprintf("Spearman's ρ %.2f over %d runs, %d of %d steps of the mean fall; first %s, last %s",
		rho, len(values), falls, len(samples)-1, samples[0], samples[len(samples)-1])
	switch {
	case rho < -critical:
		v.Outcome = Contradicted
	case v.Outcome == Undecided && rho > critical && falls == 0:
		v.Outcome = Reproduced
	}
	return v
}

// criticalCorrelation is how far a rank correlation of n pairs has to be from zero to be significant, by Student's t.
func criticalCorrelation(n int) float64 {
	if n < 3 {
		return math.Inf(1)
	}
	t := quantile(float64(n - 2))
	return t / math.Sqrt(float64(n-2)+t*t)
}

// ranks returns each value's rank, equal values sharing the mean of theirs.
func ranks(values []float64) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	out := make([]float64, len(values))
	for i, v := range values {
		low, found := slices.BinarySearch(sorted, v)
		high := low
		for found && high < len(sorted) && sorted[high] == v {
			high++
		}
		out[i] = float64(low+high-1) / 2
	}
	return out
}
