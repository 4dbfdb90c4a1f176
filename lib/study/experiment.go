package study

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rethinking/lib/data"
	"rethinking/lib/nets"
)

// Protocol is the version of what an Experiment means. It is part of every key: when the same Experiment would give other numbers than
// before, Protocol grows, and older results are no longer taken for it.
const Protocol = 2

// Experiment is one training run: every choice that can change its numbers. The zero value of a choice is to leave it out.
type Experiment struct {
	Data           Data           `json:"data"`
	Corruption     Corruption     `json:"corruption,omitzero"`
	Net            Net            `json:"net"`
	Regularization Regularization `json:"regularization,omitzero"`
	Training       Training       `json:"training"`
	Start          *Start         `json:"start,omitzero"` // weights of another run to begin from; nil: new ones
	Seed           int64          `json:"seed"`           // split by purpose: subset, corruption, initial weights, order, noise
}

// Data says which examples a net is trained and tested on.
type Data struct {
	Name          string             `json:"name"` // "mnist", "cifar10"
	Preprocessing data.Preprocessing `json:"preprocessing,omitzero"`
	Train         int                `json:"train,omitzero"` // training examples, a class-balanced subset drawn from the seed; 0: all
	Test          int                `json:"test,omitzero"`  // test examples, likewise; 0: all
	// Seed draws the subset and its corruption instead of the Experiment's, so that runs of several seeds see the same examples; 0: the
	// Experiment's.
	Seed int64 `json:"seed,omitzero"`
}

// Examples is the number of training examples, 0 where the name is unknown.
func (d Data) Examples() int {
	if d.Train > 0 {
		return d.Train
	}
	all, _, _ := data.Sizes(d.Name)
	return all
}

// Corruption says what is spoilt in the training set, once, before training (Zhang et al. 2017, section 2; Arpit et al. 2017, section 3).
// The test set stays as it is, but for Pixels. Inputs are spoilt as the net would see them, after preprocessing, in the order of the
// fields.
type Corruption struct {
	Labels     float64 `json:"labels,omitzero"`     // probability p with which a label is redrawn
	WrongClass bool    `json:"wrongClass,omitzero"` // a label is redrawn from the wrong classes; otherwise from all, the true one included
	Signs      bool    `json:"signs,omitzero"`      // all labels are redrawn, from the first two classes alone
	// Pixels is "shuffled" where one permutation of the pixels is applied to all training and test images, and "random" where each
	// training and test image has one of its own.
	Pixels   string  `json:"pixels,omitzero"`
	Gaussian float64 `json:"gaussian,omitzero"` // share of the inputs replaced by Gaussian values with the mean and variance of all training inputs' values
	Clipped  bool    `json:"clipped,omitzero"`  // these are clipped to the lowest and highest training value
	Noise    float64 `json:"noise,omitzero"`    // standard deviation of Gaussian noise added to every input value
}

// Net names an architecture of package nets.
type Net struct {
	Kind      string `json:"kind"`               // one of nets.Kinds
	Hidden    []int  `json:"hidden,omitempty"`   // units of each hidden layer of an "mlp"
	BatchNorm bool   `json:"batchNorm,omitzero"` // for "mlp", "cnn" and "inception"
	// GhostBatch is of how many examples a batch normalization takes its moments while training; every step has a multiple of it. 0: of a step's.
	GhostBatch     int    `json:"ghostBatch,omitzero"`
	Initialization string `json:"initialization,omitzero"` // one of nets.Initializations; "": glorot-uniform
}

// Regularization is explicit regularization (Zhang et al. 2017, section 3; Arpit et al. 2017, section 5).
type Regularization struct {
	WeightDecay  float64 `json:"weightDecay,omitzero"`  // lambda: lambda/2 times the sum of the squared matrices and kernels is added to the loss
	Decoupled    bool    `json:"decoupled,omitzero"`    // weight decay beside the optimizer's step instead (Loshchilov and Hutter 2019)
	HiddenDecay  bool    `json:"hiddenDecay,omitzero"`  // weight decay of the dense hidden layers alone
	Dropout      float64 `json:"dropout,omitzero"`      // probability of dropping a dense hidden unit
	InputDropout float64 `json:"inputDropout,omitzero"` // probability of dropping an input value
	InputNoise   float64 `json:"inputNoise,omitzero"`   // standard deviation of Gaussian noise on the inputs, drawn anew in every step
	HiddenNoise  float64 `json:"hiddenNoise,omitzero"`  // the same on the dense hidden units' activations
	// Adversarial is the weight, in [0,1), of the loss on adversarial samples, at most AdversarialRadius from an input in any value: train.Adversarial.
	Adversarial       float64 `json:"adversarial,omitzero"`
	AdversarialRadius float64 `json:"adversarialRadius,omitzero"`
	Crop              bool    `json:"crop,omitzero"`     // train on a random crop of each image: of the preprocessing's size, or moved by up to 4 pixels
	Flip              bool    `json:"flip,omitzero"`     // train on each image or its mirror image
	Rotation          float64 `json:"rotation,omitzero"` // train on images rotated by up to so many degrees
}

