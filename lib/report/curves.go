package report

import (
	"rethinking/lib/study"
)

// Curves draws a curve over epochs: one line a group with the mean over its seeds, and a band from the lowest to the highest seed.
// It is an error if runs of a group differ in more than the seed: name the field they differ in with [By].
func Curves(results []study.Result, c study.Curve, options ...Option) (Figure, error) {
	s := apply(options)
	groups, err := grouped(results, s.by)
	if err != nil {
		return Figure{}, err
	}
	f := s.overEpochs(groups, c.Name+" over epochs", axisLabel(c.Name, c.Unit), c.Unit)
	for i, g := range groups {
		f.Lines = append(f.Lines, Line{
			Name:   s.lineName(c.Name, g.Label),
			Label:  g.Label,
			Color:  i,
			Dash:   i + i/len(palette),
			Marker: i,
			Points: bandPoints(g.Results, c),
		})
	}
	return s.finish(f)
}

// TrainTest draws the generalization gap over epochs: train accuracy as a solid line and test accuracy as a dashed one, in the same
// colour for each group, with bands from the lowest to the highest seed.
func TrainTest(results []study.Result, options ...Option) (Figure, error) {
	s := apply(options)
	groups, err := grouped(results, s.by)
	if err != nil {
		return Figure{}, err
	}
	f := s.overEpochs(groups, "train and test accuracy over epochs", "accuracy (%)", "%")
	for i, g := range groups {
		train := Line{Name: s.lineName("train accuracy", g.Label), Label: g.Label, Color: i, Marker: i, Points: bandPoints(g.Results, study.TrainAccuracy)}
		test := Line{Name: s.lineName("test accuracy", g.Label), Color: i, Dash: 1, Marker: i, Points: bandPoints(g.Results, study.TestAccuracy)}
		if s.by == nil {
			train.Label, test.Label, test.Color, test.Marker = "train", "test", 1, 1
		}
		f.Lines = append(f.Lines, train, test)
	}
	if s.by != nil {
		f.Keys = []Key{{"train", 0}, {"test", 1}}
	}
	return s.finish(f)
}

// overEpochs is a figure over epochs that has no lines yet.
func (s settings) overEpochs(groups []study.Group, title, label, unit string) Figure {
	f := Figure{
		Title: title,
		X:     Axis{Label: "epoch", Whole: true},
		Y:     Axis{Label: label, Unit: unit},
		Facts: facts(settingFact(groups), seedsFact(groups, "Lines", "bands"), earlyFact(groups), scaleFact(groups)),
	}
	if s.by != nil {
		f.Title += " by " + s.by.Name
		f.LegendTitle = s.by.Name
	}
	return f
}

func (s settings) lineName(quantity, label string) string {
	if s.by == nil {
		return quantity
	}
	return quantity + ", " + s.by.Name + " " + label
}

func bandPoints(results []study.Result, c study.Curve) []Point {
	band := study.BandOf(results, c)
	points := make([]Point, len(band.Epoch))
	for i, spread := range band.Spread {
		points[i] = pointAt(float64(band.Epoch[i]), spread)
	}
	return points
}

func pointAt(x float64, s study.Spread) Point {
	return Point{X: x, Mean: s.Mean, Low: s.Min, High: s.Max, N: s.N, Of: s.Of}
}
