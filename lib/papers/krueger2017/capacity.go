package krueger2017

import (
	"math"

	"rethinking/lib/study"
)

// capacity are the sizes of figures 1 and 2 (left).
var capacity = map[study.Scale]grid{
	study.Smoke:    {sizes: []int{100}, units: []int{4, 32}, noises: Noises(1), test: 100, epochs: 400, seeds: 2},
	study.Quick:    {sizes: []int{500}, units: []int{4, 8, 16, 64, 256}, noises: Noises(0.4, 1), test: 1000, epochs: 500, seeds: 3},
	study.Standard: {sizes: []int{1000}, units: []int{4, 8, 16, 32, 64, 128, 256, 512, 1024}, noises: Noises(levels...), test: 2000, epochs: 1000, seeds: 3},
	study.Paper:    {sizes: []int{50000}, units: []int{4, 16, 64, 256, 1024, 2048, 4096, 8192}, noises: Noises(levels...), epochs: 1000, seeds: 3},
}

// Capacity asks figures 1 and 2 (left): how well does a net generalize, and how many epochs does it need to fit its training set, against its
// number of hidden units and the noise?
func Capacity(scale study.Scale) []study.Experiment { return capacity[scale].experiments() }

// WithoutNoise asks the control of Arpit et al. 2017, section 3.3: the nets of Capacity on real data alone, on as many examples as each level of noise in
// the labels leaves right. (Of redrawn labels a tenth is right by chance; these are left out too.)
func WithoutNoise(scale study.Scale) []study.Experiment {
	g := capacity[scale]
	n, noises := g.sizes[0], g.noises
	g.sizes, g.noises = nil, Noises()
	for _, c := range noises {
		if c.Labels > 0 && c.Labels < 1 {
			g.sizes = append(g.sizes, Left(n, c.Labels))
		}
	}
	if g.sizes == nil { // at smoke there is no mixture
		g.sizes = []int{n / 2}
	}
	return g.experiments()
}

// Left is how many of n examples a level of noise leaves.
func Left(n int, level float64) int { return int(math.Round(float64(n) * (1 - level))) }
