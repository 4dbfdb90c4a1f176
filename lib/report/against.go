package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"rethinking/lib/study"
)

// fewPoints is how many points of a line of a [Plot] have a marker and a bar each; more have a band.
const fewPoints = 20

// GapBy draws the final train and test accuracy against a field's value, such as the corruption level, with the generalization gap
// between them shaded: means with bars from the lowest to the highest seed, and each seed as a dot.
func GapBy(results []study.Result, by study.Field, options ...Option) (Figure, error) {
	groups, err := seedsOf(results, &by)
	if err != nil {
		return Figure{}, err
	}
	f, place := against(groups, by, "generalization gap", "final accuracy (%)", "%")
	train := lineOver("train", groups, place, study.Final(study.TrainAccuracy))
	test := lineOver("test", groups, place, study.Final(study.TestAccuracy))
	test.Color, test.Dash = 1, 1
	f.Lines = []Line{train, test}
	if f.X.Categories == nil && len(groups) > 1 {
		f.Area = between(train, test)
	}
	return apply(options).finish(f)
}

// StatisticBy draws a statistic against a field's value: the mean with bars from the lowest to the highest seed, and each seed as a
// dot; with By, a line for each value of that other field. Where only some seeds have the statistic no mean is drawn: their dots stand
// alone, and the caption says how many of how many; without By the chart does too.
func StatisticBy[R study.Row](rows []R, statistic study.Statistic, by study.Field, options ...Option) (Figure, error) {
	s := apply(options)
	lines, groups, err := split(s, rows, by)
	if err != nil {
		return Figure{}, err
	}
	f, place := against(slices.Concat(groups...), by, statistic.Name, statistic.Heading(), statistic.Unit)
	var partial []string
	for i, l := range lines {
		line := lineOver(l.Label, groups[i], place, statistic)
		line.Name, line.Color, line.Dash = s.lineName(statistic.Name, l.Label), i, i+i/len(palette)
		f.Lines = append(f.Lines, line)
		for j, p := range line.Points {
			if p.N == p.Of {
				continue
			}
			at, some := groups[i][j].Label, fmt.Sprintf("%d of %d", p.N, p.Of)
			if s.by == nil {
				f.Notes = append(f.Notes, Note{X: p.X, Text: some})
			} else {
				at += " with " + s.by.Name + " " + l.Label
			}
			partial = append(partial, at+" ("+some+")")
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

// Plot draws a statistic against another: the mean, with bars or a band from the lowest to the highest seed; with [By] a line for each value of its
// field. The rows of a line that have the same x are a point, or those of one value of [PointBy]'s field. It is an error if rows of a point differ in
// more than the seed.
func Plot[R study.Row](rows []R, y, x study.Statistic, options ...Option) (Figure, error) {
	all, err := asRows(rows)
	if err != nil {
		return Figure{}, err
	}
	s := apply(options)
	f := Figure{
		Words: Words{Title: y.Name + " by " + x.Name},
		X:     Axis{Label: x.Heading(), Unit: x.Unit},
		Y:     Axis{Label: y.Heading(), Unit: y.Unit},
	}
	placed := study.Where(all, func(r study.Row) bool { _, ok := x.Of(r); return ok })
	most := 0
	for i, part := range s.lines(placed) {
		line := Line{Name: y.Name, Label: part.Label, Color: i, Dash: i + i/len(palette)}
		if part.Label != "" {
			line.Name += ", " + part.Label
		}
		for _, g := range s.points(part.Rows, x) {
			p := pointAt(study.SpreadOf(g.Rows, x).Mean, study.SpreadOf(g.Rows, y))
			if err := study.AlikeButSeed(g.Rows); err != nil {
				return Figure{}, fmt.Errorf("report: %s at %s: %w", line.Name, g.Label, err)
			}
			most, line.Points = max(most, p.Of), append(line.Points, p)
		}
		line.Bars = len(line.Points) <= fewPoints
		f.Lines = append(f.Lines, line)
	}
	f.Facts = facts(plotFact(most), scaleFact(placed), leftOutFact(len(all)-len(placed), "row", "have no "+x.Name))
	return s.finish(f)
}

// against is a figure over the values of a field that has no lines yet, and the place of each value's label.
func against(groups []group, by study.Field, title, label, unit string) (Figure, map[string]float64) {
	x, place := axisOf(groups, by, false)
	return Figure{
		Words: Words{
			Title: title + " by " + by.Name,
			Facts: facts(settingFact(groups), seedsFact(groups, "Markers", "bars"), scaleFact(rowsOf(groups))),
		},
		X: x,
		Y: Axis{Label: label, Unit: unit},
	}, place
}

// lineOver is a statistic's line over groups at their places.
func lineOver(label string, groups []group, place map[string]float64, statistic study.Statistic) Line {
	line := Line{Name: statistic.Name, Label: label, Bars: true}
	for _, g := range groups {
		p := meanAt(place[g.Label], g.Rows, statistic)
		for _, r := range g.Rows {
			if v, ok := statistic.Of(r); ok && len(g.Rows) > 1 {
				p.Seeds = append(p.Seeds, Seed{r.Origin().Seed, v})
			}
		}
		line.Points = append(line.Points, p)
	}
	return line
}

// meanAt is the mean of rows, or not a number unless all have the statistic.
func meanAt(x float64, rows []study.Row, statistic study.Statistic) Point {
	p := pointAt(x, study.SpreadOf(rows, statistic))
	if p.N < p.Of {
		p.Mean, p.Low, p.High = math.NaN(), math.NaN(), math.NaN()
	}
	return p
}

// between shades from the second line's means up to the first one's; both have the same positions.
func between(upper, lower Line) *Area {
	area := &Area{Label: "generalization gap"}
	for i, p := range upper.Points {
		if q := lower.Points[i]; !math.IsNaN(p.Mean) && !math.IsNaN(q.Mean) {
			area.Points = append(area.Points, Point{X: p.X, Low: q.Mean, High: p.Mean})
		}
	}
	return area
}

// points are the rows of each point of a line: those of one level of PointBy's field, or else of one x.
func (s settings) points(rows []study.Row, x study.Statistic) []group {
	if s.pointBy != nil {
		return study.Split(rows, *s.pointBy)
	}
	return inOrder(study.Split(rows, study.Field{Of: func(r study.Row) study.Level {
		v, _ := x.Of(r)
		return study.Level{Label: fmt.Sprint(x.Name, " ", v), Number: v}
	}}))
}
