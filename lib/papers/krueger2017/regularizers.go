package krueger2017

import (
	"slices"

	"rethinking/lib/data"
	"rethinking/lib/study"
)

// regularizers are the kinds of figure 3 (right) with their strengths, weakest first. Dropout goes up to 0.9, as in the paper; the other ranges
// are those of its successor (Arpit et al. 2017, section 5).
var regularizers = []struct {
	name   string
	values []float64
	of     func(strength float64) study.Regularization
}{
	{"dropout", []float64{0.1, 0.3, 0.5, 0.7, 0.9}, func(p float64) study.Regularization { return study.Regularization{Dropout: p} }},
	{"input dropout", []float64{0.1, 0.3, 0.5, 0.7, 0.9}, func(p float64) study.Regularization { return study.Regularization{InputDropout: p} }},
	{"input noise", []float64{0.3, 0.6, 1, 2, 4}, func(sd float64) study.Regularization { return study.Regularization{InputNoise: sd} }},
	{"hidden noise", []float64{0.1, 0.3, 1, 3, 10}, func(sd float64) study.Regularization { return study.Regularization{HiddenNoise: sd} }},
	{"weight decay", []float64{0.001, 0.003, 0.01, 0.03, 0.1}, func(l float64) study.Regularization { return study.Regularization{WeightDecay: l} }},
}

// Regularizers asks figure 3 (right): does explicit regularization that keeps a net from memorizing random labels keep it from learning real
// data? Each strength of each regularizer has a net on real and one on random labels: the paper's "small Alexnet-style CNN" is that of Zhang
// et al. 2017 here, on CIFAR-10's whitened crops. The training is its successor's (Arpit et al. 2017, section 2): SGD with momentum 0.9,
// the rate 0.01 halved every 15 epochs.
//
//	smoke      30 images, the middle value of each, 1 epoch, 1 seed
//	quick      200 images, the weakest, the middle and the second strongest value (of such few images the strongest noise makes training diverge), at
//	           most 20 epochs, 1 seed
//	standard   1,000 images, five values, at most 40 epochs, 3 seeds
//	paper      all 50,000 images, five values, at most 100 epochs, 3 seeds
func Regularizers(scale study.Scale) []study.Experiment {
	e := study.Experiment{
		Data: study.Data{Name: "cifar10", Preprocessing: data.CropWhiten, Train: 1000, Test: 2000}, Net: study.Net{Kind: "alexnet"},
		Training: study.Training{Epochs: 40, Batch: 50, LearningRate: 0.01, Momentum: 0.9, Decay: 0.5, DecayEvery: 15, Target: 1},
	}
	seeds, strengths := 3, []int{0, 1, 2, 3, 4}
	switch scale {
	case study.Smoke:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch, seeds, strengths = 30, 30, 1, 10, 1, []int{2}
	case study.Quick:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch, seeds, strengths = 200, 200, 20, 20, 1, []int{0, 2, 3}
	case study.Paper:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch = 0, 0, 100, 128
	}
	settings := []study.Regularization{{}}
	for _, r := range regularizers {
		for _, i := range strengths {
			settings = append(settings, r.of(r.values[i]))
		}
	}
	var all []study.Experiment
	for _, e.Regularization = range settings {
		for _, e.Corruption.Labels = range []float64{0, 1} {
			all = append(all, study.Seeds(e, seeds)...)
		}
	}
	return all
}

// Selected keeps the runs on one kind of data without regularization and with the strength of each regularizer in the middle.
func Selected(noise string, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool {
		middle := e.Regularization == study.Regularization{}
		for _, r := range regularizers {
			middle = middle || e.Regularization == r.of(r.values[len(r.values)/2])
		}
		return !middle || Noise.Of(e) != noise
	})
}

// RegularizationAndNoise tells the runs of Regularizers apart.
var RegularizationAndNoise = study.Field{Name: "regularization, noise", Of: func(e study.Experiment) string {
	return study.Regularized.Of(e) + ", " + Noise.Of(e)
}}

// TradeOff is a setting of a regularizer: what it does to memorization, and what to learning.
type TradeOff struct {
	Regularizer string // "dropout"
	Setting     string // "dropout 0.5"
	Seed        int64
	Memorized   float64 // final train accuracy on random labels, in percent
	Learned     float64 // best test accuracy on real labels along the run, in percent
}

// TradeOffs pairs the runs of Regularizers: those of a setting and a seed on real and on random labels.
func TradeOffs(results []study.Result) []TradeOff {
	type key struct {
		study.Regularization
		seed int64
	}
	memorized := map[key]float64{}
	for _, r := range results {
		if e := r.Experiment; e.Corruption.Labels == 1 {
			memorized[key{e.Regularization, e.Seed}], _ = study.Final(study.TrainAccuracy).Of(r)
		}
	}
	var all []TradeOff
	for _, r := range results {
		e := r.Experiment
		if m, ok := memorized[key{e.Regularization, e.Seed}]; ok && e.Corruption.Labels == 0 {
			learned, _ := study.BestTestAccuracy.Of(r)
			all = append(all, TradeOff{kind(e.Regularization), study.Regularized.Of(e), e.Seed, m, learned})
		}
	}
	return all
}

// kind names the regularizer that is set, "none" where none is.
func kind(r study.Regularization) string {
	for _, known := range regularizers {
		for _, value := range known.values {
			if known.of(value) == r {
				return known.name
			}
		}
	}
	return "none"
}
