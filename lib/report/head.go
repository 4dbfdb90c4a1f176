package report

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// head is what stands above the axes or the images: the title, wrapped, and the legend, flowing from left to right over as many rows as
// it needs.
type head struct {
	title []string
	rows  [][]entry
}

// entry is a sample of a line, an area or a frame with its name, or a name alone.
type entry struct {
	text          string
	indent, width vg.Length // of the name; in all
	line          *draw.LineStyle
	glyph         *draw.GlyphStyle
	box, frame    color.Color
}

const (
	titleHeight = 20 // points a line
	rowHeight   = 19
	sample      = 30 // points wide
	gap         = 6
	entryGap    = 16
)

func (h head) height() vg.Length {
	return vg.Length(len(h.title))*titleHeight + vg.Length(len(h.rows))*rowHeight + 4
}

// extra is how much higher than usual the picture must be to keep room for the data.
func (h head) extra() vg.Length {
	return vg.Length(max(0, len(h.title)-1))*titleHeight + vg.Length(max(0, len(h.rows)-1))*rowHeight
}

func layoutHead(title string, entries []entry) head {
	const width = pictureWidth - 2*margin
	h := head{title: wrap(title, func(line string) bool { return bold(titleSize).Width(line) <= width })}
	left := vg.Length(0)
	for _, e := range entries {
		if e.line != nil || e.glyph != nil || e.box != nil || e.frame != nil {
			e.indent = sample + gap
		}
		e.width = e.indent + style(tickSize).Width(e.text)
		if left > 0 && left+e.width > width || len(h.rows) == 0 {
			h.rows, left = append(h.rows, nil), 0
		}
		h.rows[len(h.rows)-1] = append(h.rows[len(h.rows)-1], e)
		left += e.width + entryGap
	}
	return h
}

// entries lists the legend. A single line without a label needs none.
func (f Figure) entries() []entry {
	var out []entry
	if f.LegendTitle != "" {
		out = append(out, entry{text: f.LegendTitle + ":"})
	}
	for _, line := range f.Lines {
		if line.Label == "" {
			continue
		}
		e := entry{text: line.Label, glyph: &draw.GlyphStyle{Color: line.color(), Radius: 3.6, Shape: line.glyph()}}
		if f.X.Categories == nil {
			e.line = &draw.LineStyle{Color: line.color(), Width: 2, Dashes: dash(line.Dash)}
		}
		out = append(out, e)
	}
	for _, key := range f.Keys {
		out = append(out, entry{text: key.Label, line: &draw.LineStyle{Color: ink, Width: 2, Dashes: dash(key.Dash)}})
	}
	if f.Area != nil {
		out = append(out, entry{text: f.Area.Label, box: areaStyle})
	}
	if f.Reference != nil {
		sty := referenceStyle
		out = append(out, entry{text: f.Reference.Label, line: &sty})
	}
	return out
}

// framed is the legend of frames; it is empty where they have no label.
func framed(label string) []entry {
	if label == "" {
		return nil
	}
	return []entry{{text: label, frame: marked}}
}

// wrap breaks words into lines that fit, except for words that alone are too long.
func wrap(words string, fits func(line string) bool) []string {
	var lines []string
	for _, word := range strings.Fields(words) {
		if n := len(lines); n > 0 && fits(lines[n-1]+" "+word) {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

func (h head) draw(c draw.Canvas) {
	y := c.Max.Y
	for _, line := range h.title {
		c.FillText(bold(titleSize), vg.Point{X: c.Min.X, Y: y - titleHeight/2}, line)
		y -= titleHeight
	}
	for _, row := range h.rows {
		x := c.Min.X
		for _, e := range row {
			e.draw(c, x, y-rowHeight/2)
			x += e.width + entryGap
		}
		y -= rowHeight
	}
}

func (e entry) draw(c draw.Canvas, x, y vg.Length) {
	if e.box != nil {
		c.FillPolygon(e.box, []vg.Point{{X: x, Y: y - 5}, {X: x + sample, Y: y - 5}, {X: x + sample, Y: y + 5}, {X: x, Y: y + 5}})
	}
	if e.frame != nil {
		left, right := x+sample/2-6, x+sample/2+6
		path := []vg.Point{{X: left, Y: y - 6}, {X: right, Y: y - 6}, {X: right, Y: y + 6}, {X: left, Y: y + 6}, {X: left, Y: y - 6}}
		c.StrokeLines(draw.LineStyle{Color: e.frame, Width: frameWidth * dot}, path)
	}
	if e.line != nil {
		c.StrokeLine2(*e.line, x, y, x+sample, y)
	}
	if e.glyph != nil {
		c.DrawGlyph(*e.glyph, vg.Point{X: x + sample/2, Y: y})
	}
	c.FillText(style(tickSize), vg.Point{X: x + e.indent, Y: y + 1.5}, e.text) // digits sit below the middle of their line
}
