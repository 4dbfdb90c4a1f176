package report

import (
	"fmt"
	"slices"
	"strings"

	"rethinking/lib/study"
)

// StatisticBy draws a statistic against a field's value: the mean with bars from the lowest to the highest seed, and each seed as a
// dot; with By, a line for each value of that other field. Where only some seeds have the statistic no mean is drawn: their dots stand
// alone, and the caption says how many of how many; without By the chart does too.
func StatisticBy(results []study.Result, statistic study.Statistic, by study.Field, options ...Option) (Figure, error) {
	s := apply(options)
	lines, err := s.split(results, by)
	if err != nil {
		return Figure{}, err
	}
	axis, place := axisOver(lines, by)
	f := against(cells(lines), axis, by, statistic.Name, axisLabel(statistic.Name, statistic.Unit), statistic.Unit)
	var partial []string
	for i, l := range lines {
		line := l.line(statistic, place)
		line.Name, line.Apart = s.lineName(statistic.Name, l.label), axis.Categories != nil
		line.Color, line.Dash, line.Marker = i, i+i/len(palette), i
		f.Lines = append(f.Lines, line)
		for j, p := range line.Points {
			if p.N == p.Of {
				continue
			}
			partial = append(partial, fmt.Sprintf("%s (%d of %d)", s.placeName(l, j), p.N, p.Of))
			if s.by == nil {
				f.Notes = append(f.Notes, Note{X: p.X, Text: fmt.Sprintf("%d of %d", p.N, p.Of)})
			}
		}
	}
	if s.by != nil {
		f.Title, f.LegendTitle = f.Title+" and "+s.by.Name, s.by.Name
	}
	if len(partial) > 0 {
		f.Facts = append(f.Facts, fmt.Sprintf("No mean is drawn where only some runs have a value: %s %s.", by.Name, strings.Join(partial, ", ")))
	}
	return s.finish(f)
}

// series is the results of a line, split by their place on the horizontal axis.
type series struct {
	label  string
	groups []study.Group
}

// placeName is what place i of a line is called.
func (s settings) placeName(l series, i int) string {
	if s.by == nil {
		return l.groups[i].Label
	}
	return fmt.Sprintf("%s with %s %s", l.groups[i].Label, s.by.Name, l.label)
}

// line is a statistic over the groups, each at its place.
func (l series) line(statistic study.Statistic, place map[string]float64) Line {
	xs := make([]float64, len(l.groups))
	for i, g := range l.groups {
		xs[i] = place[g.Label]
	}
	return lineOver(l.label, l.groups, xs, statistic)
}

// split checks results and splits them by line, in order of first appearance, and those of a line by place.
func (s settings) split(results []study.Result, by study.Field) ([]series, error) {
	if s.by == nil {
		groups, err := grouped(results, &by)
		return []series{{"", groups}}, err
	}
	var labels []string
	parts := map[string][]study.Result{}
	for _, r := range results {
		label := s.by.Of(r.Experiment)
		labels, parts[label] = append(labels, label), append(parts[label], r)
	}
	var lines []series
	for _, label := range unique(labels) {
		groups, err := grouped(parts[label], &by)
		if err != nil {
			return nil, err
		}
		lines = append(lines, series{label, groups})
	}
	if lines == nil {
		return nil, errNoResults
	}
	return lines, nil
}

// cells are the groups of all lines.
func cells(lines []series) []study.Group {
	var groups []study.Group
	for _, l := range lines {
		groups = append(groups, l.groups...)
	}
	return groups
}

// axisOver is the axis of all lines' groups, and the place of each of their labels.
func axisOver(lines []series, by study.Field) (Axis, map[string]float64) {
	groups := distinct(cells(lines))
	axis, xs := axisOf(groups, by)
	place := map[string]float64{}
	for i, g := range groups {
		place[g.Label] = xs[i]
	}
	return axis, place
}

// distinct are the first groups of every label, in order.
func distinct(groups []study.Group) []study.Group {
	var firsts []study.Group
	for _, g := range groups {
		if !slices.ContainsFunc(firsts, func(seen study.Group) bool { return seen.Label == g.Label }) {
			firsts = append(firsts, g)
		}
	}
	inOrder(firsts)
	return firsts
}
