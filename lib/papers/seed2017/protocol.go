package seed2017

import (
	"fmt"

	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// protocol is the report's own runs at a scale.
type protocol struct {
	train, test, batch int         // examples, 0 for all; and those a step
	both               study.Net   // with either loss
	nets, short        []study.Net // on true and on random labels; the second for fewer epochs
	epochs, fewer      int
}

// protocols are those of Protocol.
var protocols = map[study.Scale]protocol{
	study.Smoke: {train: 1000, test: 500, batch: 100, both: net(4, 16), nets: []study.Net{net(2, 16)}, epochs: 5},
	study.Quick: {train: 5000, batch: 100, both: net(6, 128), nets: []study.Net{net(2, 16), net(2, 128)}, epochs: 60},
	study.Standard: {
		batch: 1024, both: net(6, 128), nets: []study.Net{net(2, 16), net(2, 128), net(2, 512)}, epochs: 1000,
		short: []study.Net{net(10, 16), net(4, 512), net(6, 512), net(2, 1024)}, fewer: 100,
	},
	study.Paper: {
		batch: 1024, both: net(6, 128), epochs: 1000,
		nets: []study.Net{net(2, 16), net(2, 128), net(2, 512), net(10, 16), net(4, 512), net(6, 512), net(2, 1024)},
	},
}

// original is the report's experiment: MNIST, plain SGD at 0.01, Glorot-uniform weights. It printed the running mean of the train accuracy along
// each epoch, which is kept beside the train accuracy at its end; and its loss was Keras', of probabilities clipped to [1e-7, 1-1e-7], which is a
// choice here.
func (p protocol) original(n study.Net, labels float64, epochs int, clipped bool) study.Experiment {
	return study.Experiment{
		Data: study.Data{Name: "mnist", Train: p.train, Test: p.test}, Corruption: study.Corruption{Labels: labels}, Net: n, Seed: 1,
		Training: study.Training{Epochs: epochs, Batch: p.batch, LearningRate: 0.01, Decay: 1, Running: true, Clipped: clipped},
	}
}

// Protocol asks the report's own runs, one seed each as there: some of its nets on true and on random labels, and a deep net on true labels with
// its clipped loss and from logits. The scales standard and paper have all 60,000 digits in batches of 1,024; standard trains four of seven nets for
// 100 epochs, all else has 1,000.
func Protocol(scale study.Scale) (all []study.Experiment) {
	p := protocols[scale]
	for _, labels := range []float64{0, 1} {
		for _, n := range p.nets {
			all = append(all, p.original(n, labels, p.epochs, false))
		}
		for _, n := range p.short {
			all = append(all, p.original(n, labels, p.fewer, false))
		}
	}
	return append(all, p.original(p.both, 0, p.epochs, false), p.original(p.both, 0, p.epochs, true))
}

// NetLabelsAndLoss tells the runs of Protocol apart.
var NetLabelsAndLoss = study.ByExperiment("net, labels, loss, epochs", "", func(e study.Experiment) study.Level {
	loss := ""
	if e.Training.Clipped {
		loss = ", clipped"
	}
	return study.Word(fmt.Sprintf("%s, %s%s, %d epochs", e.Net, zhang2017.Condition.Of(e), loss, e.Training.Epochs))
})

// WithLabels keeps the runs with that share of random labels and the loss from logits.
func WithLabels(labels float64, of study.Experiments) study.Experiments {
	return of.Only(func(e study.Experiment) bool { return e.Corruption.Labels == labels && !e.Training.Clipped })
}

// Stuck are the runs of Protocol of the net that has both losses.
func Stuck(scale study.Scale) []study.Experiment {
	return study.Where(Protocol(scale), func(e study.Experiment) bool { return name(e.Net) == name(protocols[scale].both) })
}

// TrainErrors are the training examples that are classified wrongly.
var TrainErrors = study.Curve{Name: "training errors", Unit: "% of examples", Of: func(c study.Curves) []float64 {
	errors := make([]float64, len(c.TrainAccuracy))
	for i, a := range c.TrainAccuracy {
		errors[i] = 100 * (1 - a)
	}
	return errors
}}
