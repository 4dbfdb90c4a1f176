package report

import (
	"fmt"
	"html"
	"image/color"
	"math"
	"slices"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
)

// Plotly returns the map as a plotly.js figure in JSON: the same cells, colours and borders as the picture, with each cell's mean, lowest
// and highest seed and number of seeds on hover. Colours of other text and of paper are left to the page. The JSON is safe inside an HTML
// script element.
func (h Heat) Plotly() ([]byte, error) {
	scale, fills, err := h.paint()
	if err != nil {
		return nil, err
	}
	layout := Figure{Words: h.Words, X: h.X.thinned(h.Contour), Y: h.Y.thinned(h.Contour)}.layout()
	layout.Xaxis.Automargin = grob.LayoutXaxisAutomarginBottom // where there is little room the names of the columns stand upright
	if h.Color.Min < h.Color.Max {
		layout.Coloraxis = &grob.LayoutColoraxis{
			Colorscale: stops(scale.Palette(11).Colors()...), Cmin: types.N(scale.Min()), Cmax: types.N(scale.Max()), Colorbar: h.colorbar(),
		}
	}
	var grey, dark, light []HeatCell // a trace has one colour of letters
	for i, c := range h.Cells {
		switch {
		case !h.colored(c):
			grey = append(grey, c)
		case inkOn(fills[i]) == color.White:
			dark = append(dark, c)
		default:
			light = append(light, c)
		}
	}
	traces := []types.Trace{
		h.trace(grey, color.Black, &grob.Heatmap{Colorscale: stops(blank, blank), Showscale: types.False}),
		h.trace(dark, color.White, &grob.Heatmap{Coloraxis: "coloraxis"}),
		h.trace(light, color.Black, &grob.Heatmap{Coloraxis: "coloraxis"}),
	}
	if h.Contour && h.Color.Min < h.Color.Max {
		traces = append(traces, h.contourTrace())
	}
	if h.Outline != "" {
		traces = append(traces, h.outlineTrace())
	}
	return figureJSON(layout, traces, h.Title)
}

// HTML returns the interactive map as a fragment: see [Figure.HTML].
func (h Heat) HTML() (string, error) {
	data, err := h.Plotly()
	return fragment(h.Name, data, err)
}

// trace completes one that draws some of the cells.
func (h Heat) trace(cells []HeatCell, letters color.Color, t *grob.Heatmap) *grob.Heatmap {
	t.X, t.Y = values(h.X.marks()), values(h.Y.marks())
	t.Z = h.matrix(cells, nil, func(c HeatCell) any {
		if !h.colored(c) {
			return 0
		}
		return h.Color.coordinate(c.Mean)
	})
	t.Text, t.Texttemplate = h.matrix(cells, "", func(c HeatCell) any { return c.text() }), "%{text}" // for null it would write "null"
	t.Textfont = &grob.HeatmapTextfont{Color: css(letters)}
	t.Hovertext = h.matrix(cells, "", func(c HeatCell) any { return html.EscapeString(c.Name) + "<br>" + html.EscapeString(h.hover(c)) })
	t.Hoverinfo = types.ArrayOKValue(grob.HeatmapHoverinfoText)
	t.Hoverongaps = types.False
	if h.Contour {
		t.Text, t.Texttemplate = nil, ""
		return t
	}
	t.Xgap, t.Ygap = types.N(3), types.N(3)
	return t
}

// contourTrace draws the lines of equal value.
func (h Heat) contourTrace() *grob.Contour {
	levels := h.contourLevels()
	return &grob.Contour{
		X: values(h.X.marks()), Y: values(h.Y.marks()), Showscale: types.False, Hoverinfo: types.ArrayOKValue(grob.ContourHoverinfoSkip), Autocontour: types.False,
		Z: h.matrix(h.where(h.colored), nil, func(c HeatCell) any { return h.Color.coordinate(c.Mean) }),
		Contours: &grob.ContourContours{
			Coloring: grob.ContourContoursColoringNone, Start: types.N(levels[0]), End: types.N(levels[len(levels)-1]), Size: types.N(levels[1] - levels[0]),
		},
		Line: &grob.ContourLine{Color: css(color.Black), Width: types.N(0.8)},
	}
}

// matrix is a value for every cell, row by row from below, and another where there is none.
func (h Heat) matrix(cells []HeatCell, none any, of func(HeatCell) any) *types.DataArrayType {
	rows := make([][]any, len(h.Y.Categories))
	for i := range rows {
		rows[i] = slices.Repeat([]any{none}, len(h.X.Categories))
	}
	for _, c := range cells {
		rows[int(c.Y)][int(c.X)] = of(c)
	}
	return types.DataArray(rows)
}

func (h Heat) hover(c HeatCell) string {
	if c.N < c.Of {
		return fmt.Sprintf("value in %d of %s", c.N, Plural(c.Of, "run"))
	}
	return h.Color.hover(c.Point)
}

func (h Heat) colorbar() *grob.LayoutColoraxisColorbar {
	var at []float64
	var names []types.StringType
	for _, tick := range h.Color.ticks() {
		at, names = append(at, tick.Value), append(names, plain(tick.Label+"\u00A0")) // plotly sets the title too near
	}
	return &grob.LayoutColoraxisColorbar{
		Title:     &grob.LayoutColoraxisColorbarTitle{Text: plain(h.Color.Label), Side: grob.LayoutColoraxisColorbarTitleSideRight},
		Thickness: types.N(14), Outlinewidth: types.N(0), Tickvals: values(at), Ticktext: types.DataArray(names), Ticks: "outside",
	}
}

// stops are colours at equal distances.
func stops(colors ...color.Color) *types.ColorScale {
	scale := &types.ColorScale{}
	for i, c := range colors {
		at := round(float64(i)/float64(len(colors)-1), 6)
		scale.Values = append(scale.Values, types.ColorScaleReference{NormalizedValue: at, Color: css(c)})
	}
	return scale
}

// outlineTrace draws a frame in every outlined cell, as far from its edge as its width on a page of usual width.
func (h Heat) outlineTrace() *grob.Scatter {
	const wide, high, inset = 800, 400, 3.5 // pixels
	dx, dy := 0.5-inset/wide*float64(len(h.X.Categories)), 0.5-inset/high*float64(len(h.Y.Categories))
	var xs, ys []float64
	for _, c := range h.Cells {
		if c.Outlined {
			xs = append(xs, c.X-dx, c.X+dx, c.X+dx, c.X-dx, c.X-dx, math.NaN())
			ys = append(ys, c.Y-dy, c.Y-dy, c.Y+dy, c.Y+dy, c.Y-dy, math.NaN())
		}
	}
	return &grob.Scatter{
		X: values(xs), Y: values(ys), Mode: grob.ScatterModeLines, Name: plain(h.Outline), Showlegend: types.True,
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoSkip), Line: &grob.ScatterLine{Color: css(marked), Width: types.N(3)},
	}
}
