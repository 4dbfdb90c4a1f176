package notebook_test

import (
	"rethinking/lib/notebook"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

// A cell that trains two seeds of a net on random labels, unless they are kept, and shows the generalization gap. Outside a notebook it shows nothing.
func Example() {
	nb := notebook.Open() // in a notebook, a var of its first cell
	e := study.Experiment{
		Data: study.Data{Name: "mnist", Train: 3000}, Corruption: study.Corruption{Labels: 1}, Net: study.MLP(512),
		Training: study.Training{Epochs: 60, Batch: 128, LearningRate: 0.1, Momentum: 0.9, Decay: 0.98},
	}
	runs := nb.Run(study.These(study.Seeds(e, 2)...))
	nb.Show(report.TrainTest(runs, report.Chance(10)))
	nb.Show(report.Table(runs, study.Architecture, study.Final(study.TrainAccuracy), report.Title("Random labels")))
}
