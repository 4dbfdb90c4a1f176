package seed2017

import (
	"slices"

	"rethinking/lib/study"
)

// shares are the shares of inputs that the report replaces by Gaussian noise.
var shares = []float64{0, 0.2, 0.4, 0.6, 0.8, 1}

// Inputs asks the report's grid of Gaussian inputs: a share of the training images is replaced by noise with the mean and variance of all pixels,
// which the report clipped to the range of pixels. Its logs for CIFAR-10 are lost.
//
//	smoke      50 examples in batches of 5, three times the learning rate, width 128, depth 2, shares 0, 0.4 and 1, at most 300 epochs, 1 seed
//	quick      500 examples, widths 16 and 512, depths 2 and 8, shares 0, 0.4 and 1, 200 epochs, 1 seed
//	standard   1,000 examples, widths 16, 512 and 1,024, depths 2, 4 and 8, six shares, at most 1,000 epochs, 3 seeds
//	paper      all examples in batches of 1,024, the same nets and shares, 1,000 epochs, 3 seeds
func Inputs(data string, clipped bool) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		e, widths, depths, shares, seeds := subset(data, 1000), []int{16, 512, 1024}, []int{2, 4, 8}, shares, 3
		switch scale {
		case study.Smoke:
			widths, depths, shares, seeds = []int{128}, []int{2}, []float64{0, 0.4, 1}, 1
			few(&e)
		case study.Quick:
			widths, depths, shares, seeds = []int{16, 512}, []int{2, 8}, []float64{0, 0.4, 1}, 1
			e.Data.Train, e.Data.Test, e.Training.Epochs = 500, 1000, 200
		case study.Paper:
			e.Data.Train, e.Data.Test, e.Training.Batch = 0, 0, 1024
		}
		var all []study.Experiment
		for _, layers := range depths {
			for _, hidden := range widths {
				for _, share := range shares {
					e.Net, e.Corruption = net(layers, hidden), study.Corruption{Gaussian: share, Clipped: clipped && share > 0}
					all = append(all, study.Seeds(e, seeds)...)
				}
			}
		}
		return all
	}
}

// Wide keeps the runs of Inputs of the nets of 512 units a layer, and of 128 at the smoke scale.
func Wide(all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return e.Net.Hidden[0] != 512 && e.Net.Hidden[0] != 128 })
}

// Apart keeps those of Wide with 40% noise, whose training sets have examples of both kinds.
func Apart(all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(Wide(all), func(e study.Experiment) bool { return e.Corruption.Gaussian != 0.4 })
}

// NetAndInputs tells the runs of Inputs apart.
var NetAndInputs = study.Field{Name: "net, Gaussian inputs", Of: func(e study.Experiment) string {
	return e.Net.String() + ", " + study.GaussianInputs.Of(e)
}}

// Both asks what the report ran and did not print: random labels on images of which a share is noise, MLP 3x512.
//
//	smoke      50 digits in batches of 5, three times the learning rate, MLP 3x16, shares 0 and 1, at most 300 epochs, 1 seed
//	quick      500 digits, MLP 3x128, six shares, 200 epochs, 1 seed
//	standard   1,000 digits, six shares, at most 1,000 epochs, 3 seeds
//	paper      all 60,000 digits in batches of 1,024, 1,000 epochs, 3 seeds
func Both(scale study.Scale) []study.Experiment {
	e, shares, seeds := subset("mnist", 1000), shares, 3
	e.Net = net(3, 512)
	switch scale {
	case study.Smoke:
		e.Net, shares, seeds = net(3, 16), []float64{0, 1}, 1
		few(&e)
	case study.Quick:
		e.Net, seeds = net(3, 128), 1
		e.Data.Train, e.Data.Test, e.Training.Epochs = 500, 1000, 200
	case study.Paper:
		e.Data.Train, e.Data.Test, e.Training.Batch = 0, 0, 1024
	}
	var all []study.Experiment
	for _, share := range shares {
		e.Corruption = study.Corruption{Labels: 1, Gaussian: share, Clipped: share > 0}
		all = append(all, study.Seeds(e, seeds)...)
	}
	return all
}
