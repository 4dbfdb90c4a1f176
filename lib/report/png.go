package report

import (
	"bytes"
	"fmt"

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
	head := layoutHead(f.Title, f.entries())
	canvas := vgimg.NewWith(vgimg.UseWH(pictureWidth, pictureHeight+head.extra()), vgimg.UseDPI(pictureDPI))
	area := draw.Crop(draw.New(canvas), margin, -margin, margin, -margin)
	head.draw(area)
	f.plot().Draw(draw.Crop(area, 0, 0, 0, -head.height()))
	return encode(canvas, f.Title)
}

func encode(canvas *vgimg.Canvas, title string) ([]byte, error) {
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("report: drawing %q as PNG: %w", title, err)
	}
	return b.Bytes(), nil
}

// plot returns the axes with the data; title and legend are drawn above it, where they cannot cover a line.
func (f Figure) plot() *plot.Plot {
	p := axes(f.X, f.Y)
	p.Add(picture{f})
	return p
}

func axes(x, y Axis) *plot.Plot {
	p := plot.New()
	p.X.Min, p.X.Max = x.coordinate(x.Min), x.coordinate(x.Max)
	p.Y.Min, p.Y.Max = y.coordinate(y.Min), y.coordinate(y.Max) // gonum's own LogScale misplaces the axis label
	p.X.Label.Text, p.Y.Label.Text = x.Label, y.Label
	p.X.Tick.Marker, p.Y.Tick.Marker = ticker{x}, ticker{y}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.LineStyle = draw.LineStyle{Color: grey, Width: 1}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Label.Padding = 4
		axis.Label.TextStyle.Font = sans(labelSize, font.Font{})
		axis.Tick.Label.Font = sans(tickSize, font.Font{})
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink
	}
	return p
}

// sans returns the sans-serif font of a size, in the weight of base.
func sans(size vg.Length, base font.Font) font.Font {
	base.Typeface, base.Variant = "Liberation", "Sans"
	return font.From(base, size)
}

func style(size vg.Length, base font.Font) text.Style {
	return text.Style{Color: ink, Font: sans(size, base), Handler: plot.DefaultTextHandler, YAlign: draw.YCenter}
}
