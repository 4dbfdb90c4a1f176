package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"rethinking/lib/study"
)

// Quantity is a number of a measurement, T, that is no training run; not a number where the measurement has none.
type Quantity[T any] struct {
	Name string // "largest residual"
	Unit string // "%", "nats" or ""
	Of   func(T) float64
}

// Measured are measurements, to be drawn as results of runs are. Those of one label are alike in all but their seed, and what a plot has on its x
// axis.
type Measured[T any] struct {
	All   []T
	Label func(T) string
	Point func(T) string // names a plot's points, which are drawn in their order, at their mean x; where nil, all that has the same x is a point
	Scale study.Scale
}

// labels are the distinct labels in order of appearance.
func (m Measured[T]) labels() []string {
	var all []string
	for _, each := range m.All {
		all = append(all, m.Label(each))
	}
	return unique(all)
}

// labelled are the measurements of a label.
func (m Measured[T]) labelled(label string) []T {
	return slices.DeleteFunc(slices.Clone(m.All), func(each T) bool { return m.Label(each) != label })
}

// spread is that of the quantity over some measurements.
func (q Quantity[T]) spread(of []T) study.Spread {
	var values []float64
	for _, each := range of {
		values = append(values, q.Of(each))
	}
	return study.SpreadOver(values)
}

// Table has a row a label, and for each quantity the mean, the standard deviation and the number of measurements.
func (m Measured[T]) Table(title, corner string, quantities ...Quantity[T]) (Sheet, error) {
	if len(m.All) == 0 {
		return Sheet{}, errNoResults
	}
	s := Sheet{Name: slug(title), Title: title, Corner: corner, Rows: m.labels(), Facts: facts(
		"Each cell: mean ± standard deviation over seeds (number of seeds).", m.scale())}
	for _, q := range quantities {
		var spreads []study.Spread
		for _, row := range s.Rows {
			spreads = append(spreads, q.spread(m.labelled(row)))
		}
		c := Column{Head: axisLabel(q.Name, q.Unit)}
		digits := decimals(spreads)
		for _, spread := range spreads {
			c.Cells = append(c.Cells, wideCell(spread, digits))
		}
		s.Columns = append(s.Columns, c)
	}
	return s, nil
}

// wideCell is a cell whose column may go over many powers of ten.
func wideCell(s study.Spread, digits int) string {
	if a := math.Abs(s.Mean); s.N > 0 && a > 0 && (a < 1e-3 || a >= 1e7) {
		if s.N == 1 {
			return fmt.Sprintf("%.2g (1)", s.Mean)
		}
		return fmt.Sprintf("%.2g ± %.1g (%d)", s.Mean, s.SD, s.N)
	}
	return cell(s, digits)
}

// fewPoints is how many points of a line have a marker and a bar each; more have a band.
const fewPoints = 20

// Plot draws a quantity against another, a line a label: the mean, with bars or a band from the lowest to the highest measurement.
func (m Measured[T]) Plot(y, x Quantity[T], options ...Option) (Figure, error) {
	if len(m.All) == 0 {
		return Figure{}, errNoResults
	}
	s := apply(options)
	f := Figure{
		Title: y.Name + " by " + x.Name,
		X:     Axis{Label: axisLabel(x.Name, x.Unit), Unit: x.Unit},
		Y:     Axis{Label: axisLabel(y.Name, y.Unit), Unit: y.Unit},
	}
	most := 0
	for i, label := range m.labels() {
		points := m.points(x, label)
		line := Line{Name: y.Name, Label: label, Color: i, Dash: i + i/len(palette), Marker: i, Bars: len(points) <= fewPoints}
		if label != "" {
			line.Name += ", " + label
		}
		for _, of := range points {
			p := pointAt(x.spread(of).Mean, y.spread(of))
			most = max(most, p.Of)
			line.Points = append(line.Points, p)
		}
		f.Lines = append(f.Lines, line)
	}
	seeds := "One seed each, so the spread over seeds is unknown."
	if most > 1 {
		seeds = fmt.Sprintf("Lines: mean of up to %d seeds; bars or bands: lowest to highest seed.", most)
	}
	f.Facts = facts(seeds, m.scale())
	return s.finish(f)
}

// points are the measurements of each point of a label's line.
func (m Measured[T]) points(x Quantity[T], label string) (points [][]T) {
	all, same := m.labelled(label), func(a, b T) bool { return x.Of(a) == x.Of(b) }
	if m.Point != nil {
		same = func(a, b T) bool { return m.Point(a) == m.Point(b) }
	} else {
		slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(x.Of(a), x.Of(b)) })
	}
	for _, each := range all {
		if i := slices.IndexFunc(points, func(p []T) bool { return same(p[0], each) }); i >= 0 {
			points[i] = append(points[i], each)
		} else {
			points = append(points, []T{each})
		}
	}
	return points
}

func (m Measured[T]) scale() string {
	if m.Scale == "" {
		return ""
	}
	return "Scale: " + string(m.Scale) + "."
}