// Training is how the mean cross-entropy is minimized, and how often the net is evaluated.
type Training struct {
	Epochs       int     `json:"epochs"`
	Batch        int     `json:"batch"`              // examples a step; the last step of an epoch takes what is left
	Optimizer    string  `json:"optimizer,omitzero"` // "": stochastic gradient descent; "adam": with Keras's constants
	LearningRate float64 `json:"learningRate"`
	Momentum     float64 `json:"momentum,omitzero"`   // of stochastic gradient descent, in [0,1); 0: plain
	Decay        float64 `json:"decay"`               // factor on the learning rate after every epoch, in (0,1]; 1: constant
	DecayEvery   int     `json:"decayEvery,omitzero"` // the factor is due after every so many epochs instead
	DecayAt      []int   `json:"decayAt,omitempty"`   // the factor is due after these epochs instead
	Target       float64 `json:"target,omitzero"`     // training ends after the first epoch whose train accuracy reaches it; 0: never early
	// Evaluate is the number of epochs from one evaluation to the next. 0: after each of the first ten epochs and then every tenth part
	// of the epochs so far, and wherever the train accuracy comes near or to one of train.Thresholds.
	Evaluate int `json:"evaluate,omitzero"`
	// Clipped minimizes the cross-entropy of probabilities clipped to [1e-7, 1-1e-7] instead, as Keras does from a softmax: an example
	// beyond gives no gradient. What is measured is the cross-entropy from logits all the same, but for the running means.
	Clipped bool `json:"clipped,omitzero"`
	// Running measures means over the steps of each epoch too, while the weights move, as Keras prints them: Curves.RunningAccuracy.
	Running bool `json:"running,omitzero"`
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
	for _, part := range []string{e.Net.String(), e.Corruption.String(), e.Regularization.String()} {
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	fmt.Fprintf(&b, " seed %d", e.Seed)
	b.WriteString(e.beginning())
	return b.String()
}

// String names the data set and its preprocessing: "cifar10, crop-whiten".
func (d Data) String() string {
	if d.Preprocessing == data.UnitPixels {
		return d.Name
	}
	return d.Name + ", " + string(d.Preprocessing)
}

// Normalized tells whether the net has batch normalization.
func (n Net) Normalized() bool {
	return nets.Architecture{Kind: n.Kind, BatchNorm: n.BatchNorm}.Normalized()
}

// String returns the kind, the hidden units and the batch normalization: "mlp 512-256", or "mlp 3x512" where all layers are alike.
func (n Net) String() string {
	s := n.Kind
	if len(n.Hidden) > 0 && len(slices.Compact(slices.Clone(n.Hidden))) == 1 {
		s += fmt.Sprintf(" %dx%d", len(n.Hidden), n.Hidden[0])
	} else if len(n.Hidden) > 0 {
		s += " " + units(n.Hidden).Label
	}
	if n.BatchNorm {
		s += " with batch norm"
	}
	if n.GhostBatch > 0 {
		s += fmt.Sprintf(" of ghosts of %d", n.GhostBatch)
	}
	if n.Initialization != "" {
		s += " " + n.Initialization
	}
	return s
}

// String names what is corrupted: "label corruption 0.5, shuffled pixels"; "" where nothing is.
func (c Corruption) String() string {
	gaussian := "Gaussian inputs %g"
	if c.Clipped {
		gaussian = "clipped " + gaussian
	}
	labels := "label corruption %g"
	switch {
	case c.WrongClass:
		labels += " to wrong classes"
	case c.Signs:
		labels += " to two classes"
	}
	parts := said(choice{labels, c.Labels}, choice{gaussian, c.Gaussian}, choice{"input noise %g before training", c.Noise})
	if c.Pixels != "" {
		parts = append(parts, c.Pixels+" pixels")
	}
	return strings.Join(parts, ", ")
}

// String names what regularizes: "weight decay 0.0005, dropout 0.5"; "" where nothing does.
func (r Regularization) String() string {
	decay := "weight decay %g"
	if r.Decoupled {
		decay = "decoupled " + decay
	}
	if r.HiddenDecay {
		decay += " of dense hidden layers"
	}
	parts := said(choice{decay, r.WeightDecay}, choice{"dropout %g", r.Dropout}, choice{"input dropout %g", r.InputDropout},
		choice{"input noise %g", r.InputNoise}, choice{"hidden noise %g", r.HiddenNoise}, choice{"adversarial samples %g", r.Adversarial}, choice{"rotation %g°", r.Rotation})
	if r.Crop {
		parts = append(parts, "random crop")
	}
	if r.Flip {
		parts = append(parts, "flip")
	}
	return strings.Join(parts, ", ")
}

// choice is a number and how to say it.
type choice struct {
	format string
	value  float64
}

// said says the choices that are not zero.
func said(choices ...choice) []string {
	var parts []string
	for _, c := range choices {
		if c.value != 0 {
			parts = append(parts, fmt.Sprintf(c.format, c.value))
		}
	}
	return parts
}
