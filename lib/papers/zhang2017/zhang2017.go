// Package zhang2017 holds the experiments of Zhang, Bengio, Hardt, Recht and Vinyals, "Understanding deep learning requires rethinking
// generalization" (ICLR 2017, arXiv 1611.03530): one file a figure or table, with the published numbers and their place in the paper.
package zhang2017

import (
	"slices"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Paper is the paper.
var Paper = paper.Paper{
	Key:        "zhang2017",
	Name:       "Zhang et al. 2017",
	Title:      "Understanding deep learning requires rethinking generalization",
	Studies:    studies,
	Claims:     slices.Concat(onRandomLabels, onRegularization, onClosedForms),
	Published:  []paper.Published{Table1Train, Table1Test, Table3Error, Table3Norm, Table4Train},
	Deviations: deviations,
	Pictures:   []paper.Picture{{File: "gap.png", Runs: Figure1MNIST, X: study.LabelCorruption}},
}

const (
	inFigure1a  = "figure 1a, section 2.1"
	inFigure1bc = "figures 1b and 1c, section 2.2"
)

// studies are the paper's studies, in its order.
var studies = []study.Study{
	{Name: "zhang2017/figure1a-inception", Title: "Five kinds of data, Inception", Source: inFigure1a, By: Condition, Experiments: Figure1a(Inception)},
	{Name: "zhang2017/figure1a-running", Title: "Five kinds of data, batch normalization, the loss of the training steps", Source: inFigure1a, By: Condition,
		Experiments: Figure1aRunning},
	{Name: "zhang2017/figure1a-alexnet", Title: "Five kinds of data, Alexnet", Source: inFigure1a, By: Condition, Experiments: Figure1a(Alexnet)},
	{Name: "zhang2017/figure1a-mlp3x512", Title: "Five kinds of data, MLP 3x512", Source: inFigure1a, By: Condition, Experiments: Figure1a(MLP3x512)},
	{Name: "zhang2017/figure1a-mlp512", Title: "Five kinds of data, MLP 1x512", Source: inFigure1a, By: Condition, Experiments: Figure1a(MLP512)},
	{Name: "zhang2017/figure1bc-inception", Title: "Label corruption from 0 to 1, Inception", Source: inFigure1bc, By: study.LabelCorruption, Experiments: Figure1bc(Inception)},
	{Name: "zhang2017/figure1bc-alexnet", Title: "Label corruption from 0 to 1, Alexnet", Source: inFigure1bc, By: study.LabelCorruption, Experiments: Figure1bc(Alexnet)},
	{Name: "zhang2017/figure1bc-mlp512", Title: "Label corruption from 0 to 1, MLP 1x512", Source: inFigure1bc, By: study.LabelCorruption, Experiments: Figure1bc(MLP512)},
	{Name: "zhang2017/random-labels-mnist", Title: "Label corruption from 0 to 1, an MLP on MNIST", Source: inFigure1bc, By: study.LabelCorruption, Experiments: Figure1MNIST},
	{Name: "zhang2017/table1-mlp", Title: "True and random labels, weight decay, two MLPs", Source: "table 1", By: Table1Row, Experiments: Table1(MLP3x512, MLP512)},
	{Name: "zhang2017/table1-alexnet", Title: "True and random labels, regularization, Alexnet", Source: "table 1", By: Table1Row, Experiments: Table1(Alexnet)},
	{Name: "zhang2017/table1-inception", Title: "True and random labels, regularization, Inception", Source: "table 1", By: Table1Row, Experiments: Table1(Inception, InceptionPlain)},
	{Name: "zhang2017/table1-plateau", Title: "Random labels, Inception without batch norm, two paces of the learning rate", Source: "table 1", By: Pace, Experiments: Plateau},
	{Name: "zhang2017/table1-whole", Title: "True and random labels on all of CIFAR-10, convolutional nets", Source: "table 1", By: Table1Row, Experiments: Table1Whole},
	{Name: "zhang2017/signs", Title: "Two classes at random", Source: "section 2.2, equation 1", By: study.Architecture, Experiments: Signs},
	{Name: "zhang2017/theorem1", Title: "Random labels in networks of 2n+d weights", Source: "theorem 1", By: PointsAndNumber, Questions: study.Questions(Theorem1)},
	{Name: "zhang2017/corollary1", Title: "Random labels in deeper and narrower networks", Source: "corollary 1", By: DepthOf, Questions: study.Questions(Corollary1)},
	{Name: "zhang2017/same-size", Title: "Training nets of at most 2n+d weights", Source: "not in the paper, beside theorem 1", By: study.TrainExamples, Experiments: SGDOfTheSameSize},
	{Name: "zhang2017/descent", Title: "Where descent on a linear model ends", Source: "section 5", By: From, Questions: study.Questions(Descents)},
	{Name: "zhang2017/table3", Title: "Kernels that interpolate", Source: "table 3, section 5", By: Table3Row, Questions: study.Questions(Table3)},
	{Name: "zhang2017/interpolants", Title: "Interpolants by bandwidth, and such that do not generalize", Source: "not in the paper, beside section 5",
		By: Interpolant, Questions: study.Questions(allInterpolants)},
	{Name: "zhang2017/table4", Title: "Random labels in spite of regularization", Source: "table 4, appendix E", By: Table4Row, Experiments: Table4},
}
