// Package krueger2017 holds the experiments of Krueger, Ballas, Jastrzebski, Arpit, Kanwal, Maharaj, Bengio, Fischer and Courville, "Deep Nets
// Don't Learn via Memorization" (ICLR 2017 workshop, OpenReview rJv6ZgHYg): one file a figure. The paper draws curves and prints no numbers.
package krueger2017

import (
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Paper is the paper.
var Paper = paper.Paper{
	Key: "krueger2017", Name: "Krueger et al. 2017", Title: "Deep Nets Don't Learn via Memorization",
	Studies: []study.Study{
		{Name: "krueger2017/capacity", Title: "Noise and the number of hidden units", Source: "figures 1 and 2 (left)",
			By: study.Joined(study.HiddenUnits, Noise), Experiments: Capacity},
		{Name: "krueger2017/size", Title: "Noise and the size of the training set", Source: "figure 2 (right)", By: study.Joined(study.TrainExamples, study.HiddenUnits, Noise), Experiments: Size},
		{Name: "krueger2017/in-proportion", Title: "Noise and the size of the training set, batches in proportion to it", Source: "figure 2 (right)",
			By: study.Joined(study.TrainExamples, Noise), Experiments: InProportion},
		{Name: "krueger2017/conflict", Title: "Gaussian inputs against real data, by size and width", Source: "figure 2, against Arpit et al. 2017, figure 6",
			By: study.Joined(study.TrainExamples, study.HiddenUnits, Noise), Experiments: Conflict},
		{Name: "krueger2017/angles", Title: "Angles between inputs, and the time to fit them", Source: "not in the paper", By: Noise, Questions: study.Questions(InputAngles)},
		{Name: "krueger2017/sharpness", Title: "Sharpness by the level of noise", Source: "figure 3 (left)",
			By: Noise, Questions: study.Questions(Sharpness)},
		{Name: "krueger2017/sharpness-map", Title: "Sharpness by width and size of the training set", Source: "figure 3 (left)",
			By: study.Joined(study.TrainExamples, study.HiddenUnits, Noise), Questions: study.Questions(SharpnessMap)},
		{Name: "krueger2017/estimator", Title: "The largest eigenvalue by the paper's own method", Source: "figure 3 (left)",
			By: Noise, Questions: study.Questions(Estimators)},
		{Name: "krueger2017/regularizers", Title: "Regularization against memorization, Alexnet", Source: "figure 3 (right)",
			By: study.Joined(study.Regularized, Noise), Experiments: Regularizers},
	},
	Claims: statements,
	Pictures: []paper.Picture{{
		File: "time.png", Runs: study.Experiments(Capacity).Only(func(e study.Experiment) bool { return e.Corruption.Labels == 0 }),
		Of: study.EpochsToFit(study.Fitted), X: study.HiddenUnits, By: Noise, Log: true, LogX: true,
	}},
	Deviations: []paper.Deviation{
		{Source: "sections 2 and 3", Paper: "no batch size is given", Here: "32", Why: "Keras' default of its time"},
		{Source: "sections 2 and 3", Paper: "several noise levels are drawn and none is named",
			Here: "0.2, 0.4, 0.6, 0.8 and 1", Why: "its successor's (Arpit et al. 2017, figures 7 and 8), and 1"},
		{Source: "figures 1 and 2 (left)", Paper: "50,000 digits, up to 8,192 units",
			Here: "at the standard scale 1,000 digits, up to 1,024 units", Why: "hours on a laptop"},
		{Source: "figure 2 (right)", Paper: "one width, which is not given",
			Here: "at the standard scale 64 and 512 units", Why: "what noise does to the time depends on whether there is capacity to spare"},
		{Source: "figure 3 (left)", Paper: "sharpness at the end of training",
			Here: "also where the training loss first is at most a value",
			Why:  "cross-entropy hides curvature: the Hessian shrinks with the loss, and runs on different data end at different losses"},
		{Source: "figure 3 (left)", Paper: "the eigenvalue by the method of LeCun, Simard and Pearlmutter 1993, whose choices are not given",
			Here: "by Lanczos' method; the paper's beside it, with steps of four lengths, by single examples and by all",
			Why:  "in a ReLU net its estimate depends on the length"},
		{Source: "figure 3 (left)", Paper: "10,000 digits, 4,096 units", Here: "at the standard scale 1,000 digits, 256 units", Why: "hours on a laptop"},
		{Source: "figure 3 (right)", Paper: `a "small Alexnet-style CNN"`,
			Here: "the small Alexnet of Zhang et al. 2017, trained as in the paper's successor"},
		{Source: "figure 3 (right)", Paper: "dropout up to 0.9",
			Here: "the same; the successor has input noise up to 5, hidden noise up to 0.3 and weight decay up to 1, here they go to 4, 10 and 0.1",
			Why:  "as far as it takes to keep a net from fitting random labels"},
		{Source: "figure 3 (right)", Paper: "dropout with adversarial training, in its successor the best of all",
			Here: "not run"},
		{Source: "figure 3 (right)", Paper: "50,000 images, 100 epochs",
			Here: "at the standard scale 1,000 images, at most 40 epochs", Why: "hours on a laptop"},
	},
}
