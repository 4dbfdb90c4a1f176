package report

import (
	"math"

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
	axis, xs := axisOf(groups, by)
	f := against(groups, axis, by, "generalization gap", "final accuracy (%)", "%")
	train := lineOver("train", groups, xs, study.Final(study.TrainAccuracy))
	test := lineOver("test", groups, xs, study.Final(study.TestAccuracy))
	test.Color, test.Dash, test.Marker = 1, 1, 1
	train.Apart, test.Apart = f.X.Categories != nil, f.X.Categories != nil
	f.Lines = []Line{train, test}
	if !train.Apart && len(xs) > 1 {
		f.Area = between(train, test)
	}
	return s.finish(f)
}

// against is a figure over the values of a field that has no lines yet.
func against(groups []study.Group, x Axis, by study.Field, title, label, unit string) Figure {
	return Figure{
		Title: title + " by " + by.Name,
		X:     x,
		Y:     Axis{Label: label, Unit: unit},
		Facts: facts(settingFact(groups), seedsFact(groups, "Markers", "bars"), dotsFact(groups), scaleFact(groups)),
	}
}

// lineOver is a statistic's line over groups at their places.
func lineOver(label string, groups []study.Group, xs []float64, statistic study.Statistic) Line {
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
