package report

import (
	"fmt"
	"math"
	"strings"
)

// Figure is a chart as a value: lines over a common axis, what they mean and how they are to be told apart. Its renderings are
// [Figure.PNG], [Figure.Plotly], [Figure.HTML], [Figure.Description] and [Figure.Caption]; all are pure and the same bytes every time.
type Figure struct {
	Name        string   // slug, for anchors and file names: "train-loss-by-label-corruption"
	Title       string   // plain text
	Text        string   // what the author says, in Markdown; the caption begins with it
	Facts       []string // plain sentences that end the caption: data, net, seeds, band, scale
	X, Y        Axis
	LegendTitle string // what the legend's entries are values of; may be ""
	Lines       []Line
	Keys        []Key      // legend entries for dashes that several lines share
	Area        *Area      // shaded behind the lines; may be nil
	Reference   *Reference // a horizontal line to compare with; may be nil
	Notes       []Note     // words inside the chart
}

// Axis is one axis of a Figure or a Heat. Min and Max are what is drawn, so that all renderings agree.
type Axis struct {
	Label      string    // with its unit: "train loss (nats)"
	Unit       string    // "nats", "%", "points", "epochs" or ""
	Categories []string  // names of the positions 0, 1, 2, ...; nil where the axis is numeric
	Ticks      []float64 // where to put the tick marks; nil: at round numbers
	Whole      bool      // only whole numbers make sense as tick marks
	Log        bool      // logarithmic; Min is then above 0
	Min, Max   float64
}

// Line is one line of a Figure. Color, Dash and Marker are indices into the palette, which wraps around.
type Line struct {
	Name                string // in full, for hover and description: "test accuracy, label corruption 0.2"
	Label               string // in the legend; "": no entry of its own
	Color, Dash, Marker int
	Bars                bool // the spread as bars with every marker drawn, as for few points; else a shaded band
	Apart               bool // points are not joined, as for categories
	Points              []Point
}

// Point is a mean over seeds with its spread. Where Mean is NaN the line is interrupted.
type Point struct {
	X               float64 // position; of a category, its index
	Mean, Low, High float64 // in the unit of the vertical axis; Low and High are the lowest and highest seed
	N, Of           int     // runs that have the value, and runs in all
	Seeds           []Seed  // each run's own value where it is drawn as a dot
}

// Seed is one run's value.
type Seed struct {
	Seed  int64
	Value float64
}

// Key is a legend entry for a dash pattern.
type Key struct {
	Label string
	Dash  int
}

// Area is the region between two rows of values.
type Area struct {
	Label        string
	X, Low, High []float64
}

// Reference is a horizontal line, such as the accuracy of guessing.
type Reference struct {
	Label string
	Y     float64
}

// Note is a word at a place in the chart.
type Note struct {
	X, Y float64
	Text string
}

// Caption returns the caption in Markdown: the author's text, then the facts.
func (f Figure) Caption() string { return caption(f.Text, f.Facts) }

func caption(text string, facts []string) string {
	parts := []string{}
	if text != "" {
		parts = append(parts, text)
	}
	for _, fact := range facts {
		parts = append(parts, escapeMarkdown(fact))
	}
	return strings.Join(parts, " ")
}

// Description says in words what the picture shows: its kind, axes with their ranges, and where each line ends. It is the alternative
// text of the picture.
func (f Figure) Description() string {
	parts := []string{
		fmt.Sprintf("Line chart: %s.", f.Title),
		"Horizontal axis: " + f.X.describe() + ".",
		"Vertical axis: " + f.Y.describe() + ".",
	}
	for _, line := range f.Lines {
		parts = append(parts, f.describeLine(line))
	}
	if f.Reference != nil {
		parts = append(parts, fmt.Sprintf("A dotted horizontal line marks %s.", f.Reference.Label))
	}
	for _, note := range f.Notes {
		parts = append(parts, fmt.Sprintf("At %s: %s.", f.X.name(note.X), note.Text))
	}
	return strings.Join(parts, " ")
}

func (a Axis) describe() string {
	if a.Categories != nil {
		return a.Label + ": " + strings.Join(a.Categories, ", ")
	}
	log := ""
	if a.Log {
		log = ", logarithmic"
	}
	low, high := a.Min, a.Max
	if a.Ticks != nil { // the range goes a little beyond the values
		low, high = a.Ticks[0], a.Ticks[len(a.Ticks)-1]
	}
	return fmt.Sprintf("%s, %s to %s%s", a.Label, number(low), number(high), log)
}

// name returns a position in words: the category, or the number with the axis' quantity.
func (a Axis) name(x float64) string {
	if i := int(x); a.Categories != nil && i >= 0 && i < len(a.Categories) {
		return a.Categories[i]
	}
	return a.Label + " " + number(x)
}

func (f Figure) describeLine(line Line) string {
	if line.Bars {
		var values []string
		for _, p := range line.Points {
			if !math.IsNaN(p.Mean) {
				values = append(values, fmt.Sprintf("%s at %s", f.Y.value(p), f.X.name(p.X)))
			}
		}
		if values == nil {
			return line.Name + ": no value."
		}
		return line.Name + ": " + strings.Join(values, "; ") + "."
	}
	for i := len(line.Points) - 1; i >= 0; i-- {
		if p := line.Points[i]; !math.IsNaN(p.Mean) {
			return fmt.Sprintf("%s ends at %s at %s.", line.Name, f.Y.value(p), f.X.name(p.X))
		}
	}
	return line.Name + ": no value."
}

// value writes a point's mean with the axis' unit and its spread, if more than one seed made it.
func (a Axis) value(p Point) string {
	s := withUnit(p.Mean, a.Unit)
	low, high := number(p.Low), number(p.High)
	switch {
	case p.N < 2:
		return s
	case low == high:
		return s + fmt.Sprintf(" (all %d seeds)", p.N)
	default:
		return s + fmt.Sprintf(" (%s to %s over %d seeds)", low, high, p.N)
	}
}
