package krueger2017

import "rethinking/lib/study"

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
func Conflict(scale study.Scale) []study.Experiment { return conflict[scale].experiments() }

// RelativeTime is how many times longer a run takes to fit its training set than real data does, of the same size and width, on average.
func RelativeTime(results []study.Result) study.Statistic {
	onReal, place := study.With(results, Noise, "none"), study.Joined(study.TrainExamples, study.HiddenUnits)
	return study.Relative("time to fit", "of that of real data", study.EpochsToFit(study.Fitted), onReal, place)
}
