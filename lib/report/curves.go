package report

import "rethinking/lib/study"

// Curves draws a curve over epochs: one line a group with the mean over its seeds, and a band from the lowest to the highest seed.
// It is an error if runs of a group differ in more than the seed: name the field they differ in with [By].
func Curves(results []study.Result, c study.Curve, options ...Option) (Figure, error) {
	s := apply(options)
	f, groups, err := s.overEpochs(results, c.Name, study.Heading(c.Name, c.Unit), c.Unit)
	if err != nil {
		return Figure{}, err
	}
	for i, g := range groups {
		line := s.curveOf(g, c, i)
		line.Label, line.Dash = g.Label, i+i/len(palette)
		f.Lines = append(f.Lines, line)
	}
	return s.finish(f)
}

// TrainTest draws the generalization gap over epochs: train accuracy as a solid line and test accuracy as a dashed one, in the same
// colour for each group, with bands from the lowest to the highest seed.
func TrainTest(results []study.Result, options ...Option) (Figure, error) {
	s := apply(options)
	f, groups, err := s.overEpochs(results, "train and test accuracy", "accuracy (%)", "%")
	if err != nil {
		return Figure{}, err
	}
	for i, g := range groups {
		train, test := s.curveOf(g, study.TrainAccuracy, i), s.curveOf(g, study.TestAccuracy, i)
		train.Label, test.Dash = g.Label, 1
		if s.by == nil {
			train.Label, test.Label, test.Color = "train", "test", 1
		}
		f.Lines = append(f.Lines, train, test)
	}
	if s.by != nil {
		f.Keys = []Key{{"train", 0}, {"test", 1}}
	}
	return s.finish(f)
}

// overEpochs is a figure over epochs that has no lines yet, and the seeds of each line.
func (s settings) overEpochs(results []study.Result, what, label, unit string) (Figure, []group, error) {
	groups, err := seedsOf(results, s.by)
	if err != nil {
		return Figure{}, nil, err
	}
	f := Figure{
		Words: Words{
			Title: what + " over epochs",
			Facts: facts(settingFact(groups), seedsFact(groups, "Lines", "bands"), earlyFact(groups), scaleFact(rowsOf(groups))),
		},
		X: Axis{Label: "epoch", Whole: true},
		Y: Axis{Label: label, Unit: unit},
	}
	if s.by != nil {
		f.Title += " by " + s.by.Name
		f.LegendTitle = s.by.Name
	}
	return f, groups, nil
}

// curveOf is a group's line in colour i, with neither label nor dash.
func (s settings) curveOf(g group, c study.Curve, i int) Line {
	runs, _ := results(g.Rows)
	band := study.BandOf(runs, c)
	line := Line{Name: s.lineName(c.Name, g.Label), Color: i}
	for i, spread := range band.Spread {
		line.Points = append(line.Points, pointAt(float64(band.Epoch[i]), spread))
	}
	return line
}

func (s settings) lineName(quantity, label string) string {
	if s.by == nil {
		return quantity
	}
	return quantity + ", " + s.by.Name + " " + label
}

func pointAt(x float64, s study.Spread) Point {
	return Point{X: x, Mean: s.Mean, Low: s.Min, High: s.Max, N: s.N, Of: s.Of}
}
