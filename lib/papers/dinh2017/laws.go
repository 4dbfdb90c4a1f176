package dinh2017

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"rethinking/lib/study"
)

// Law is a measure of a minimum after T_α, beside what it is at α = 1.
type Law struct {
	Measure string
	Alpha   float64
	Value   float64
	Ratio   float64 // Value over that at α = 1
}

// laws are the measures whose change under T_α is known exactly, with that.
var laws = []study.Statistic{LargestEigenvalue, EigenvalueBound, HessianTrace, ClosedFormTrace}

// kept are measures of the function, which T_α leaves as they are.
var kept = []study.Statistic{TestAccuracy, MedianMargin, ProductOfNorms, RelativeSharpness, CriticalRatio}

// changed are measures of how the loss bends in the weights, and lengths those of how long weights and gradients are, which it does not.
var (
	changed = []study.Statistic{LargestEigenvalue, HessianTrace, BallSharpness, BoxSharpness}
	lengths = []study.Statistic{WeightNorm, FromStart, FirstGradient, LastGradient}
)

// Laws are the largest eigenvalue and the trace at each α, with what the algebra says of them.
func Laws(answers []study.Answered[Invariance, []Scaled]) []study.Part[Law] {
	return laid(answers, laws)
}

// Kept are the measures that T_α leaves as they are, at each α.
func Kept(answers []study.Answered[Invariance, []Scaled]) []study.Part[Law] {
	return laid(answers, kept)
}

// Changed are the sharpnesses that it changes.
func Changed(answers []study.Answered[Invariance, []Scaled]) []study.Part[Law] {
	return laid(answers, changed)
}

// Lengths are the lengths that it changes.
func Lengths(answers []study.Answered[Invariance, []Scaled]) []study.Part[Law] {
	return laid(answers, lengths)
}

// laid is a Law for each measure at each α. The α are symmetric around 1.
func laid(answers []study.Answered[Invariance, []Scaled], measures []study.Statistic) []study.Part[Law] {
	return study.Parts(answers, func(a study.Answered[Invariance, []Scaled]) (all []Law) {
		for _, m := range measures {
			one, _ := m.Of(study.Part[Scaled]{Of: a, Part: a.Answer[len(a.Answer)/2]})
			for _, s := range a.Answer {
				value, _ := m.Of(study.Part[Scaled]{Of: a, Part: s})
				ratio := 1. // also of 0 to 0
				if value != one {
					ratio = value / one
				}
				all = append(all, Law{m.Name, s.Alpha, value, ratio})
			}
		}
		return all
	})
}

func (l Law) alpha() float64 { return l.Alpha }

// The field and numbers of a Law.
var (
	Measure  = study.ByValue("measure", "", func(l Law) study.Level { return study.Word(l.Measure) })
	LawValue = study.Quantity("value", "", func(l Law) float64 { return l.Value })
	LawRatio = study.Quantity("value over that at α = 1", "", func(l Law) float64 { return l.Ratio })
)

// Fit is how far a minimum follows the laws over all α.
type Fit struct {
	Below, Above float64 // slope of log10 of the largest eigenvalue over log10 α, where α ≤ 10^-1.5, and where α ≥ 10^1.5; NaN without two such α
	Trace        float64 // largest relative difference of the trace from its closed form
	Logits       float64 // largest change of an output, over the largest magnitude of all
	Classes      float64 // most test images whose class changes
	Block        float64 // largest relative difference of the first block's trace from α⁻² times that at α = 1
}

// Fits is a Fit a minimum.
func Fits(answers []study.Answered[Invariance, []Scaled]) []study.Part[Fit] {
	return study.Parts(answers, func(a study.Answered[Invariance, []Scaled]) []Fit {
		one := a.Answer[len(a.Answer)/2]
		f := Fit{Below: slope(a.Answer, func(x float64) bool { return x < -1.49 }), Above: slope(a.Answer, func(x float64) bool { return x > 1.49 })}
		for _, s := range a.Answer {
			f.Trace = max(f.Trace, math.Abs(s.Trace/s.ClosedForm-1))
			f.Logits, f.Classes = max(f.Logits, s.Logits), max(f.Classes, float64(s.Changed))
			f.Block = max(f.Block, math.Abs(s.Blocks[0]*s.Alpha*s.Alpha/one.Blocks[0]-1))
		}
		return []Fit{f}
	})
}

// slope is that of the least-squares line of log10 of the largest eigenvalue over log10 α, of some α.
func slope(all []Scaled, which func(log float64) bool) float64 {
	var x, y []float64
	for _, s := range all {
		if at := math.Log10(s.Alpha); which(at) {
			x, y = append(x, at), append(y, math.Log10(s.Largest))
		}
	}
	_, beta := stat.LinearRegression(x, y, nil, false)
	return beta
}

// The numbers of a Fit.
var (
	SlopeBelow     = study.Quantity("slope where α ≤ 10^-1.5", "", func(f Fit) float64 { return f.Below })
	SlopeAbove     = study.Quantity("slope where α ≥ 10^1.5", "", func(f Fit) float64 { return f.Above })
	TraceOff       = study.Quantity("trace off its closed form, at most", "%", func(f Fit) float64 { return 100 * f.Trace })
	LogitsChange   = study.Quantity("largest change of an output, relative", "", func(f Fit) float64 { return f.Logits })
	ClassesChanged = study.Quantity("test images whose class changes", "", func(f Fit) float64 { return f.Classes })
	BlockOff       = study.Quantity("first block's trace off α⁻², at most", "%", func(f Fit) float64 { return 100 * f.Block })
)
