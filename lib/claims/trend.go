package claims

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Rising judges that a quantity grows from each of several levels to the next: reproduced where there is a Trend and no step falls significantly;
// contradicted where the trend is falling, or a step falls significantly: by a paired t, or a sign test where some value never came, after Holm's
// correction over the steps.
func Rising(samples ...Sample) Verdict { return judgeSteps(samples, "fall") }

// Falling judges that a quantity shrinks from each of several levels to the next, as Rising judges that it grows.
func Falling(samples ...Sample) Verdict {
	samples = slices.Clone(samples)
	slices.Reverse(samples)
	return judgeSteps(samples, "rise")
}

// judgeSteps judges that a quantity grows along the samples. Against says what a step against that does from the first named level to the last.
func judgeSteps(samples []Sample, against string) Verdict {
	v := Trend(samples...)
	if v.Seeds == 0 {
		return v
	}
	falls, significant, p := falling(samples)
	v.Statistic += fmt.Sprintf("; %d of %d steps of the mean %s, %d significantly", falls, len(samples)-1, against, significant)
	if significant > 0 && v.Seeds >= Enough {
		if v.Outcome == Contradicted {
			p = min(p, v.P)
		}
		v.Outcome, v.Needed, v.P = Contradicted, 0, p
	}
	return v
}

// Trend judges that a quantity grows along several levels on the whole, by Page's test (1963), whose blocks are the seeds that all samples have.
func Trend(samples ...Sample) Verdict {
	if len(samples) < 2 {
		return Missing("%d samples have no order", len(samples))
	}
	if v, bad := check(samples...); bad {
		return v
	}
	seeds := common(samples...)
	if len(seeds) == 0 {
		return Missing("no seed has a value in all of %d samples", len(samples))
	}
	l := pages(samples, seeds)
	up, down := l.tails()
	v := Verdict{N: len(samples) * len(seeds), Seeds: len(seeds), P: min(1, 2*min(up, down))}
	v.Statistic = fmt.Sprintf("%s, %s; Page's L %.4g over %d levels in %d seeds, two-sided p %.2g",
		samples[0], samples[len(samples)-1], l.observed, len(samples), len(seeds), v.P)
	if first, last := samples[0], samples[len(samples)-1]; !first.censored() && !last.censored() {
		i := of(differences(first, last, seeds)).interval(last.Name+" less "+first.Name, last.Unit, 0)
		i.Test = "Page's test over all levels"
		v.Intervals = []Interval{i}
	}
	v.Outcome = decided(len(seeds), up <= level/2, down <= level/2, l.observed > l.mean)
	if v.Outcome == Undecided || v.Outcome == SeenOnce {
		v.Needed = l.needed(len(seeds))
	}
	return v
}

// needed is how many seeds would decide, if each adds as much to the trend as these do; more than these, which do not.
func (l page) needed(seeds int) int {
	z := (l.observed - l.mean) / l.deviation
	critical := distuv.UnitNormal.Quantile(1 - level/2)
	return int(min(Most+1, max(Enough, float64(seeds+1), math.Ceil(float64(seeds)*critical*critical/(z*z)))))
}

// falling counts the steps whose mean falls and those that fall significantly, of which p is the smallest, after Holm's correction.
func falling(samples []Sample) (falls, significant int, p float64) {
	var ps []float64
	var fell []bool
	p = 1
	for i, s := range samples[1:] {
		step := Less(samples[i], s, 0)
		mean := stat.Mean(s.Values, nil) < stat.Mean(samples[i].Values, nil)
		if mean {
			falls++
		}
		ps, fell = append(ps, step.P), append(fell, step.Outcome == Contradicted)
	}
	for i, adjusted := range holm(ps) {
		if adjusted <= level && fell[i] {
			significant, p = significant+1, min(p, adjusted)
		}
	}
	return falls, significant, p
}

// page is Page's statistic: the sum over blocks of each level's place times its rank in the block, and its distribution where there is no trend.
type page struct {
	observed, mean, deviation float64
	probabilities             []float64 // of twice the sums; nil: the normal distribution stands for it
}

// exactly is up to how many levels the distribution is exact.
const exactly = 10

func pages(samples []Sample, seeds []int64) page {
	k := len(samples)
	l := page{probabilities: []float64{1}}
	variance := 0.
	for _, seed := range seeds {
		values := make([]float64, k)
		for i, s := range samples {
			values[i] = s.at()[seed]
		}
		twice := doubledRanks(values)
		spread := 0.
		for i, r := range twice {
			l.observed += float64((i+1)*r) / 2
			spread += math.Pow(float64(r)/2-float64(k+1)/2, 2)
		}
		l.mean += float64(k*(k+1)*(k+1)) / 4
		variance += spread * float64(k*(k+1)) / 12 // of places k(k²-1)/12, over k-1
		if k <= exactly {
			l.probabilities = convolve(l.probabilities, blockSums(twice))
		}
	}
	if l.deviation = math.Sqrt(variance); k > exactly {
		l.probabilities = nil
	}
	return l
}

// tails are the probabilities of a sum as large, and as small, as that observed.
func (l page) tails() (up, down float64) {
	if l.probabilities == nil {
		z := (l.observed - l.mean) / l.deviation
		return distuv.UnitNormal.CDF(-z), distuv.UnitNormal.CDF(z)
	}
	at := int(math.Round(2 * l.observed))
	for sum, p := range l.probabilities {
		if sum >= at {
			up += p
		}
		if sum <= at {
			down += p
		}
	}
	return up, down
}

// blockSums is the distribution of a block's doubled sum over all orders of its doubled ranks.
func blockSums(twice []int) []float64 {
	k, largest := len(twice), 0
	for i, r := range slices.Sorted(slices.Values(twice)) {
		largest += (i + 1) * r
	}
	sums := make([][]float64, 1<<k) // by the set of ranks that are placed
	sums[0] = make([]float64, largest+1)
	sums[0][0] = 1
	for set := range sums {
		place := 1
		for i := range k {
			place += set >> i & 1
		}
		for i, r := range twice {
			if next := set | 1<<i; next != set {
				if sums[next] == nil {
					sums[next] = make([]float64, largest+1)
				}
				for sum, p := range sums[set][:largest+1-place*r] {
					sums[next][sum+place*r] += p / float64(k-place+1)
				}
			}
		}
	}
	return sums[1<<k-1]
}

// convolve is the distribution of the sum of two.
func convolve(a, b []float64) []float64 {
	out := make([]float64, len(a)+len(b)-1)
	for i, p := range a {
		for j, q := range b {
			out[i+j] += p * q
		}
	}
	return out
}

// doubledRanks are twice each value's rank, the first is 1; equal values share the mean of theirs.
func doubledRanks(values []float64) []int {
	sorted := slices.Sorted(slices.Values(values))
	out := make([]int, len(values))
	for i, v := range values {
		low, _ := slices.BinarySearch(sorted, v)
		high := low
		for high < len(sorted) && sorted[high] == v {
			high++
		}
		out[i] = low + high + 1
	}
	return out
}
