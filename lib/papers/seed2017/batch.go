package seed2017

import (
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
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
	study.Smoke:    {50, 100, net(2, 64), []int{5, 20}, 200, 1},
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

// IsOfBatchSizes tells whether a run is of BatchSizes, at any scale.
func IsOfBatchSizes(e study.Experiment) bool {
	for _, s := range batchSizes {
		if e.Data.Train == s.train && slices.Equal(e.Net.Hidden, s.net.Hidden) && e.Training.Epochs == s.epochs && slices.Contains(s.sizes, e.Training.Batch) {
			return true
		}
	}
	return false
}

// ofBatchSizes are the claims on batch size. The report's list of what is left to do names it, and says nothing of what would come out: the first is
// Keskar et al.'s, the last what Hoffer et al. 2017 answer them.
var ofBatchSizes = []paper.Claim{
	{
		ID: "S13a", Source: "to do: batch size", Page: sharpMinima, Anchor: batchSection, Judge: largeBatchesErr,
		Says:   "At one learning rate, the larger the batch, the lower is the test accuracy. (It did not measure it)",
		Tested: "2x128 on digits with true labels, rate 0.05: final test accuracy falls with the batch size, 32 to 8,192",
	},
	{
		ID: "S13b", Source: "to do: batch size", Page: sharpMinima, Anchor: batchSection, Judge: largeBatchesAreSlower,
		Says:   "At one learning rate, the larger the batch, the later are random labels fitted. (It did not measure it)",
		Tested: "2x128 on digits with random labels, rate 0.05: epochs to 99.9% rise with the batch size, a run that does not come to it being later than any that does",
	},
	{
		ID: "S13c", Source: "to do: batch size", Page: sharpMinima, Anchor: batchSection, Judge: rateIsWhatMatters,
		Says:   "With a rate that grows as the root of the batch size, batch size does not matter for the test accuracy. (It did not measure it)",
		Tested: "2x128 on digits with true labels: final test accuracy in batches of 2,048, at 8 times the rate, less that in batches of 32: within 0.5 points",
	},
}

// Where the page shows them.
const (
	sharpMinima  = "08-sharp-minima"
	batchSection = "batch-size-in-the-study-s-own-setting"
)

// bySize are samples of runs of BatchSizes, from the smallest batch to the largest.
func bySize(e *paper.Evidence, c study.Corruption, scaled bool, s study.Statistic) []claims.Sample {
	runs := e.Runs(func(x study.Experiment) bool {
		same := x.Training.LearningRate == rateOfSmallest
		return x.Corruption == c && (same != scaled || x.Training.Batch == 32)
	}, BatchSizes)
	return paper.Samples(paper.Groups(e, runs, study.BatchSize), s)
}

func largeBatchesErr(e *paper.Evidence) []claims.Verdict {
	sizes := bySize(e, study.Corruption{}, false, testAccuracy)
	return []claims.Verdict{claims.Falling(sizes...)}
}

func largeBatchesAreSlower(e *paper.Evidence) []claims.Verdict {
	return []claims.Verdict{claims.Rising(bySize(e, study.Corruption{Labels: 1}, false, epochs)...)}
}

func rateIsWhatMatters(e *paper.Evidence) []claims.Verdict {
	sizes := bySize(e, study.Corruption{}, true, testAccuracy)
	if len(sizes) < 4 {
		return []claims.Verdict{claims.Missing("too few sizes of batches")}
	}
	return []claims.Verdict{claims.MeanWithin(claims.Difference(sizes[3], sizes[0]), -0.5, 0.5)}
}
