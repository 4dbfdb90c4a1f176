package zhang2017

import (
	"slices"

	"rethinking/lib/study"
)

// conditions are the five kinds of data of section 2.1, in its order. Under random pixels and Gaussian inputs the labels are the true ones.
var conditions = []struct {
	name       string
	corruption study.Corruption
}{
	{"true labels", clean},
	{"random labels", random},
	{"shuffled pixels", study.Corruption{Pixels: "shuffled"}},
	{"random pixels", study.Corruption{Pixels: "random"}},
	{"Gaussian", study.Corruption{Gaussian: 1}},
}

// Condition names the kind of data that an experiment's net is trained on.
var Condition = study.ByExperiment("data", "", func(e study.Experiment) study.Level {
	for _, c := range conditions {
		if c.corruption == e.Corruption {
			return study.Word(c.name)
		}
	}
	return study.Word(e.Corruption.String())
})

// On is the condition that experiments of a Condition meet.
func On(condition string) func(study.Experiment) bool {
	return func(e study.Experiment) bool { return Condition.Of(e).Label == condition }
}

// Figure1a asks figure 1a, the loss while a net fits five kinds of data, of any of the paper's nets; the paper draws its Inception. From the
// standard scale on every net has 3 seeds: of 5,000 training and 5,000 test examples there, of all at the scale paper.
func Figure1a(net study.Net) study.Experiments {
	return func(scale study.Scale) (all []study.Experiment) {
		s := sizes[net.Kind][scale]
		for _, c := range conditions {
			all = append(all, study.SeedsOn(experiment(net, s), s.seeds, c.corruption)...)
		}
		return all
	}
}

// Figure1aRunning asks figure 1a of a net with batch normalization, and measures means over the steps of each epoch too, while the weights move, as the
// paper draws them: batch normalization then takes the mean and variance of the step's own examples, not running averages that lag behind. The net is the
// paper's Inception at the scale paper, on a GPU; below it the MLP 3x512 with batch normalization, which takes a minute a run.
func Figure1aRunning(scale study.Scale) (all []study.Experiment) {
	net := MLP3x512
	if scale == study.Paper {
		net = Inception
	}
	net.BatchNorm = true
	s := sizes[net.Kind][scale]
	for _, c := range conditions {
		e := experiment(net, s)
		e.Training.Running = true
		all = append(all, study.SeedsOn(e, s.seeds, c.corruption)...)
	}
	return all
}

// started is the train accuracy from which on a net counts as having started to fit: twice that of guessing.
const started = 2. / classes

// How training on random labels goes (section 2.2): a plateau, and then a fast fall of the loss.
var (
	// UntilStart is the first evaluated epoch at which a fifth of the training set is classified as labelled, twice as many as by guessing.
	UntilStart = study.StatisticOf("epochs to 20% train accuracy", "epochs", func(r study.Result) (float64, bool) {
		c := r.Measurements.Curves
		if i := slices.IndexFunc(c.TrainAccuracy, func(a float64) bool { return a >= started }); i >= 0 {
			return float64(c.Epoch[i]), true
		}
		return 0, false
	}).OrNever()
	// FromStart is how many epochs it takes from there to fit the training set.
	FromStart = study.StatisticOf("epochs from 20% to 99.9%", "epochs", func(r study.Result) (float64, bool) {
		from, began := UntilStart.Of(r)
		to, fitted := study.EpochsToFit(study.Fitted).Of(r)
		return to - from, began && fitted
	}).OrNever()
)
