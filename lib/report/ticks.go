package report

import (
	"math"

	"gonum.org/v1/plot"
)

// ticker puts tick marks where the Axis says, or at round numbers; on a logarithmic axis it counts in powers of ten.
type ticker struct{ axis Axis }

// Ticks implements plot.Ticker.
func (t ticker) Ticks(_, _ float64) []plot.Tick {
	var ticks []plot.Tick
	for i, name := range t.axis.Categories {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: name})
	}
	if t.axis.Categories != nil {
		return ticks
	}
	for _, v := range t.axis.marks() {
		ticks = append(ticks, plot.Tick{Value: t.axis.coordinate(v), Label: number(v)})
	}
	return ticks
}

// marks are the tick marks of a numeric axis. Accuracies have none above 100, where there may be room for notes.
func (a Axis) marks() []float64 {
	switch {
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
