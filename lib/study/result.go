package study

import "time"

// Result is what an Experiment gave. The Experiment and the Measurements are the same bytes whenever it is run on the same backend;
// the Provenance tells how this run came about.
type Result struct {
	Experiment   Experiment
	Measurements Measurements
	Provenance   Provenance
}

// Measurements are the numbers of a run.
type Measurements struct {
	Parameters int    `json:"parameters"` // trainable weights and biases
	Train      int    `json:"train"`      // training examples
	Test       int    `json:"test"`       // test examples
	Corrupted  int    `json:"corrupted"`  // training labels that differ from the true ones
	Curves     Curves `json:"curves"`
}

// Curves hold one value an evaluation, all of the same length. Every value is of the full set with the weights fixed; the first one is
// of the initial weights, before any training (epoch 0). Losses are mean cross-entropies in nats, accuracies are shares in [0,1].
type Curves struct {
	Epoch         []int     `json:"epoch"`
	TrainLoss     []float64 `json:"trainLoss"`
	TrainAccuracy []float64 `json:"trainAccuracy"`
	TestLoss      []float64 `json:"testLoss"`
	TestAccuracy  []float64 `json:"testAccuracy"`
}

// Provenance tells where a Result comes from; nothing in it changes a number.
type Provenance struct {
	Scale    Scale             `json:"scale"`   // the scale that was asked for
	Backend  string            `json:"backend"` // "xla:cpu", "xla:cuda", "go"
	Platform string            `json:"platform"`
	Device   string            `json:"device"`  // the processor's or the GPU's name
	Plugin   string            `json:"plugin"`  // the PJRT plugin and its version
	Go       string            `json:"go"`      // version of Go
	Modules  map[string]string `json:"modules"` // versions of the libraries that compute
	Commit   string            `json:"commit"`  // of this repository, with "+changes" where files differ from it
	Started  time.Time         `json:"started"`
	Seconds  Seconds           `json:"seconds"`
	Warnings []string          `json:"warnings,omitempty"`
}

// Seconds are the durations of a run's parts.
type Seconds struct {
	Total    float64 `json:"total"`
	Training float64 `json:"training"` // of the training steps alone, without compilation
	Epoch    float64 `json:"epoch"`    // median of an epoch's training
}
