package report

import (
	"cmp"

	"rethinking/lib/study"
)

// Option changes how a figure or table groups its runs or how it is drawn; it never changes a number.
type Option func(*settings)

// Heading is the title, where the option is one. It makes the options of a table a [Column], so that they stand among its columns.
func (o Option) Heading() string { return apply([]Option{o}).title }

type settings struct {
	by, pointBy *study.Field
	title, text string
	log, logX   bool
	closeUp     bool
	contours    bool
	reference   *Reference
	outline     *border
}

// By draws one line for each value of the field. Without it all results must be seeds of one experiment.
func By(field study.Field) Option { return func(s *settings) { s.by = &field } }

// PointBy makes the rows of each value of the field a point of a [Plot], at their mean x; points are joined in their order.
func PointBy(field study.Field) Option { return func(s *settings) { s.pointBy = &field } }

// Title replaces the title, which otherwise says what is drawn against what. It is plain text.
func Title(text string) Option { return func(s *settings) { s.title = text } }

// Caption is what the figure shows, in Markdown; the number of seeds, the meaning of the band, the data and the scale are added to it.
func Caption(markdown string) Option { return func(s *settings) { s.text = markdown } }

// Log makes the vertical axis, or the colours of a heat map, logarithmic. Values that are not above zero are left out, or grey, and the
// caption says how many.
func Log() Option { return func(s *settings) { s.log = true } }

// LogX makes the horizontal axis logarithmic. Points that are not above zero are left out, and the caption says how many.
func LogX() Option { return func(s *settings) { s.logX = true } }

// CloseUp lets the vertical axis show no more than the values, where they differ by little of an axis from zero; the caption says so.
func CloseUp() Option { return func(s *settings) { s.closeUp = true } }

// Chance draws a dotted line at the accuracy of guessing, in percent.
func Chance(percent float64) Option {
	return func(s *settings) { s.reference = &Reference{"chance " + number(percent) + "%", percent} }
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

// Contours draws a heat map as a landscape: cells without gaps and numbers, and lines of equal value over them, for maps of a surface over two numbers.
func Contours() Option { return func(s *settings) { s.contours = true } }

func apply(options []Option) settings {
	var s settings
	for _, option := range options {
		option(&s)
	}
	return s
}

// words are the author's where there are some, else the given ones.
func (s settings) words(title string, facts []string) Words {
	title = cmp.Or(s.title, sentence(title))
	return Words{Name: slug(title), Title: title, Text: s.text, Facts: facts}
}
