package corrupt

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Summary sums up the values of a data set, all pixels and channels of all examples taken together.
type Summary struct {
	Mean, SD float64 // SD is the root of the mean squared deviation (divided by n)
	Min, Max float64
}

// Moments sums x up, in float64. Of no value at all, or if one of them is NaN, it is all NaN.
func Moments(x []float32) Summary {
	if len(x) == 0 {
		nan := math.NaN()
		return Summary{nan, nan, nan, nan}
	}
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean, squares := sum/float64(len(x)), 0.0
	for _, v := range x {
		d := float64(v) - mean
		squares += float64(d * d) // the conversion keeps machines from fusing the two operations, which would round otherwise
	}
	return Summary{mean, math.Sqrt(squares / float64(len(x))), float64(slices.Min(x)), float64(slices.Max(x))}
}

// Gaussian returns a copy of the inputs x, [n, dim] in row-major order, in which a share p of whole inputs is replaced by noise: every
// value drawn independently from the normal distribution with m's mean and standard deviation; and whether each input was replaced.
// With p = 1 this is the "Gaussian" of Zhang et al. 2017, section 2.1, for others the randX of Arpit et al. 2017. Labels keep their place.
//
// With clip the noise is clipped to [m.Min, m.Max], as in the seed study. This changes its moments: of MNIST in [0,1], with mean 0.1307 and
// standard deviation 0.3081, the clipped noise has mean 0.199 and standard deviation 0.221.
//
// Exactly p*n inputs are replaced, rounded to a whole number (halves up), chosen without replacement. With one seed an input replaced at a
// smaller p is replaced by the same noise at every larger one, clipped or not.
//
// It fails if p is not in [0,1], if x is no whole number of inputs, or if m is not finite or in disorder.
func Gaussian(x []float32, dim int, p float64, m Summary, clip bool, rng *rand.Rand) (out []float32, replaced []bool, err error) {
	switch {
	case !(p >= 0 && p <= 1):
		return nil, nil, fmt.Errorf("corrupt: Gaussian inputs %g: a share lies in [0,1]", p)
	case dim < 1 || len(x)%dim != 0:
		return nil, nil, fmt.Errorf("corrupt: %d values are no whole number of inputs of %d values", len(x), dim)
	case !m.valid():
		return nil, nil, fmt.Errorf("corrupt: Gaussian inputs with moments %+v: they must be finite, SD not negative, Min not above Max", m)
	}
	low, high := math.Inf(-1), math.Inf(1)
	if clip {
		low, high = m.Min, m.Max
	}
	n := len(x) / dim
	out, replaced = slices.Clone(x), make([]bool, n)
	for _, i := range rng.Perm(n)[:int(math.Round(p*float64(n)))] {
		replaced[i] = true
		for j := range dim {
			out[i*dim+j] = float32(min(max(normal(m.Mean, m.SD, rng), low), high))
		}
	}
	return out, replaced, nil
}

// Noise returns a copy of x with noise added to every value, drawn independently from the normal distribution with mean 0 and standard
// deviation sd. It is drawn once, unlike the regularizer of that name, which draws anew at every step. With one seed the noise is
// proportional to sd.
//
// It fails if sd is negative or not finite.
func Noise(x []float32, sd float64, rng *rand.Rand) ([]float32, error) {
	if !(sd >= 0) || math.IsInf(sd, 1) {
		return nil, fmt.Errorf("corrupt: noise of standard deviation %g: it must be finite and not negative", sd)
	}
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(normal(float64(v), sd, rng))
	}
	return out, nil
}

// normal draws from a normal distribution. The conversion keeps machines from fusing the two operations, which would round otherwise.
func normal(mean, sd float64, rng *rand.Rand) float64 { return mean + float64(sd*rng.NormFloat64()) }

func (m Summary) valid() bool {
	for _, v := range []float64{m.Mean, m.SD, m.Min, m.Max} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return m.SD >= 0 && m.Min <= m.Max
}
