// Package zhang2017 holds the experiments of Zhang, Bengio, Hardt, Recht and Vinyals, "Understanding deep learning requires rethinking
// generalization" (ICLR 2017, arXiv 1611.03530): one file a figure or table, with the published numbers and their place in the paper.
package zhang2017

import "rethinking/lib/study"

// Studies are the paper's studies, in its order.
func Studies() []study.Study {
	const five, corruption = "figure 1a, section 2.1", "figures 1b and 1c, section 2.2"
	return []study.Study{
		{Name: "zhang2017/figure1a-inception", Title: "Five kinds of data, Inception", Source: five, By: Condition, Experiments: Figure1a(Inception)},
		{Name: "zhang2017/figure1a-alexnet", Title: "Five kinds of data, Alexnet", Source: five, By: Condition, Experiments: Figure1a(Alexnet)},
		{Name: "zhang2017/figure1a-mlp3x512", Title: "Five kinds of data, MLP 3x512", Source: five, By: Condition, Experiments: Figure1a(MLP3x512)},
		{Name: "zhang2017/figure1a-mlp512", Title: "Five kinds of data, MLP 1x512", Source: five, By: Condition, Experiments: Figure1a(MLP512)},
		{Name: "zhang2017/figure1bc-inception", Title: "Label corruption from 0 to 1, Inception", Source: corruption, By: study.LabelCorruption, Experiments: Figure1bc(Inception)},
		{Name: "zhang2017/figure1bc-alexnet", Title: "Label corruption from 0 to 1, Alexnet", Source: corruption, By: study.LabelCorruption, Experiments: Figure1bc(Alexnet)},
		{Name: "zhang2017/figure1bc-mlp512", Title: "Label corruption from 0 to 1, MLP 1x512", Source: corruption, By: study.LabelCorruption, Experiments: Figure1bc(MLP512)},
		{Name: "zhang2017/random-labels-mnist", Title: "Label corruption from 0 to 1, an MLP on MNIST", Source: corruption, By: study.LabelCorruption, Experiments: Figure1MNIST},
		{Name: "zhang2017/table1-mlp", Title: "True and random labels, weight decay, two MLPs", Source: "table 1", By: Table1Row, Experiments: Table1(MLP3x512, MLP512)},
		{Name: "zhang2017/table1-alexnet", Title: "True and random labels, regularization, Alexnet", Source: "table 1", By: Table1Row, Experiments: Table1(Alexnet)},
		{Name: "zhang2017/table1-inception", Title: "True and random labels, regularization, Inception", Source: "table 1", By: Table1Row, Experiments: Table1(Inception, InceptionPlain)},
		{Name: "zhang2017/table1-plateau", Title: "Random labels, Inception without batch norm, two paces of the learning rate", Source: "table 1", By: Pace, Experiments: Plateau},
		{Name: "zhang2017/table1-whole", Title: "True and random labels on all of CIFAR-10, convolutional nets", Source: "table 1", By: Table1Row, Experiments: Table1Whole},
		{Name: "zhang2017/table4", Title: "Random labels in spite of regularization", Source: "table 4, appendix E", By: Table4Row, Experiments: Table4},
	}
}
