// Package krueger2017 holds the experiments of Krueger, Ballas, Jastrzebski, Arpit, Kanwal, Maharaj, Bengio, Fischer and Courville, "Deep Nets
// Don't Learn via Memorization" (ICLR 2017 workshop, OpenReview rJv6ZgHYg): one file a figure. The paper draws curves and prints no numbers.
package krueger2017

import "rethinking/lib/study"

// Studies are the paper's studies, in its order.
func Studies() []study.Study {
	return []study.Study{
		{Name: "krueger2017/capacity", Title: "Noise and the number of hidden units", Source: "figures 1 and 2 (left)", By: WidthAndNoise, Experiments: Capacity},
		{Name: "krueger2017/size", Title: "Noise and the size of the training set", Source: "figure 2 (right)", By: SizeWidthAndNoise, Experiments: Size},
		{Name: "krueger2017/conflict", Title: "Gaussian inputs against real data, by size and width", Source: "figure 2, against Arpit et al. 2017, figure 6", By: SizeWidthAndNoise, Experiments: Conflict},
		{Name: "krueger2017/regularizers", Title: "Regularization against memorization, Alexnet", Source: "figure 3 (right)", By: RegularizationAndNoise, Experiments: Regularizers},
	}
}
