package seed2017

import (
	"slices"
	"strings"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// source names the logs in tables.
const source = "its logs, all of MNIST, epoch 1000, one run"

// logged are the final train accuracies of the logs, in percent: running means over the last epoch. Its runs on true labels were validated on
// the training set. 8x16 stopped at epoch 775 and 10x16 at 649.
var logged = map[float64]map[string]string{
	0: {
		"2x16": "96.7", "2x128": "99.3", "2x512": "99.7", "2x1024": "99.8", "4x16": "97.8", "4x128": "100.0", "4x512": "100.0", "4x1024": "100.0",
		"6x16": "97.8", "6x128": "100.0", "6x512": "100.0", "6x1024": "100.0", "8x16": "97.1", "8x128": "100.0", "8x512": "100.0", "8x1024": "100.0",
		"10x16": "97.6", "10x128": "100.0", "10x512": "100.0", "10x1024": "100.0",
	},
	1: {
		"2x16": "12.9", "2x128": "20.9", "2x512": "36.9", "2x1024": "46.6", "4x16": "13.5", "4x128": "24.1", "4x512": "67.5", "4x1024": "99.1",
		"6x16": "13.0", "6x128": "27.4", "6x512": "99.9", "6x1024": "100.0", "8x16": "11.9", "8x128": "25.3", "8x512": "100.0", "8x1024": "100.0",
		"10x16": "11.1", "10x128": "23.1", "10x512": "99.3", "10x1024": "100.0",
	},
}

// loggedInputs are the final test accuracies of the logs with Gaussian inputs, in percent, at the shares 0 to 1.
var loggedInputs = map[string][6]string{
	"2x16": {"95.5", "95.2", "94.6", "94.1", "91.8", "14.2"}, "2x512": {"98.0", "97.9", "97.5", "96.4", "94.5", "12.0"},
	"2x1024": {"98.0", "98.0", "97.8", "97.0", "95.2", "6.6"}, "4x16": {"95.5", "94.5", "94.2", "93.0", "91.5", "11.3"},
	"4x512": {"97.9", "97.3", "97.0", "96.2", "94.4", "7.3"}, "4x1024": {"98.0", "97.6", "97.4", "96.8", "94.8", "11.1"},
	"8x16": {"94.4", "92.6", "92.8", "90.3", "85.6", "7.9"}, "8x512": {"97.4", "97.1", "96.6", "96.1", "94.5", "9.4"},
	"8x1024": {"97.7", "97.3", "97.1", "96.7", "95.1", "8.6"},
}

// name is that of a net in the report: "2x16".
func name(n study.Net) string { return strings.TrimPrefix(n.String(), "mlp ") }

// LoggedTrainAccuracy is that of the report's own runs: all of MNIST, 1,000 epochs.
var LoggedTrainAccuracy = paper.Published{
	Name: "report's train accuracy", Unit: "%", Source: source, Certainty: paper.Logged, Of: func(r study.Row) string {
		e := r.Origin().Experiment
		labels := e.Corruption.Labels
		if e.Data != (study.Data{Name: "mnist"}) || e.Corruption != (study.Corruption{Labels: labels}) || e.Training.Epochs != 1000 || e.Training.Batch != 1024 {
			return ""
		}
		return logged[labels][name(e.Net)]
	},
}

// LoggedTestAccuracy is that of the report's runs with Gaussian inputs, beside the runs of Inputs on digits, clipped, of any number.
var LoggedTestAccuracy = paper.Published{
	Name: "report's test accuracy", Unit: "%", Source: source, Certainty: paper.Logged, Of: func(r study.Row) string {
		e := r.Origin().Experiment
		share := e.Corruption.Gaussian
		i := slices.Index(shares, share)
		if i < 0 || e.Data.Name != "mnist" || e.Corruption != (study.Corruption{Gaussian: share, Clipped: share > 0}) {
			return ""
		}
		return loggedInputs[name(e.Net)][i]
	},
}
