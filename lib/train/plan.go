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
	Evaluate     int     // evaluate after every so many epochs, and after the last; 0: densely at first, then sparsely, and wherever a milestone is reached
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
var Thresholds = []float64{0.9, 0.95, 0.99, 0.999, 0.9999, 1}

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

// dense is how many epochs are all evaluated by default, at first.
const dense = 10

// Always tells whether a run that goes on to the end of an epoch is evaluated there, whatever it measures before.
func (p Plan) Always(epoch int) bool { return p.due(epoch, epoch-1) }

// due tells whether the whole standing is measured after an epoch, given the last one that was: by default after each of the first ten
// epochs, and then every tenth part of the epochs so far.
func (p Plan) due(epoch, last int) bool {
	if epoch == p.Epochs {
		return true
	}
	if p.Evaluate > 0 {
		return epoch%p.Evaluate == 0
	}
	return epoch <= dense || epoch >= last+max(1, last/10)
}
