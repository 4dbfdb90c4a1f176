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
	train, test, epochs, seeds int // examples, 0 for all; 0 epochs for the protocol's
	batch                      int // 0 for the protocol's
}

// sizes are those of figure 1 and of the regularization tables, where every net sees the same subset: a convolutional net on all of CIFAR-10
// takes minutes an epoch without a GPU.
func sizes(scale study.Scale, net study.Net) size {
	conv := net.Kind != "mlp"
	switch {
	case scale == study.Smoke && conv:
		return size{train: 30, test: 30, epochs: 1, seeds: 1, batch: 16}
	case scale == study.Smoke:
		return size{train: 100, test: 100, epochs: 20, seeds: 2, batch: 32}
	case scale == study.Quick && net.Kind == "inception":
		return size{train: 100, test: 100, epochs: 10, seeds: 1, batch: 20}
	case scale == study.Quick:
		return size{train: 500, test: 500, epochs: 40, seeds: 3, batch: 32}
	case scale == study.Standard:
		return size{train: 5000, test: 5000, seeds: 3}
	}
	return size{seeds: 3}
}

// fewImages are the sizes of Inception's longest runs: a smaller subset than that of figure 1 at the standard scale, one seed.
func fewImages(scale study.Scale) size {
	if scale == study.Standard {
		return size{train: 1000, test: 500, seeds: 1}
	}
	return sizes(scale, Inception)
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
func corrupted(e study.Experiment, seeds int) []study.Experiment {
	var all []study.Experiment
	for _, p := range Corruptions {
		e.Corruption.Labels = p
		all = append(all, study.Seeds(e, seeds)...)
	}
	return all
}
