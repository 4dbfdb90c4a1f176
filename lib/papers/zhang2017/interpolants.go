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

// ofDigits are kernels on digits that see some features, at some bandwidths, for every seed.
func ofDigits(scale study.Scale, f Features, bandwidths ...float64) (all []Kernel) {
	s := interpolants[scale]
	for seed := range int64(s.seeds) {
		for _, b := range bandwidths {
			of := study.Data{Name: "mnist", Train: s.train, Test: s.test}
			all = append(all, Kernel{Points: Points{Data: of, Seed: seed + 1}, Features: f, Bandwidth: b})
		}
	}
	return all
}

// Bandwidths asks of section 5 what the paper does not report: what do the error and the norm of an interpolant become by the kernel's bandwidth?
func Bandwidths(scale study.Scale) []Kernel {
	return append(ofDigits(scale, Pixels, widths...), ofDigits(scale, Gabor, widths...)...)
}

// Interpolants asks what it is worth to interpolate, at the bandwidths of table 3: of smallest norm; with regularization; and, on pixels, with twice as many
// examples, whose labels are wrong, fitted too.
func Interpolants(scale study.Scale) (all []Kernel) {
	for _, f := range []Features{Pixels, Gabor} {
		plain := ofDigits(scale, f, bandwidths[f])
		all = append(all, plain...)
		for _, k := range plain {
			k.Lambda = 0.01
			all = append(all, k)
		}
	}
	for _, k := range ofDigits(scale, Pixels, bandwidths[Pixels]) {
		k.Wrong = 2 * k.Data.Train
		k.Data.Train += k.Wrong
		all = append(all, k)
	}
	return all
}

// allInterpolants are those of both, each once.
func allInterpolants(scale study.Scale) []Kernel {
	all := Bandwidths(scale)
	for _, k := range Interpolants(scale) {
		if !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	return all
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
