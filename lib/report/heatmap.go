package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"rethinking/lib/study"
)

// Heat is a heat map as a value: the mean of a statistic for every pair of two fields' values. Its renderings are [Heat.PNG],
// [Heat.Plotly], [Heat.HTML], [Heat.Description] and [Heat.Caption]; all are pure and the same bytes every time.
type Heat struct {
	Name    string   // slug
	Title   string   // plain text
	Text    string   // what the author says, in Markdown; the caption begins with it
	Facts   []string // plain sentences that end the caption: data, nets, seeds, what grey, empty and outlined cells are, scale
	X, Y    Axis     // lists of categories
	Color   Axis     // the scale of the colours; Min is Max where no cell has a colour
	Cells   []HeatCell
	Outline string // what the border around some cells means; "" where none has one
}

// HeatCell are the runs of one value of each field, which differ in their seed alone. Its Mean, Low and High are not a number where a run
// lacks the value.
type HeatCell struct {
	Point            // X is the place from the left
	Y        float64 // place from below
	Name     string  // in full, for hover and description: "hidden units 512, hidden layers 2"
	Outlined bool
}

// HeatMap draws a statistic over the values of a field x, from left to right, and of a field y, upwards: numbers ascending, words in order
// of appearance. A cell shows the mean over its seeds, as a colour and with three significant digits. Where only some of its runs have the
// value, the cell is grey and says how many; where none has, it shows a dash; where there is no run, it is empty.
//
// Of the options [Name], [Title], [Caption], [Log] (of the colours) and [Outline] apply. It fails if two runs of a cell differ in more than
// the seed, and if no run has the value.
func HeatMap(results []study.Result, statistic study.Statistic, x, y study.Field, options ...Option) (Heat, error) {
	s := apply(options)
	if s.by != nil || s.logX || s.reference != nil {
		return Heat{}, errors.New("report: a heat map is split by its two fields, and its axes are lists of their values: " +
			"leave By, LogX, Chance and Level out")
	}
	if s.outline != nil && (s.outline.label == "" || s.outline.which == nil) {
		return Heat{}, errors.New("report: an Outline needs a label, for the legend, and a condition")
	}
	s.by = &y
	rows, err := s.split(results, x)
	if err != nil {
		return Heat{}, err
	}
	h := Heat{Text: s.text, Color: Axis{Label: axisLabel(statistic.Name, statistic.Unit), Unit: statistic.Unit, Log: s.log}}
	h.Name, h.Title = s.named(fmt.Sprintf("%s by %s and %s", statistic.Name, x.Name, y.Name))
	labels := make([]study.Group, len(rows))
	for i, row := range rows {
		labels[i].Label = row.label
	}
	var left, below map[string]float64
	h.X, left = places(x, cells(rows))
	h.Y, below = places(y, labels)
	for _, row := range rows {
		for _, g := range row.groups {
			c := cellOf(g.Results, statistic, s.outline)
			c.X, c.Y, c.Name = left[g.Label], below[row.label], fmt.Sprintf("%s %s, %s %s", x.Name, g.Label, y.Name, row.label)
			h.Cells = append(h.Cells, c)
		}
	}
	return h.finish(s.outline, cells(rows))
}

// places is the axis whose categories are the groups' labels, and the place of each.
func places(by study.Field, groups []study.Group) (Axis, map[string]float64) {
	groups = distinct(groups)
	axis := Axis{Label: axisLabel(by.Name, by.Unit), Min: -0.5, Max: float64(len(groups)) - 0.5}
	place := map[string]float64{}
	for i, g := range groups {
		label := g.Label
		if n, err := strconv.Atoi(label); err == nil && n >= 1e4 {
			label = thousands(n)
		}
		axis.Categories = append(axis.Categories, label)
		place[g.Label] = float64(i)
	}
	return axis, place
}

func cellOf(runs []study.Result, statistic study.Statistic, o *border) HeatCell {
	c := HeatCell{Point: pointAt(0, study.SpreadOf(runs, statistic))}
	if c.N < c.Of {
		c.Mean, c.Low, c.High = math.NaN(), math.NaN(), math.NaN()
	}
	c.Outlined = o != nil && !slices.ContainsFunc(runs, func(r study.Result) bool { return !o.which(r.Experiment) })
	return c
}

// finish gives the map its range of colours and its facts. It is an error if nothing is left to draw.
func (h Heat) finish(o *border, groups []study.Group) (Heat, error) {
	if !slices.ContainsFunc(h.Cells, func(c HeatCell) bool { return c.partial() || h.colored(c) }) {
		return Heat{}, fmt.Errorf("report: %q has no value that can be drawn: %w", h.Title, errNothing)
	}
	h.setColors()
	if o != nil && h.count(func(c HeatCell) bool { return c.Outlined }) > 0 {
		h.Outline = o.label
	}
	h.Facts = facts(settingFact(groups), seedsFact(groups, "Cells", ""), h.widestFact(),
		h.greyFact(), h.offFact(), h.emptyFact(), h.outlineFact(o), scaleFact(groups))
	return h, nil
}

// setColors decides what values the colours go over: from the lowest to the highest, or between round bounds on a logarithmic scale that
// would have too few numbers.
func (h *Heat) setColors() {
	low, high := math.Inf(1), math.Inf(-1)
	for _, c := range h.Cells {
		if h.colored(c) {
			low, high = math.Min(low, c.Mean), math.Max(high, c.Mean)
		}
	}
	if low > high {
		return
	}
	h.Color.Min, h.Color.Max = low, high
	switch {
	case h.Color.Log && (low == high || len(h.Color.marks()) < 2):
		h.Color.Min, h.Color.Max = logRange(low, high)
	case !h.Color.Log && high-low <= 1e-3*math.Max(math.Abs(low), math.Abs(high)): // all but equal: no difference to show
		h.Color.Min, h.Color.Max = math.Min(0, low), math.Max(0, high)
		if h.Color.Min == h.Color.Max {
			h.Color.Max = 1
		}
	}
}

// colored reports whether a cell has a mean and a place on the scale of colours.
func (h Heat) colored(c HeatCell) bool { return !h.Color.cannotDraw(c.Mean) }

func (h Heat) count(which func(HeatCell) bool) int {
	n := 0
	for _, c := range h.Cells {
		if which(c) {
			n++
		}
	}
	return n
}

// text is what a cell says.
func (c HeatCell) text() string {
	switch {
	case c.N == 0:
		return "–"
	case c.partial():
		return fmt.Sprintf("%d of %d", c.N, c.Of)
	default:
		return number(round(c.Mean, 3))
	}
}
