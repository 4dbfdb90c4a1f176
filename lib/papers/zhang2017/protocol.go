package zhang2017

import (
	"rethinking/lib/data"
	"rethinking/lib/study"
)

// The paper's four nets (appendix A); its Inception has batch normalization unless it says otherwise.
var (
	Inception        = study.Net{Kind: "inception", BatchNorm: true}
	InceptionPlain   = study.Net{Kind: "inception"}
	Alexnet          = study.Net{Kind: "alexnet"}
	MLP3x512, MLP512 = study.MLP(512, 512, 512), study.MLP(512)
)

// cifar is the paper's CIFAR-10: the central 28x28 pixels, whitened image by image (appendix A).
var cifar = study.Data{Name: "cifar10", Preprocessing: data.CropWhiten}

// clean are true labels, random ones drawn at random.
var (
	clean  study.Corruption
	random = study.Corruption{Labels: 1}
)

// protocol is the paper's training (section 2 and appendix A), the same for true and for random labels and pixels: SGD with momentum 0.9
// and a learning rate that shrinks by 0.95 an epoch, from 0.1 for Inception and 0.01 for Alexnet and the MLPs, without regularization. The
// paper reports neither a batch size, for which its reproductions take 128, nor a number of epochs: after 120 the learning rate has shrunk by
// 470, and a run ends before when it classifies every training example as labelled.
func protocol(net study.Net) study.Training {
	t := study.Training{Epochs: 120, Batch: 128, LearningRate: 0.01, Momentum: 0.9, Decay: 0.95, Target: 1}
	if net.Kind == "inception" {
		t.LearningRate = 0.1
	}
	return t
}

// size is how much of CIFAR-10 a scale gives a net, and how many seeds.
type size struct {
	train, test, seeds int // examples, 0 for all
	epochs, batch      int // 0 for the protocol's
}

var (
	subset = size{train: 5000, test: 5000, seeds: 3}
	whole  = size{seeds: 3}
)

// sizes are those of figure 1 and of the regularization tables, by kind of net. From the standard scale on every net sees the same subset: a
// convolutional net on all of CIFAR-10 takes minutes an epoch without a GPU.
var sizes = map[string]map[study.Scale]size{
	"mlp":       {study.Smoke: {100, 100, 2, 20, 32}, study.Quick: {500, 500, 3, 40, 32}, study.Standard: subset, study.Paper: whole},
	"alexnet":   {study.Smoke: {30, 30, 1, 1, 16}, study.Quick: {500, 500, 3, 40, 32}, study.Standard: subset, study.Paper: whole},
	"inception": {study.Smoke: {30, 30, 1, 1, 16}, study.Quick: {100, 100, 1, 10, 20}, study.Standard: subset, study.Paper: whole},
}

// fewImages are the sizes of Inception's longest runs: a smaller subset than that of figure 1 at the standard scale, one seed.
var fewImages = map[study.Scale]size{
	study.Smoke: sizes["inception"][study.Smoke], study.Quick: sizes["inception"][study.Quick],
	study.Standard: {train: 1000, test: 500, seeds: 1}, study.Paper: whole,
}

// experiment is a net's experiment on CIFAR-10 by the paper's protocol, at a size.
func experiment(net study.Net, s size) study.Experiment {
	e := study.Experiment{Data: cifar, Net: net, Training: protocol(net)}
	e.Data.Train, e.Data.Test = s.train, s.test
	if s.epochs > 0 {
		e.Training.Epochs = s.epochs
	}
	if s.batch > 0 {
		e.Training.Batch = s.batch
	}
	return e
}

// Corruptions are the probabilities of label corruption of figures 1b and 1c.
var Corruptions = []float64{0, 0.2, 0.4, 0.6, 0.8, 1}

// corrupted returns an experiment at each of the Corruptions.
func corrupted(e study.Experiment, seeds int) (all []study.Experiment) {
	for _, e.Corruption.Labels = range Corruptions {
		all = append(all, study.Seeds(e, seeds)...)
	}
	return all
}
