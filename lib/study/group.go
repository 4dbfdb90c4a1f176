package study

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Group is the results of Experiments that differ in their seed alone.
type Group struct {
	Label   string // value of the field that told the groups apart
	Results []Result
}

// GroupBy splits results by a field, in order of first appearance. It is an error if two results of a group differ in anything but the
// seed, or if two have the same seed: their mean would mean nothing.
func GroupBy(results []Result, by Field) ([]Group, error) {
	var groups []Group
	for _, r := range results {
		label := by.Of(r.Experiment)
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Label == label })
		if i < 0 {
			groups = append(groups, Group{label, []Result{r}})
			continue
		}
		if err := alikeButSeed(groups[i].Results, r); err != nil {
			return nil, fmt.Errorf("%s %s: %w", by.Name, label, err)
		}
		groups[i].Results = append(groups[i].Results, r)
	}
	return groups, nil
}

func alikeButSeed(seen []Result, r Result) error {
	first, other := seen[0].Experiment, r.Experiment
	first.Seed = other.Seed
	if first.Key() != other.Key() {
		return fmt.Errorf("runs differ in more than the seed (%s; %s): split them by another field before taking a mean", seen[0].Experiment, r.Experiment)
	}
	for _, s := range seen {
		if s.Experiment.Seed == r.Experiment.Seed {
			return fmt.Errorf("seed %d appears twice: give each run its own seed", r.Experiment.Seed)
		}
	}
	return nil
}

// Spread sums up one number over seeds.
type Spread struct {
	N                  int     // runs that have the number
	Of                 int     // runs in all
	Mean, SD, Min, Max float64 // SD is the sample standard deviation, 0 where N is 1; all NaN where N is 0
}

// SpreadOf returns the spread of a statistic over a group's seeds.
func SpreadOf(results []Result, s Statistic) Spread {
	var values []float64
	for _, r := range results {
		if v, ok := s.Of(r); ok {
			values = append(values, v)
		}
	}
	return spread(values, len(results))
}

// SpreadOver returns the spread of values, one a run; not a number stands for a run that has none.
func SpreadOver(values []float64) Spread {
	have := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	return spread(have, len(values))
}

func spread(values []float64, of int) Spread {
	s := Spread{N: len(values), Of: of}
	if s.N == 0 {
		nan := math.NaN()
		s.Mean, s.SD, s.Min, s.Max = nan, nan, nan, nan
		return s
	}
	s.Min, s.Max, s.Mean = slices.Min(values), slices.Max(values), stat.Mean(values, nil)
	if s.N > 1 {
		s.SD = stat.StdDev(values, nil)
	}
	return s
}

// Band is a curve's spread over seeds, epoch by epoch. Where runs end at different epochs (a train-accuracy target met), a run that has
// ended keeps its last value.
type Band struct {
	Epoch  []int
	Spread []Spread
}

// BandOf returns the band of a curve over the seeds of a group.
func BandOf(results []Result, c Curve) Band {
	var band Band
	for _, r := range results {
		band.Epoch = append(band.Epoch, r.Measurements.Curves.Epoch...)
	}
	slices.Sort(band.Epoch)
	band.Epoch = slices.Compact(band.Epoch)
	for _, epoch := range band.Epoch {
		var values []float64
		for _, r := range results {
			values = append(values, at(r.Measurements.Curves, c, epoch))
		}
		band.Spread = append(band.Spread, spread(values, len(results)))
	}
	return band
}

// at returns the value of the last evaluation at or before an epoch.
func at(curves Curves, c Curve, epoch int) float64 {
	i, found := slices.BinarySearch(curves.Epoch, epoch)
	if !found {
		i--
	}
	return c.Of(curves)[max(i, 0)]
}
