package zhang2017

import "rethinking/lib/study"

// table4 are the rows of table 4, on random labels: weight decay, and augmentation by random crops and by all of it, with flips and rotations of up to
// 25 degrees (appendix E).
var table4 = []row{
	{net: Inception, regularization: decayed, corruption: random, train: "100"},
	{net: Alexnet, regularization: decayed, corruption: random, train: "failed to converge"},
	{net: Alexnet, regularization: tutorial, corruption: random, train: "failed to converge"},
	{net: MLP3x512, regularization: decayed, corruption: random, train: "100"},
	{net: MLP512, regularization: decayed, corruption: random, train: "99.21"},
	{net: Inception, regularization: cropped, corruption: random, train: "99.93"},
	{net: Inception, regularization: transformed, corruption: random, train: "99.28"},
}

// Table4Train is what table 4 prints, for runs on CIFAR-10 of any size.
var Table4Train = printed("paper's train accuracy", "Zhang et al. 2017, table 4", table4, func(r row) string { return r.train })

// Table4Row names a row of table 4: the net and what regularizes it, on random labels.
var Table4Row = study.Joined(study.Architecture, study.Regularized)

// Table4 asks table 4: can the nets fit random labels in spite of explicit regularization? Scales are those of Table1, but for Inception the
// standard scale takes 1,000 images, 500 test images and 1 seed, half an hour a run on a core of a processor.
// The paper does not say how strong its weight decay is, nor of which layers: Alexnet has the common choice, and that of a tutorial of its time.
func Table4(scale study.Scale) []study.Experiment {
	all := experiments(table4, func(r row) size {
		s := tableSize(scale, r.net)
		switch {
		case r.net.Kind == "inception":
			s = fewImages[scale]
		case r.regularization == tutorial: // a quarter of an hour without a GPU
			s.seeds = 1
		}
		return s
	})
	for i := range all {
		if t := &all[i].Training; all[i].Regularization.Crop { // the paper's rate shrinks by 0.999 here, and training takes longer
			t.Decay, t.Epochs = 0.999, 2*t.Epochs
		}
	}
	return all
}
