package report

import (
	"errors"
	"fmt"
	"math"

	"rethinking/lib/study"
)

// Option changes how a figure groups its runs or how it is drawn; it never changes a number.
type Option func(*settings)

type settings struct {
	by                *study.Field
	name, title, text string
	log, logX         bool
	reference         *Reference
	outline           *border
}

// By draws one line for each value of the field. Without it all results must be seeds of one experiment.
func By(field study.Field) Option { return func(s *settings) { s.by = &field } }

// Name sets the figure's slug, which is otherwise made from its title.
func Name(slug string) Option { return func(s *settings) { s.name = slug } }

// Title replaces the title, which otherwise says what is drawn against what. It is plain text.
func Title(text string) Option { return func(s *settings) { s.title = text } }

// Caption is what the figure shows, in Markdown; the number of seeds, the meaning of the band, the data and the scale are added to it.
func Caption(markdown string) Option { return func(s *settings) { s.text = markdown } }

// Log makes the vertical axis, or the colours of a heat map, logarithmic. Values that are not above zero are left out, or grey, and the
// caption says how many.
func Log() Option { return func(s *settings) { s.log = true } }

// LogX makes the horizontal axis logarithmic; its values are all above zero.
func LogX() Option { return func(s *settings) { s.logX = true } }

// Chance draws a dotted line at the accuracy of guessing, in percent.
func Chance(percent float64) Option {
	return func(s *settings) { s.reference = &Reference{"chance " + number(percent) + "%", percent} }
}

// Level draws a dotted line at a value in the unit of the vertical axis, for example a paper's number.
func Level(label string, y float64) Option {
	return func(s *settings) { s.reference = &Reference{label, y} }
}

// border goes around some cells of a heat map.
type border struct {
	label string
	which func(study.Experiment) bool
}

// Outline draws a thick border around those cells of a heat map whose experiments meet a condition, with the label in the legend and in
// the caption: "at least 2n+d weights".
func Outline(label string, which func(study.Experiment) bool) Option {
	return func(s *settings) { s.outline = &border{label, which} }
}

func apply(options []Option) settings {
	var s settings
	for _, option := range options {
		option(&s)
	}
	return s
}

// finish gives the figure its words, its scale and its ranges. It is an error if nothing is left to draw.
func (s settings) finish(f Figure) (Figure, error) {
	f.Name, f.Title = s.named(f.Title)
	f.Text, f.Reference = s.text, s.reference
	if s.outline != nil {
		return Figure{}, fmt.Errorf("report: %q has no cells for Outline: leave this option out, or draw a heat map", f.Title)
	}
	if f.Reference != nil && (math.IsNaN(f.Reference.Y) || math.IsInf(f.Reference.Y, 0)) {
		return Figure{}, fmt.Errorf("report: %q: the reference line %q lies at %v: give it a number", f.Title, f.Reference.Label, f.Reference.Y)
	}
	f.Y.Log, f.X.Log = s.log, s.logX && f.X.Categories == nil
	if dropped := f.dropUndrawable(); dropped > 0 {
		what := "not finite"
		if s.log {
			what += " or not above zero"
		}
		f.Facts = append(f.Facts, fmt.Sprintf("Left out because they are %s: %s.", what, plural(dropped, "value")))
	}
	if !f.drawable() {
		return Figure{}, fmt.Errorf("report: %q has no value that can be drawn: %w", f.Title, errNothing)
	}
	f.setRanges()
	return f, nil
}

// named returns the slug and the title that a picture gets, which is title if the author gave none.
func (s settings) named(title string) (name, chosen string) {
	if chosen = s.title; chosen == "" {
		chosen = sentence(title)
	}
	if name = s.name; name == "" {
		name = slug(chosen)
	}
	return name, chosen
}

var errNothing = errors.New("every value is missing, not finite, or (on a logarithmic axis) not above zero")

// dropUndrawable turns points that cannot be drawn into gaps and returns how many they were.
func (f *Figure) dropUndrawable() (dropped int) {
	bad, nan := f.Y.cannotDraw, math.NaN()
	for i := range f.Lines {
		for j, p := range f.Lines[i].Points {
			kept := p.Seeds[:0:0]
			for _, seed := range p.Seeds {
				if !bad(seed.Value) {
					kept = append(kept, seed)
				}
			}
			p.Seeds = kept
			if p.N > 0 && (bad(p.Mean) || bad(p.Low) || bad(p.High)) && !p.partial() {
				p.Mean, p.Low, p.High, p.N = nan, nan, nan, 0
				dropped++
			}
			f.Lines[i].Points[j] = p
		}
	}
	return dropped
}

func (a Axis) cannotDraw(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) || a.Log && v <= 0 }

// partial reports whether only some of the runs have the value; such a point has no mean.
func (p Point) partial() bool { return p.N > 0 && p.N < p.Of }

func (f Figure) drawable() bool {
	for _, line := range f.Lines {
		for _, p := range line.Points {
			if !math.IsNaN(p.Mean) || len(p.Seeds) > 0 {
				return true
			}
		}
	}
	return false
}
