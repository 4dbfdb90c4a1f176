package study

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Group is rows that differ in their seed alone.
type Group[R Row] struct {
	Level // of the field that told the groups apart
	Rows  []R
}

// GroupBy splits rows by a field, in order of first appearance. It is an error if two rows of a group differ in anything but the seed, or if two
// have the same seed: their mean would mean nothing.
func GroupBy[R Row](rows []R, by Field) ([]Group[R], error) {
	groups := Split(rows, by)
	for _, g := range groups {
		if err := AlikeButSeed(g.Rows); err != nil {
			return nil, fmt.Errorf("%s %s: %w", by.Name, g.Label, err)
		}
	}
	return groups, nil
}

// Split splits rows by a field, in order of first appearance; those of a group may differ in more than their seed.
func Split[R Row](rows []R, by Field) []Group[R] {
	var groups []Group[R]
	place := map[string]int{}
	for _, r := range rows {
		level := by.Of(r)
		i, seen := place[level.Label]
		if !seen {
			i = len(groups)
			place[level.Label], groups = i, append(groups, Group[R]{Level: level})
		}
		groups[i].Rows = append(groups[i].Rows, r)
	}
	return groups
}

// AlikeButSeed is an error unless rows differ in their seed, and in nothing else.
func AlikeButSeed[R Row](rows []R) error {
	seen := map[int64]bool{}
	for _, r := range rows {
		seed := r.Origin().Seed
		if r.Setting() != rows[0].Setting() {
			return fmt.Errorf("runs differ in more than the seed (%s; %s): split them by another field before taking a mean", described(rows[0]), described(r))
		}
		if seen[seed] {
			return fmt.Errorf("seed %d appears twice: give each run its own seed", seed)
		}
		seen[seed] = true
	}
	return nil
}

// described names a row for an error.
func described(r Row) string {
	if e := r.Origin().Experiment; e.Data.Name != "" {
		return e.String()
	}
	return r.Setting()
}

// Spread sums up one number over seeds.
type Spread struct {
	N                  int     // runs that have the number
	Of                 int     // runs in all
	Mean, SD, Min, Max float64 // SD is the sample standard deviation, 0 where N is 1; all NaN where N is 0
}

// SpreadOf returns the spread of a statistic over rows.
func SpreadOf[R Row](rows []R, s Statistic) Spread {
	var values []float64
	for _, r := range rows {
		if v, ok := s.Of(r); ok {
			values = append(values, v)
		}
	}
	return spread(values, len(rows))
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

// Relative is a statistic over its mean in those base rows that are of the same level of a field.
func Relative[R Row](name, unit string, s Statistic, base []R, by Field) Statistic {
	means := map[string]Spread{}
	for _, g := range Split(base, by) {
		means[g.Label] = SpreadOf(g.Rows, s)
	}
	return Statistic{Name: name, Unit: unit, Of: func(r Row) (float64, bool) {
		value, ok := s.Of(r)
		mean := means[by.Of(r).Label]
		return value / mean.Mean, ok && mean.N > 0
	}}
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
