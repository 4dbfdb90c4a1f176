package krueger2017

import (
	"fmt"
	"math"

	"rethinking/lib/study"
)

// EqualLoss is the training loss, in nats, at which a scale compares runs.
func EqualLoss(scale study.Scale) float64 {
	losses := sharp[scale].losses
	return losses[len(losses)/2]
}

// At keeps the stages where the training loss first was at most a value, 0 being the end of training.
func At(stages []study.Part[Stage], loss float64) []study.Part[Stage] {
	return study.Where(stages, func(s study.Part[Stage]) bool { return s.Part.Loss == loss })
}

// Met keeps the stages where the training loss came to what was asked for, and leaves the ends of training out.
func Met(stages []study.Part[Stage]) []study.Part[Stage] {
	return study.Where(stages, func(s study.Part[Stage]) bool { return s.Part.Loss > 0 })
}

// AtLoss says at which stage that is: "at train loss 0.1".
func AtLoss(loss float64) string {
	if loss == 0 {
		return "at the end of training"
	}
	return fmt.Sprintf("at train loss %g", loss)
}

// Leveled is a stage on the curve of one kind of noise.
type Leveled struct {
	Stage
	Kind string // "labels" or "inputs"
}

// KindOfNoise tells the curves of Leveled stages apart: "noise in labels", "noise in inputs".
var KindOfNoise = study.ByValue("kind of noise", "", func(l Leveled) study.Level { return study.Word("noise in " + l.Kind) })

// ByLevel are the stages At a training loss as curves over the NoiseLevel: one of noise in labels and one of noise in inputs, both from the real
// data on.
func ByLevel(stages []study.Part[Stage], loss float64) (all []study.Part[Leveled]) {
	for _, kind := range []string{"labels", "inputs"} {
		leveled := func(s study.Part[Stage]) []Leveled { return []Leveled{{s.Part, kind}} }
		all = append(all, study.Parts(Of(kind, At(stages, loss)), leveled)...)
	}
	return all
}

// Tail is how many eigenvalues of the Hessian at a stage lie above a value.
type Tail struct{ Value, Above float64 }

// The numbers of a Tail.
var (
	TailAbove = study.Quantity("eigenvalues above it", "", func(t Tail) float64 { return t.Above })
	TailValue = study.Quantity("value", "", func(t Tail) float64 { return t.Value })
)

// Tails are the upper ends of spectra, of stages At a training loss for which they were asked, on real data and on nothing but noise: above each of
// 40 values between a thousandth of the largest eigenvalue of all and that eigenvalue, as long as there is one.
func Tails(stages []study.Part[Stage], loss float64) []study.Part[Tail] {
	some, largest := study.Where(At(stages, loss), func(s study.Part[Stage]) bool {
		level := Level(s.Part.Experiment)
		return len(s.Part.Spectrum.Nodes) > 0 && (level == 0 || level == 1)
	}), 0.
	for _, s := range some {
		largest = max(largest, s.Part.Largest)
	}
	return study.Parts(some, func(s study.Part[Stage]) (tail []Tail) {
		for i := range 40 {
			value := largest * math.Pow(1000, float64(i)/39-1)
			if above := float64(s.Part.Parameters) * (1 - s.Part.Spectrum.Below(value)); above >= 0.5 {
				tail = append(tail, Tail{value, above})
			}
		}
		return tail
	})
}
