package exact

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// GaborOptions say which wavelets a Gabor bank has: an even and an odd one for each orientation and wavelength.
type GaborOptions struct {
	Size, Grid   int       // see Filters
	Orientations int       // at equal angles
	Wavelengths  []float64 // in pixels
}

// Gabor returns a bank of Gabor wavelets for greyscale images. With u along a wavelet's orientation and v across it, from the middle of the patch,
// a wavelet is
//
//	exp(-(u² + v²/4) / 2σ²) cos(2πu/wavelength + phase), σ = 0.4 wavelength, phase 0 or π/2
//
// less a share of the envelope that makes it blind to brightness, and scaled to length 1. Zhang et al. 2017, section 5, put a Gabor wavelet
// transform before the kernel on MNIST and leave its particulars open. It fails if an option does not fit.
func Gabor(s Shape, o GaborOptions) (Filters, error) {
	if s.Channels != 1 {
		return Filters{}, fmt.Errorf("exact: Gabor wavelets for images of %d channels: they are for greyscale images, of 1", s.Channels)
	}
	f := Filters{Shape: s, Size: o.Size, Grid: o.Grid}
	for _, wavelength := range o.Wavelengths {
		if !(wavelength >= 2) || math.IsInf(wavelength, 1) {
			return Filters{}, fmt.Errorf("exact: a Gabor wavelet of wavelength %g: it must be 2 pixels or more", wavelength)
		}
		for i := range o.Orientations {
			for _, phase := range []float64{0, math.Pi / 2} {
				f.Weights = append(f.Weights, wavelet(o.Size, math.Pi*float64(i)/float64(o.Orientations), wavelength, phase)...)
				f.Biases = append(f.Biases, 0)
			}
		}
	}
	return f, f.check()
}

// wavelet is one filter of a Gabor bank, [size, size].
func wavelet(size int, angle, wavelength, phase float64) []float32 {
	var envelope, wave []float64
	sin, cos := math.Sincos(angle)
	sigma := 0.4 * wavelength
	for y := range size {
		for x := range size {
			dx, dy := float64(x)-float64(size-1)/2, float64(y)-float64(size-1)/2
			u, v := dx*cos+dy*sin, dy*cos-dx*sin
			e := math.Exp(-(u*u + v*v/4) / (2 * sigma * sigma))
			envelope, wave = append(envelope, e), append(wave, e*math.Cos(2*math.Pi*u/wavelength+phase))
		}
	}
	floats.AddScaled(wave, -floats.Sum(wave)/floats.Sum(envelope), envelope)
	floats.Scale(1/floats.Norm(wave, 2), wave)
	return float32s(wave)
}

// PatchOptions say which patches become filters.
type PatchOptions struct {
	Size, Grid int // see Filters
	Count      int // filters
}

const (
	sampled   = 50000           // patches from which whitening is learned and filters are drawn
	contrast  = 10. / 255 / 255 // in 256 shades 10, less than the variance of a patch with anything to see
	whitening = 0.1             // added to the variances, 1 on average, in all directions of patch space: less would amplify noise
	threshold = 1               // a whitened patch's response has a variance of nearly 1
)

// Patches returns random patches of images, [n, Height, Width, Channels] in [0,1], as filters: a random convolutional net, trained by nothing,
// such as Zhang et al. 2017, section 5, put before the kernel on CIFAR-10, with 32,000 filters. The paper leaves the rest open; here it is in the
// way of Coates and Ng 2012, "Learning Feature Representations with K-means": patches are scaled to equal contrast and whitened (ZCA), those that
// become filters then scaled to length 1, and responses have a threshold. Whitening is folded into the filters. It matters: with 200 filters of
// 6 x 6 pixels, 2000 images of CIFAR-10 and a kernel, the error is 37% with it and 50% without.
//
// It fails if an option does not fit, or if too few patches are not blank.
func Patches(images []float32, s Shape, o PatchOptions, rng *rand.Rand) (Filters, error) {
	f := Filters{Shape: s, Size: o.Size, Grid: o.Grid, Threshold: threshold, Contrast: contrast}
	if o.Count < 1 {
		return Filters{}, fmt.Errorf("exact: %d patches as filters: there must be 1 or more", o.Count)
	}
	if err := f.checkSizes(); err != nil {
		return Filters{}, err
	}
	n, err := rows(images, s.Len())
	if err != nil {
		return Filters{}, err
	}
	sample, blank := f.sample(images, n, rng)
	w, mean, err := zca(sample)
	if err != nil {
		return Filters{}, err
	}
	for i := 0; i < sampled && len(f.Biases) < o.Count; i++ {
		if blank[i] {
			continue
		}
		filter := mat.NewVecDense(f.patch(), nil)
		filter.SubVec(sample.RowView(i), mean)
		filter.MulVec(w, filter)
		filter.ScaleVec(1/filter.Norm(2), filter)
		filter.MulVec(w, filter) // <filter, W(p - mean)> = <W filter, p> - <W filter, mean>
		f.Weights = append(f.Weights, float32s(filter.RawVector().Data)...)
		f.Biases = append(f.Biases, float32(-mat.Dot(filter, mean)))
	}
	if made := len(f.Biases); made < o.Count {
		return Filters{}, fmt.Errorf("exact: %d patches as filters: of %d drawn all but %d are blank", o.Count, sampled, made)
	}
	return f, nil
}

// sample draws patches as cut makes them, [sampled, patch], and tells which are of one colour throughout.
func (f Filters) sample(images []float32, n int, rng *rand.Rand) (sample *mat.Dense, blank []bool) {
	sample, blank = mat.NewDense(sampled, f.patch(), nil), make([]bool, sampled)
	patch := make([]float32, f.patch())
	for i := range sampled {
		image := rng.IntN(n) * f.Shape.Len()
		f.cut(patch, images[image:image+f.Shape.Len()], rng.IntN(f.down()), rng.IntN(f.across()))
		norm := 0.0
		for j, v := range patch {
			sample.Set(i, j, float64(v))
			norm += math.Abs(float64(v))
		}
		blank[i] = norm < 1e-3*float64(len(patch))
	}
	return sample, blank
}

// zca returns W = (C + whitening)^(-1/2) of the covariance C of patches, [n, patch], and their mean: W (p - mean) is whitened.
func zca(patches *mat.Dense) (w *mat.SymDense, mean *mat.VecDense, err error) {
	_, d := patches.Dims()
	mean, w = mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	stat.CovarianceMatrix(w, patches, nil)
	for i := range d {
		mean.SetVec(i, stat.Mean(mat.Col(nil, i, patches), nil))
		w.SetSym(i, i, w.At(i, i)+whitening)
	}
	if err := w.PowPSD(w, -0.5); err != nil {
		return nil, nil, fmt.Errorf("exact: the patches cannot be whitened: %w", err)
	}
	return w, mean, nil
}

func float32s(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}
