package seed2017

import (
	"math"

	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// batches is how a scale asks for the batch size.
type batches struct {
	train, test int // digits, 0 for all
	net         study.Net
	sizes       []int
	epochs      int
	seeds       int
}

var batchSizes = map[study.Scale]batches{
	study.Smoke:    {100, 100, net(2, 16), []int{10, 40}, 20, 1},
	study.Quick:    {1000, 1000, net(2, 128), []int{32, 128, 512}, 100, 1},
	study.Standard: {10000, 0, net(2, 128), []int{32, 128, 512, 2048, 8192}, 200, 3},
	study.Paper:    {0, 0, net(2, 512), []int{32, 128, 512, 2048, 8192}, 1000, 5},
}

// The learning rate of the smallest batches of BatchSizes.
const rateOfSmallest = 0.05

// Scaling says how the learning rate follows the batch size: not at all, or as its square root (Hoffer et al. 2017, section 4).
var Scaling = study.ByExperiment("learning rate", "", func(e study.Experiment) study.Level {
	if e.Training.LearningRate == rateOfSmallest {
		return study.Word("the same for all")
	}
	return study.Word("as the root of the batch size")
})

// LabelsAndScaling tells runs of BatchSizes apart that differ in more than batch size and seed.
var LabelsAndScaling = study.Joined(zhang2017.Condition, Scaling)

// BatchSizes asks what the report left open, to bring batch size into the question: MLPs on its digits, with true and with random labels, in batches of 32
// to 8,192, by plain SGD at a constant learning rate, and at one that grows as the root of the batch size. A run ends when all is fitted.
func BatchSizes(scale study.Scale) (all []study.Experiment) {
	s := batchSizes[scale]
	for i, batch := range s.sizes {
		rates := []float64{rateOfSmallest}
		if i > 0 {
			rates = append(rates, rateOfSmallest*math.Sqrt(float64(batch)/float64(s.sizes[0])))
		}
		for _, rate := range rates {
			all = append(all, study.SeedsOn(study.Experiment{
				Data: study.Data{Name: "mnist", Train: s.train, Test: s.test}, Net: s.net,
				Training: study.Training{Epochs: s.epochs, Batch: batch, LearningRate: rate, Decay: 1, Target: 1},
			}, s.seeds, study.Corruption{}, study.Corruption{Labels: 1})...)
		}
	}
	return all
}
