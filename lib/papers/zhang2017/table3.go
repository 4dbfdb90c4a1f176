package zhang2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"rethinking/lib/exact"
	"rethinking/lib/study"
)

// Features names what a kernel sees of an image.
type Features string

// The features of table 3, with ours for what the paper leaves open.
const (
	Pixels  Features = "pixels"
	Gabor   Features = "Gabor wavelets" // 8 orientations, wavelengths of 3, 5 and 8 pixels in patches of 9x9, averaged over 7x7 cells
	Patches Features = "random patches" // whitened patches of 6x6 pixels as filters, averaged over 2x2 cells
)

// Kernel asks section 5 of points: what does a Gaussian kernel give that interpolates their labels?
type Kernel struct {
	Points
	Features  Features
	Filters   int     `json:"Filters,omitzero"` // of Patches
	Bandwidth float64 // in median distances between the training inputs
	Lambda    float64 // added to the kernel matrix's diagonal; 0: no regularization
}

// Interpolated is what a Kernel gave. Errors are in percent.
type Interpolated struct {
	Kernel
	N, Dim                int
	TrainError, TestError float64
	Norm                  float64 // in the kernel's Hilbert space, over all ten outputs
	RandomNorm            float64 // of the interpolant of random labels, likewise
	RandomTrainError      float64 // of it, on those labels
}

// bandwidths are in median distances: for each kind of features, of 1/8, 1/4, 1/2 and 1 the one with the smallest error on 2,000 training examples
// after fitting 3,000 others. The paper does not report its own.
var bandwidths = map[Features]float64{Pixels: 0.5, Gabor: 1, Patches: 1}

// memory is what a kernel may take, in bytes.
const memory = 16 << 30

// Table3 asks table 3 of as many examples as a scale has time for, each with and without regularization.
//
//	smoke      100 digits and 50 test digits; 60 images with 10 patches and 40 test images
//	quick      2,000 digits, 1,000 images with 100 patches, 2,000 test examples of each
//	standard   10,000 digits, 5,000 images with 400 patches, all 10,000 test examples of each; of 20,000 digits too,
//	           and pixels of all 60,000 (15 GB)
//	paper      60,000 digits (15 GB), 50,000 images with 1,600 patches
func Table3(scale study.Scale) []Kernel {
	digits, images := study.Data{Name: "mnist", Train: 10000}, study.Data{Name: "cifar10", Train: 5000}
	filters := 400
	switch scale {
	case study.Smoke:
		digits.Train, digits.Test, images.Train, images.Test, filters = 100, 50, 60, 40, 10
	case study.Quick:
		digits.Train, digits.Test, images.Train, images.Test, filters = 2000, 2000, 1000, 2000, 100
	case study.Paper:
		digits.Train, images.Train, filters = 0, 0, 1600
	}
	var all []Kernel
	for _, k := range []Kernel{
		{Points: Points{Data: digits}, Features: Pixels}, {Points: Points{Data: digits}, Features: Gabor},
		{Points: Points{Data: images}, Features: Pixels}, {Points: Points{Data: images}, Features: Patches, Filters: filters},
	} {
		all = append(all, k.regularized(Lambdas)...)
	}
	if scale == study.Standard {
		whole := Kernel{Points: Points{Data: digits}, Features: Pixels}
		whole.Data.Train, digits.Train = 0, 20000
		for _, f := range []Features{Pixels, Gabor} {
			all = append(all, Kernel{Points: Points{Data: digits}, Features: f}.regularized([]float64{0, 0.01})...)
		}
		all = append(all, whole.regularized([]float64{0, 0.01})...)
	}
	return all
}

// regularized returns a kernel with each lambda.
func (k Kernel) regularized(lambdas []float64) (all []Kernel) {
	for _, lambda := range lambdas {
		k.Seed, k.Bandwidth, k.Lambda = 1, bandwidths[k.Features], lambda
		all = append(all, k)
	}
	return all
}

// Lambdas are the amounts of regularization.
var Lambdas = []float64{0, 0.01, 1}

// Row names the data, their number, the features and the regularization.
func (i Interpolated) Row() string {
	return fmt.Sprintf("%d of %s, %s, λ = %g", i.N, i.Data.Name, i.Features, i.Lambda)
}

// table3 is what table 3 prints for kernels without regularization on all examples: the test error in percent and, for MNIST, section 5's norms.
var table3 = map[string]map[Features]struct{ err, norm string }{
	"mnist":   {Pixels: {"1.2", "220"}, Gabor: {"0.6", "390"}},
	"cifar10": {Pixels: {err: "46"}, Patches: {err: "17"}}, // of 32,000 random filters, 15 with regularization
}

// PublishedTable3 returns what table 3 prints, test error in percent and norm, by Row, for the answers without regularization.
func PublishedTable3(all []Interpolated) (errors, norms map[string]string) {
	errors, norms = map[string]string{}, map[string]string{}
	for _, i := range all {
		if published, ok := table3[i.Data.Name][i.Features]; ok && i.Lambda == 0 {
			errors[i.Row()] = published.err
			if published.norm != "" {
				norms[i.Row()] = published.norm
			}
		}
	}
	return errors, norms
}

