package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"image/color"
	"math"
	"slices"
	"strings"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
)

// Plotly returns the figure as a plotly.js figure in JSON: the same lines, bands, colours and dashes as the picture, with each point's
// mean, lowest and highest seed and number of seeds on hover. Colours of text and paper are left to the page. The JSON is safe inside an
// HTML script element.
func (f Figure) Plotly() ([]byte, error) {
	var bands, lines []types.Trace
	if f.Area != nil {
		bands = append(bands, f.areaTrace())
	}
	for _, line := range f.Lines {
		if band := bandTrace(line); band != nil {
			bands = append(bands, band)
		}
		lines = append(lines, f.lineTrace(line))
		if seeds := f.seedsTrace(line); seeds != nil {
			lines = append(lines, seeds)
		}
	}
	for _, key := range f.Keys {
		lines = append(lines, legendOnly(key))
	}
	if f.Reference != nil {
		lines = append(lines, f.referenceTrace())
	}
	return figureJSON(f.layout(), append(bands, lines...), f.Title)
}

// HTML returns the interactive figure as a fragment: a div of class rethinking-figure that holds the plotly figure as JSON and the
// script that draws it in the place of the nearest picture before it. Where scripts do not run, or plotly.js is not on the same
// machine (at window.rethinkingPlotly, or in JupyterLab's static files), the fragment shows nothing.
func (f Figure) HTML() (string, error) {
	data, err := f.Plotly()
	return fragment(f.Name, data, err)
}

// figureJSON writes a plotly figure, whose later traces are drawn over the earlier ones.
func figureJSON(layout *grob.Layout, traces []types.Trace, title string) ([]byte, error) {
	b, err := json.Marshal(grob.Fig{Layout: layout, Data: traces, Config: &grob.Config{
		Responsive:     types.False, // the page's script resizes
		DisplayModeBar: false,       // it would cover the legend; dragging zooms, a double click goes back
	}}) // escapes <, >, & and the line separators
	if err != nil {
		return nil, fmt.Errorf("report: writing %q as JSON: %w", title, err)
	}
	return b, nil
}

// layout is everything of the interactive figure but its traces. The legend stands at the right, where no width makes it run into the
// title; the page's script, which knows the width, sets title and legend above the axes, as in the picture.
func (f Figure) layout() *grob.Layout {
	legend := &grob.LayoutLegend{Bgcolor: "rgba(0,0,0,0)", Traceorder: "normal"}
	if f.LegendTitle != "" {
		legend.Title = &grob.LayoutLegendTitle{Text: plain(f.LegendTitle + ":")}
	}
	// plotly does not break a title into lines by itself
	lines := wrap(f.Title, func(line string) bool { return len(line) <= 60 })
	title := html.EscapeString(strings.Join(lines, "\n"))
	l := &grob.Layout{
		Title: &grob.LayoutTitle{
			Text: types.S(strings.ReplaceAll(title, "\n", "<br>")),
			X:    types.N(0), Xanchor: grob.LayoutTitleXanchorLeft, Xref: grob.LayoutTitleXrefContainer,
			Y: types.N(1), Yanchor: grob.LayoutTitleYanchorTop, Yref: grob.LayoutTitleYrefContainer,
			Pad: &grob.LayoutTitlePad{T: types.N(8), L: types.N(8)}, Font: &grob.LayoutTitleFont{Size: types.N(16)},
		},
		Autosize:  types.True,
		Hovermode: grob.LayoutHovermodeClosest,
		Legend:    legend,
		Margin:    &grob.LayoutMargin{L: types.N(56), R: types.N(12), T: types.N(float64(24 + 20*len(lines))), B: types.N(58)},
		Xaxis:     f.axisX(),
		Yaxis:     f.axisY(),
	}
	for _, note := range f.Notes {
		l.Annotations = append(l.Annotations, grob.LayoutAnnotation{
			X: f.X.coordinate(note.X), Y: f.Y.coordinate(note.Y), Text: plain(note.Text), Showarrow: types.False, Font: &grob.LayoutAnnotationFont{Size: types.N(12)},
		})
	}
	return l
}

const (
	gridColor = "rgba(128,128,128,0.22)" // on white and on black
	axisColor = "rgba(128,128,128,0.8)"
)

