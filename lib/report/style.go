package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/MetalBlueberry/go-plotly/pkg/types"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of Okabe and Ito (2008), which colour-blind readers can tell apart, without its yellow, which fades on white, and its
// black, which vanishes on a dark page.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xB2, 0xFF}, // blue
	{0xD5, 0x5E, 0x00, 0xFF}, // vermillion
	{0x00, 0x9E, 0x73, 0xFF}, // bluish green
	{0xE6, 0x9F, 0x00, 0xFF}, // orange
	{0xCC, 0x79, 0xA7, 0xFF}, // reddish purple
	{0x56, 0xB4, 0xE9, 0xFF}, // sky blue
}

var (
	ink  = color.NRGBA{0x22, 0x22, 0x22, 0xFF}
	grey = color.NRGBA{0x80, 0x80, 0x80, 0xFF} // readable on white and on black
)

// The same dashes and markers for both renderings; index 0 is solid and a disc.
var (
	dashes = [][]vg.Length{nil, {7, 4}, {2, 3}, {8, 3, 2, 3}}
	glyphs = []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, shape{{0, 1.3}, {1.3, 0}, {0, -1.3}, {-1.3, 0}}, shape{{-1.2, 1}, {1.2, 1}, {0, -1.2}},
		shape{{-.4, 1.2}, {.4, 1.2}, {.4, .4}, {1.2, .4}, {1.2, -.4}, {.4, -.4}, {.4, -1.2}, {-.4, -1.2}, {-.4, -.4}, {-1.2, -.4}, {-1.2, .4}, {-.4, .4}},
	}

	plotlyDashes  = []string{"solid", "dash", "dot", "dashdot"}
	plotlySymbols = []string{"circle", "square", "triangle-up", "diamond", "triangle-down", "cross"}
)

// shape is a filled polygon around a point, in units of the marker's radius.
type shape [][2]vg.Length

// DrawGlyph implements draw.GlyphDrawer.
func (s shape) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, at vg.Point) {
	corners := make([]vg.Point, len(s))
	for i, p := range s {
		corners[i] = vg.Point{X: at.X + p[0]*sty.Radius, Y: at.Y + p[1]*sty.Radius}
	}
	c.FillPolygon(sty.Color, corners)
}

// markersALine is how many markers a long line carries: enough to tell it apart without its colour.
const markersALine = 8

func (l Line) color() color.NRGBA      { return palette[l.Color%len(palette)] }
func (l Line) bandColor() color.NRGBA  { return faded(l.color(), 0x2E) } // 18 percent
func (l Line) glyph() draw.GlyphDrawer { return glyphs[l.Color%len(glyphs)] }

func dash(i int) []vg.Length            { return dashes[i%len(dashes)] }
func plotlyDash(i int) types.StringType { return types.S(plotlyDashes[i%len(plotlyDashes)]) }

func faded(c color.NRGBA, alpha uint8) color.NRGBA { c.A = alpha; return c }

// css writes a colour as plotly and style sheets read it.
func css(from color.Color) types.Color {
	c := color.NRGBAModel.Convert(from).(color.NRGBA)
	if c.A == 0xFF {
		return types.C(fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B))
	}
	return types.C(fmt.Sprintf("rgba(%d,%d,%d,%.2f)", c.R, c.G, c.B, float64(c.A)/255))
}

// segments splits points at the gaps that missing means leave.
func segments(points []Point) [][]Point {
	var out [][]Point
	for i, p := range points {
		if math.IsNaN(p.Mean) {
			continue
		}
		if i == 0 || math.IsNaN(points[i-1].Mean) {
			out = append(out, nil)
		}
		last := len(out) - 1
		out[last] = append(out[last], p)
	}
	return out
}

// outline goes along the high ends of points and back along their low ends.
func outline(points []Point) (xs, ys []float64) {
	for _, p := range points {
		xs, ys = append(xs, p.X), append(ys, p.High)
	}
	for _, p := range slices.Backward(points) {
		xs, ys = append(xs, p.X), append(ys, p.Low)
	}
	return xs, ys
}
