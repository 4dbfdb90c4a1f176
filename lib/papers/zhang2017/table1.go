package zhang2017

import (
	"fmt"
	"slices"

	"rethinking/lib/study"
)

// WeightDecay is the coefficient taken where the paper has weight decay: it says "default" and no number; 0.0005 is the common choice for nets of
// this kind (Krizhevsky, Sutskever and Hinton 2012, section 5). It is the L2 penalty in the loss.
const WeightDecay = 5e-4

// table1 holds the rows of table 1, what the paper prints there, in percent, and how many seeds the standard scale runs: without a GPU, a run of
// Inception on 5,000 images takes an hour or more.
var table1 = []struct {
	net          study.Net
	crop, decay  bool
	randomLabels bool
	train, test  string
	seeds        int
}{
	{Inception, true, true, false, "100.0", "89.05", 3},
	{Inception, true, false, false, "100.0", "89.31", 3},
	{Inception, false, true, false, "100.0", "86.03", 3},
	{Inception, false, false, false, "100.0", "85.75", 3},
	{Inception, false, false, true, "100.0", "9.78", 3},
	{InceptionPlain, false, true, false, "100.0", "83.00", 1},
	{InceptionPlain, false, false, false, "100.0", "82.00", 3},
	{InceptionPlain, false, false, true, "100.0", "10.12", 1},
	{Alexnet, true, true, false, "99.90", "81.22", 3},
	{Alexnet, true, false, false, "99.82", "79.66", 3},
	{Alexnet, false, true, false, "100.0", "77.36", 3},
	{Alexnet, false, false, false, "100.0", "76.07", 3},
	{Alexnet, false, false, true, "99.82", "9.86", 3},
	{MLP3x512, false, true, false, "100.0", "53.35", 3},
	{MLP3x512, false, false, false, "100.0", "52.39", 3},
	{MLP3x512, false, false, true, "100.0", "10.48", 3},
	{MLP512, false, true, false, "99.80", "50.39", 3},
	{MLP512, false, false, false, "100.0", "50.51", 3},
	{MLP512, false, false, true, "99.34", "10.61", 3},
}

// Table1Row names the row of table 1 that an experiment belongs to: net, regularization, labels.
var Table1Row = study.Field{Name: "net, regularization, labels", Of: func(e study.Experiment) string {
	name := e.Net.String()
	if e.Regularization.Crop {
		name += ", crop"
	}
	if e.Regularization.WeightDecay > 0 {
		name += ", weight decay"
	}
	return name + ", " + Condition.Of(e)
}}

// Table1 asks the rows of table 1 for some of its nets: do they fit random labels as well as true ones, and what does explicit regularization
// add?
//
//	smoke, quick   as Figure1a
//	standard       MLPs all 50,000 examples; convolutional nets 5,000 training and 5,000 test examples; 3 seeds, but 1 of Inception without batch
//	               norm on random labels and with weight decay
//	paper          all 50,000, 3 seeds
func Table1(nets ...study.Net) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		var all []study.Experiment
		for i, row := range table1 {
			if slices.ContainsFunc(nets, func(n study.Net) bool { return n.String() == row.net.String() }) {
				s := tableSizes(scale, row.net)
				if scale == study.Standard {
					s.seeds = row.seeds
				}
				all = append(all, study.Seeds(rowExperiment(i, s), s.seeds)...)
			}
		}
		return all
	}
}

// tableSizes are the sizes of the tables: those of the figures, but for the MLPs, which train on all of CIFAR-10 from the standard scale on.
func tableSizes(scale study.Scale, net study.Net) size {
	if scale == study.Standard && net.Kind == "mlp" {
		return size{seeds: 3}
	}
	return sizes(scale, net)
}

func rowExperiment(row int, s size) study.Experiment {
	e := experiment(table1[row].net, s)
	e.Regularization.Crop = table1[row].crop
	if table1[row].decay {
		e.Regularization.WeightDecay = WeightDecay
	}
	if table1[row].randomLabels {
		e.Corruption.Labels = 1
	}
	return e
}

// Table1Whole asks the rows without regularization for the convolutional nets on all of CIFAR-10. On a GPU such a run takes minutes; on a
// processor Alexnet takes hours and Inception weeks.
//
//	smoke, quick   as Table1
//	standard       all 50,000 examples, 1 seed, without the Inception that has no batch norm
//	paper          as Table1
func Table1Whole(scale study.Scale) []study.Experiment {
	var all []study.Experiment
	for i, row := range table1 {
		if row.net.Kind == "mlp" || row.crop || row.decay || scale == study.Standard && row.net.String() == InceptionPlain.String() {
			continue
		}
		s := sizes(scale, row.net)
		if scale == study.Standard {
			s = size{seeds: 1}
		}
		all = append(all, study.Seeds(rowExperiment(i, s), s.seeds)...)
	}
	return all
}

// Pace names how often an experiment's learning rate shrinks.
var Pace = study.Field{Name: "learning rate", Of: func(e study.Experiment) string {
	if e.Training.DecayEvery > 1 {
		return fmt.Sprintf("shrinks every %d epochs", e.Training.DecayEvery)
	}
	return "shrinks every epoch"
}}

// Plateau asks table 1's row of Inception without batch norm on random labels, on few images, twice: with the learning rate shrinking every epoch, and
// after as many steps as an epoch of the paper has, 391 of 128 images: every 50th epoch of 1,000.
//
//	smoke, quick   as Table1
//	standard       as Table4's Inception, the second with up to 400 epochs
//	paper          as Table1, whose epochs are the paper's
func Plateau(scale study.Scale) []study.Experiment {
	s := fewImages(scale)
	e := experiment(InceptionPlain, s)
	e.Corruption = random
	all := study.Seeds(e, s.seeds)
	if scale == study.Paper {
		return all
	}
	e.Training.DecayEvery = 50
	if scale == study.Standard {
		e.Training.Epochs = 400
	}
	return append(all, study.Seeds(e, s.seeds)...)
}

// PublishedTable1 returns what table 1 prints, train and test accuracy in percent, by Table1Row, for the rows that results are of.
func PublishedTable1(results []study.Result) (train, test map[string]string) {
	train, test = map[string]string{}, map[string]string{}
	for i, row := range table1 {
		name := Table1Row.Of(rowExperiment(i, size{}))
		if slices.ContainsFunc(results, func(r study.Result) bool { return Table1Row.Of(r.Experiment) == name }) {
			train[name], test[name] = row.train, row.test
		}
	}
	return train, test
}
