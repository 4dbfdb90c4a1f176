package exact_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/janpfeifer/must"

	"rethinking/lib/exact"
)

// feature is one feature of an image, in float64 and by the definition.
func feature(f exact.Filters, image []float32, cellY, cellX, filter int, sign float64) float64 {
	s := f.Shape
	down, across := s.Height-f.Size+1, s.Width-f.Size+1
	sum, count := 0.0, 0.0
	for y := range down {
		for x := range across {
			if y*f.Grid/down != cellY || x*f.Grid/across != cellX {
				continue
			}
			var patch []float64
			for r := range f.Size {
				for c := range f.Size * s.Channels {
					patch = append(patch, float64(image[((y+r)*s.Width+x)*s.Channels+c]))
				}
			}
			mean, variance := moments(patch)
			response := float64(f.Biases[filter])
			for i, v := range patch {
				if f.Contrast > 0 {
					v = (v - mean) / math.Sqrt(variance+float64(f.Contrast))
				}
				response += v * float64(f.Weights[filter*len(patch)+i])
			}
			sum += max(sign*response-float64(f.Threshold), 0)
			count++
		}
	}
	return math.Sqrt(sum / count)
}

func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance
}

func TestApply(t *testing.T) {
	for _, f := range []exact.Filters{
		{Shape: exact.Shape{Height: 1, Width: 1, Channels: 1}, Size: 1, Grid: 1, Biases: make([]float32, 1)},
		{Shape: exact.Shape{Height: 7, Width: 5, Channels: 2}, Size: 3, Grid: 2, Biases: make([]float32, 4), Threshold: 0.5},
		{Shape: exact.Shape{Height: 13, Width: 12, Channels: 3}, Size: 2, Grid: 5, Biases: make([]float32, 131), Threshold: 0.2, Contrast: 0.1},
	} {
		r := rng(1)
		f.Biases = normal(len(f.Biases), r)
		f.Weights = normal(len(f.Biases)*f.Size*f.Size*f.Shape.Channels, r)
		const n = 19
		images := normal(n*f.Shape.Len(), r)
		got := must.M1(f.Apply(ctx, images))
		if len(got) != n*f.Dim() {
			t.Fatalf("%+v: %d features, want %d", f.Shape, len(got), n*f.Dim())
		}
		at := 0
		for i := range n {
			for cell := range f.Grid * f.Grid {
				for filter := range f.Biases {
					for _, sign := range []float64{1, -1} {
						want := feature(f, images[i*f.Shape.Len():(i+1)*f.Shape.Len()], cell/f.Grid, cell%f.Grid, filter, sign)
						if math.Abs(float64(got[at])-want) > 2e-3 || math.Abs(float64(got[at]*got[at])-want*want) > 1e-5 { // roots near 0 are uncertain
							t.Fatalf("%+v, image %d, cell %d, filter %d, sign %g: %g, want %g", f.Shape, i, cell, filter, sign, got[at], want)
						}
						at++
					}
				}
			}
		}
	}
}

