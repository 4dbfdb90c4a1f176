package seed2017

import (
	"fmt"
	"slices"

	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// The report's nets.
var (
	widths = []int{16, 128, 512, 1024}
	depths = []int{2, 4, 6, 8, 10}
)

// Depth is an experiment's number of hidden layers.
var Depth = study.ByExperiment("hidden layers", "", func(e study.Experiment) study.Level { return study.Count(len(e.Net.Hidden)) })

// LabelsAndDepth tells runs on true labels from runs on random ones, and either by the number of hidden layers.
var LabelsAndDepth = study.ByExperiment("trained on", "", func(e study.Experiment) study.Level {
	return study.Word(fmt.Sprintf("%s, %d layers", zhang2017.Condition.Of(e), len(e.Net.Hidden)))
})

// size is how much of a data set a scale trains on, and how.
type size struct {
	train, test          int // examples, 0 for all
	epochs, batch, seeds int
	rate                 float64
}

// sizes are those of the grids: the report's at the scale paper, but for the seeds. Smaller batches give an epoch of fewer examples about as many
// steps as its 59.
var sizes = map[study.Scale]size{
	study.Smoke:    {train: 50, test: 100, epochs: 300, batch: 5, rate: 0.03, seeds: 1},
	study.Quick:    {train: 500, test: 1000, epochs: 200, batch: 32, rate: 0.01, seeds: 1},
	study.Standard: {train: 1000, test: 2000, epochs: 1000, batch: 32, rate: 0.01, seeds: 3},
	study.Paper:    {epochs: 1000, batch: 1024, rate: 0.01, seeds: 3},
}

// experiments are those of nets on a data set with each of some corruptions, by plain SGD. A run ends when all training examples are classified as
// labelled.
func (s size) experiments(set string, nets []study.Net, corruptions ...study.Corruption) (all []study.Experiment) {
	for _, n := range nets {
		all = append(all, study.SeedsOn(study.Experiment{
			Data: study.Data{Name: set, Train: s.train, Test: s.test}, Net: n,
			Training: study.Training{Epochs: s.epochs, Batch: s.batch, LearningRate: s.rate, Decay: 1, Target: 1},
		}, s.seeds, corruptions...)...)
	}
	return all
}

// net is an MLP of so many hidden layers of so many units.
func net(layers, hidden int) study.Net { return study.MLP(slices.Repeat([]int{hidden}, layers)...) }

// netsOf are the nets of each depth and width.
func netsOf(depths, widths []int) (all []study.Net) {
	for _, layers := range depths {
		for _, hidden := range widths {
			all = append(all, net(layers, hidden))
		}
	}
	return all
}

// grid is the nets of Grid.
var grid = map[study.Scale][]study.Net{
	study.Smoke:    netsOf([]int{2, 4}, []int{16, 128}),
	study.Quick:    netsOf([]int{2, 6, 10}, []int{16, 128, 512}),
	study.Standard: netsOf(depths, widths),
	study.Paper:    netsOf(depths, widths),
}

// Grid asks the report's grid of widths and depths, on true labels or with a corruption, with what it lacked: several seeds and a test accuracy
// on true labels. The smoke scale has 50 digits, quick 500, standard 1,000 and paper all 60,000.
func Grid(c study.Corruption) study.Experiments {
	return func(scale study.Scale) []study.Experiment { return sizes[scale].experiments("mnist", grid[scale], c) }
}