func (f Figure) axisX() *grob.LayoutXaxis {
	a := &grob.LayoutXaxis{
		Title: &grob.LayoutXaxisTitle{Text: plain(f.X.Label), Standoff: types.N(8)}, Range: []float64{f.X.coordinate(f.X.Min), f.X.coordinate(f.X.Max)},
		Showgrid: types.False, Zeroline: types.False, Showline: types.True, Linecolor: axisColor, Ticks: "outside", Tickcolor: axisColor,
		Tickvals: values(f.X.marks()),
	}
	if f.X.Categories != nil {
		a.Ticktext = f.X.labels()
	}
	if f.X.Log {
		a.Type = grob.LayoutXaxisTypeLog
	}
	return a
}

func (f Figure) axisY() *grob.LayoutYaxis {
	a := &grob.LayoutYaxis{
		Title: &grob.LayoutYaxisTitle{Text: plain(f.Y.Label)}, Range: []float64{f.Y.coordinate(f.Y.Min), f.Y.coordinate(f.Y.Max)},
		Gridcolor: gridColor, Zeroline: types.False, Showline: types.True, Linecolor: axisColor, Ticks: "outside", Tickcolor: axisColor,
		Tickvals: values(f.Y.marks()),
	}
	if f.Y.Categories != nil {
		a.Showgrid = types.False
	}
	if f.Y.Log {
		a.Type = grob.LayoutYaxisTypeLog
	}
	if f.Y.Log || f.Y.Categories != nil {
		a.Automargin = grob.LayoutYaxisAutomarginLeft // a name or "1e-06" is wider than the margin
		a.Ticktext = f.Y.labels()                     // plotly would write 10μ
	}
	return a
}

// labels are what stands at the tick marks.
func (a Axis) labels() *types.DataArrayType {
	var labels []types.StringType
	for _, tick := range a.ticks() {
		labels = append(labels, plain(tick.Label))
	}
	return types.DataArray(labels)
}

// values are numbers for plotly: six significant digits, null where there is none.
func values(xs []float64) *types.DataArrayType {
	out := make([]any, len(xs))
	for i, x := range xs {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			out[i] = round(x, 6)
		}
	}
	return types.DataArray(out)
}

// plain makes text that plotly shows as it is, although plotly reads markup.
func plain(s string) types.StringType { return types.StringType(html.EscapeString(s)) }

func (l Line) group() types.StringType { return types.StringType(fmt.Sprintf("group%d", l.Color)) }

// lineTrace draws the means.
func (f Figure) lineTrace(line Line) *grob.Scatter {
	var xs, means []float64
	var hover []string
	for _, p := range line.Points {
		xs, means, hover = append(xs, p.X), append(means, p.Mean), append(hover, f.Y.hover(p))
	}
	t := f.markers(line, xs, means, hover)
	t.Name, t.Showlegend = plain(cmp.Or(line.Label, line.Name)), types.B(line.Label != "")
	t.Marker = marker(css(line.color()), plotlySymbols[line.Color%len(plotlySymbols)], 7, 1)
	t.Line = &grob.ScatterLine{Color: css(line.color()), Width: types.N(2.5), Dash: plotlyDash(line.Dash)}
	t.Cliponaxis = types.False // markers at 0 and 100 percent stay whole
	if f.X.Categories == nil {
		t.Mode = "lines+markers"
	}
	if line.Bars {
		t.ErrorY = errorBars(line)
	} else {
		t.Marker.Maxdisplayed = types.N(markersALine)
	}
	return t
}

// seedsTrace draws each seed as a dot; nil where the line has none.
func (f Figure) seedsTrace(line Line) *grob.Scatter {
	var xs, ys []float64
	var hover []string
	for _, p := range line.Points {
		for _, seed := range p.Seeds {
			xs, ys = append(xs, p.X), append(ys, seed.Value)
			hover = append(hover, fmt.Sprintf("seed %d: %s", seed.Seed, withUnit(seed.Value, f.Y.Unit)))
		}
	}
	if xs == nil {
		return nil
	}
	t := f.markers(line, xs, ys, hover)
	t.Marker = marker(css(line.color()), "circle", 3, 0.7)
	return t
}

