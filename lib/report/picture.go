package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// picture draws a figure's data inside the axes, from back to front: grid, shading, reference, bands, lines, seeds, notes.
type picture struct{ f Figure }

// brush draws in data coordinates.
type brush struct {
	draw.Canvas
	x, y func(float64) vg.Length
}

func (b brush) at(x, y float64) vg.Point { return vg.Point{X: b.x(x), Y: b.y(y)} }

// Plot implements plot.Plotter.
func (pic picture) Plot(c draw.Canvas, p *plot.Plot) {
	f := pic.f
	x, y := p.Transforms(&c)
	b := brush{c, func(v float64) vg.Length { return x(f.X.coordinate(v)) }, func(v float64) vg.Length { return y(f.Y.coordinate(v)) }}
	for _, v := range f.Y.marks() {
		b.level(v, f, draw.LineStyle{Color: color.Gray{0xE4}, Width: 0.7})
	}
	if a := f.Area; a != nil {
		b.fill(areaStyle, a.X, a.Low, a.High)
	}
	if r := f.Reference; r != nil && !(f.Y.Log && r.Y <= 0) {
		b.level(r.Y, f, referenceStyle)
	}
	for _, line := range f.Lines {
		if !line.Bars {
			b.band(line)
		}
	}
	for i, line := range f.Lines {
		b.line(line, float64(i)/float64(len(f.Lines)))
	}
	for _, note := range f.Notes {
		sty := style(tickSize-1, font.Font{})
		sty.XAlign = draw.XCenter
		b.FillText(sty, b.at(note.X, note.Y), note.Text)
	}
}

var (
	areaStyle      = faded(grey, areaAlpha)
	referenceStyle = draw.LineStyle{Color: grey, Width: 1.5, Dashes: dashes[2]}
)

func (b brush) level(y float64, f Figure, sty draw.LineStyle) {
	b.StrokeLines(sty, []vg.Point{b.at(f.X.Min, y), b.at(f.X.Max, y)})
}

// fill paints the region between two rows of values.
func (b brush) fill(c color.Color, xs, low, high []float64) {
	var outline []vg.Point
	for i, x := range xs {
		outline = append(outline, b.at(x, high[i]))
	}
	for i := len(xs) - 1; i >= 0; i-- {
		outline = append(outline, b.at(xs[i], low[i]))
	}
	if len(outline) > 0 {
		b.FillPolygon(c, b.ClipPolygonXY(outline))
	}
}

func (b brush) band(line Line) {
	for _, points := range segments(line.Points) {
		var xs, low, high []float64
		for _, p := range points {
			xs, low, high = append(xs, p.X), append(low, p.Low), append(high, p.High)
		}
		b.fill(faded(line.color(), bandAlpha), xs, low, high)
	}
}

// line draws the means; where there are too many for a marker each, markers are spread out, beginning at a phase in [0,1) so that those
// of coinciding lines do not hide each other.
func (b brush) line(line Line, phase float64) {
	sty := draw.LineStyle{Color: line.color(), Width: 2, Dashes: dash(line.Dash)}
	glyph := draw.GlyphStyle{Color: line.color(), Radius: 3.6, Shape: line.glyph()}
	for _, points := range segments(line.Points) {
		var path []vg.Point
		for _, p := range points {
			path = append(path, b.at(p.X, p.Mean))
		}
		if !line.Apart {
			b.StrokeLines(sty, b.ClipLinesXY(path)...)
		}
		step := 1
		if !line.Bars {
			step = max(1, len(path)/markersALine)
		}
		for i := int(phase * float64(step)); i < len(path); i += step {
			b.DrawGlyph(glyph, path[i])
		}
	}
	if line.Bars {
		b.bars(line)
	}
}

// bars draws the lowest and highest seed of every point, and the seeds beside it.
func (b brush) bars(line Line) {
	sty := draw.LineStyle{Color: line.color(), Width: 1.2}
	const cap = 4
	for _, p := range line.Points {
		if p.N > 1 && p.Mean == p.Mean {
			x, low, high := b.x(p.X), b.y(p.Low), b.y(p.High)
			b.StrokeLine2(sty, x, low, x, high)
			b.StrokeLine2(sty, x-cap, low, x+cap, low)
			b.StrokeLine2(sty, x-cap, high, x+cap, high)
		}
		for _, seed := range p.Seeds {
			at := b.at(p.X, seed.Value)
			if p.Mean == p.Mean {
				at.X += 8
			}
			b.DrawGlyph(draw.GlyphStyle{Color: faded(line.color(), 0xB0), Radius: 1.8, Shape: draw.CircleGlyph{}}, at)
		}
	}
}
