package study

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Protocol is the version of what an Experiment means. It is part of every key: when the same Experiment would give other numbers than
// before, Protocol grows, and older results are no longer taken for it.
const Protocol = 1

// Experiment is one training run: every choice that can change its numbers.
type Experiment struct {
	Data       Data       `json:"data"`
	Corruption Corruption `json:"corruption"`
	Net        Net        `json:"net"`
	Training   Training   `json:"training"`
	Seed       int64      `json:"seed"` // split by purpose: subset, corruption, initial weights, order
}

// Data says which examples a net is trained and tested on.
type Data struct {
	Name  string `json:"name"`           // "mnist"
	Train int    `json:"train,omitzero"` // training examples, a class-balanced subset drawn from the seed; 0: all
	Test  int    `json:"test,omitzero"`  // test examples, likewise; 0: all
}

// Corruption says what is spoilt in the training set. The test set is never touched.
type Corruption struct {
	Labels float64 `json:"labels,omitzero"` // probability p with which a label is redrawn uniformly from all classes (Zhang et al. 2017, section 2.1)
}

// Net names an architecture.
type Net struct {
	Kind   string `json:"kind"`             // "mlp": dense layers with ReLU, then a linear layer to the classes
	Hidden []int  `json:"hidden,omitempty"` // units of each hidden layer
}

// Training is stochastic gradient descent on the mean cross-entropy.
type Training struct {
	Epochs       int     `json:"epochs"`
	Batch        int     `json:"batch"` // examples a step; the last step of an epoch takes what is left
	LearningRate float64 `json:"learningRate"`
	Momentum     float64 `json:"momentum,omitzero"` // in [0,1); 0: plain SGD
	Decay        float64 `json:"decay"`             // factor on the learning rate after every epoch, in (0,1]; 1: constant
	Target       float64 `json:"target,omitzero"`   // training ends after the first epoch whose train accuracy reaches it; 0: never early
}

// MLP returns the Net of dense hidden layers with the given units.
func MLP(hidden ...int) Net { return Net{Kind: "mlp", Hidden: slices.Clone(hidden)} }

// Key identifies the Experiment: the first 16 hexadecimal digits of the SHA-256 of all its fields and the Protocol.
func (e Experiment) Key() string {
	b, err := json.Marshal(struct {
		Protocol   int
		Experiment Experiment
	}{Protocol, e})
	if err != nil {
		panic(err) // only NaN and infinities cannot be marshalled, and Validate refuses them
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// String describes the Experiment in a line, for people.
func (e Experiment) String() string {
	var b strings.Builder
	b.WriteString(e.Data.Name)
	if e.Data.Train > 0 {
		fmt.Fprintf(&b, "[%d]", e.Data.Train)
	}
	fmt.Fprintf(&b, " %s", e.Net)
	if e.Corruption.Labels > 0 {
		fmt.Fprintf(&b, " label corruption %g", e.Corruption.Labels)
	}
	fmt.Fprintf(&b, " seed %d", e.Seed)
	return b.String()
}

// String returns the kind and the hidden units: "mlp 512-512", or "mlp 3x512" where all layers are alike.
func (n Net) String() string {
	if len(n.Hidden) == 0 {
		return n.Kind
	}
	if len(slices.Compact(slices.Clone(n.Hidden))) == 1 {
		return fmt.Sprintf("%s %dx%d", n.Kind, len(n.Hidden), n.Hidden[0])
	}
	return n.Kind + " " + strings.Trim(strings.ReplaceAll(fmt.Sprint(n.Hidden), " ", "-"), "[]")
}
