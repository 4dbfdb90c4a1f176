package seed2017

import "rethinking/lib/study"

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

// Wide keeps the runs of Inputs of the nets of 512 units a layer, and of 128 at the smoke scale.
func Wide(of study.Experiments) study.Experiments {
	return of.Only(func(e study.Experiment) bool { return e.Net.Hidden[0] == 512 || e.Net.Hidden[0] == 128 })
}

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
