package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"rethinking/lib/study"
)

var errNoResults = errors.New("report: no results: run the experiments first")

// group is rows that differ in their seed alone, of whatever kind.
type group = study.Group[study.Row]

// asRows forgets the kind of rows, and checks those that are results.
func asRows[R study.Row](rows []R) ([]study.Row, error) {
	if len(rows) == 0 {
		return nil, errNoResults
	}
	all := make([]study.Row, len(rows))
	for i, r := range rows {
		all[i] = r
		if result, ok := all[i].(study.Result); ok {
			if err := checkCurves(result); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// checkCurves refuses results without an evaluation or with curves of unequal length, which only a damaged or hand-made result has.
func checkCurves(r study.Result) error {
	c := r.Measurements.Curves
	n := len(c.Epoch)
	if n == 0 {
		return fmt.Errorf("report: the result of %s has no evaluation: delete it and run the experiment again", r.Experiment)
	}
	for _, values := range [][]float64{c.TrainLoss, c.TrainAccuracy, c.TestLoss, c.TestAccuracy} {
		if len(values) != n {
			return fmt.Errorf("report: the result of %s has a curve of %d values over %d epochs: delete it and run the experiment again", r.Experiment, len(values), n)
		}
	}
	return nil
}

// results are rows as the results that they are; ok is false where one is none.
func results(rows []study.Row) (all []study.Result, ok bool) {
	for _, r := range rows {
		result, ok := r.(study.Result)
		if !ok {
			return nil, false
		}
		all = append(all, result)
	}
	return all, true
}

// grouped splits rows by a field; groups whose levels are all numbers come in their order. Without a field there is one group, with an empty
// label.
func grouped(rows []study.Row, by *study.Field) ([]group, error) {
	if by == nil {
		if err := study.AlikeButSeed(rows); err != nil {
			return nil, fmt.Errorf("report: all runs: %w", err)
		}
		return []group{{Rows: rows}}, nil
	}
	groups, err := study.GroupBy(rows, *by)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return inOrder(groups), nil
}

// seedsOf is grouped for rows of any kind.
func seedsOf[R study.Row](rows []R, by *study.Field) ([]group, error) {
	all, err := asRows(rows)
	if err != nil {
		return nil, err
	}
	return grouped(all, by)
}

// inOrder sorts groups whose levels are all numbers.
func inOrder(groups []group) []group {
	if !slices.ContainsFunc(groups, isWord) {
		slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.Number, b.Number) })
	}
	return groups
}

func isWord(g group) bool { return math.IsNaN(g.Number) }

// rowsOf are the rows of all groups.
func rowsOf(groups []group) []study.Row {
	var all []study.Row
	for _, g := range groups {
		all = append(all, g.Rows...)
	}
	return all
}

// split splits rows by line of a figure, or row of a heat map, and those of each by their place on the horizontal axis.
func split[R study.Row](s settings, rows []R, by study.Field) (lines []group, groups [][]group, err error) {
	all, err := asRows(rows)
	if err != nil {
		return nil, nil, err
	}
	lines = s.lines(all)
	for _, line := range lines {
		places, err := grouped(line.Rows, &by)
		if err != nil && s.by != nil {
			err = fmt.Errorf("%w (at %s %s)", err, s.by.Name, line.Label)
		}
		if err != nil {
			return nil, nil, err
		}
		groups = append(groups, places)
	}
	return lines, groups, nil
}

// lines are the rows of each value of By's field in order of first appearance, or all rows with an empty label.
func (s settings) lines(rows []study.Row) []group {
	if s.by == nil {
		return []group{{Rows: rows}}
	}
	return study.Split(rows, *s.by)
}

// axisOf returns the axis whose values are the groups' levels, and the place of each label on it: its number, or, where the levels are to be
// listed or one is a word, its rank.
func axisOf(groups []group, by study.Field, list bool) (Axis, map[string]float64) {
	axis, place := Axis{Label: study.Heading(by.Name, by.Unit)}, map[string]float64{}
	levels := inOrder(study.Split(rowsOf(groups), by))
	if list || slices.ContainsFunc(levels, isWord) {
		axis.Min, axis.Max = -0.5, float64(len(levels))-0.5
		for i, l := range levels {
			place[l.Label] = float64(i)
			if n, err := strconv.Atoi(l.Label); err == nil && n >= 1e4 {
				l.Label = thousands(n)
			}
			axis.Categories = append(axis.Categories, l.Label)
		}
		return axis, place
	}
	for _, l := range levels {
		place[l.Label] = l.Number
		if len(levels) <= 11 {
			axis.Ticks = append(axis.Ticks, l.Number)
		}
	}
	return axis, place
}
