package arpit2017

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"rethinking/lib/study"
)

// Pair is a cell of figure 4: two classes.
type Pair struct {
	Sensitive
	Loss, Example int     // the class whose loss it is, and that of the examples
	G             float64 // ḡ_ij, nats
}

// The fields and the number of a Pair.
var (
	ClassOfLoss      = study.ByValue("class of the loss", "", func(p Pair) study.Level { return study.Count(p.Loss) })
	ClassOfExample   = study.ByValue("class of the example", "", func(p Pair) study.Level { return study.Count(p.Example) })
	ClassSensitivity = study.Quantity("sensitivity", "nats", func(p Pair) float64 { return p.G })
)

// Figure4 asks those trainings of Figure3 that have ten classes.
func Figure4(scale study.Scale) (all []Sensitive) {
	for _, q := range Figure3(scale) {
		if q.ByClass {
			all = append(all, q)
		}
	}
	return all
}

// Pairs are figure 4 of those trainings that measured it.
func Pairs(all []study.Answered[Sensitive, Sensitivity]) []study.Part[Pair] {
	return study.Parts(all, func(a study.Answered[Sensitive, Sensitivity]) (cells []Pair) {
		for i, row := range a.Answer.Class {
			for j, g := range row {
				cells = append(cells, Pair{a.Question, i, j, g})
			}
		}
		return cells
	})
}

// The numbers of a Sensitivity by class: how much of the sensitivity of a class's loss its own examples have, the mean over the classes. It is 100% over
// the number of classes where all examples count alike. In the first the direct part counts, which only a class's own examples have.
var (
	OwnShare        = study.StatisticOf("own class's share", "%", func(s Sensitivity) (float64, bool) { return ownShare(s.Class) })
	OwnShareThrough = study.StatisticOf("own class's share, through the training", "%", func(s Sensitivity) (float64, bool) { return ownShare(s.ClassThrough) })
)

// ownShare is the mean over the rows of what the diagonal has of each, percent.
func ownShare(class [][]float64) (percent float64, ok bool) {
	var shares []float64
	for i, row := range class {
		shares = append(shares, 100*row[i]/floats.Sum(row))
	}
	return stat.Mean(shares, nil), len(shares) > 0
}
