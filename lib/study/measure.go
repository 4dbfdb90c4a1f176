package study

import (
	"slices"
	"strconv"

	"rethinking/lib/train"
)

// add takes an evaluation in; milestones are the train accuracies to look out for, ascending.
func (m *Measurements) add(p train.Point, milestones []float64) {
	for _, a := range milestones[len(m.Reached):] {
		if p.Train.Accuracy < a {
			break
		}
		m.Reached = append(m.Reached, Reached{a, p.Epoch})
	}
	if test := digits(p.Test.Accuracy); test > m.Best.TestAccuracy {
		m.Best = Best{p.Epoch, test}
	}
	m.Curves.add(p)
}

func (c *Curves) add(p train.Point) {
	c.Epoch = append(c.Epoch, p.Epoch)
	values := []float64{p.Train.Loss, p.Train.Accuracy, p.Test.Loss, p.Test.Accuracy, p.WeightNorm, p.FromStart,
		p.Clean.Loss, p.Clean.Accuracy, p.Corrupted.Loss, p.Corrupted.Accuracy, p.Running.Loss, p.Running.Accuracy}
	for i, column := range c.columns() {
		if absent := i >= 6 && i < 10 && (p.Clean.N == 0 || p.Corrupted.N == 0) || i >= 10 && p.Running.N == 0; !absent {
			*column = append(*column, digits(values[i]))
		}
	}
}

// columns are the curves: six that every run has, those of the training set's parts, and the running means.
func (c *Curves) columns() []*[]float64 {
	return []*[]float64{&c.TrainLoss, &c.TrainAccuracy, &c.TestLoss, &c.TestAccuracy, &c.WeightNorm, &c.FromStart,
		&c.CleanLoss, &c.CleanAccuracy, &c.CorruptedLoss, &c.CorruptedAccuracy, &c.RunningLoss, &c.RunningAccuracy}
}

// How many evaluations a result keeps: see Curves.
const (
	fineEpochs = 100
	coarseness = 1.015
)

// thin returns measurements with those evaluations alone that a result keeps.
func (m Measurements) thin() Measurements {
	notable := []int{m.Best.Epoch, m.Curves.Epoch[len(m.Curves.Epoch)-1]}
	for _, r := range m.Reached {
		notable = append(notable, r.Epoch)
	}
	var kept []int
	last := 0
	for i, epoch := range m.Curves.Epoch {
		if regular := epoch <= fineEpochs || float64(epoch) >= coarseness*float64(last); regular {
			last = epoch
		} else if !slices.Contains(notable, epoch) {
			continue
		}
		kept = append(kept, i)
	}
	out := m
	out.Curves = Curves{}
	if out.Reached == nil {
		out.Reached = []Reached{}
	}
	for _, i := range kept {
		out.Curves.Epoch = append(out.Curves.Epoch, m.Curves.Epoch[i])
	}
	from, to := m.Curves.columns(), out.Curves.columns()
	for c := range from {
		for _, i := range kept {
			if *from[c] != nil {
				*to[c] = append(*to[c], (*from[c])[i])
			}
		}
	}
	return out
}

// digits rounds to six significant digits, more than a float32 mean is worth, to keep results small.
func digits(x float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return rounded
}

func count(flags []bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}
