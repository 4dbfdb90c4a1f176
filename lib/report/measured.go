package report

import (
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

// Measured are measurements, to be drawn as results of runs are. Those of one label are alike in all but their seed.
type Measured[T any] struct {
	All   []T
	Label func(T) string
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

// spread is that of a quantity over the measurements that a condition holds for.
func (m Measured[T]) spread(q Quantity[T], holds func(T) bool) study.Spread {
	var values []float64
	for _, each := range m.All {
		if holds(each) {
			values = append(values, q.Of(each))
		}
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
			spreads = append(spreads, m.spread(q, func(each T) bool { return m.Label(each) == row }))
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
		positions := m.positions(x, label)
		line := Line{Name: y.Name, Label: label, Color: i, Dash: i + i/len(palette), Marker: i, Bars: len(positions) <= fewPoints}
		if label != "" {
			line.Name += ", " + label
		}
		for _, at := range positions {
			p := pointAt(at, m.spread(y, func(each T) bool { return m.Label(each) == label && x.Of(each) == at }))
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

// positions are the distinct values of a quantity, ascending, over the measurements of a label.
func (m Measured[T]) positions(x Quantity[T], label string) []float64 {
	var all []float64
	for _, each := range m.All {
		if m.Label(each) == label {
			all = append(all, x.Of(each))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (m Measured[T]) scale() string {
	if m.Scale == "" {
		return ""
	}
	return "Scale: " + string(m.Scale) + "."
}
