package zhang2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rethinking/lib/exact"
	"rethinking/lib/paper"
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
	Wrong     int     `json:"Wrong,omitzero"`   // of the points, the last so many have the label of the next class, and do not count as training examples
	Bandwidth float64 // in median distances between the training inputs
	Lambda    float64 // added to the kernel matrix's diagonal; 0: no regularization
}

// Interpolated is what a Kernel gave. Errors are in percent.
type Interpolated struct {
	Kernel
	N, Dim                int // N without the wrong ones
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

// Table3 asks table 3 of as many examples as a scale has time for, each with and without regularization: of 10,000 digits and 5,000 images at
// standard, and there of 20,000 digits too, and of the pixels of all 60,000. A kernel of all digits takes 15 GB.
func Table3(scale study.Scale) (all []Kernel) {
	digits, images, filters := study.Data{Name: "mnist", Train: 10000}, study.Data{Name: "cifar10", Train: 5000}, 400
	switch scale {
	case study.Smoke:
		digits.Train, digits.Test, images.Train, images.Test, filters = 100, 50, 60, 40, 10
	case study.Quick:
		digits.Train, digits.Test, images.Train, images.Test, filters = 2000, 2000, 1000, 2000, 100
	case study.Paper:
		digits.Train, images.Train, filters = 0, 0, 1600
	}
	ask := func(of study.Data, f Features, filters int, lambdas ...float64) {
		for _, lambda := range lambdas {
			all = append(all, Kernel{Points: Points{Data: of, Seed: 1}, Features: f, Filters: filters, Bandwidth: bandwidths[f], Lambda: lambda})
		}
	}
	ask(digits, Pixels, 0, Lambdas...)
	ask(digits, Gabor, 0, Lambdas...)
	ask(images, Pixels, 0, Lambdas...)
	ask(images, Patches, filters, Lambdas...)
	if scale == study.Standard {
		more := study.Data{Name: "mnist", Train: 20000}
		ask(more, Pixels, 0, 0, 0.01)
		ask(more, Gabor, 0, 0, 0.01)
		ask(study.Data{Name: "mnist"}, Pixels, 0, 0, 0.01)
	}
	return all
}

// Lambdas are the amounts of regularization.
var Lambdas = []float64{0, 0.01, 1}

// Table3Row names the data, their number, the features and the regularization.
var Table3Row = study.ByValue("examples, features, regularization", "", func(i Interpolated) study.Level {
	return study.Word(fmt.Sprintf("%d of %s, %s, λ = %g", i.N, i.Data.Name, i.Features, i.Lambda))
})

// An Interpolated's numbers.
var (
	KernelTrainError = study.Quantity("train error", "%", func(i Interpolated) float64 { return i.TrainError })
	KernelTestError  = study.Quantity("test error", "%", func(i Interpolated) float64 { return i.TestError })
	KernelNorm       = study.Quantity("norm", "", func(i Interpolated) float64 { return i.Norm })
	RandomTrainError = study.Quantity("train error on random labels", "%", func(i Interpolated) float64 { return i.RandomTrainError })
	RandomNorm       = study.Quantity("norm on random labels", "", func(i Interpolated) float64 { return i.RandomNorm })
)

// table3 is what table 3 prints for kernels without regularization on all examples: the test error in percent and, for MNIST, section 5's norms.
var table3 = map[string]map[Features]printed3{
	"mnist":   {Pixels: {"1.2", "220"}, Gabor: {"0.6", "390"}},
	"cifar10": {Pixels: {err: "46"}, Patches: {err: "17"}}, // of 32,000 random filters, 15 with regularization
}

type printed3 struct{ err, norm string }

// What table 3 prints, for answers without regularization, of any number of examples.
var (
	Table3Error = ofKernels("paper's test error", "%", func(p printed3) string { return p.err })
	Table3Norm  = ofKernels("paper's norm", "", func(p printed3) string { return p.norm })
)

func ofKernels(name, unit string, of func(printed3) string) paper.Published {
	const source = "Zhang et al. 2017, table 3, all examples"
	return paper.Published{Name: name, Unit: unit, Source: source, Certainty: paper.Printed, Of: func(r study.Row) string {
		if i, ok := r.Value().(Interpolated); ok && i.Lambda == 0 {
			return of(table3[i.Data.Name][i.Features])
		}
		return ""
	}}
}

// Kind names the question.
func (k Kernel) Kind() string { return "zhang2017/kernel" }

// Validate tells what is wrong with a Kernel that Answer would refuse.
func (k Kernel) Validate() error {
	if known := []Features{Pixels, Gabor, Patches}; !slices.Contains(known, k.Features) {
		return fmt.Errorf("zhang2017: unknown features %q: use one of %q", k.Features, known)
	}
	if k.Bandwidth <= 0 || k.Lambda < 0 {
		return fmt.Errorf("zhang2017: bandwidth %g, lambda %g: the one must be positive, the other 0 or more", k.Bandwidth, k.Lambda)
	}
	if n := k.Data.Examples(); k.Wrong < 0 || k.Wrong >= n {
		return fmt.Errorf("zhang2017: %d of %d points with a wrong label: leave one with its own at least", k.Wrong, n)
	}
	return nil
}

// Work is the number of examples cubed, as Cholesky's method takes it.
func (k Kernel) Work() float64 { return math.Pow(float64(k.Data.Examples()), 3) }

// Answer fits the kernel to true and to random labels.
func (k Kernel) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Interpolated, error) {
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
	labels := k.labels(train)
	y, err := exact.OneHot(labels, classes) // [n, 20], as two labels an example
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

// labels are two of each point, its own, or a wrong one, and a random one: [n, 2].
func (k Kernel) labels(train study.Sample) (both []uint8) {
	rng := rand.New(rand.NewPCG(uint64(k.Seed), 3))
	for i, label := range train.Labels {
		if i >= train.Len()-k.Wrong {
			label = (label + 1) % classes
		}
		both = append(both, label, uint8(rng.IntN(classes)))
	}
	return both
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
		filters, err = exact.Patches(train.X, shape, exact.PatchOptions{Size: 6, Grid: 2, Count: k.Filters}, rand.New(rand.NewPCG(uint64(k.Seed), 4)))
	}
	if err == nil {
		x, err = filters.Apply(ctx, train.X)
	}
	if err == nil {
		others, err = filters.Apply(ctx, test.X)
	}
	return x, others, err
}

// judge evaluates a fit on its training set and on the test set.
func (k Kernel) judge(ctx context.Context, fit *exact.Interpolant, x, others []float32, train, test study.Sample, labels []uint8,
	done func(share float64)) (Interpolated, error) {
	out := Interpolated{Kernel: k, N: train.Len() - k.Wrong, Dim: len(x) / train.Len()}
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
	trainedOn, tested := exact.Argmax(seen, classes), exact.Argmax(unseen, classes) // two labels an example
	out.TrainError = 100 - agreement(everySecond(trainedOn)[:out.N], train.Labels[:out.N])
	out.RandomTrainError = 100 - agreement(everySecond(trainedOn[1:])[:out.N], everySecond(labels[1:])[:out.N])
	out.TestError = 100 - agreement(everySecond(tested), test.Labels)
	return out, nil
}

// everySecond is the first label, the third and so on.
func everySecond(labels []uint8) (some []uint8) {
	for i := 0; i < len(labels); i += 2 {
		some = append(some, labels[i])
	}
	return some
}
