package zhang2017

import (
	"rethinking/lib/data"
	"rethinking/lib/study"
)

// cifar is the paper's CIFAR-10: the central 28x28 pixels, whitened image by image (appendix A).
var cifar = study.Data{Name: "cifar10", Preprocessing: data.CropWhiten}

// mlpProtocol is the paper's training of its MLPs (section 2 and appendix A): SGD with momentum 0.9 and a learning rate of 0.01 that
// shrinks by 0.95 an epoch, without regularization, the same for true and for random labels. The paper reports neither a batch size, for
// which its reproductions take 128, nor a number of epochs: after 120 the learning rate has shrunk by 470, and a run ends before when it
// classifies every training example as labelled.
var mlpProtocol = study.Training{Epochs: 120, Batch: 128, LearningRate: 0.01, Momentum: 0.9, Decay: 0.95, Target: 1}

// Table1MLP asks the rows of table 1 for its two MLPs without regularization: can they fit random labels as well as true ones, and what
// is left on the test set?
//
//	smoke      500 training and 500 test examples, MLP 1x64 and 3x64, 20 epochs at most, 2 seeds
//	quick      5,000 training examples, 3 seeds
//	standard   all 50,000, 3 seeds
//	paper      as standard
func Table1MLP(scale study.Scale) []study.Experiment {
	e, units, seeds := study.Experiment{Data: cifar, Training: mlpProtocol}, 512, 3
	switch scale {
	case study.Smoke:
		e.Data.Train, e.Data.Test, e.Training.Epochs, units, seeds = 500, 500, 20, 64, 2
	case study.Quick:
		e.Data.Train = 5000
	}
	var all []study.Experiment
	for _, net := range []study.Net{study.MLP(units, units, units), study.MLP(units)} {
		for _, p := range []float64{0, 1} {
			e.Net, e.Corruption.Labels = net, p
			all = append(all, study.Seeds(e, seeds)...)
		}
	}
	return all
}

// Table1Row names the row of table 1 that an experiment belongs to.
var Table1Row = study.Field{Name: "net and labels", Of: func(e study.Experiment) string {
	if e.Corruption.Labels == 1 {
		return e.Net.String() + ", random labels"
	}
	return e.Net.String() + ", true labels"
}}

// What table 1 prints for the MLPs without regularization, in percent, by row.
var (
	PublishedTable1Train = map[string]string{
		"mlp 3x512, true labels": "100.0", "mlp 3x512, random labels": "100.0", "mlp 1x512, true labels": "100.0", "mlp 1x512, random labels": "99.34",
	}
	PublishedTable1Test = map[string]string{
		"mlp 3x512, true labels": "52.39", "mlp 3x512, random labels": "10.48", "mlp 1x512, true labels": "50.51", "mlp 1x512, random labels": "10.61",
	}
)
