// Package arpit2017 holds the experiments of Arpit, Jastrzebski, Ballas, Krueger, Bengio, Kanwal, Maharaj, Fischer, Courville, Bengio and
// Lacoste-Julien, "A Closer Look at Memorization in Deep Networks" (ICML 2017, arXiv 1706.05394), the successor of Krueger et al. 2017: one
// file a figure. Its figures 5, 6, 10 and 11 are drawn from the runs of package krueger2017, which ask the same. The paper draws curves and
// prints no numbers.
//
// It calls a training set randY where labels are redrawn, and randX where inputs are Gaussian noise.
package arpit2017

import (
	"rethinking/lib/paper"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

// The kinds of data: real, randY and randX.
var (
	none  = study.Corruption{}
	randY = study.Corruption{Labels: 1}
	randX = study.Corruption{Gaussian: 1}
)

// Paper is the paper.
var Paper = paper.Paper{
	Key: "arpit2017", Name: "Arpit et al. 2017", Title: "A Closer Look at Memorization in Deep Networks",
	Studies: []study.Study{
		{Name: "arpit2017/difficulty", Title: "Easy and hard examples", Source: "figure 1", By: krueger2017.Noise, Questions: study.Questions(Figure1)},
		{Name: "arpit2017/filters", Title: "Filters of the first layer", Source: "figure 2", By: krueger2017.Noise, Questions: study.Questions(Figure2)},
		{Name: "arpit2017/without-noise", Title: "The number of hidden units, without the noisy examples", Source: "section 3.3",
			By: study.Joined(study.TrainExamples, study.HiddenUnits), Experiments: krueger2017.WithoutNoise},
		{Name: "arpit2017/sensitivity", Title: "Loss sensitivity", Source: "figures 3 and 4", By: DataTrainedOn, Questions: study.Questions(Figure3)},
		{Name: "arpit2017/points", Title: "Loss sensitivity at all updates and at some", Source: "figure 3", By: study.Joined(DataTrainedOn, Points), Questions: study.Questions(ByPoints)},
		{Name: "arpit2017/critical", Title: "Critical samples", Source: "figure 7", By: krueger2017.Noise, Questions: study.Questions(Figure7)},
		{Name: "arpit2017/critical-cifar10", Title: "Critical samples on CIFAR-10", Source: "figures 8 and 9", By: krueger2017.Noise, Questions: study.Questions(Figure8)},
		{Name: "arpit2017/critical-trained", Title: "Critical samples of trained nets on CIFAR-10, of more examples", Source: "figures 8 and 9", By: krueger2017.Noise,
			Questions: study.Questions(Trained8)},
	},
	Claims: statements,
	Deviations: []paper.Deviation{
		{Source: "figure 1", Paper: "an MLP of 4,096 units a layer", Here: "at the standard scale 512", Why: "hours on a laptop"},
		{Source: "figures 3 and 4", Paper: "neither the batch size nor the number of updates is given",
			Here: "10 digits an update, and at the standard scale 4,000 updates of 1,000 digits, 20,000 where each is a class of its own", Why: "until they are fitted"},
		{Source: "figures 3 and 4", Paper: "means over all updates", Here: "over 20 points of the training", Why: "the derivative goes through all updates before: their number counts squared"},
		{Source: "figures 5, 6, 10 and 11", Paper: "runs of its own", Here: "the runs of Krueger et al. 2017 here", Why: "they ask the same"},
		{Source: "figure 7", Paper: "50,000 digits, 4,096 units, 1,000 epochs",
			Here: "at the standard scale 1,000 digits, 512 units, 300 epochs", Why: "hours on a laptop"},
		{Source: "figures 8 and 9", Paper: "a convolutional net of 200 channels",
			Here: "64 channels that see the whole image: the net C1 of Keskar et al. 2017", Why: "200 channels need a GPU"},
		{Source: "figures 8 and 9", Paper: "50,000 images, 100 epochs", Here: "at the standard scale 1,000 images, 40 epochs", Why: "hours on a laptop"},
	},
}
