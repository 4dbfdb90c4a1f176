package zhang2017

import "rethinking/lib/study"

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
