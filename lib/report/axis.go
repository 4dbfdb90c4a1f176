package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
)

// Axis is one axis of a Figure or a Heat. Min and Max are what is drawn, so that all renderings agree.
type Axis struct {
	Label      string    // with its unit: "train loss (nats)"
	Unit       string    // "nats", "%", "points", "epochs" or ""
	Categories []string  // names of the positions 0, 1, 2, ...; nil where the axis is numeric
	Ticks      []float64 // where to put the tick marks; nil: at round numbers
	Whole      bool      // only whole numbers make sense as tick marks
	Log        bool      // logarithmic; Min is then above 0
	Min, Max   float64
}

// coordinate is where a value lies: logarithmic axes count in powers of ten.
func (a Axis) coordinate(v float64) float64 {
	if a.Log {
		return round(math.Log10(v), 6)
	}
	return round(v, 6)
}

func (a Axis) cannotDraw(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) || a.Log && v <= 0 }

// undrawable is what values that cannot be drawn are.
func (a Axis) undrawable() string {
	if a.Log {
		return "not finite or not above zero"
	}
	return "not finite"
}

func (a Axis) describe() string {
	if a.Categories != nil {
		return a.Label + ": " + strings.Join(a.Categories, ", ")
	}
	log := ""
	if a.Log {
		log = ", logarithmic"
	}
	low, high := a.Min, a.Max
	if a.Ticks != nil { // the range goes a little beyond the values
		low, high = a.Ticks[0], a.Ticks[len(a.Ticks)-1]
	}
	return fmt.Sprintf("%s, %s to %s%s", a.Label, number(low), number(high), log)
}

// name returns a position in words: the category, or the number with the axis' quantity.
func (a Axis) name(x float64) string {
	if a.Categories != nil {
		return a.Categories[int(x)]
	}
	return a.Label + " " + number(x)
}

// value writes a point's mean with the axis' unit and its spread, if more than one seed made it.
func (a Axis) value(p Point) string {
	s := withUnit(p.Mean, a.Unit)
	low, high := number(p.Low), number(p.High)
	switch {
	case p.N < 2:
		return s
	case low == high:
		return s + fmt.Sprintf(" (all %d seeds)", p.N)
	default:
		return s + fmt.Sprintf(" (%s to %s over %d seeds)", low, high, p.N)
	}
}

// hover is what a point says of its value and spread.
func (a Axis) hover(p Point) string {
	if p.N == 1 {
		return a.value(p) + " (1 seed)"
	}
	return a.value(p)
}

// beyond is the value that lies further than Max by a share of the axis' length; a share of -1 leads back to Min.
func (a Axis) beyond(share float64) float64 {
	if a.Log {
		return a.Max * math.Pow(a.Max/a.Min, share)
	}
	return a.Max + share*(a.Max-a.Min)
}

// ticks are the tick marks with their labels.
func (a Axis) ticks() plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, v := range a.marks() {
		label := number(v)
		if a.Categories != nil {
			label = a.Categories[int(v)]
		}
		ticks = append(ticks, plot.Tick{Value: a.coordinate(v), Label: label})
	}
	return ticks
}

// marks are the values with tick marks. Accuracies have none above 100, where there may be room for notes.
func (a Axis) marks() []float64 {
	switch {
	case a.Categories != nil:
		places := make([]float64, len(a.Categories))
		for i := range places {
			places[i] = float64(i)
		}
		return places
	case a.Ticks != nil:
		return a.Ticks
	case a.Log && a.Max/a.Min < fewDecades:
		return oneTwoFive(a.Min, a.Max)
	case a.Log:
		return powersOfTen(a.Min, a.Max)
	case a.Unit == "%":
		return roundNumbers(a.Min, math.Min(a.Max, 100), a.Whole)
	default:
		return roundNumbers(a.Min, a.Max, a.Whole)
	}
}

// fewDecades is how many times larger the end of a logarithmic axis is than its beginning below which it counts in 1, 2, 5, 10.
const fewDecades = 100

// logRange returns round bounds around positive values.
func logRange(low, high float64) (from, to float64) {
	from, to = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	if from == to {
		return from, 10 * to
	}
	if high/low >= fewDecades {
		return from, to
	}
	for _, bound := range oneTwoFive(from, to) {
		if bound <= low {
			from = bound
		}
		if bound >= high {
			return from, bound
		}
	}
	return from, to
}

// powersOfTen are those in the range, or every second, third... of them where they are more than nine.
func powersOfTen(low, high float64) []float64 {
	var at []float64
	first, last := math.Ceil(math.Log10(low)-1e-9), math.Floor(math.Log10(high)+1e-9)
	step := math.Ceil((last - first + 1) / 9)
	for e := math.Ceil(first/step) * step; e <= last; e += step {
		at = append(at, math.Pow(10, e))
	}
	return at
}

// oneTwoFive are the numbers 1, 2 and 5 times a power of ten in the range.
func oneTwoFive(low, high float64) []float64 {
	var at []float64
	for power := math.Pow(10, math.Floor(math.Log10(low))); power <= high; power *= 10 {
		for _, factor := range []float64{1, 2, 5} {
			if v := round(factor*power, 12); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
				at = append(at, v)
			}
		}
	}
	return at
}

// roundNumbers are the multiples of 1, 2 or 5 times a power of ten in the range, about five of them.
func roundNumbers(low, high float64, whole bool) []float64 {
	power := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	step := power
	for _, factor := range []float64{1, 2, 5, 10} {
		if step = factor * power; (high-low)/step <= 6 {
			break
		}
	}
	if whole {
		step = math.Max(1, math.Round(step))
	}
	var at []float64
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		at = append(at, round(i*step, 12))
	}
	return at
}
