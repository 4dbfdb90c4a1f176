package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"rethinking/lib/study"
)

// Heat is a heat map as a value: the mean of a statistic for every pair of two fields' values. Its renderings are [Heat.PNG],
// [Heat.Plotly], [Heat.HTML], [Heat.Description] and its Caption; all are pure and the same bytes every time.
type Heat struct {
	Words
	X, Y    Axis // lists of categories
	Color   Axis // the scale of the colours; Min is Max where no cell has a colour
	Cells   []HeatCell
	Contour bool   // lines of equal value are drawn, and no numbers
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
// Of the options [Title], [Caption], [Log] (of the colours), [Outline] and [Contours] apply. It fails if two runs of a cell differ in more than
// the seed, and if no run has the value.
func HeatMap[R study.Row](rows []R, statistic study.Statistic, x, y study.Field, options ...Option) (Heat, error) {
	s := apply(options)
	if s.by != nil || s.pointBy != nil || s.logX || s.reference != nil {
		return Heat{}, errors.New("report: a heat map is split by its two fields, and its axes are lists of their values: " +
			"leave By, PointBy, LogX and Chance out")
	}
	if s.outline != nil && (s.outline.label == "" || s.outline.which == nil) {
		return Heat{}, errors.New("report: an Outline needs a label, for the legend, and a condition")
	}
	s.by = &y
	lines, cells, err := split(s, rows, x)
	if err != nil {
		return Heat{}, err
	}
	h := Heat{
		Words: s.words(fmt.Sprintf("%s by %s and %s", statistic.Name, x.Name, y.Name), nil),
		Color: Axis{Label: statistic.Heading(), Unit: statistic.Unit, Log: s.log}, Contour: s.contours,
	}
	groups := slices.Concat(cells...)
	var left, below map[string]float64
	h.X, left = axisOf(groups, x, true)
	h.Y, below = axisOf(groups, y, true)
	for i, line := range lines {
		for _, g := range cells[i] {
			h.Cells = append(h.Cells, HeatCell{
				Point:    meanAt(left[g.Label], g.Rows, statistic),
				Y:        below[line.Label],
				Name:     fmt.Sprintf("%s %s, %s %s", x.Name, g.Label, y.Name, line.Label),
				Outlined: s.outline.around(g.Rows),
			})
		}
	}
	return h.finish(s.outline, groups)
}

// around reports whether all of a cell's experiments meet the condition of the border, if there is one.
func (o *border) around(rows []study.Row) bool {
	return o != nil && !slices.ContainsFunc(rows, func(r study.Row) bool { return !o.which(r.Origin().Experiment) })
}

// finish gives the map its range of colours and its facts. It is an error if nothing is left to draw.
func (h Heat) finish(o *border, groups []group) (Heat, error) {
	if len(h.where(h.colored)) == 0 && len(h.where(HeatCell.partial)) == 0 {
		return Heat{}, fmt.Errorf("report: %q has no value that can be drawn: %w", h.Title, errNothing)
	}
	h.setColors()
	if len(h.where(outlined)) > 0 {
		h.Outline = o.label
	}
	h.Facts = facts(settingFact(groups), seedsFact(groups, "Cells", ""), h.widestFact(),
		h.greyFact(), h.offFact(), h.emptyFact(), h.contourFact(), h.outlineFact(o), scaleFact(rowsOf(groups)))
	return h, nil
}

// setColors decides what values the colours go over: from the lowest to the highest, or between round bounds on a logarithmic scale that
// would have too few numbers.
func (h *Heat) setColors() {
	if len(h.where(h.colored)) == 0 {
		return
	}
	lowest, highest := h.extremes()
	low, high := lowest.Mean, highest.Mean
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

const thinning = 5

// thinned names one category in that many where a surface has a grid of many; the first is named.
func (a Axis) thinned(surface bool) Axis {
	if !surface || len(a.Categories) <= 2*thinning {
		return a
	}
	names := make([]string, len(a.Categories))
	for i := 0; i < len(names); i += thinning {
		names[i] = a.Categories[i]
	}
	a.Categories = names
	return a
}

// where are the cells that meet a condition.
func (h Heat) where(which func(HeatCell) bool) []HeatCell {
	return slices.DeleteFunc(slices.Clone(h.Cells), func(c HeatCell) bool { return !which(c) })
}

// colored reports whether a cell has a mean and a place on the scale of colours.
func (h Heat) colored(c HeatCell) bool { return !h.Color.cannotDraw(c.Mean) }

func outlined(c HeatCell) bool  { return c.Outlined }
func valueless(c HeatCell) bool { return c.N == 0 }

// extremes are the cells of the lowest and the highest mean that has a colour.
func (h Heat) extremes() (lowest, highest HeatCell) {
	byMean := func(a, b HeatCell) int { return cmp.Compare(a.Mean, b.Mean) }
	colored := h.where(h.colored)
	return slices.MinFunc(colored, byMean), slices.MaxFunc(colored, byMean)
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

// widestFact tells the spread, which the picture cannot show: that of the cell where it is widest.
func (h Heat) widestFact() string {
	spread := func(c HeatCell) float64 {
		if !h.colored(c) || c.N < 2 {
			return -1
		}
		return c.High - c.Low
	}
	widest := slices.MaxFunc(h.Cells, func(a, b HeatCell) int { return cmp.Compare(spread(a), spread(b)) })
	switch w := spread(widest); {
	case w < 0:
		return ""
	case w == 0:
		return "All seeds of a cell agree."
	default:
		return fmt.Sprintf("Widest range over seeds: %s to %s at %s.", number(widest.Low), withUnit(widest.High, h.Color.Unit), widest.Name)
	}
}

// greyFact explains cells that are grey because runs lack the value, and counts these.
func (h Heat) greyFact() string {
	missing, runs := 0, 0
	for _, c := range h.Cells {
		missing, runs = missing+c.Of-c.N, runs+c.Of
	}
	if missing == 0 {
		return ""
	}
	var grey []string
	if some := h.where(HeatCell.partial); len(some) > 0 {
		grey = append(grey, "only some runs ("+some[0].text()+")")
	}
	if len(h.where(valueless)) > 0 {
		grey = append(grey, "no runs (–)")
	}
	return fmt.Sprintf("Grey: %s have the value; runs without it: %s of %s.", strings.Join(grey, " or "), thousands(missing), thousands(runs))
}

// offFact counts means that are grey although all runs have the value.
func (h Heat) offFact() string {
	off := len(h.where(func(c HeatCell) bool { return c.N == c.Of && !h.colored(c) }))
	if off == 0 {
		return ""
	}
	return fmt.Sprintf("Grey because they are %s: %s.", h.Color.undrawable(), Plural(off, "mean"))
}

func (h Heat) emptyFact() string {
	all := len(h.X.Categories) * len(h.Y.Categories)
	if empty := all - len(h.Cells); empty > 0 {
		return fmt.Sprintf("Empty: not run (%d of %d cells).", empty, all)
	}
	return ""
}

// contourLines is how many lines of equal value there are, evenly spaced on the scale of the colours.
const contourLines = 12

// contourLevels are their places on that scale.
func (h Heat) contourLevels() (levels []float64) {
	low, high := h.Color.coordinate(h.Color.Min), h.Color.coordinate(h.Color.Max)
	for i := range contourLines {
		levels = append(levels, low+(high-low)*float64(i+1)/(contourLines+1))
	}
	return levels
}

func (h Heat) contourFact() string {
	if !h.Contour || h.Color.Min == h.Color.Max {
		return ""
	}
	even := "evenly spaced"
	if h.Color.Log {
		even = "at equal ratios"
	}
	return fmt.Sprintf("Lines of equal %s: %d, %s.", h.Color.Label, contourLines, even)
}

func (h Heat) outlineFact(o *border) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf("Outlined: %s (%d of %s).", o.label, len(h.where(outlined)), Plural(len(h.Cells), "cell"))
}

// Description says in words what the picture shows: its kind, axes with their values, the lowest and the highest cell, what every cell
// shows, and which are without a mean, outlined or empty. It is the alternative text of the picture.
func (h Heat) Description() string {
	parts := []string{
		fmt.Sprintf("Heat map: %s.", h.Title),
		"Horizontal axis: " + h.X.describe() + ".",
		"Vertical axis, upwards: " + h.Y.describe() + ".",
	}
	if h.Color.Min < h.Color.Max {
		low, high := h.extremes()
		parts = append(parts, "Colour: "+h.Color.describe()+".", fmt.Sprintf("Lowest: %s at %s. Highest: %s at %s.",
			h.Color.value(low.Point), low.Name, h.Color.value(high.Point), high.Name))
	}
	for y, label := range h.Y.Categories {
		if h.Contour { // hundreds of cells: their shape is what it shows
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s: %s.", h.Y.Label, label, h.inRow(y)))
	}
	name := func(c HeatCell) string { return c.Name }
	nameAndText := func(c HeatCell) string { return fmt.Sprintf("%s (%s)", c.Name, c.text()) }
	parts = append(parts, facts(
		h.listed("Only some runs have a value", HeatCell.partial, nameAndText), h.listed("No run has a value", valueless, name),
		h.listed("Outlined, "+h.Outline, outlined, name), h.emptyFact(),
	)...)
	return strings.Join(parts, " ")
}

// inRow is what the cells of a row show, from the left; "–" where there is none.
func (h Heat) inRow(y int) string {
	words := slices.Repeat([]string{"–"}, len(h.X.Categories))
	for _, c := range h.where(func(c HeatCell) bool { return c.Y == float64(y) }) {
		words[int(c.X)] = c.text()
	}
	return strings.Join(words, ", ")
}

// listed says which cells meet a condition; it is empty where none does.
func (h Heat) listed(what string, which func(HeatCell) bool, words func(HeatCell) string) string {
	var found []string
	for _, c := range h.where(which) {
		found = append(found, words(c))
	}
	if found == nil {
		return ""
	}
	return what + ": " + listed(found, "cells") + "."
}