// A wavelet answers to the grating of its own orientation and wavelength more than any other does, and not at all to brightness.
func TestGabor(t *testing.T) {
	const side = 25
	o := exact.GaborOptions{Size: side, Grid: 1, Orientations: 4, Wavelengths: []float64{4, 8}}
	f := must.M1(exact.Gabor(exact.Shape{Height: side, Width: side, Channels: 1}, o))
	if got, want := f.Dim(), 2*2*4*2; got != want {
		t.Fatalf("%d features, want %d", got, want)
	}
	flat := make([]float32, side*side)
	for i := range flat {
		flat[i] = 1
	}
	if got := slices.Max(must.M1(f.Apply(ctx, flat))); got > 2e-3 {
		t.Errorf("brightness makes a feature of %g", got)
	}
	at := 0
	for _, wavelength := range o.Wavelengths {
		for orientation := range o.Orientations {
			grating := make([]float32, side*side)
			sin, cos := math.Sincos(math.Pi * float64(orientation) / float64(o.Orientations))
			for i := range grating {
				dx, dy := float64(i%side-side/2), float64(i/side-side/2)
				grating[i] = float32(math.Cos(2 * math.Pi * (dx*cos + dy*sin) / wavelength))
			}
			features := must.M1(f.Apply(ctx, grating))
			best := slices.Index(features, slices.Max(features))
			if best != at { // the even wavelet's positive response
				t.Errorf("wavelength %g, orientation %d: feature %d is the largest, want %d", wavelength, orientation, best, at)
			}
			at += 4
		}
	}
	// Along its stripes, here from corner to corner, a wavelet falls off with twice σ.
	diagonal, middle := f.Weights[2*side*side:3*side*side], side*side/2
	if got, want := diagonal[middle+3-3*side]/diagonal[middle], math.Exp(-18./4/(2*1.6*1.6)); math.Abs(float64(got)-want) > 1e-5 {
		t.Errorf("3 pixels up and right it has %g of its height, want %g", got, want)
	}
	for i := 0; i < len(f.Weights); i += side * side {
		norm := 0.0
		for _, w := range f.Weights[i : i+side*side] {
			norm += float64(w * w)
		}
		if math.Abs(norm-1) > 1e-5 {
			t.Errorf("wavelet %d has length %g", i/side/side, math.Sqrt(norm))
		}
	}
}

// Whitened responses to the patches they were learned from have mean 0 and a variance near, but not over, 1, whatever the images' covariance.
func TestPatchesAreWhitened(t *testing.T) {
	s := exact.Shape{Height: 12, Width: 12, Channels: 3}
	images := smooth(s, 400)
	f := must.M1(exact.Patches(images, s, exact.PatchOptions{Size: 4, Grid: 1, Count: 20}, rng(2)))
	f.Threshold, f.Grid = 0, 9 // a cell a patch: a feature is the root of a patch's response, or of its negative
	features := must.M1(f.Apply(ctx, images))
	for filter := range f.Biases {
		var responses []float64
		for i := filter * 2; i < len(features); i += 2 * len(f.Biases) {
			plus, minus := float64(features[i]), float64(features[i+1])
			responses = append(responses, plus*plus-minus*minus)
		}
		mean, variance := moments(responses)
		if math.Abs(mean) > 0.1 || variance < 0.3 || variance > 1.1 {
			t.Errorf("filter %d: responses with mean %g and variance %g", filter, mean, variance)
		}
	}
}

// smooth returns n images in about [0,1] whose neighbouring pixels and channels are alike, and that grow brighter to the right.
func smooth(s exact.Shape, n int) []float32 {
	r := rng(1)
	var images []float32
	for range n {
		a, b, c := r.Float64(), r.Float64(), r.Float64()
		for i := range s.Len() {
			x, y := float64(i/s.Channels%s.Width), float64(i/s.Channels/s.Width)
			images = append(images, float32(0.2+0.05*x+0.2*math.Sin(a*x+b*y+6*c)+0.1*r.Float64()))
		}
	}
	return images
}

func TestPatchesBySeed(t *testing.T) {
	s := exact.Shape{Height: 8, Width: 8, Channels: 1}
	images := smooth(s, 50)
	make := func(seed uint64) exact.Filters {
		return must.M1(exact.Patches(images, s, exact.PatchOptions{Size: 3, Grid: 2, Count: 30}, rng(seed)))
	}
	a, b, c := make(1), make(1), make(2)
	if !slices.Equal(a.Weights, b.Weights) || slices.Equal(a.Weights, c.Weights) {
		t.Error("filters must depend on the seed, and on it alone")
	}
	want := must.M1(a.Apply(ctx, images))
	for _, cores := range []int{1, 5} {
		before := runtime.GOMAXPROCS(cores)
		if !slices.Equal(must.M1(a.Apply(ctx, images)), want) {
			t.Errorf("%d cores: other features", cores)
		}
		runtime.GOMAXPROCS(before)
	}
}

