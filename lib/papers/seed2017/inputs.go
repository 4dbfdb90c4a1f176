package seed2017

import (
	"math"
	"slices"

	"rethinking/lib/study"
)

// shares are the shares of inputs that the report replaces by Gaussian noise.
var shares = []float64{0, 0.2, 0.4, 0.6, 0.8, 1}

// gaussian are corruptions by each of some shares of Gaussian inputs.
func gaussian(labels float64, shares []float64, clipped bool) (all []study.Corruption) {
	for _, share := range shares {
		all = append(all, study.Corruption{Labels: labels, Gaussian: share, Clipped: clipped && share > 0})
	}
	return all
}

// inputs are the nets and the shares of Inputs.
var inputs = map[study.Scale]struct {
	nets   []study.Net
	shares []float64
}{
	study.Smoke:    {netsOf([]int{2}, []int{128}), []float64{0, 0.4, 1}},
	study.Quick:    {netsOf([]int{2, 8}, []int{16, 512}), []float64{0, 0.4, 1}},
	study.Standard: {netsOf([]int{2, 4, 8}, []int{16, 512, 1024}), shares},
	study.Paper:    {netsOf([]int{2, 4, 8}, []int{16, 512, 1024}), shares},
}

// Inputs asks the report's grid of Gaussian inputs: a share of the training images is replaced by noise with the mean and variance of all pixels,
// which the report clipped to the range of pixels. Its logs for CIFAR-10 are lost. The numbers of examples are Grid's.
func Inputs(data string, clipped bool) study.Experiments {
	return func(scale study.Scale) []study.Experiment {
		of := inputs[scale]
		return sizes[scale].experiments(data, of.nets, gaussian(0, of.shares, clipped)...)
	}
}

// wide tells which nets of Inputs figures compare where one width is enough: those of 512 units a layer, and of 128 at the smoke scale.
func wide(e study.Experiment) bool { return e.Net.Hidden[0] == 512 || e.Net.Hidden[0] == 128 }

// Mixed are the runs of Inputs whose test accuracy one figure compares: two layers, 512 wide, on either data set, with noise that is clipped and with
// noise that is not; and 4x512 and 2x1024 on digits, with noise that is clipped.
func Mixed(scale study.Scale) []study.Experiment {
	all := Inputs("mnist", true).Only(isNet(net(2, 128), net(2, 512), net(2, 1024), net(4, 512)))(scale)
	for _, of := range []study.Experiments{Inputs("mnist", false), Inputs("cifar10", true), Inputs("cifar10", false)} {
		all = append(all, of.Only(isNet(net(2, 128), net(2, 512)))(scale)...)
	}
	return all
}

// Unmixed are the runs of Inputs on images alone, on clipped noise alone and on noise alone that is not clipped, of nets of one width and all depths.
func Unmixed(scale study.Scale) (all []study.Experiment) {
	for _, data := range []string{"mnist", "cifar10"} {
		for _, clipped := range []bool{true, false} {
			all = append(all, Inputs(data, clipped).Only(func(e study.Experiment) bool {
				return wide(e) && (e.Corruption.Gaussian == 0 || e.Corruption.Gaussian == 1)
			})(scale)...)
		}
	}
	return all
}

// Watched are the runs of Inputs on digits and on CIFAR-10 of which 40% are clipped noise, of the shallowest and the deepest nets of one width.
func Watched(scale study.Scale) (all []study.Experiment) {
	for _, data := range []string{"mnist", "cifar10"} {
		all = append(all, Inputs(data, true).Only(func(e study.Experiment) bool {
			return wide(e) && len(e.Net.Hidden) != 4 && e.Corruption.Gaussian == 0.4
		})(scale)...)
	}
	return all
}

// Lead is how much more of its images than of its noise a net classifies as labelled.
var Lead = study.Curve{Name: "lead of images over noise", Unit: "points", Of: func(c study.Curves) []float64 {
	lead := slices.Repeat([]float64{math.NaN()}, len(c.Epoch))
	for i := range c.CleanAccuracy {
		lead[i] = 100 * (c.CleanAccuracy[i] - c.CorruptedAccuracy[i])
	}
	return lead
}}

// SetAndNet tells the lines of Mixed apart; where there is nothing to clip, a run is of the line with clipping.
var SetAndNet = study.ByExperiment("data, net", "", func(e study.Experiment) study.Level {
	label := e.Data.String() + ", " + name(e.Net)
	if e.Corruption.Gaussian > 0 && !e.Corruption.Clipped {
		label += ", not clipped"
	}
	return study.Word(label)
})

// ImagesOrNoise tells the lines of Unmixed apart.
var ImagesOrNoise = study.ByExperiment("training set", "", func(e study.Experiment) study.Level {
	label := e.Data.String()
	switch {
	case e.Corruption.Clipped:
		label = "noise for " + label + ", clipped"
	case e.Corruption.Gaussian > 0:
		label = "noise for " + label + ", not clipped"
	}
	return study.Word(label)
})

// NetAndInputs tells the runs of Inputs apart.
var NetAndInputs = study.Joined(study.Architecture, study.GaussianInputs)

// Both asks what the report ran and did not print: random labels on images of which a share is noise, of an MLP of three hidden layers. The numbers
// of examples are Grid's.
func Both(scale study.Scale) []study.Experiment {
	n, shares := net(3, 512), shares
	switch scale {
	case study.Smoke:
		n, shares = net(3, 16), []float64{0, 1}
	case study.Quick:
		n = net(3, 128)
	}
	return sizes[scale].experiments("mnist", []study.Net{n}, gaussian(1, shares, true)...)
}