// Interpolate answers questions of table 3, from the lab's results or anew.
func Interpolate(ctx context.Context, lab *study.Lab, questions []Kernel) ([]Interpolated, error) {
	return study.MeasureAll(ctx, lab, "zhang2017/kernel", questions, Kernel.answer)
}

// Work is the number of examples cubed, as Cholesky's method takes it.
func (k Kernel) Work() float64 { return math.Pow(float64(k.Data.Examples()), 3) }

func (k Kernel) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Interpolated, error) {
	train, test, err := k.examples(ctx, lab)
	if err != nil {
		return Interpolated{}, err
	}
	x, others, err := k.features(ctx, train, test)
	if err != nil {
		return Interpolated{}, err
	}
	dim := len(x) / train.Len()
	median, err := exact.MedianDistance(x, dim)
	if err != nil {
		return Interpolated{}, err
	}
	y, labels, err := k.targets(train)
	if err != nil {
		return Interpolated{}, err
	}
	fit, err := exact.FitKernel(ctx, x, dim, y, 2*classes, exact.KernelOptions{
		Bandwidth: k.Bandwidth * median, Lambda: k.Lambda, Memory: memory, Progress: func(share float64) { done(0.8 * share) }})
	if err != nil {
		return Interpolated{}, err
	}
	return k.judge(ctx, fit, x, others, train, test, labels, func(share float64) { done(0.8 + 0.2*share) })
}

const classes = 10 // of both data sets

// targets are one-hot, true labels beside random ones: [n, 20].
func (k Kernel) targets(train study.Sample) (y []float64, randomLabels []uint8, err error) {
	rng := rand.New(rand.NewPCG(uint64(k.Seed), 3))
	randomLabels = make([]uint8, train.Len())
	for i := range randomLabels {
		randomLabels[i] = uint8(rng.IntN(classes))
	}
	right, err := exact.OneHot(train.Labels, classes)
	if err != nil {
		return nil, nil, err
	}
	wrong, err := exact.OneHot(randomLabels, classes)
	for i := range train.Len() {
		y = append(append(y, right[i*classes:(i+1)*classes]...), wrong[i*classes:(i+1)*classes]...)
	}
	return y, randomLabels, err
}

// features are what the kernel sees of the training and test images.
func (k Kernel) features(ctx context.Context, train, test study.Sample) (x, others []float32, err error) {
	shape := exact.Shape{Height: train.Height, Width: train.Width, Channels: train.Channels}
	var filters exact.Filters
	switch k.Features {
	case Pixels:
		return train.X, test.X, nil
	case Gabor:
		filters, err = exact.Gabor(shape, exact.GaborOptions{Size: 9, Grid: 7, Orientations: 8, Wavelengths: []float64{3, 5, 8}})
	case Patches:
		filters, err = k.patches(train, shape)
	default:
		err = fmt.Errorf("zhang2017: unknown features %q: use one of %q", k.Features, []Features{Pixels, Gabor, Patches})
	}
	if err == nil {
		x, err = filters.Apply(ctx, train.X, nil)
	}
	if err == nil {
		others, err = filters.Apply(ctx, test.X, nil)
	}
	return x, others, err
}

// judge evaluates a fit on its training set and on the test set.
func (k Kernel) judge(ctx context.Context, fit *exact.Interpolant, x, others []float32, train, test study.Sample, randomLabels []uint8,
	done func(share float64)) (Interpolated, error) {
	out := Interpolated{Kernel: k, N: train.Len(), Dim: len(x) / train.Len()}
	for i, norm := range fit.Norms {
		if i < classes {
			out.Norm += norm * norm
		} else {
			out.RandomNorm += norm * norm
		}
	}
	out.Norm, out.RandomNorm = math.Sqrt(out.Norm), math.Sqrt(out.RandomNorm)
	trained := float64(len(x)) / float64(len(x)+len(others))
	seen, err := fit.Predict(ctx, x, func(share float64) { done(trained * share) })
	if err != nil {
		return out, err
	}
	unseen, err := fit.Predict(ctx, others, func(share float64) { done(trained + (1-trained)*share) })
	if err != nil {
		return out, err
	}
	right, wrong := halves(seen)
	tested, _ := halves(unseen)
	out.TrainError = 100 - agreement(exact.Argmax(right, classes), train.Labels)
	out.RandomTrainError = 100 - agreement(exact.Argmax(wrong, classes), randomLabels)
	out.TestError = 100 - agreement(exact.Argmax(tested, classes), test.Labels)
	return out, nil
}

// halves splits [n, 20] into [n, 10] and [n, 10].
func halves(values []float64) (first, second []float64) {
	for at := 0; at < len(values); at += 2 * classes {
		first = append(first, values[at:at+classes]...)
		second = append(second, values[at+classes:at+2*classes]...)
	}
	return first, second
}

// patches are random patches of the training images as filters.
func (k Kernel) patches(train study.Sample, shape exact.Shape) (exact.Filters, error) {
	return exact.Patches(train.X, shape, exact.PatchOptions{Size: 6, Grid: 2, Count: k.Filters}, rand.New(rand.NewPCG(uint64(k.Seed), 4)))
}
