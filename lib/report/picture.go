package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Size of the picture: its letters stay readable when a phone shows it 380 pixels wide.
const (
	pictureWidth  = 7 * vg.Inch
	pictureHeight = 4.3 * vg.Inch
	pictureDPI    = 160

	titleSize, labelSize, tickSize = 15, 14, 13 // points

	margin = 6 // points, around everything
)

// PNG draws the figure on white, 1120 pixels wide; its height grows with the legend's rows. The same figure gives the same bytes.
func (f Figure) PNG() ([]byte, error) {
	p := axes(f.X, f.Y)
	p.Add(drawFunc(f.drawLines))
	head := layoutHead(f.Title, f.entries())
	return head.png(pictureHeight+head.extra(), func(c draw.Canvas, _ *vgimg.Canvas) { p.Draw(c) })
}

// png draws a picture of a height: the title and the legend, which cannot cover a line there, and what is drawn below them.
func (h head) png(height vg.Length, below func(draw.Canvas, *vgimg.Canvas)) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(pictureWidth, height), vgimg.UseDPI(pictureDPI))
	area := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	h.draw(area)
	below(draw.Crop(area, 0, 0, 0, -h.height()), canvas)
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("report: drawing %q as PNG: %w", h.title, err)
	}
	return b.Bytes(), nil
}

func axes(x, y Axis) *plot.Plot {
	p := plot.New()
	p.X.Min, p.X.Max = x.coordinate(x.Min), x.coordinate(x.Max)
	p.Y.Min, p.Y.Max = y.coordinate(y.Min), y.coordinate(y.Max) // gonum's own LogScale misplaces the axis label
	p.X.Label.Text, p.Y.Label.Text = x.Label, y.Label
	p.X.Tick.Marker, p.Y.Tick.Marker = x.ticks(), y.ticks()
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.LineStyle = draw.LineStyle{Color: grey, Width: 1}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Label.Padding = 4
		axis.Label.TextStyle.Font = sans(labelSize)
		axis.Tick.Label.Font = sans(tickSize)
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink
	}
	return p
}

func sans(size vg.Length) font.Font {
	return font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size)
}

func style(size vg.Length) text.Style {
	return text.Style{Color: ink, Font: sans(size), Handler: plot.DefaultTextHandler, YAlign: draw.YCenter}
}

func bold(size vg.Length) text.Style {
	sty := style(size)
	sty.Font.Weight = xfont.WeightBold
	return sty
}

// drawFunc makes a function a plot.Plotter.
type drawFunc func(draw.Canvas, *plot.Plot)

// Plot implements plot.Plotter.
func (f drawFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// brush draws in data coordinates.
type brush struct {
	draw.Canvas
	x, y func(float64) vg.Length
}

func (b brush) at(x, y float64) vg.Point { return vg.Point{X: b.x(x), Y: b.y(y)} }

// drawLines draws a figure's data inside the axes, from back to front: grid, shading, reference, bands, lines, seeds, notes.
func (f Figure) drawLines(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	b := brush{c, func(v float64) vg.Length { return x(f.X.coordinate(v)) }, func(v float64) vg.Length { return y(f.Y.coordinate(v)) }}
	for _, v := range f.Y.marks() {
		b.level(v, f, draw.LineStyle{Color: color.Gray{0xE4}, Width: 0.7})
	}
	if f.Area != nil {
		b.fill(areaStyle, f.Area.Points)
	}
	if r := f.Reference; r != nil && !f.Y.cannotDraw(r.Y) {
		b.level(r.Y, f, referenceStyle)
	}
	for _, line := range f.Lines {
		if line.Bars {
			continue
		}
		for _, points := range segments(line.Points) {
			b.fill(line.bandColor(), points)
		}
	}
	for i, line := range f.Lines {
		b.line(line, f.X.Categories == nil, float64(i)/float64(len(f.Lines)))
	}
	for _, note := range f.Notes {
		sty := style(tickSize - 1)
		sty.XAlign = draw.XCenter
		b.FillText(sty, b.at(note.X, note.Y), note.Text)
	}
}

var (
	areaStyle      = faded(grey, 0x26) // 15 percent
	referenceStyle = draw.LineStyle{Color: grey, Width: 1.5, Dashes: dashes[2]}
)

func (b brush) level(y float64, f Figure, sty draw.LineStyle) {
	b.StrokeLines(sty, []vg.Point{b.at(f.X.Min, y), b.at(f.X.Max, y)})
}

// fill paints the region between the low and the high ends of points.
func (b brush) fill(c color.Color, points []Point) {
	xs, ys := outline(points)
	var path []vg.Point
	for i := range xs {
		path = append(path, b.at(xs[i], ys[i]))
	}
	if len(path) > 0 {
		b.FillPolygon(c, b.ClipPolygonXY(path))
	}
}

// line draws the means; where there are too many for a marker each, markers are spread out, beginning at a phase in [0,1) so that those
// of coinciding lines do not hide each other.
func (b brush) line(line Line, joined bool, phase float64) {
	sty := draw.LineStyle{Color: line.color(), Width: 2, Dashes: dash(line.Dash)}
	glyph := draw.GlyphStyle{Color: line.color(), Radius: 3.6, Shape: line.glyph()}
	for _, points := range segments(line.Points) {
		var path []vg.Point
		for _, p := range points {
			path = append(path, b.at(p.X, p.Mean))
		}
		if joined {
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
		if p.N > 1 && !math.IsNaN(p.Mean) {
			x, low, high := b.x(p.X), b.y(p.Low), b.y(p.High)
			b.StrokeLine2(sty, x, low, x, high)
			b.StrokeLine2(sty, x-cap, low, x+cap, low)
			b.StrokeLine2(sty, x-cap, high, x+cap, high)
		}
		for _, seed := range p.Seeds {
			at := b.at(p.X, seed.Value)
			if !math.IsNaN(p.Mean) {
				at.X += 8
			}
			b.DrawGlyph(draw.GlyphStyle{Color: faded(line.color(), 0xB0), Radius: 1.8, Shape: draw.CircleGlyph{}}, at)
		}
	}
}
