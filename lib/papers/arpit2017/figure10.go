package arpit2017

import (
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/study"
)

// The paper's dropout with adversarial training has a weight of 0.2 to 0.7 on samples of its search for critical ones. Here it is in the middle; the box in
// which they are is that of section 4.1, 0.3 of 255 levels of grey, in units of an image whose pixels have the average standard deviation, 54 levels.
const (
	adversarialWeight = 0.5
	adversarialRadius = 0.3 / 54
)

// withAdversarial are the probabilities of dropout.
var withAdversarial = map[study.Scale][]float64{
	study.Smoke: {0.5}, study.Quick: {0.5}, study.Standard: {0.3, 0.5, 0.6}, study.Paper: {0.1, 0.3, 0.5, 0.55, 0.6, 0.65, 0.7, 0.9},
}

// Adversarial asks of figure 10 its best regularizer: dropout with training on adversarial samples, on the nets of krueger2017.Regularizers.
func Adversarial(scale study.Scale) []study.Experiment {
	var all []study.Regularization
	for _, p := range withAdversarial[scale] {
		all = append(all, study.Regularization{Dropout: p, Adversarial: adversarialWeight, AdversarialRadius: adversarialRadius})
	}
	return krueger2017.WithRegularization(scale, all...)
}
