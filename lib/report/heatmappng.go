package report

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	colormap "gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// viridis are ten colours of the scale of that name (van der Walt and Smith 2015), which colour-blind readers can tell apart. Unlike that of
// cividis its middle is not grey, which is left to cells without a mean.
var viridis = []color.Color{
	color.NRGBA{0x44, 0x01, 0x54, 0xFF}, color.NRGBA{0x48, 0x28, 0x78, 0xFF}, color.NRGBA{0x3E, 0x49, 0x89, 0xFF}, color.NRGBA{0x31, 0x68, 0x8E, 0xFF},
	color.NRGBA{0x26, 0x82, 0x8E, 0xFF}, color.NRGBA{0x1F, 0x9E, 0x89, 0xFF}, color.NRGBA{0x35, 0xB7, 0x79, 0xFF}, color.NRGBA{0x6D, 0xCD, 0x59, 0xFF},
	color.NRGBA{0xB4, 0xDE, 0x2C, 0xFF}, color.NRGBA{0xFD, 0xE7, 0x25, 0xFF},
}

// blank is the grey of cells without a colour.
var blank = color.NRGBA{0xD8, 0xD8, 0xD8, 0xFF}

const (
	cellGap     = 1.5 // points around every cell
	borderWidth = 3
	barWidth    = 16 // of the scale of colours
	barGap      = 14 // beside it
	leastCell   = 26 // points high
	rowsThatFit = 7  // of them in a picture of the usual height
	squareMap   = 90 // points that a picture is higher than usual for a map of a surface
)

// paint returns the scale of colours, whose lightness rises evenly with the coordinate on the axis, and each cell's colour.
func (h Heat) paint() (colormap.ColorMap, []color.NRGBA, error) {
	scale, err := moreland.NewLuminance(viridis)
	if err != nil {
		return nil, nil, err
	}
	scale.SetMin(h.Color.coordinate(h.Color.Min))
	scale.SetMax(h.Color.coordinate(h.Color.Max))
	fills := make([]color.NRGBA, len(h.Cells))
	for i, c := range h.Cells {
		if fills[i] = blank; !h.colored(c) {
			continue
		}
		at, err := scale.At(h.Color.coordinate(c.Mean))
		if err != nil {
			return nil, nil, err
		}
		fills[i] = color.NRGBAModel.Convert(at).(color.NRGBA)
	}
	return scale, fills, nil
}

// inkOn is black or white, whichever has the higher contrast to a colour by WCAG 2.2: they are equal at a luminance of √(1.05·0.05) − 0.05.
func inkOn(c color.NRGBA) color.Color {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/0xFF, 2.2) }
	if 0.2126*linear(c.R)+0.7152*linear(c.G)+0.0722*linear(c.B) > 0.179 {
		return color.Black
	}
	return color.White
}

// PNG draws the map on white, 1120 pixels wide; its height grows with the rows. The same map gives the same bytes.
func (h Heat) PNG() ([]byte, error) {
	scale, fills, err := h.paint()
	if err != nil {
		return nil, err
	}
	head := layoutHead(h.Title, framed(h.Outline))
	rows := vg.Length(max(0, len(h.Y.Categories)-rowsThatFit)) * leastCell
	if h.Contour { // its cells hold no numbers
		rows = squareMap
	}
	return head.png(pictureHeight+head.extra()+rows, func(c draw.Canvas, _ *vgimg.Canvas) {
		h.draw(draw.Crop(c, 0, 0, 0, -6), scale, fills)
	})
}

// draw draws the map, and at its right the scale of colours, if it has one.
func (h Heat) draw(area draw.Canvas, scale colormap.ColorMap, fills []color.NRGBA) {
	p, bar := axes(h.X.thinned(h.Contour), h.Y.thinned(h.Contour)), area
	if h.Color.Min < h.Color.Max {
		inside := h.bar(scale).DataCanvas(area)
		bar.Min.X += inside.Max.X - inside.Min.X - barWidth // room for the numbers and the label
		area.Max.X = bar.Min.X - barGap
	}
	data := p.DataCanvas(area)
	names, room := h.X.thinned(h.Contour).Categories, (data.Max.X-data.Min.X)/vg.Length(len(h.X.Categories))
	if slices.Contains(names, "") {
		room *= thinning
	}
	p.X.Tick.Label.Font = sans(fitting(names, room, 4))
	p.Add(drawFunc(func(c draw.Canvas, p *plot.Plot) { h.drawCells(c, p, fills) }))
	if h.Contour && h.Color.Min < h.Color.Max {
		p.Add(h.surface().lines(h.contourLevels()))
	}
	p.Draw(area)
	if h.Color.Min < h.Color.Max {
		data = p.DataCanvas(area)
		inside := h.bar(scale).DataCanvas(bar)
		bar.Min.Y, bar.Max.Y = bar.Min.Y+data.Min.Y-inside.Min.Y, bar.Max.Y+data.Max.Y-inside.Max.Y
		h.bar(scale).Draw(bar)
	}
}

