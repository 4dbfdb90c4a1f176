package report

import (
	"encoding/json"
	"fmt"
	"html"
	"math"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
)

// Plotly returns the figure as a plotly.js figure in JSON: the same lines, bands, colours and dashes as the picture, with each point's
// mean, lowest and highest seed and number of seeds on hover. Colours of text and paper are left to the page. The JSON is safe inside an
// HTML script element.
func (f Figure) Plotly() ([]byte, error) {
	fig := interactive(f.layout())
	if f.Area != nil {
		fig.AddTraces(f.areaTrace())
	}
	for _, line := range f.Lines {
		if band := bandTrace(line); band != nil {
			fig.AddTraces(band)
		}
	}
	for _, line := range f.Lines {
		fig.AddTraces(f.lineTrace(line))
		if seeds := f.seedsTrace(line); seeds != nil {
			fig.AddTraces(seeds)
		}
	}
	for _, key := range f.Keys {
		fig.AddTraces(legendOnly(key))
	}
	if f.Reference != nil {
		fig.AddTraces(f.referenceTrace())
	}
	return encodeJSON(fig, f.Title)
}

func interactive(layout *grob.Layout) grob.Fig {
	return grob.Fig{Layout: layout, Config: &grob.Config{
		Responsive:     types.False, // the page's script resizes
		DisplayModeBar: false,       // it would cover the legend; dragging zooms, a double click goes back
	}}
}

func encodeJSON(fig grob.Fig, title string) ([]byte, error) {
	b, err := json.Marshal(fig) // escapes <, >, & and the line separators
	if err != nil {
		return nil, fmt.Errorf("report: writing %q as JSON: %w", title, err)
	}
	return b, nil
}

// values are numbers for plotly: six significant digits, null where there is none.
func values(xs []float64) *types.DataArrayType {
	out := make([]*float64, len(xs))
	for i, x := range xs {
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			rounded := round(x, 6)
			out[i] = &rounded
		}
	}
	return types.DataArray(out)
}

// plain makes text that plotly shows as it is, although plotly reads markup.
func plain(s string) types.StringType { return types.StringType(html.EscapeString(s)) }

func (l Line) group() types.StringType { return types.StringType(fmt.Sprintf("group%d", l.Color)) }

func (f Figure) lineTrace(line Line) *grob.Scatter {
	var xs, means []float64
	hover := [][]any{}
	for _, p := range line.Points {
		xs, means = append(xs, p.X), append(means, p.Mean)
		hover = append(hover, []any{html.EscapeString(f.X.name(p.X)), html.EscapeString(f.Y.hover(p))})
	}
	color := css(line.color())
	t := &grob.Scatter{
		X: values(xs), Y: values(means),
		Name:          plain(orElse(line.Label, line.Name)),
		Legendgroup:   line.group(),
		Showlegend:    types.B(line.Label != ""),
		Mode:          "lines+markers",
		Line:          &grob.ScatterLine{Color: types.C(color), Width: types.N(2.5), Dash: types.S(plotlyDashes[line.Dash%len(plotlyDashes)])},
		Marker:        marker(color, plotlySymbols[line.Marker%len(plotlySymbols)], 7, 1),
		Customdata:    types.DataArray(hover),
		Hovertemplate: template(line.Name),
		Cliponaxis:    types.False, // markers at 0 and 100 percent stay whole
	}
	if line.Apart {
		t.Mode = grob.ScatterModeMarkers
	}
	if !line.Bars {
		t.Marker.Maxdisplayed = types.N(markersALine)
		return t
	}
	t.ErrorY = errorBars(line)
	return t
}

// hover is what a point says of its value and spread.
func (a Axis) hover(p Point) string {
	if p.N == 1 {
		return withUnit(p.Mean, a.Unit) + " (1 seed)"
	}
	return a.value(p)
}

func template(name string) *types.ArrayOK[*types.StringType] {
	return types.ArrayOKValue(types.S("<b>" + html.EscapeString(name) + "</b><br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>"))
}

func marker(color, symbol string, size, opacity float64) *grob.ScatterMarker {
	return &grob.ScatterMarker{
		Color:   types.ArrayOKValue(types.UseColor(types.C(color))),
		Symbol:  types.ArrayOKValue(grob.ScatterMarkerSymbol(symbol)),
		Size:    types.ArrayOKValue(types.N(size)),
		Opacity: types.ArrayOKValue(types.N(opacity)),
		Line:    &grob.ScatterMarkerLine{Width: types.ArrayOKValue(types.N(1.5)), Color: types.ArrayOKValue(types.UseColor(types.C(color)))},
	}
}

func errorBars(line Line) *grob.ScatterErrorY {
	var up, down []float64
	for _, p := range line.Points {
		up, down = append(up, p.High-p.Mean), append(down, p.Mean-p.Low)
	}
	return &grob.ScatterErrorY{
		Type: grob.ScatterErrorYTypeData, Symmetric: types.False, Array: values(up), Arrayminus: values(down),
		Color: types.C(css(line.color())), Thickness: types.N(1.2), Width: types.N(4),
	}
}

// seedsTrace draws each seed as a dot; nil where the line has none.
func (f Figure) seedsTrace(line Line) *grob.Scatter {
	var xs, ys []float64
	hover := [][]any{}
	for _, p := range line.Points {
		for _, seed := range p.Seeds {
			xs, ys = append(xs, p.X), append(ys, seed.Value)
			hover = append(hover, []any{html.EscapeString(f.X.name(p.X)), fmt.Sprintf("seed %d: %s", seed.Seed, html.EscapeString(withUnit(seed.Value, f.Y.Unit)))})
		}
	}
	if xs == nil {
		return nil
	}
	return &grob.Scatter{
		X: values(xs), Y: values(ys), Mode: grob.ScatterModeMarkers, Legendgroup: line.group(), Showlegend: types.False,
		Name: plain(line.Name), Marker: marker(css(line.color()), "circle", 3, 0.7), Customdata: types.DataArray(hover), Hovertemplate: template(line.Name),
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
