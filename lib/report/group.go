package report

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"

	"rethinking/lib/study"
)

var errNoResults = errors.New("report: no results: run the experiments first")

// grouped checks the results and splits them by a field; groups whose labels are all numbers come in numeric order. Without a field
// there is one group, with an empty label.
func grouped(results []study.Result, by *study.Field) ([]study.Group, error) {
	if len(results) == 0 {
		return nil, errNoResults
	}
	for _, r := range results {
		if err := checkCurves(r); err != nil {
			return nil, err
		}
	}
	field := study.Field{Name: "all", Of: func(study.Experiment) string { return "runs" }} // as words of an error
	if by != nil {
		field = *by
	}
	groups, err := study.GroupBy(results, field)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if by == nil {
		groups[0].Label = ""
	}
	inOrder(groups)
	return groups, nil
}

// inOrder sorts groups whose labels are all numbers.
func inOrder(groups []study.Group) {
	if xs, ok := positions(groups); ok {
		sort.Sort(byPosition{groups, xs})
	}
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

// positions returns the groups' labels as numbers; ok is false where one of them is none.
func positions(groups []study.Group) (xs []float64, ok bool) {
	for _, g := range groups {
		x, err := strconv.ParseFloat(g.Label, 64)
		if err != nil {
			return nil, false
		}
		xs = append(xs, x)
	}
	return xs, true
}

type byPosition struct {
	groups []study.Group
	xs     []float64
}

func (b byPosition) Len() int           { return len(b.xs) }
func (b byPosition) Less(i, j int) bool { return b.xs[i] < b.xs[j] }
func (b byPosition) Swap(i, j int) {
	b.xs[i], b.xs[j] = b.xs[j], b.xs[i]
	b.groups[i], b.groups[j] = b.groups[j], b.groups[i]
}

// axisOf returns the horizontal axis whose values are the groups, and each group's place on it.
func axisOf(groups []study.Group, by study.Field) (Axis, []float64) {
	if xs, ok := positions(groups); ok {
		axis := Axis{Label: axisLabel(by.Name, by.Unit)}
		if len(xs) <= 11 {
			axis.Ticks = slices.Clone(xs)
		}
		return axis, xs
	}
	axis := Axis{Label: axisLabel(by.Name, by.Unit), Categories: []string{}}
	xs := make([]float64, len(groups))
	for i, g := range groups {
		axis.Categories = append(axis.Categories, g.Label)
		xs[i] = float64(i)
	}
	return axis, xs
}
