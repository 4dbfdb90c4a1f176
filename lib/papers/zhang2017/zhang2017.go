// Package zhang2017 holds the experiments of Zhang, Bengio, Hardt, Recht and Vinyals, "Understanding deep learning requires rethinking
// generalization" (ICLR 2017, arXiv 1611.03530): one file a figure or table, with the published numbers and their place in the paper.
package zhang2017

import "rethinking/lib/study"

// Studies are the paper's studies, in its order.
func Studies() []study.Study {
	return []study.Study{
		{Name: "zhang2017/table1-mlp", Title: "True and random labels, two MLPs on CIFAR-10", Source: "table 1, section 2", By: Table1Row, Experiments: Table1MLP},
		{Name: "zhang2017/random-labels-mnist", Title: "Label corruption from 0 to 1, an MLP on MNIST", Source: "figures 1b and 1c, section 2", By: study.LabelCorruption, Experiments: Figure1MNIST},
	}
}
