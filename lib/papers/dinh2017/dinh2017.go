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
	},
	Deviations: []paper.Deviation{
		{Source: "sections 3 and 4", Paper: "proofs, no nets", Here: "MLPs on MNIST, trained to 99%", Why: "to see how much of it there is between α = 0.01 and 100"},
	},
}
