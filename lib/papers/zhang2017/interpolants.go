package zhang2017

import (
	"fmt"
	"slices"

	"rethinking/lib/study"
)

// interpolants are the sizes of Bandwidths and Spoiled: digits, test examples (0: all) and seeds.
var interpolants = map[study.Scale]struct{ train, test, seeds int }{
	study.Smoke:    {50, 50, 1},
	study.Quick:    {500, 2000, 1},
	study.Standard: {2000, 2000, 3},
	study.Paper:    {10000, 0, 3},
}

// widths are the bandwidths of Bandwidths, in median distances.
var widths = []float64{0.25, 0.5, 1, 2, 4}

// ofDigits are kernels on digits, of pixels and of wavelets, at some bandwidths each, for every seed.
func ofDigits(scale study.Scale, bandwidths func(Features) []float64, lambda float64, wrong int) (all []Kernel) {
	s := interpolants[scale]
	for seed := range int64(s.seeds) {
		for _, f := range []Features{Pixels, Gabor} {
			for _, b := range bandwidths(f) {
				of := study.Data{Name: "mnist", Train: s.train * (1 + wrong), Test: s.test}
				all = append(all, Kernel{Points: Points{Data: of, Seed: seed + 1}, Features: f, Bandwidth: b, Lambda: lambda, Wrong: s.train * wrong})
			}
		}
	}
	return all
}

// Bandwidths asks of section 5 what the paper does not report: what do the error and the norm of an interpolant become by the kernel's bandwidth?
func Bandwidths(scale study.Scale) []Kernel {
	return ofDigits(scale, func(Features) []float64 { return widths }, 0, 0)
}

// Interpolants asks what it is worth to interpolate, at the bandwidths of table 3: of smallest norm; with regularization; and with three times as many
// examples, whose labels are wrong, fitted too.
func Interpolants(scale study.Scale) []Kernel {
	best := func(f Features) []float64 { return []float64{bandwidths[f]} }
	return slices.Concat(ofDigits(scale, best, 0, 0), ofDigits(scale, best, 0.01, 0), ofDigits(scale, best, 0, 3))
}

// Interpolant names the features, and what else is fitted.
var Interpolant = study.ByValue("interpolant", "", func(i Interpolated) study.Level {
	switch {
	case i.Wrong > 0:
		return study.Word(fmt.Sprintf("%s, and %d wrong labels fitted too", i.Features, i.Wrong))
	case i.Lambda > 0:
		return study.Word(fmt.Sprintf("%s, λ = %g", i.Features, i.Lambda))
	}
	return study.Word(string(i.Features) + ", smallest norm")
})

// KernelBandwidth is a kernel's bandwidth, and KernelFeatures what it sees.
var (
	KernelBandwidth = study.Quantity("bandwidth", "median distances", func(i Interpolated) float64 { return i.Bandwidth })
	KernelFeatures  = study.ByValue("features", "", func(i Interpolated) study.Level { return study.Word(string(i.Features)) })
)
