// Package keskar2017 holds the experiments of Keskar, Mudigere, Nocedal, Smelyanskiy and Tang, "On Large-Batch Training for Deep Learning: Generalization
// Gap and Sharp Minima" (ICLR 2017, arXiv 1609.04836): one file a figure or table.
package keskar2017

import (
	"slices"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Paper is the paper.
var Paper = paper.Paper{
	Key: "keskar2017", Name: "Keskar et al. 2017", Title: "On Large-Batch Training for Deep Learning: Generalization Gap and Sharp Minima",
	Studies: append([]study.Study{
		{Name: "keskar2017/table2", Title: "Small and large batches", Source: "table 2", By: study.Joined(NetName, Batch), Experiments: Table2},
		{Name: "keskar2017/sharpness", Title: "Sharpness in a box, of small and large batches", Source: "tables 3 and 4", By: study.Joined(NetName, Batch),
			Questions: study.Questions(Tables3And4)},
		{Name: "keskar2017/choices", Title: "Sharpness in a box, and what the paper leaves open", Source: "metric 2.1", By: study.Joined(NetName, Batch),
			Questions: study.Questions(Choices)},
		{Name: "keskar2017/searches", Title: "Sharpness by the higher of two searches", Source: "table 3", By: study.Joined(NetName, Batch),
			Questions: study.Questions(Searches)},
		{Name: "keskar2017/line", Title: "Between the two minima", Source: "figure 3", By: NetName, Questions: study.Questions(Figure3)},
		{Name: "keskar2017/curve", Title: "Between the two minima, on a curve", Source: "figure 3, section 2.2.1", By: NetName, Questions: study.Questions(CurvedPath)},
	}, studiesOfBatches...),
	Claims: slices.Concat(ofMinima, bySearches, []paper.Claim{furtherAway}, ofBatches),
	Deviations: []paper.Deviation{
		{Source: "table 2", Paper: "all of MNIST and CIFAR-10; batches of 256, and of a tenth of the data",
			Here: "at the standard scale 10,000 digits in batches of 256 and 1,000, and 2,000 images in batches of 20 and 200", Why: "hours on a laptop"},
		{Source: "table 2", Paper: "six nets", Here: "F1, at the scales standard and paper C1, and F1 without batch normalization",
			Why: "TIMIT is not free; the deep nets need a GPU; without batch normalization the line between two nets needs no new averages"},
		{Source: "tables 3 and 4", Paper: "where the search begins, how A is drawn and scaled, and what became of dropout and batch normalization in the loss are not said",
			Here: "from a random point of the box, Gaussian columns of length about the root of the number of weights; neither dropout nor a batch's own averages", Why: "one choice, and others beside it"},
		{Source: "figure 3", Paper: "six nets", Here: "C1 at the scale paper alone", Why: "each point of the line takes 10 s"},
		{Source: "figure 3", Paper: "averages of batch normalization are not mentioned; the authors' own code takes those of the test batch",
			Here: "those of the training set, taken anew at each α", Why: "no run's own fit there"},
		{Source: "figures 4 to 6", Paper: "F2 and C1", Here: "F1", Why: "TIMIT is not free; each run of C1 takes minutes on a laptop"},
		{Source: "tables 3 and 4, figures 4 to 6", Paper: "sharpness of the loss of all training examples",
			Here: "at the standard scale of 1,000 of the 10,000 digits, and of C1 in 250 of the 2,000 images, for ε = 0.001 alone", Why: "it takes longer than the runs"},
	},
}
