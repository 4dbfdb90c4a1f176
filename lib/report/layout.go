package report

import (
	"math"
	"slices"
	"strings"

	grob "github.com/MetalBlueberry/go-plotly/generated/v2.34.0/graph_objects"
	"github.com/MetalBlueberry/go-plotly/pkg/types"
)

// layout is everything of the interactive figure but its traces. The legend stands at the right, where no width makes it run into the
// title; the page's script, which knows the width, sets title and legend above the axes, as in the picture.
func (f Figure) layout() *grob.Layout {
	legend := &grob.LayoutLegend{Bgcolor: "rgba(0,0,0,0)", Traceorder: "normal"}
	if f.LegendTitle != "" {
		legend.Title = &grob.LayoutLegendTitle{Text: plain(f.LegendTitle + ":")}
	}
	title, lines := f.title()
	l := &grob.Layout{
		Title:     title,
		Autosize:  types.True,
		Hovermode: grob.LayoutHovermodeClosest,
		Legend:    legend,
		Margin:    &grob.LayoutMargin{L: types.N(56), R: types.N(12), T: types.N(float64(24 + 20*lines)), B: types.N(58)},
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

// title breaks the title into lines, which plotly does not do by itself, and counts them.
func (f Figure) title() (*grob.LayoutTitle, int) {
	const width = 60 // letters
	var lines []string
	for _, word := range strings.Fields(f.Title) {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	for i, line := range lines {
		lines[i] = string(plain(line))
	}
	return &grob.LayoutTitle{
		Text: types.S(strings.Join(lines, "<br>")), X: types.N(0), Xanchor: grob.LayoutTitleXanchorLeft, Xref: grob.LayoutTitleXrefContainer,
		Yref: grob.LayoutTitleYrefContainer, Y: types.N(1), Yanchor: grob.LayoutTitleYanchorTop,
		Pad: &grob.LayoutTitlePad{T: types.N(8), L: types.N(8)}, Font: &grob.LayoutTitleFont{Size: types.N(16)},
	}, len(lines)
}

// coordinate is where plotly wants a value of the axis: logarithmic axes count in powers of ten.
func (a Axis) coordinate(v float64) float64 {
	if a.Log {
		return round(math.Log10(v), 6)
	}
	return round(v, 6)
}

const (
	gridColor = "rgba(128,128,128,0.22)" // on white and on black
	axisColor = "rgba(128,128,128,0.8)"
)

func (f Figure) axisX() *grob.LayoutXaxis {
	a := &grob.LayoutXaxis{
		Title: &grob.LayoutXaxisTitle{Text: plain(f.X.Label), Standoff: types.N(8)}, Range: []float64{f.X.coordinate(f.X.Min), f.X.coordinate(f.X.Max)},
		Showgrid: types.False, Zeroline: types.False, Showline: types.True, Linecolor: axisColor, Ticks: "outside", Tickcolor: axisColor,
	}
	if f.X.Categories != nil {
		a.Tickvals, a.Ticktext = f.X.names()
	} else {
		a.Tickvals = values(f.X.marks())
	}
	if f.X.Log {
		a.Type = grob.LayoutXaxisTypeLog
	}
	return a
}

// names are the places of the categories and what stands there.
func (a Axis) names() (at, words *types.DataArrayType) {
	places, names := []float64{}, []types.StringType{}
	for i, name := range a.Categories {
		places, names = append(places, float64(i)), append(names, plain(name))
	}
	return values(places), types.DataArray(names)
}

func (f Figure) axisY() *grob.LayoutYaxis {
	a := &grob.LayoutYaxis{
		Title: &grob.LayoutYaxisTitle{Text: plain(f.Y.Label)}, Range: []float64{f.Y.coordinate(f.Y.Min), f.Y.coordinate(f.Y.Max)},
		Gridcolor: gridColor, Zeroline: types.False, Showline: types.True, Linecolor: axisColor, Ticks: "outside", Tickcolor: axisColor,
	}
	if f.Y.Categories != nil {
		a.Automargin, a.Showgrid = grob.LayoutYaxisAutomarginLeft, types.False
		a.Tickvals, a.Ticktext = f.Y.names()
		return a
	}
	if f.Y.Log {
		a.Type = grob.LayoutYaxisTypeLog
		a.Automargin = grob.LayoutYaxisAutomarginLeft // "1e-06" is wider than the margin
		names := []types.StringType{}
		for _, v := range f.Y.marks() {
			names = append(names, plain(number(v))) // plotly would write 10μ
		}
		a.Ticktext = types.DataArray(names)
	}
	a.Tickvals = values(f.Y.marks())
	return a
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
		for _, p := range points {
			xs, ys = append(xs, p.X), append(ys, p.High)
		}
		for _, p := range slices.Backward(points) {
			xs, ys = append(xs, p.X), append(ys, p.Low)
		}
	}
	return filled(xs, ys, css(faded(line.color(), bandAlpha)), line.group())
}

func filled(xs, ys []float64, color string, group types.StringType) *grob.Scatter {
	return &grob.Scatter{
		X: values(xs), Y: values(ys), Mode: grob.ScatterModeLines, Fill: grob.ScatterFillToself, Fillcolor: types.C(color),
		Line:      &grob.ScatterLine{Width: types.N(0), Color: types.C(color)},
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoSkip), Legendgroup: group, Showlegend: types.False,
	}
}

func (f Figure) areaTrace() *grob.Scatter {
	xs, ys := slices.Clone(f.Area.X), slices.Clone(f.Area.High)
	for i, x := range slices.Backward(f.Area.X) {
		xs, ys = append(xs, x), append(ys, f.Area.Low[i])
	}
	t := filled(xs, ys, css(areaStyle), "area")
	t.Name, t.Showlegend, t.Legendrank = plain(f.Area.Label), types.True, types.N(2000)
	return t
}

// legendOnly explains a dash pattern that several lines share.
func legendOnly(key Key) *grob.Scatter {
	return &grob.Scatter{
		X: values([]float64{math.NaN()}), Y: values([]float64{math.NaN()}), Mode: grob.ScatterModeLines, Name: plain(key.Label),
		Legendgroup: types.StringType("key " + key.Label),
		Line:        &grob.ScatterLine{Color: types.C(css(grey)), Width: types.N(2.5), Dash: types.S(plotlyDashes[key.Dash%len(plotlyDashes)])},
	}
}

func (f Figure) referenceTrace() *grob.Scatter {
	return &grob.Scatter{
		X: values([]float64{f.X.Min, f.X.Max}), Y: values([]float64{f.Reference.Y, f.Reference.Y}), Mode: grob.ScatterModeLines,
		Name: plain(f.Reference.Label), Legendgroup: "reference", Legendrank: types.N(2001),
		Hoverinfo: types.ArrayOKValue(grob.ScatterHoverinfoName),
		Line:      &grob.ScatterLine{Color: types.C(css(grey)), Width: types.N(1.5), Dash: "dot"},
	}
}
