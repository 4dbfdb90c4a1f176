package train

import (
	"math"
	"slices"
)

// Plan is how a run goes.
type Plan struct {
	Epochs       int
	LearningRate float64
	Decay        float64 // factor on the learning rate, where it is due
	DecayEvery   int     // the factor is due after every so many epochs; 0: after each
	DecayAt      []int   // instead, the factor is due after these epochs
	Target       float64 // end after the first epoch whose train accuracy reaches it; 0: never early
	Evaluate     int     // evaluate after every so many epochs, and after the last; 0: as often as Thresholds need
}

// Rate is the learning rate of an epoch, counted from 1.
func (p Plan) Rate(epoch int) float64 {
	times := (epoch - 1) / max(1, p.DecayEvery)
	if len(p.DecayAt) > 0 {
		times = len(slices.DeleteFunc(slices.Clone(p.DecayAt), func(at int) bool { return at >= epoch }))
	}
	return p.LearningRate * math.Pow(p.Decay, float64(times))
}

// Thresholds are the train accuracies whose first epoch every run measures, ascending.
var Thresholds = []float64{0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1}

// Milestones are the train accuracies whose first epoch is measured exactly, ascending: Thresholds and the target.
func (p Plan) Milestones() []float64 {
	all := slices.Clone(Thresholds)
	if p.Target > 0 {
		all = append(all, p.Target)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// next is the lowest threshold above an accuracy, or +Inf if there is none.
func (p Plan) next(accuracy float64) float64 {
	for _, t := range p.Milestones() {
		if t > accuracy {
			return t
		}
	}
	return math.Inf(1)
}

// dense is how many epochs are all evaluated, at first.
const dense = 10

// due tells whether to evaluate after an epoch, given the last evaluation and the highest train accuracy of all of them.
//
// By default that is after each of the first epochs, then every tenth part of the epochs so far, but after each epoch while the next
// threshold is near: where the share of examples that are wrong is within three times what the threshold allows, and one in a hundred
// more. Together with going back where a threshold was jumped over (see Fit), the first epoch at each threshold is found as if every
// epoch had been evaluated, unless the train accuracy reached it from afar and lost it again between two evaluations.
func (p Plan) due(epoch int, last Point, highest float64) bool {
	if epoch == p.Epochs {
		return true
	}
	if p.Evaluate > 0 {
		return epoch%p.Evaluate == 0
	}
	next := p.next(highest)
	near := next <= 1 && 1-last.Train.Accuracy <= 3*(1-next)+0.01
	return near || epoch <= dense || epoch >= last.Epoch+max(1, last.Epoch/10)
}
