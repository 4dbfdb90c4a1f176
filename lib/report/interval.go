package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"rethinking/lib/claims"
)

// The drawing of an interval, in pixels: its width, and the room that the ends of its axis keep free.
const axisWidth, axisMargin = 240., 20.

// bar is a claims.Interval as it is drawn: places along the axis, in pixels, and words.
type bar struct {
	claims.Interval
	Width              float64
	From, To           float64 // where the claim holds
	Bounds             []tick  // of that, where it has some
	Low, Estimate, End float64 // End is that of the interval's High
	PublishedAt        float64
	Finite, Decided    bool
	Color              string
	Words, Meaning     string
}

// tick is a number at its place on the axis.
type tick struct {
	At     float64
	Number string
}

// The colours of outcomes, told apart by the colour-blind too; an interval that decides nothing is grey, and its point is hollow.
var outcomeColors = map[claims.Outcome]string{claims.Reproduced: "#0072b2", claims.Contradicted: "#d55e00"}

// barOf places an interval on an axis of its own, which shows it, where the claim holds, and the paper's number.
func barOf(i claims.Interval) bar {
	low, high := i.Estimate, i.Estimate
	see := func(values ...float64) {
		for _, v := range values {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	see(i.Low, i.High, i.From, i.To)
	if i.Published != nil {
		see(*i.Published)
	}
	if high == low {
		low, high = low-1, high+1
	}
	at := func(x float64) float64 {
		x = axisMargin + (axisWidth-2*axisMargin)*(x-low)/(high-low)
		return math.Round(10*min(max(x, 0), axisWidth)) / 10
	}
	b := bar{
		Interval: i, Width: axisWidth, From: at(i.From), To: at(i.To), Low: at(i.Low), Estimate: at(i.Estimate), End: at(i.High), Finite: i.Finite(),
		Words: barWords(i), Meaning: meaning(i),
	}
	if b.Color, b.Decided = outcomeColors[i.Outcome]; !b.Decided {
		b.Color = "#808080"
	}
	for _, bound := range slices.Compact([]float64{i.From, i.To}) {
		if !math.IsInf(bound, 0) {
			b.Bounds = append(b.Bounds, tick{at(bound), short(bound)})
		}
	}
	if i.Published != nil {
		b.PublishedAt = at(*i.Published)
	}
	return b
}

// barWords are the numbers of an interval: "33 epochs (29 to 36)".
func barWords(i claims.Interval) string {
	switch {
	case !i.Finite():
		return i.Number(i.Estimate) + " (one seed)"
	case i.Range && i.Low == i.High:
		return i.Number(i.Low)
	case i.Range:
		return fmt.Sprintf("%s to %s", i.Number(i.Low), i.Number(i.High))
	}
	return fmt.Sprintf("%s (%s to %s)", i.Number(i.Estimate), short(i.Low), short(i.High))
}

func short(x float64) string { return fmt.Sprintf("%.3g", x) }

// meaning says what a drawing shows, for those who hold the mouse over it or have it read to them.
func meaning(i claims.Interval) string {
	what := "95% interval"
	if i.Range {
		what = "lowest to highest run"
	}
	s := fmt.Sprintf("%s: %s, %s; claimed: %s; %s", i.Of, barWords(i), what, region(i), i.Outcome)
	if i.Test != "" {
		s += ", as " + i.Test + " decides"
	}
	if i.Published != nil {
		s += "; published " + i.Number(*i.Published)
	}
	return s
}

// region says where a claim holds: "above 0", or, of a range, "at least 99.9%".
func region(i claims.Interval) string {
	above, below := "above ", "below "
	if i.Range {
		above, below = "at least ", "at most "
	}
	switch {
	case i.From == i.To:
		return "at " + i.Number(i.From)
	case math.IsInf(i.To, 0):
		return above + i.Number(i.From)
	case math.IsInf(i.From, 0):
		return below + i.Number(i.To)
	}
	return above + i.Number(i.From) + " and " + below + i.Number(i.To)
}

// drawn is the drawing of a claim's parts, with the numbers behind it; where there is nothing to draw, the numbers.
func drawn(intervals []claims.Interval, statistic string) template.HTML {
	if len(intervals) == 0 {
		return template.HTML(template.HTMLEscapeString(statistic))
	}
	var bars []bar
	for _, i := range intervals {
		bars = append(bars, barOf(i))
	}
	return template.HTML(render(htmlTemplates, "intervals", struct {
		Bars      []bar
		Statistic string
	}{bars, statistic}))
}