// markers are a trace of a line's colour group that says its place and some words on hover.
func (f Figure) markers(line Line, xs, ys []float64, words []string) *grob.Scatter {
	hover := [][2]string{}
	for i, x := range xs {
		hover = append(hover, [2]string{html.EscapeString(f.X.name(x)), html.EscapeString(words[i])})
	}
	template := "<b>" + html.EscapeString(line.Name) + "</b><br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>"
	return &grob.Scatter{
		X: values(xs), Y: values(ys), Mode: grob.ScatterModeMarkers, Name: plain(line.Name), Legendgroup: line.group(), Showlegend: types.False,
		Customdata: types.DataArray(hover), Hovertemplate: types.ArrayOKValue(types.S(template)),
	}
}

func marker(color types.Color, symbol string, size, opacity float64) *grob.ScatterMarker {
	return &grob.ScatterMarker{
		Color:   types.ArrayOKValue(types.UseColor(color)),
		Symbol:  types.ArrayOKValue(grob.ScatterMarkerSymbol(symbol)),
		Size:    types.ArrayOKValue(types.N(size)),
		Opacity: types.ArrayOKValue(types.N(opacity)),
		Line:    &grob.ScatterMarkerLine{Width: types.ArrayOKValue(types.N(1.5)), Color: types.ArrayOKValue(types.UseColor(color))},
	}
}

func errorBars(line Line) *grob.ScatterErrorY {
	var up, down []float64
	for _, p := range line.Points {
		up, down = append(up, p.High-p.Mean), append(down, p.Mean-p.Low)
	}
	return &grob.ScatterErrorY{
		Type: grob.ScatterErrorYTypeData, Symmetric: types.False, Array: values(up), Arrayminus: values(down),
		Color: css(line.color()), Thickness: types.N(1.2), Width: types.N(4),
	}
}

// bandTrace is the outline of a line's band, filled; nil where no seed differs from another.
func bandTrace(line Line) *grob.Scatter {
	if line.Bars || !slices.ContainsFunc(line.Points, func(p Point) bool { return p.High > p.Low }) {
		return nil
	}
	var xs, ys []float64
	for _, points := range segments(line.Points) {
		if xs != nil {
			xs, ys = append(xs, math.NaN()), append(ys, math.NaN())
		}
		x, y := outline(points)
		xs, ys = append(xs, x...), append(ys, y...)
	}
	return filled(xs, ys, line.bandColor(), line.group())
}

func (f Figure) areaTrace() *grob.Scatter {
	xs, ys := outline(f.Area.Points)
	t := filled(xs, ys, areaStyle, "area")
	t.Name, t.Showlegend, t.Legendrank = plain(f.Area.Label), types.True, types.N(2000)
	return t
}

func filled(xs, ys []float64, c color.Color, group types.StringType) *grob.Scatter {
	return &grob.Scatter{
		X: values(xs), Y: values(ys), Mode: grob.ScatterModeLines, Fill: grob.ScatterFillToself, Fillcolor: css(c),
		Line:      &grob.ScatterLine{Width: types.N(0), Color: css(c)},
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoSkip), Legendgroup: group, Showlegend: types.False,
	}
}

// legendOnly explains a dash pattern that several lines share.
func legendOnly(key Key) *grob.Scatter {
	return &grob.Scatter{
		X: values([]float64{math.NaN()}), Y: values([]float64{math.NaN()}), Mode: grob.ScatterModeLines, Name: plain(key.Label),
		Legendgroup: types.StringType("key " + key.Label),
		Line:        &grob.ScatterLine{Color: css(grey), Width: types.N(2.5), Dash: plotlyDash(key.Dash)},
	}
}

func (f Figure) referenceTrace() *grob.Scatter {
	return &grob.Scatter{
		X: values([]float64{f.X.Min, f.X.Max}), Y: values([]float64{f.Reference.Y, f.Reference.Y}), Mode: grob.ScatterModeLines,
		Name: plain(f.Reference.Label), Legendgroup: "reference", Legendrank: types.N(2001),
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoName),
		Line:      &grob.ScatterLine{Color: css(grey), Width: types.N(1.5), Dash: "dot"},
	}
}
