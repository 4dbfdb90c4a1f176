package report

import (
	"fmt"
	"math"
	"strings"

	"rethinking/lib/study"
)

// GapBy draws the final train and test accuracy against a field's value, such as the corruption level, with the generalization gap
// between them shaded: means with bars from the lowest to the highest seed, and each seed as a dot.
func GapBy(results []study.Result, by study.Field, options ...Option) (Figure, error) {
	s := apply(options)
	groups, err := grouped(results, &by)
	if err != nil {
		return Figure{}, err
	}
	f, xs := s.against(groups, by, "generalization gap", "final accuracy (%)", "%")
	train := against("train", groups, xs, study.Final(study.TrainAccuracy))
	test := against("test", groups, xs, study.Final(study.TestAccuracy))
	test.Color, test.Dash, test.Marker = 1, 1, 1
	train.Apart, test.Apart = f.X.Categories != nil, f.X.Categories != nil
	f.Lines = []Line{train, test}
	if !train.Apart && len(xs) > 1 {
		f.Area = between(train, test)
	}
	return s.finish(f)
}

// StatisticBy draws a statistic against a field's value: the mean with bars from the lowest to the highest seed, and each seed as a
// dot. Where only some seeds have the statistic no mean is drawn: their dots stand alone, and the chart and the caption say how many
// of how many.
func StatisticBy(results []study.Result, statistic study.Statistic, by study.Field, options ...Option) (Figure, error) {
	s := apply(options)
	groups, err := grouped(results, &by)
	if err != nil {
		return Figure{}, err
	}
	f, xs := s.against(groups, by, statistic.Name, axisLabel(statistic.Name, statistic.Unit), statistic.Unit)
	line := against("", groups, xs, statistic)
	line.Name, line.Apart = statistic.Name, f.X.Categories != nil
	var partial []string
	for i, p := range line.Points {
		if p.N < p.Of {
			note := fmt.Sprintf("%d of %d", p.N, p.Of)
			f.Notes = append(f.Notes, Note{X: p.X, Text: note})
			partial = append(partial, fmt.Sprintf("%s (%s)", groups[i].Label, note))
		}
	}
	if len(partial) > 0 {
		f.Facts = append(f.Facts, fmt.Sprintf("No mean is drawn where only some runs have a value: %s %s.", by.Name, strings.Join(partial, ", ")))
	}
	f.Lines = []Line{line}
	return s.finish(f)
}

// against is a figure over the values of a field that has no lines yet, and the place of each group on its axis.
func (s settings) against(groups []study.Group, by study.Field, title, label, unit string) (Figure, []float64) {
	axis, xs := axisOf(groups, by)
	f := Figure{
		Title: title + " by " + by.Name,
		X:     axis,
		Y:     Axis{Label: label, Unit: unit},
		Facts: facts(settingFact(groups), seedsFact(groups, "Markers", "bars"), dotsFact(groups), scaleFact(groups)),
	}
	return f, xs
}

func against(label string, groups []study.Group, xs []float64, statistic study.Statistic) Line {
	line := Line{Name: statistic.Name, Label: label, Bars: true}
	for i, g := range groups {
		p := pointAt(xs[i], study.SpreadOf(g.Results, statistic))
		for _, r := range g.Results {
			if v, ok := statistic.Of(r); ok && (len(g.Results) > 1) {
				p.Seeds = append(p.Seeds, Seed{r.Experiment.Seed, v})
			}
		}
		if p.partial() {
			p.Mean, p.Low, p.High = math.NaN(), math.NaN(), math.NaN()
		}
		line.Points = append(line.Points, p)
	}
	return line
}

// between shades from the second line's means up to the first one's; both have the same positions.
func between(upper, lower Line) *Area {
	area := &Area{Label: "generalization gap"}
	for i, p := range upper.Points {
		if q := lower.Points[i]; !math.IsNaN(p.Mean) && !math.IsNaN(q.Mean) {
			area.X = append(area.X, p.X)
			area.Low, area.High = append(area.Low, q.Mean), append(area.High, p.Mean)
		}
	}
	return area
}
