package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"rethinking/lib/data"
	"rethinking/lib/nets"
)

// Validate tells what is wrong with an Experiment: which field, its value, and what it may be. Lab calls it before any time is spent.
func (e Experiment) Validate() error {
	if err := e.validateExamples(); err != nil {
		return err
	}
	for _, err := range []error{e.Regularization.validate(), e.Training.validate(e.Data.Examples())} {
		if err != nil {
			return err
		}
	}
	if e.Regularization.augments() && e.Corruption.spoilsInputs() {
		return fmt.Errorf("study: Corruption is %s, Regularization is %s: corrupted inputs stay as they were drawn, leave the crop, flip and rotation out", e.Corruption, e.Regularization)
	}
	return cmp.Or(e.Net.validate(), e.validateGhosts(), e.validateStart())
}

// validateGhosts checks that every step's batch can be parted.
func (e Experiment) validateGhosts() error {
	ghost, batch, n := e.Net.GhostBatch, e.Training.Batch, e.Data.Examples()
	switch {
	case ghost == 0:
		return nil
	case !e.Net.Normalized():
		return invalid("Net.GhostBatch", ghost, "0, as the %s has no batch normalization", e.Net.Kind)
	case ghost < 2 || ghost >= batch || batch%ghost != 0 || n%batch%ghost != 0:
		return invalid("Net.GhostBatch", ghost, "a part of every step's batch, of 2 examples or more: of %d, and of %d in the last step of an epoch", batch, n%batch)
	}
	return nil
}

// validateExamples is the part of Validate that the examples depend on.
func (e Experiment) validateExamples() error {
	train, test, err := data.Sizes(e.Data.Name)
	switch {
	case err != nil:
		return err
	case e.Data.Train < 0 || e.Data.Train > train:
		return invalid("Data.Train", e.Data.Train, "0 (all) to %d", train)
	case e.Data.Test < 0 || e.Data.Test > test:
		return invalid("Data.Test", e.Data.Test, "0 (all) to %d", test)
	}
	return cmp.Or(e.Data.Preprocessing.Validate(), e.Corruption.validate())
}

func (c Corruption) spoilsInputs() bool { return c.Pixels != "" || c.Gaussian > 0 || c.Noise > 0 }

func (c Corruption) validate() error {
	switch {
	case !share(c.Labels):
		return invalid("Corruption.Labels", c.Labels, "a probability in [0,1]")
	case c.Pixels != "" && c.Pixels != "shuffled" && c.Pixels != "random":
		return invalid("Corruption.Pixels", fmt.Sprintf("%q", c.Pixels), `"", "shuffled" or "random"`)
	case !share(c.Gaussian):
		return invalid("Corruption.Gaussian", c.Gaussian, "a share in [0,1]")
	case !amount(c.Noise):
		return invalid("Corruption.Noise", c.Noise, "a standard deviation, finite and not below 0")
	case c.WrongClass && c.Labels == 0:
		return invalid("Corruption.WrongClass", true, "false where no label is redrawn, so that an experiment has one key")
	case c.Signs && (c.Labels != 1 || c.WrongClass):
		return invalid("Corruption.Signs", true, "false but where all labels are redrawn, with Labels 1 and without WrongClass")
	case c.Clipped && c.Gaussian == 0:
		return invalid("Corruption.Clipped", true, "false where no input is replaced, so that an experiment has one key")
	}
	return nil
}

func share(x float64) bool  { return x >= 0 && x <= 1 }
func amount(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }

// validate asks package nets, with inputs of any shape.
func (n Net) validate() error {
	for i, units := range n.Hidden {
		if units < 1 {
			return invalid(fmt.Sprintf("Net.Hidden[%d]", i), units, "at least 1 unit")
		}
	}
	if n.Initialization != "" && !slices.Contains(nets.Initializations(), n.Initialization) {
		return invalid("Net.Initialization", fmt.Sprintf("%q", n.Initialization), `"" or one of %v`, nets.Initializations())
	}
	if _, err := nets.New(n.architecture(anyInputs, Regularization{})); err != nil {
		return fmt.Errorf("study: Net: %w", err)
	}
	return nil
}

func (r Regularization) validate() error {
	for field, p := range map[string]float64{"Dropout": r.Dropout, "InputDropout": r.InputDropout, "Adversarial": r.Adversarial} {
		if !(p >= 0 && p < 1) {
			return invalid("Regularization."+field, p, "a probability in [0,1)")
		}
	}
	for field, x := range map[string]float64{"WeightDecay": r.WeightDecay, "InputNoise": r.InputNoise, "HiddenNoise": r.HiddenNoise, "AdversarialRadius": r.AdversarialRadius} {
		if !amount(x) {
			return invalid("Regularization."+field, x, "finite and not below 0")
		}
	}
	if !(r.Rotation >= 0 && r.Rotation <= 180) {
		return invalid("Regularization.Rotation", r.Rotation, "degrees in [0,180]")
	}
	if (r.Adversarial > 0) != (r.AdversarialRadius > 0) {
		return invalid("Regularization.AdversarialRadius", r.AdversarialRadius, "above 0 with a weight of adversarial samples, which is %g, and 0 without", r.Adversarial)
	}
	if r.HiddenDecay && r.WeightDecay == 0 {
		return invalid("Regularization.HiddenDecay", true, "false without weight decay, so that an experiment has one key")
	}
	if r.Decoupled && r.WeightDecay == 0 {
		return invalid("Regularization.Decoupled", true, "false without weight decay, so that an experiment has one key")
	}
	return nil
}

// validate checks training on n examples.
func (t Training) validate(n int) error {
	switch {
	case t.Epochs < 1:
		return invalid("Training.Epochs", t.Epochs, "at least 1")
	case t.Batch < 1 || t.Batch > n:
		return invalid("Training.Batch", t.Batch, "1 to %d, the number of training examples", n)
	case t.Optimizer != "" && t.Optimizer != "adam":
		return invalid("Training.Optimizer", fmt.Sprintf("%q", t.Optimizer), `"" (stochastic gradient descent) or "adam"`)
	case !(t.LearningRate > 0) || math.IsInf(t.LearningRate, 1):
		return invalid("Training.LearningRate", t.LearningRate, "a finite number above 0")
	case !(t.Momentum >= 0 && t.Momentum < 1):
		return invalid("Training.Momentum", t.Momentum, "in [0,1)")
	case t.Momentum > 0 && t.Optimizer == "adam":
		return invalid("Training.Momentum", t.Momentum, "0 with Adam, which has its own")
	case !(t.Decay > 0 && t.Decay <= 1):
		return invalid("Training.Decay", t.Decay, "in (0,1], where 1 keeps the learning rate constant")
	case t.DecayEvery < 0 || t.DecayEvery > 0 && len(t.DecayAt) > 0:
		return invalid("Training.DecayEvery", t.DecayEvery, "at least 0, and 0 beside DecayAt")
	case slices.ContainsFunc(t.DecayAt, func(epoch int) bool { return epoch < 1 }) || !slices.IsSorted(t.DecayAt):
		return invalid("Training.DecayAt", t.DecayAt, "ascending epochs of at least 1")
	case !share(t.Target):
		return invalid("Training.Target", t.Target, "a train accuracy in [0,1], where 0 means never to end early")
	case t.Evaluate < 0:
		return invalid("Training.Evaluate", t.Evaluate, "at least 0, where 0 evaluates as often as thresholds need")
	}
	return nil
}

func invalid(field string, value any, allowed string, args ...any) error {
	return fmt.Errorf("study: %s is %v: it must be %s", field, value, fmt.Sprintf(allowed, args...))
}
