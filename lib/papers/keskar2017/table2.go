package keskar2017

import (
	"fmt"
	"slices"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// pair is a net that is trained in small and in large batches, for as many epochs.
type pair struct {
	data                        study.Data
	net                         study.Net
	dropout                     float64
	small, large, epochs, seeds int
}

// wide is a multi-layer perceptron of five layers, with batch normalization that of the paper's F1, where it has 512 units.
func wide(units int, batchNorm bool) study.Net {
	net := study.MLP(slices.Repeat([]int{units}, 5)...)
	net.BatchNorm = batchNorm
	return net
}

// c1 is the paper's net of convolutions.
var c1 = study.Net{Kind: "keskar-c1"}

func digits(train, test int) study.Data { return study.Data{Name: "mnist", Train: train, Test: test} }

// pairs are the nets of table 2 at a scale. Large batches are a tenth of the data, as in the paper, whose small ones of 256 are a 230th of MNIST and a 195th
// of CIFAR-10; at the standard scale they are a 39th of the digits, a 100th of the images. C1 is at the scales standard and paper.
var pairs = map[study.Scale][]pair{
	study.Smoke: {
		{digits(200, 100), wide(16, true), 0, 10, 20, 2, 1}, {digits(200, 100), wide(16, false), 0, 10, 20, 2, 1},
	},
	study.Quick: {
		{digits(1000, 1000), wide(64, true), 0, 16, 100, 15, 1}, {digits(1000, 1000), wide(64, false), 0, 16, 100, 15, 1},
	},
	study.Standard: {
		{digits(10000, 0), wide(512, true), 0, 256, 1000, 30, 5}, {digits(10000, 0), wide(512, false), 0, 256, 1000, 30, 5},
		{study.Data{Name: "cifar10", Train: 2000, Test: 2000}, c1, 0.5, 20, 200, 30, 3},
	},
	study.Paper: {
		{digits(0, 0), wide(512, true), 0, 256, 6000, 100, 5}, {digits(0, 0), wide(512, false), 0, 256, 6000, 100, 5},
		{study.Data{Name: "cifar10"}, c1, 0.5, 256, 5000, 100, 5},
	},
}

// trained is a seed's run of a pair in batches of a size.
func (p pair) trained(batch int) study.Experiment {
	return study.Experiment{
		Data: p.data, Net: p.net, Regularization: study.Regularization{Dropout: p.dropout}, Seed: 1,
		Training: study.Training{Epochs: p.epochs, Batch: batch, Optimizer: "adam", LearningRate: 0.001, Decay: 1},
	}
}

// Table2 asks table 2: does a net that is trained in large batches err more on new examples than one trained in small ones? Both start from the same
// weights, and see the examples as often.
func Table2(scale study.Scale) (all []study.Experiment) {
	for _, p := range pairs[scale] {
		all = append(all, study.Seeds(p.trained(p.small), p.seeds)...)
		all = append(all, study.Seeds(p.trained(p.large), p.seeds)...)
	}
	return all
}

// Names of the nets, as the paper has them, and of the batches.
const (
	F1    = "F1"
	Plain = "F1 without batch norm"
	C1    = "C1"

	Small = "small batch"
	Large = "large batch"
)

// The fields by which runs are told apart.
var (
	NetName = study.ByExperiment("net", "", func(e study.Experiment) study.Level { return study.Word(nameOf(e)) })
	// Batch is Large for batches of a tenth of the data or more.
	Batch  = study.ByExperiment("batch", "", func(e study.Experiment) study.Level { return study.Word(batchOf(e)) })
	Epochs = study.ByExperiment("epochs", "", func(e study.Experiment) study.Level { return study.Count(e.Training.Epochs) })
)

func nameOf(e study.Experiment) string {
	switch {
	case e.Net.Kind == c1.Kind:
		return C1
	case e.Net.BatchNorm:
		return F1
	}
	return Plain
}

func batchOf(e study.Experiment) string {
	if 10*e.Training.Batch >= e.Data.Examples() {
		return Large
	}
	return Small
}

// meanSD is a mean with its standard deviation over five runs, as the paper prints them.
type meanSD struct{ mean, sd float64 }

func (m meanSD) String() string { return fmt.Sprintf("%.2f ± %.2f", m.mean, m.sd) }

// bothBatches are a table's numbers for small and large batches.
type bothBatches map[string]meanSD

// The printed accuracies, in percent, of the nets that are trained here.
var (
	printedTrain = map[string]bothBatches{
		F1: {Small: {99.66, 0.05}, Large: {99.92, 0.01}},
		C1: {Small: {99.89, 0.02}, Large: {99.66, 0.2}},
	}
	printedTest = map[string]bothBatches{
		F1: {Small: {98.03, 0.07}, Large: {97.81, 0.07}},
		C1: {Small: {80.04, 0.12}, Large: {77.26, 0.42}},
	}
)

// Table2Train and Table2Test are the accuracies that the paper prints.
var (
	Table2Train = printed("paper's train accuracy", "%", "table 2", func(study.Row) map[string]bothBatches { return printedTrain })
	Table2Test  = printed("paper's test accuracy", "%", "table 2", func(study.Row) map[string]bothBatches { return printedTest })
)

// printed is a table's column.
func printed(name, unit, source string, of func(study.Row) map[string]bothBatches) paper.Published {
	return paper.Published{Name: name, Unit: unit, Source: "Keskar et al. 2017, " + source, Certainty: paper.Printed, Of: func(r study.Row) string {
		e := r.Origin().Experiment
		if number, ok := of(r)[nameOf(e)][batchOf(e)]; ok {
			return number.String()
		}
		return ""
	}}
}
