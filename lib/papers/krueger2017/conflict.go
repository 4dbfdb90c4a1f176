package krueger2017

import (
	"fmt"

	"rethinking/lib/papers/evidence"
	"rethinking/lib/study"
)

// conflict are the sizes of Conflict.
var conflict = map[study.Scale]grid{
	study.Smoke:    {sizes: []int{50, 100}, units: []int{16, 32}, noises: ends, test: 100, epochs: 400, seeds: 1},
	study.Quick:    {sizes: []int{250, 500, 1000, 2000}, units: []int{8, 16, 64, 256}, noises: ends, test: 1000, epochs: 500, seeds: 1},
	study.Standard: {sizes: size[study.Standard].sizes, units: []int{16, 32, 64, 128, 256, 512}, noises: ends, test: 2000, epochs: 1000, seeds: 3},
	study.Paper:    {sizes: size[study.Paper].sizes, units: []int{16, 32, 64, 128, 256, 512, 1024, 2048, 4096}, noises: ends, epochs: 1000, seeds: 3},
}

// ends are real data and nothing but Gaussian inputs.
var ends = []study.Corruption{{}, {Gaussian: 1}}

// Conflict asks where the paper and its successor are right: this paper finds that Gaussian inputs converge sooner than real data, Arpit et
// al. 2017 (figure 6) that they converge later. Here are both kinds of data, at each size of the training set and of the net; some of the
// runs are those of Size.
//
//	smoke      50 and 100 digits, widths 16 and 32, 1 seed
//	quick      250 to 2,000 digits, widths 8 to 256, at most 500 epochs, 1 seed
//	standard   1,000 to 50,000 digits, widths 16 to 512, 3 seeds
//	paper      1,000 to 50,000 digits, widths 16 to 4,096, 3 seeds
func Conflict(scale study.Scale) []study.Experiment { return conflict[scale].experiments() }

// RelativeTime is how many times longer a run takes to fit its training set than real data does, of the same size and width, on average.
func RelativeTime(results []study.Result) study.Statistic {
	fitted := study.EpochsToFit(study.Fitted)
	place := func(r study.Result) string {
		return fmt.Sprint(r.Experiment.Data.Train, " ", study.HiddenUnits.Of(r.Experiment))
	}
	onReal := map[string][]study.Result{}
	for _, r := range results {
		if r.Experiment.Corruption == (study.Corruption{}) {
			onReal[place(r)] = append(onReal[place(r)], r)
		}
	}
	base := map[string]study.Spread{}
	for at, runs := range onReal {
		base[at] = study.SpreadOf(runs, fitted)
	}
	return study.Statistic{Name: "time to fit", Unit: "of that of real data", Of: func(r study.Result) (float64, bool) {
		epochs, ok := fitted.Of(r)
		b := base[place(r)]
		return epochs / b.Mean, ok && b.N > 0
	}}
}

// OnNoise keeps the results on Gaussian inputs.
func OnNoise(results []study.Result) []study.Result {
	return evidence.Where(results, func(e study.Experiment) bool { return e.Corruption.Gaussian == 1 })
}
