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
	{"true labels", study.Corruption{}},
	{"random labels", study.Corruption{Labels: 1}},
	{"shuffled pixels", study.Corruption{Pixels: "shuffled"}},
	{"random pixels", study.Corruption{Pixels: "random"}},
	{"Gaussian", study.Corruption{Gaussian: 1}},
}

// Condition names the kind of data that an experiment's net is trained on.
var Condition = study.Field{Name: "data", Of: func(e study.Experiment) string {
	for _, c := range conditions {
		if c.corruption == e.Corruption {
			return c.name
		}
	}
	return e.Corruption.String()
}}

// Figure1a asks figure 1a, the loss while a net fits five kinds of data, of any of the paper's nets; the paper draws its Inception.
//
//	smoke      MLPs 100 training and 100 test examples, 2 seeds; convolutional nets 30 and 30, one epoch, 1 seed
//	quick      MLPs and Alexnet 500 and 500 examples, 3 seeds; Inception 100 and 100, 10 epochs, 1 seed
//	standard   5,000 and 5,000 examples, 3 seeds
//	paper      all 50,000 and 10,000, 3 seeds
func Figure1a(net study.Net) func(study.Scale) []study.Experiment {
	return func(scale study.Scale) []study.Experiment {
		s := sizes(scale, net)
		e := experiment(net, s)
		var all []study.Experiment
		for _, c := range conditions {
			e.Corruption = c.corruption
			all = append(all, study.Seeds(e, s.seeds)...)
		}
		return all
	}
}

// Only keeps the experiments of a Condition.
func Only(condition string, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return Condition.Of(e) != condition })
}
