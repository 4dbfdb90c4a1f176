package krueger2017

import "rethinking/lib/study"

// size are the sizes of figure 2 (right).
var size = map[study.Scale]grid{
	study.Smoke:    {sizes: []int{50, 100}, units: []int{32}, noises: Noises(1), test: 100, epochs: 400, seeds: 2},
	study.Quick:    {sizes: []int{250, 500, 1000, 2000}, units: []int{64}, noises: Noises(0.4, 1), test: 1000, epochs: 500, seeds: 3},
	study.Standard: {sizes: []int{1000, 2000, 5000, 10000, 20000, 50000}, units: []int{64, 512}, noises: Noises(0.4, 1), test: 2000, epochs: 1000, seeds: 3},
	study.Paper:    {sizes: []int{1000, 2000, 5000, 10000, 20000, 50000}, units: []int{64, 512, 4096}, noises: Noises(levels...), epochs: 1000, seeds: 3},
}

// Size asks figure 2 (right): how many epochs does a net need to fit its training set, against the size of the set and the noise? The paper
// has one width and does not give it; its successor has 4,096 units (Arpit et al. 2017, figure 6). A narrow net stands beside a wide one here,
// because what noise does to the time depends on whether there is capacity to spare.
func Size(scale study.Scale) []study.Experiment { return size[scale].experiments() }

// inProportion are the sizes of InProportion.
var inProportion = map[study.Scale]grid{
	study.Smoke:    {sizes: []int{50, 100}, units: []int{32}, noises: Noises(1), test: 100, epochs: 400, seeds: 2},
	study.Quick:    {sizes: []int{250, 500, 1000}, units: []int{64}, noises: Noises(1), test: 1000, epochs: 500, seeds: 3},
	study.Standard: {sizes: []int{1000, 2000, 5000, 10000}, units: []int{512}, noises: Noises(1), test: 2000, epochs: 1000, seeds: 3},
	study.Paper:    {sizes: []int{1000, 2000, 5000, 10000, 20000, 50000}, units: []int{4096}, noises: Noises(1), epochs: 1000, seeds: 3},
}

// InProportion asks Size's question with batches in proportion to the size of the training set, 32 at the smallest: an epoch then has as many updates at
// every size, and epochs and updates tell the same. Neither paper says its batch size.
func InProportion(scale study.Scale) []study.Experiment {
	all := inProportion[scale].experiments()
	for i := range all {
		all[i].Training.Batch = all[i].Training.Batch * all[i].Data.Train / all[0].Data.Train
	}
	return all
}
