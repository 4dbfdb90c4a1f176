package study

import (
	"strings"
	"time"
)

// Result is what an Experiment gave. The Experiment and the Measurements are the same bytes whenever it is run on the same backend;
// the Provenance tells how this run came about.
type Result struct {
	Experiment   Experiment
	Measurements Measurements
	Provenance   Provenance
}

// Measurements are the numbers of a run.
type Measurements struct {
	Parameters int       `json:"parameters"` // trainable weights and biases
	Train      int       `json:"train"`      // training examples
	Test       int       `json:"test"`       // test examples
	Corrupted  int       `json:"corrupted"`  // training examples whose label differs from the true one or whose input was replaced
	Reached    []Reached `json:"reached"`    // the first epoch at each of train.Thresholds and at the target, as far as reached
	Best       Best      `json:"best"`       // what stopping early would have given
	Curves     Curves    `json:"curves"`
}

// Reached says when a run's train accuracy first reached a threshold.
type Reached struct {
	Accuracy float64 `json:"accuracy"` // the threshold, a share
	Epoch    int     `json:"epoch"`    // the first epoch at whose end it was reached
}

// Best is the evaluation with the highest test accuracy, the first of them. It was chosen by the test set, so it is an upper bound on
// what early stopping gives, and no estimate of it.
type Best struct {
	Epoch        int     `json:"epoch"`
	TestAccuracy float64 `json:"testAccuracy"`
}

// Curves hold one value an evaluation, all of the same length. Every value is of the full set with the weights fixed; the first one is
// of the initial weights, before any training (epoch 0). Losses are mean cross-entropies in nats, accuracies are shares in [0,1].
//
// Of a run's evaluations they keep those of the first 100 epochs, then those about 1.5% of the epochs so far apart, those at which a
// threshold was first reached, the best and the last: less than 50 kB for 1000 epochs.
type Curves struct {
	Epoch         []int     `json:"epoch"`
	TrainLoss     []float64 `json:"trainLoss"`
	TrainAccuracy []float64 `json:"trainAccuracy"`
	TestLoss      []float64 `json:"testLoss"`
	TestAccuracy  []float64 `json:"testAccuracy"`
	// The training set's clean and corrupted examples apart; nil where there are not both.
	CleanLoss         []float64 `json:"cleanLoss,omitempty"`
	CleanAccuracy     []float64 `json:"cleanAccuracy,omitempty"`
	CorruptedLoss     []float64 `json:"corruptedLoss,omitempty"`
	CorruptedAccuracy []float64 `json:"corruptedAccuracy,omitempty"`
	// Means over the steps of the epoch that ends, each of the weights before it; nil without Training.Running.
	RunningLoss     []float64 `json:"runningLoss,omitempty"`
	RunningAccuracy []float64 `json:"runningAccuracy,omitempty"`
	WeightNorm      []float64 `json:"weightNorm"` // l2 norm of all trainable weights
	FromStart       []float64 `json:"fromStart"`  // l2 distance of the weights from the initial ones
}

// Provenance tells where a Result comes from; nothing in it changes a number.
type Provenance struct {
	Scale      Scale             `json:"scale"`   // the scale that was asked for
	Backend    string            `json:"backend"` // "xla:cpu", "xla:cuda", "go"
	Platform   string            `json:"platform"`
	Device     string            `json:"device"`              // the processor's or the GPU's name
	Processors int               `json:"processors,omitzero"` // that the process may use; large nets repeat their bytes on the same number alone
	Plugin     string            `json:"plugin"`              // the PJRT plugin and its version
	Go         string            `json:"go"`                  // version of Go
	Modules    map[string]string `json:"modules"`             // versions of the libraries that compute
	Commit     string            `json:"commit"`              // of the code: see Commit
	Started    time.Time         `json:"started"`
	Resumed    int               `json:"resumed,omitzero"` // times the run went on from a checkpoint
	Seconds    Seconds           `json:"seconds"`
	Warnings   []string          `json:"warnings,omitempty"`
}

// OnGPU tells whether it was computed on a GPU.
func (p Provenance) OnGPU() bool { return strings.Contains(p.Backend, "cuda") }

// Seconds are the durations of a run's parts.
type Seconds struct {
	Total    float64 `json:"total"`
	Training float64 `json:"training"` // of the training steps alone, without compilation
	Epoch    float64 `json:"epoch"`    // median of an epoch's training
}
