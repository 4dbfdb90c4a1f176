package krueger2017

import (
	"fmt"
	"math"
	"slices"

	"rethinking/lib/study"
)

// EqualLoss is the training loss, in nats, at which a scale compares runs.
func EqualLoss(scale study.Scale) float64 {
	losses := sharp[scale].losses
	return losses[len(losses)/2]
}

// At keeps the stages where the training loss first was at most a value, 0 being the end of training.
func At(stages []Stage, loss float64) []Stage {
	return slices.DeleteFunc(slices.Clone(stages), func(s Stage) bool { return s.Loss != loss })
}

// Leveled is a stage on the curve of one kind of noise.
type Leveled struct {
	Stage
	Curve string // "noise in labels"
	At    string // "at train loss 0.1"
}

// ByLevel are the stages At a training loss as curves over the noise level: one of noise in labels and one of noise in inputs, both from the real
// data on.
func ByLevel(stages []Stage, loss float64) []Leveled {
	at := "at the end of training"
	if loss > 0 {
		at = fmt.Sprintf("at train loss %g", loss)
	}
	var all []Leveled
	for _, s := range At(stages, loss) {
		if s.Experiment.Corruption.Gaussian == 0 {
			all = append(all, Leveled{s, "noise in labels", at})
		}
		if s.Experiment.Corruption.Labels == 0 {
			all = append(all, Leveled{s, "noise in inputs", at})
		}
	}
	return all
}

// Tail is how many eigenvalues of the Hessian at a stage lie above a value.
type Tail struct {
	Noise string
	Value float64
	Above float64
}

// Tails are the upper ends of spectra, of stages At a training loss for which they were asked, on real data and on nothing but noise: above each of
// 40 values between a thousandth of the largest eigenvalue of all and that eigenvalue, as long as there is one.
func Tails(stages []Stage, loss float64) []Tail {
	largest, some := 0., []Stage(nil)
	for _, s := range At(stages, loss) {
		if level := Level(s.Experiment); len(s.Spectrum.Nodes) > 0 && (level == 0 || level == 1) {
			largest, some = max(largest, s.Largest), append(some, s)
		}
	}
	var all []Tail
	for _, s := range some {
		for i := range 40 {
			value := largest * math.Pow(1000, float64(i)/39-1)
			if above := float64(s.Parameters) * (1 - s.Spectrum.Below(value)); above >= 0.5 {
				all = append(all, Tail{Noise.Of(s.Experiment), value, above})
			}
		}
	}
	return all
}
