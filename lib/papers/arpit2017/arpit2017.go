// Package arpit2017 holds the experiments of Arpit, Jastrzebski, Ballas, Krueger, Bengio, Kanwal, Maharaj, Fischer, Courville, Bengio and
// Lacoste-Julien, "A Closer Look at Memorization in Deep Networks" (ICML 2017, arXiv 1706.05394), the successor of Krueger et al. 2017: one
// file a figure. Its figures 5, 6, 10 and 11 are drawn from the runs of package krueger2017, which ask the same. The paper draws curves and
// prints no numbers.
//
// It calls a training set randY where labels are redrawn, and randX where inputs are Gaussian noise.
package arpit2017

import "rethinking/lib/study"

// The kinds of data: real, randY and randX.
var (
	none  = study.Corruption{}
	randY = study.Corruption{Labels: 1}
	randX = study.Corruption{Gaussian: 1}
)
