package zhang2017

import (
	"slices"

	"rethinking/lib/study"
)

// longer is the training of table 4's Inception with augmentation: the learning rate shrinks by 0.999 an epoch, and training takes longer.
func longer(t study.Training) study.Training {
	t.Decay = 0.999
	t.Epochs *= 2
	return t
}

// augmented are the rows of table 4 with augmentation: random crops, and all of it, with flips and rotations of up to 25 degrees (appendix E).
var augmented = []study.Regularization{{Crop: true}, {Crop: true, Flip: true, Rotation: 25}}

// Table4Row names a row of table 4: the net and what regularizes it, on random labels.
var Table4Row = study.Field{Name: "net, regularization", Of: func(e study.Experiment) string {
	return e.Net.String() + ", " + study.Regularized.Of(e)
}}

// Table4 asks table 4: can the nets fit random labels in spite of explicit regularization? Scales are those of Table1, but for Inception the
// standard scale takes 1,000 images, 500 test images and 1 seed, half an hour a run on a core of a processor.
func Table4(scale study.Scale) []study.Experiment {
	var all []study.Experiment
	run := func(net study.Net, r study.Regularization) {
		s := tableSizes(scale, net)
		if net.Kind == "inception" {
			s = fewImages(scale)
		}
		e := experiment(net, s)
		e.Corruption.Labels, e.Regularization = 1, r
		if r.Crop {
			e.Training = longer(e.Training)
		}
		all = append(all, study.Seeds(e, s.seeds)...)
	}
	for _, net := range []study.Net{Inception, Alexnet, MLP3x512, MLP512} {
		run(net, study.Regularization{WeightDecay: WeightDecay})
	}
	for _, r := range augmented {
		run(Inception, r)
	}
	return all
}

// OfMLPs keeps the experiments of MLPs.
func OfMLPs(all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return e.Net.Kind != "mlp" })
}

// table4 is the train accuracy that table 4 prints, in percent, by Table4Row.
var table4 = map[string]string{
	"inception with batch norm, weight decay 0.0005": "100", "alexnet, weight decay 0.0005": "failed to converge",
	"mlp 3x512, weight decay 0.0005": "100", "mlp 1x512, weight decay 0.0005": "99.21",
	"inception with batch norm, random crop": "99.93", "inception with batch norm, rotation 25°, random crop, flip": "99.28",
}

// PublishedTable4 returns what table 4 prints, the train accuracy in percent, for the rows that results are of.
func PublishedTable4(results []study.Result) map[string]string {
	train := map[string]string{}
	for _, r := range results {
		name := Table4Row.Of(r.Experiment)
		train[name] = table4[name]
	}
	return train
}