// On wavelets as features a kernel makes less than half the errors that it makes on pixels.
func TestGaborFeaturesHelp(t *testing.T) {
	const n, tests = 500, 500
	x, labels := digits(t, n+tests)
	s := exact.Shape{Height: 28, Width: 28, Channels: 1}
	f := must.M1(exact.Gabor(s, exact.GaborOptions{Size: 9, Grid: 4, Orientations: 8, Wavelengths: []float64{4}}))
	wrong := func(x []float32, dim int) (count int) {
		y := must.M1(exact.OneHot(labels[:n], 10))
		o := exact.KernelOptions{Bandwidth: 0.7 * must.M1(exact.MedianDistance(x, dim))}
		k := must.M1(exact.FitKernel(ctx, x[:n*dim], dim, y, 10, o))
		for i, label := range exact.Argmax(must.M1(k.Predict(ctx, x[n*dim:], nil)), 10) {
			if label != labels[n+i] {
				count++
			}
		}
		return count
	}
	pixels, wavelets := wrong(x, 784), wrong(must.M1(f.Apply(ctx, x)), f.Dim())
	if t.Logf("of %d digits %d wrong by pixels, %d by wavelets", tests, pixels, wavelets); wavelets > pixels/2 {
		t.Error("wavelets do not help")
	}
}

func TestFeatureErrors(t *testing.T) {
	s := exact.Shape{Height: 8, Width: 8, Channels: 1}
	gabor := func(s exact.Shape, o exact.GaborOptions) error { _, err := exact.Gabor(s, o); return err }
	o := exact.GaborOptions{Size: 5, Grid: 2, Orientations: 4, Wavelengths: []float64{4}}
	fails(t, gabor(exact.Shape{Height: 8, Width: 8, Channels: 3}, o), "images of 3 channels: they are for greyscale")
	fails(t, gabor(exact.Shape{Channels: 1}, o), "all three must be positive")
	fails(t, gabor(s, exact.GaborOptions{Size: 9, Grid: 2, Orientations: 4, Wavelengths: []float64{4}}), "filters of 9 x 9 pixels for images of 8 x 8")
	fails(t, gabor(s, exact.GaborOptions{Size: 5, Grid: 5, Orientations: 4, Wavelengths: []float64{4}}), "a grid of 5 x 5 cells: there are 4 x 4")
	fails(t, gabor(s, exact.GaborOptions{Size: 5, Grid: 2, Orientations: 4, Wavelengths: []float64{1}}), "wavelength 1: it must be 2 pixels or more")
	fails(t, gabor(s, exact.GaborOptions{Size: 5, Grid: 2, Orientations: 4}), "0 filters with 0 weights")
	fails(t, gabor(s, exact.GaborOptions{Size: -5, Grid: 2, Orientations: 4, Wavelengths: []float64{4}}), "filters of -5 x -5 pixels")

	images := smooth(s, 10)
	patches := func(images []float32, o exact.PatchOptions) error {
		_, err := exact.Patches(images, s, o, rng(1))
		return err
	}
	fails(t, patches(images, exact.PatchOptions{Size: 3, Grid: 2}), "0 patches as filters: there must be 1 or more")
	fails(t, patches(images, exact.PatchOptions{Size: 9, Grid: 2, Count: 1}), "filters of 9 x 9 pixels")
	_, err := exact.Patches(images, exact.Shape{Height: 8, Width: 8, Channels: -1}, exact.PatchOptions{Size: 3, Grid: 2, Count: 1}, rng(1))
	fails(t, err, "all three must be positive")
	fails(t, patches(images[1:], exact.PatchOptions{Size: 3, Grid: 2, Count: 1}), "639 values are no whole number of inputs of 64")
	fails(t, patches(make([]float32, 640), exact.PatchOptions{Size: 3, Grid: 2, Count: 5}), "of 50000 drawn all but 0 are blank")

	f := must.M1(exact.Gabor(s, o))
	_, err = f.Apply(ctx, images[1:])
	fails(t, err, "639 values are no whole number")
	f.Biases = f.Biases[1:]
	_, err = f.Apply(ctx, images)
	fails(t, err, "7 filters with 200 weights")
	f = must.M1(exact.Gabor(s, o))
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := f.Apply(stopped, images); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: error %v", err)
	}
}
