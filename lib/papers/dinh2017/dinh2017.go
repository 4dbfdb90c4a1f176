// Package dinh2017 asks what Dinh, Pascanu, S. Bengio and Y. Bengio, "Sharp Minima Can Generalize For Deep Nets" (ICML 2017, arXiv 1703.04933), prove: a
// ReLU net has other weights of the same function whose minimum is as sharp as one likes. The paper trains no nets and prints no numbers.
package dinh2017

import (
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Paper is the paper.
var Paper = paper.Paper{
	Key: "dinh2017", Name: "Dinh et al. 2017", Title: "Sharp Minima Can Generalize For Deep Nets",
	Studies: []study.Study{
		{Name: "dinh2017/invariance", Title: "What a rescaled minimum keeps, and what not", Source: "section 4", By: study.Architecture, Questions: study.Questions(Invariances)},
		{Name: "dinh2017/normalized", Title: "The same with batch normalization", Source: "section 4", By: study.Architecture, Questions: study.Questions(Normalized)},
		{Name: "dinh2017/convolutions", Title: "The same of a net of convolutions", Source: "section 3", By: study.Architecture, Questions: study.Questions(Convolutions)},
		{Name: "dinh2017/sharper", Title: "A flat minimum made sharp", Source: "section 4, theorem 4", By: study.Architecture, Questions: study.Questions(Sharpened)},
		{Name: "dinh2017/descent", Title: "Descent from a rescaled minimum", Source: "follows from theorem 4", By: StartedFrom, Experiments: Descents},
		{Name: "dinh2017/curvature", Title: "Curvature before and after the descent", Source: "follows from theorem 4", By: StartedFrom, Questions: study.Questions(Curvatures)},
		{Name: "dinh2017/lines", Title: "The loss on lines through a minimum", Source: "Li et al. 2018, section 4", By: Minimum, Questions: study.Questions(Lines)},
		{Name: "dinh2017/planes", Title: "The loss on planes through a minimum", Source: "Li et al. 2018, section 4", By: Minimum, Questions: study.Questions(Planes)},
		{Name: "dinh2017/measures", Title: "What goes with the generalization gap", Source: "not in the paper", By: study.Joined(Labels, From), Questions: study.Questions(Measures)},
	},
	Claims: statements,
	Deviations: []paper.Deviation{
		{Source: "sections 3 and 4", Paper: "proofs, no nets", Here: "MLPs and a small net of convolutions on MNIST, trained to 99%", Why: "to see how much of it there is between α = 0.01 and 100"},
		{Source: "theorem 4", Paper: "one hidden layer", Here: "T_α multiplies the first hidden layer of a deeper net, and divides the last layer",
			Why: "the nets of Keskar et al. have five"},
	},
}
