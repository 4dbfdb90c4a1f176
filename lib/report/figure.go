package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Words are what stands above and below a picture.
type Words struct {
	Name  string   // slug, for anchors and file names: "train-loss-by-label-corruption"
	Title string   // plain text
	Text  string   // what the author says, in Markdown; the caption begins with it
	Facts []string // plain sentences that end the caption: data, net, seeds, band, scale
}

// Caption returns the caption in Markdown: the author's text, then the facts.
func (w Words) Caption() string {
	parts := facts(w.Text)
	for _, fact := range w.Facts {
		parts = append(parts, escapeMarkdown(fact))
	}
	return strings.Join(parts, " ")
}

// Figure is a chart as a value: lines over a common axis, what they mean and how they are to be told apart. Its renderings are
// [Figure.PNG], [Figure.Plotly], [Figure.HTML], [Figure.Description] and its Caption; all are pure and the same bytes every time.
type Figure struct {
	Words
	X, Y        Axis
	LegendTitle string // what the legend's entries are values of; may be ""
	Lines       []Line
	Keys        []Key      // legend entries for dashes that several lines share
	Area        *Area      // shaded behind the lines; may be nil
	Reference   *Reference // a horizontal line to compare with; may be nil
	Notes       []Note     // words inside the chart
}

// Line is one line of a Figure. Its points are joined unless they are of categories.
type Line struct {
	Name   string // in full, for hover and description: "test accuracy, label corruption 0.2"
	Label  string // in the legend; "": no entry of its own
	Color  int    // index into the palette, which wraps around, and into the markers
	Dash   int    // index into the dashes, which wrap around
	Bars   bool   // the spread as bars with every marker drawn, as for few points; else a shaded band
	Points []Point
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

// Area is the region between the Low and the High of its points.
type Area struct {
	Label  string
	Points []Point
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

func (f Figure) describeLine(line Line) string {
	points := slices.DeleteFunc(slices.Clone(line.Points), func(p Point) bool { return math.IsNaN(p.Mean) })
	if len(points) == 0 {
		return line.Name + ": no value."
	}
	if !line.Bars {
		last := points[len(points)-1]
		return fmt.Sprintf("%s ends at %s at %s.", line.Name, f.Y.value(last), f.X.name(last.X))
	}
	var values []string
	for _, p := range points {
		values = append(values, fmt.Sprintf("%s at %s", f.Y.value(p), f.X.name(p.X)))
	}
	return line.Name + ": " + strings.Join(values, "; ") + "."
}

var errNothing = errors.New("every value is missing, not finite, or (on a logarithmic axis) not above zero")

// finish gives the figure its words, its scale and its ranges. It is an error if nothing is left to draw.
func (s settings) finish(f Figure) (Figure, error) {
	f.Words, f.Reference = s.words(f.Title, f.Facts), s.reference
	if s.outline != nil || s.contours {
		return Figure{}, fmt.Errorf("report: %q has no cells for Outline or Contours: leave this option out, or draw a heat map", f.Title)
	}
	if r := f.Reference; r != nil && (math.IsNaN(r.Y) || math.IsInf(r.Y, 0)) {
		return Figure{}, fmt.Errorf("report: %q: the reference line %q lies at %v: give it a number", f.Title, r.Label, r.Y)
	}
	f.Y.Log, f.X.Log = s.log, s.logX && f.X.Categories == nil
	f.Facts = append(f.Facts, facts(leftOutFact(f.dropPlaceless(), "point", "have a place that is "+f.X.undrawable()),
		leftOutFact(f.dropUndrawable(), "value", "are "+f.Y.undrawable()))...)
	low, high := f.extent()
	if low > high {
		return Figure{}, fmt.Errorf("report: %q has no value that can be drawn: %w", f.Title, errNothing)
	}
	if r := f.Reference; r != nil && !f.Y.cannotDraw(r.Y) {
		low, high = math.Min(low, r.Y), math.Max(high, r.Y)
	}
	f.setRangeX()
	closeUp := s.closeUp && !f.Y.Log
	if f.setRangeY(low, high, closeUp); closeUp {
		f.Facts = append(f.Facts, "The vertical axis does not begin at zero.")
	}
	return f, nil
}

// dropPlaceless removes points that have no place on the horizontal axis, as epoch 0 has none on a logarithmic one, and returns how many they were.
func (f *Figure) dropPlaceless() (dropped int) {
	for i, line := range f.Lines {
		n := len(line.Points)
		f.Lines[i].Points = slices.DeleteFunc(slices.Clone(line.Points), func(p Point) bool { return f.X.cannotDraw(p.X) })
		dropped += n - len(f.Lines[i].Points)
	}
	return dropped
}

// dropUndrawable turns points that cannot be drawn into gaps and returns how many they were.
func (f *Figure) dropUndrawable() (dropped int) {
	bad := f.Y.cannotDraw
	for _, line := range f.Lines {
		for i := range line.Points {
			p := &line.Points[i]
			p.Seeds = slices.DeleteFunc(p.Seeds, func(s Seed) bool { return bad(s.Value) })
			if p.N > 0 && !p.partial() && (bad(p.Mean) || bad(p.Low) || bad(p.High)) {
				p.Mean, p.Low, p.High, p.N = math.NaN(), math.NaN(), math.NaN(), 0
				dropped++
			}
		}
	}
	return dropped
}

// partial reports whether only some of the runs have the value; such a point has no mean.
func (p Point) partial() bool { return p.N > 0 && p.N < p.Of }

// extent returns the lowest and the highest value; low is above high where there is none.
func (f Figure) extent() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, line := range f.Lines {
		for _, p := range line.Points {
			if !math.IsNaN(p.Mean) {
				low, high = math.Min(low, p.Low), math.Max(high, p.High)
			}
			for _, seed := range p.Seeds {
				low, high = math.Min(low, seed.Value), math.Max(high, seed.Value)
			}
		}
	}
	return low, high
}

func (f *Figure) setRangeX() {
	if f.X.Categories != nil {
		return
	}
	low, high := math.Inf(1), math.Inf(-1)
	bars := false
	for _, line := range f.Lines {
		bars = bars || line.Bars
		for _, p := range line.Points {
			low, high = math.Min(low, p.X), math.Max(high, p.X)
		}
	}
	f.X.Min, f.X.Max = low, high
	switch {
	case low == high:
		f.X.Min, f.X.Max = low-0.5, high+0.5
	case f.X.Log || bars: // markers and bars need room at both ends
		f.X.Min, f.X.Max = f.X.beyond(-1.04), f.X.beyond(0.04)
	}
}

// setRangeY decides what part of the vertical axis is drawn: accuracies always from 0 to 100, other quantities from zero, logarithms in whole
// powers of ten, or of 1, 2 and 5 times these where they span less than two; of a close-up the values alone.
func (f *Figure) setRangeY(low, high float64, closeUp bool) {
	switch {
	case closeUp:
		room := 0.05 * (high - low)
		f.Y.Min, f.Y.Max = low-room, high+room
	case f.Y.Log:
		f.Y.Min, f.Y.Max = logRange(low, high)
	case f.Y.Unit == "%":
		f.Y.Min, f.Y.Max = math.Min(0, low), math.Max(100, high)
	default:
		f.Y.Min, f.Y.Max = math.Min(0, low*1.05), math.Max(0, high*1.05)
	}
	if f.Y.Min == f.Y.Max {
		f.Y.Max++
	}
	if len(f.Notes) > 0 {
		f.Y.Max = f.Y.beyond(0.12) // room for the notes, in a row above the data
	}
	for i := range f.Notes {
		f.Notes[i].Y = f.Y.beyond(-0.05)
	}
}
