package report

import "math"

// setRanges decides what part of the axes is drawn: accuracies always from 0 to 100, other quantities from zero, logarithms in whole
// powers of ten, or of 1, 2 and 5 times these where they span less than two.
func (f *Figure) setRanges() {
	f.X.Min, f.X.Max = f.rangeX()
	low, high := f.rangeY()
	switch {
	case f.Y.Log:
		f.Y.Min, f.Y.Max = logRange(low, high)
	case f.Y.Unit == "%":
		f.Y.Min, f.Y.Max = math.Min(0, low), math.Max(100, high)
	default:
		f.Y.Min, f.Y.Max = math.Min(0, low*1.05), math.Max(0, high*1.05)
	}
	if f.Y.Min == f.Y.Max {
		f.Y.Max++
	}
	if len(f.Notes) > 0 {
		f.placeNotes()
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
	for _, factor := range []float64{5, 2} {
		if from*factor <= low {
			from *= factor
			break
		}
	}
	for _, factor := range []float64{5, 2} {
		if to/factor >= high {
			to /= factor
			break
		}
	}
	return round(from, 12), round(to, 12)
}

func (f Figure) rangeX() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	bars := false
	for _, line := range f.Lines {
		bars = bars || line.Bars
		for _, p := range line.Points {
			low, high = math.Min(low, p.X), math.Max(high, p.X)
		}
	}
	if f.X.Categories != nil {
		return -0.5, float64(len(f.X.Categories)) - 0.5
	}
	if low == high {
		return low - 0.5, high + 0.5
	}
	if f.X.Log {
		margin := math.Pow(high/low, 0.04)
		return low / margin, high * margin
	}
	if bars { // markers and bars need room at both ends
		margin := 0.04 * (high - low)
		return low - margin, high + margin
	}
	return low, high
}

func (f Figure) rangeY() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	include := func(v float64) {
		if !math.IsNaN(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	for _, line := range f.Lines {
		for _, p := range line.Points {
			include(p.Low)
			include(p.High)
			for _, seed := range p.Seeds {
				include(seed.Value)
			}
		}
	}
	if f.Reference != nil && !(f.Y.Log && f.Reference.Y <= 0) {
		include(f.Reference.Y)
	}
	return low, high
}

// placeNotes makes room above the data and sets the notes there, in a row.
func (f *Figure) placeNotes() {
	if f.Y.Log {
		f.Y.Max *= math.Pow(f.Y.Max/f.Y.Min, 0.12)
	} else {
		f.Y.Max += 0.12 * (f.Y.Max - f.Y.Min)
	}
	for i := range f.Notes {
		if f.Y.Log {
			f.Notes[i].Y = f.Y.Max / math.Pow(f.Y.Max/f.Y.Min, 0.05)
		} else {
			f.Notes[i].Y = f.Y.Max - 0.05*(f.Y.Max-f.Y.Min)
		}
	}
}
