package seed2017

import (
	"fmt"
	"slices"

	"rethinking/lib/study"
)

// net is an MLP of so many hidden layers of so many units.
func net(layers, hidden int) study.Net { return study.MLP(slices.Repeat([]int{hidden}, layers)...) }

// original is the report's experiment: all of MNIST, plain SGD at 0.01, batch 1024, Glorot-uniform weights. It printed the running mean
// of the train accuracy along each epoch, which is kept beside the train accuracy at its end; and its loss was Keras', of probabilities clipped
// to [1e-7, 1-1e-7], which is a choice here.
func original(n study.Net, labels float64, epochs int) study.Experiment {
	return study.Experiment{
		Data: study.Data{Name: "mnist"}, Corruption: study.Corruption{Labels: labels}, Net: n,
		Training: study.Training{Epochs: epochs, Batch: 1024, LearningRate: 0.01, Decay: 1, Running: true},
	}
}

// Protocol asks the report's own runs, one seed each as there: some of its nets on true and on random labels, and a deep net on true labels with
// its clipped loss and from logits.
//
//	smoke      1,000 digits, batch 100, nets 2x16 and 4x16, 5 epochs
//	quick      5,000 digits, batch 100, nets 2x16, 2x128, 6x128, 60 epochs
//	standard   all 60,000: 2x16, 2x128 and 2x512 for 1,000 epochs; 10x16, 4x512, 6x512, 2x1024 for 100; 6x128 clipped and not, 1,000
//	paper      all 60,000 and 1,000 epochs for all of them
func Protocol(scale study.Scale) []study.Experiment {
	full, part, long, short := []study.Net{net(2, 16), net(2, 128), net(2, 512)}, []study.Net{net(10, 16), net(4, 512), net(6, 512), net(2, 1024)}, 1000, 100
	deep := net(6, 128)
	change := func(*study.Experiment) {}
	switch scale {
	case study.Smoke:
		full, part, long, deep = []study.Net{net(2, 16)}, nil, 5, net(4, 16)
		change = func(e *study.Experiment) { e.Data.Train, e.Data.Test, e.Training.Batch = 1000, 500, 100 }
	case study.Quick:
		full, part, long = []study.Net{net(2, 16), net(2, 128)}, nil, 60
		change = func(e *study.Experiment) { e.Data.Train, e.Training.Batch = 5000, 100 }
	case study.Paper:
		short = long
	}
	var all []study.Experiment
	for _, labels := range []float64{0, 1} {
		for _, n := range full {
			all = append(all, original(n, labels, long))
		}
		for _, n := range part {
			all = append(all, original(n, labels, short))
		}
	}
	clipped := original(deep, 0, long)
	clipped.Training.Clipped = true
	all = append(all, original(deep, 0, long), clipped)
	for i := range all {
		change(&all[i])
		all[i].Seed = 1
	}
	return all
}

// NetLabelsAndLoss tells the runs of Protocol apart.
var NetLabelsAndLoss = study.Field{Name: "net, labels, loss, epochs", Of: func(e study.Experiment) string {
	labels, loss := "true labels", ""
	if e.Corruption.Labels == 1 {
		labels = "random labels"
	}
	if e.Training.Clipped {
		loss = ", clipped"
	}
	return fmt.Sprintf("%s, %s%s, %d epochs", e.Net, labels, loss, e.Training.Epochs)
}}

// WithLabels keeps the runs with that share of random labels and the loss from logits.
func WithLabels(labels float64, all []study.Experiment) []study.Experiment {
	return slices.DeleteFunc(slices.Clone(all), func(e study.Experiment) bool { return e.Corruption.Labels != labels || e.Training.Clipped })
}

// Stuck are the runs of Protocol of the net that has both losses.
func Stuck(scale study.Scale) []study.Experiment {
	all := Protocol(scale)
	both := all[len(all)-1].Net
	return slices.DeleteFunc(all, func(e study.Experiment) bool { return e.Corruption.Labels > 0 || name(e.Net) != name(both) })
}

// TrainErrors are the training examples that are classified wrongly.
var TrainErrors = study.Curve{Name: "training errors", Unit: "% of examples", Of: func(c study.Curves) []float64 {
	errors := make([]float64, len(c.TrainAccuracy))
	for i, a := range c.TrainAccuracy {
		errors[i] = 100 * (1 - a)
	}
	return errors
}}
