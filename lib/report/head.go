package report

import (
	"image/color"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// head is what stands above the axes or the images: the title, wrapped, and the legend, flowing from left to right over as many rows as
// it needs.
type head struct {
	title []string
	rows  [][]entry
}

// entry is a sample of a line with its name, or a name alone.
type entry struct {
	text  string
	width vg.Length
	line  *draw.LineStyle
	glyph *draw.GlyphStyle
	box   color.Color
}

const (
	titleHeight = 20 // points a line
	rowHeight   = 19
	sample      = 30 // points wide
	gap         = 6
	entryGap    = 16
)

var titleFont = font.Font{Weight: xfont.WeightBold}

func (h head) height() vg.Length {
	return vg.Length(len(h.title))*titleHeight + vg.Length(len(h.rows))*rowHeight + 4
}

// extra is how much higher than usual the picture must be to keep room for the data.
func (h head) extra() vg.Length {
	return vg.Length(max(0, len(h.title)-1))*titleHeight + vg.Length(max(0, len(h.rows)-1))*rowHeight
}

func layoutHead(title string, entries []entry) head {
	const width = pictureWidth - 2*margin
	h := head{title: wrap(title, style(titleSize, titleFont), width)}
	left := vg.Length(0)
	for _, e := range entries {
		e.width = style(tickSize, font.Font{}).Width(e.text)
		if e.line != nil || e.glyph != nil || e.box != nil {
			e.width += sample + gap
		}
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
		if !line.Apart {
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

func wrap(words string, sty text.Style, width vg.Length) []string {
	var lines []string
	for _, word := range strings.Fields(words) {
		if n := len(lines); n > 0 && sty.Width(lines[n-1]+" "+word) <= width {
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
		c.FillText(style(titleSize, titleFont), vg.Point{X: c.Min.X, Y: y - titleHeight/2}, line)
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
	left := x
	if e.line != nil || e.glyph != nil || e.box != nil {
		x += sample + gap
	}
	if e.box != nil {
		c.FillPolygon(e.box, []vg.Point{{X: left, Y: y - 5}, {X: left + sample, Y: y - 5}, {X: left + sample, Y: y + 5}, {X: left, Y: y + 5}})
	}
	if e.line != nil {
		c.StrokeLine2(*e.line, left, y, left+sample, y)
	}
	if e.glyph != nil {
		c.DrawGlyph(*e.glyph, vg.Point{X: left + sample/2, Y: y})
	}
	c.FillText(style(tickSize, font.Font{}), vg.Point{X: x, Y: y + 1.5}, e.text) // digits sit below the middle of their line
}