// bar is the scale of colours, with its numbers and label at its left.
func (h Heat) bar(scale colormap.ColorMap) *plot.Plot {
	p := axes(Axis{Max: 1}, h.Color)
	p.HideX()
	p.Add(&plotter.ColorBar{ColorMap: scale, Vertical: true, Colors: 256})
	return p
}

// fitting is the size at which the widest of some words fits a width and leaves some of it free, at most that of tick marks.
func fitting(words []string, width, free vg.Length) vg.Length {
	size := vg.Length(tickSize)
	width = max(width-free, width/2)
	for _, word := range words {
		if w := style(tickSize).Width(word); w > 0 {
			size = min(size, tickSize*width/w)
		}
	}
	return size
}

// drawCells draws the cells of the map inside the axes.
func (h Heat) drawCells(c draw.Canvas, p *plot.Plot, fills []color.NRGBA) {
	x, y := p.Transforms(&c)
	var words []string
	for _, cell := range h.Cells {
		words = append(words, cell.text())
	}
	letters := style(min(fitting(words, x(1)-x(0), 14), 0.6*(y(1)-y(0))))
	letters.XAlign = draw.XCenter
	for i, cell := range h.Cells {
		box := vg.Rectangle{Min: vg.Point{X: x(cell.X - 0.5), Y: y(cell.Y - 0.5)}, Max: vg.Point{X: x(cell.X + 0.5), Y: y(cell.Y + 0.5)}}
		if h.Contour {
			c.FillPolygon(fills[i], corners(box, -0.25)) // over the seams
			continue
		}
		c.FillPolygon(fills[i], corners(box, cellGap))
		if cell.Outlined {
			path := corners(box, cellGap+borderWidth/2)
			c.StrokeLines(draw.LineStyle{Color: marked, Width: borderWidth}, append(path, path[:2]...))
		}
		letters.Color = inkOn(fills[i])
		c.FillText(letters, vg.Point{X: x(cell.X), Y: y(cell.Y)}, words[i])
	}
}

// surface is the map's values on its grid, for the lines of equal value.
type surface struct{ z [][]float64 }

func (s surface) Dims() (columns, rows int) { return len(s.z[0]), len(s.z) }
func (s surface) X(column int) float64      { return float64(column) }
func (s surface) Y(row int) float64         { return float64(row) }
func (s surface) Z(column, row int) float64 { return s.z[row][column] }
func (s surface) lines(levels []float64) plot.Plotter {
	lines := plotter.NewContour(s, levels, nil)
	lines.LineStyles = []draw.LineStyle{{Color: color.NRGBA{0, 0, 0, 0xA0}, Width: 0.8}}
	return lines
}

// surface has no number where a cell has no colour.
func (h Heat) surface() surface {
	z := make([][]float64, len(h.Y.Categories))
	for i := range z {
		z[i] = slices.Repeat([]float64{math.NaN()}, len(h.X.Categories))
	}
	for _, c := range h.where(h.colored) {
		z[int(c.Y)][int(c.X)] = h.Color.coordinate(c.Mean)
	}
	return surface{z}
}

// corners of a rectangle, moved inwards.
func corners(r vg.Rectangle, by vg.Length) []vg.Point {
	return []vg.Point{
		{X: r.Min.X + by, Y: r.Min.Y + by}, {X: r.Max.X - by, Y: r.Min.Y + by}, {X: r.Max.X - by, Y: r.Max.Y - by}, {X: r.Min.X + by, Y: r.Max.Y - by},
	}
}
