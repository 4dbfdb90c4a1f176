package zhang2017

import "rethinking/lib/study"

// onDigits is the training on MNIST: that of the paper but for the learning rate.
//
// The paper trains its MLPs at 0.01, shrinking by 0.95 an epoch. On MNIST that rate is spent before random labels are fitted (68% train
// accuracy after 60 epochs at full size, corruption 1, seed 1), and so is 0.1 before the last 24 of 60,000 labels are (99.96% after 100
// epochs, corruption 0.2, seed 1). This study takes 0.1, the paper's rate for its Inception, shrinking by 0.98.
var onDigits = study.Training{Epochs: 150, Batch: 128, LearningRate: 0.1, Momentum: 0.9, Decay: 0.98, Target: 1}

// Figure1MNIST asks figures 1b (time to overfit) and 1c (test error at convergence) of MNIST, where students start: the MLP 3x512 of
// table 1 at six label corruptions. A run ends when it classifies every training example as labelled, or after 150 epochs: at full
// size some runs miss one to a few of the 60,000 labels to the end. The scales standard and paper are the same, as the paper has no MNIST.
func Figure1MNIST(scale study.Scale) []study.Experiment {
	e, seeds := study.Experiment{Data: study.Data{Name: "mnist"}, Net: MLP3x512, Training: onDigits}, 3
	switch scale {
	case study.Smoke:
		e.Data.Train, e.Data.Test, e.Net, e.Training.Epochs, seeds = 500, 500, study.MLP(64), 20, 2
	case study.Quick:
		e.Data.Train = 5000
	}
	return corrupted(e, seeds)
}
