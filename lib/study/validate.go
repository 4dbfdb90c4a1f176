package study

import (
	"fmt"
	"math"

	"rethinking/lib/data"
)

// Validate tells what is wrong with an Experiment: which field, its value, and what it may be. Lab calls it before any time is spent.
func (e Experiment) Validate() error {
	train, test, err := data.Sizes(e.Data.Name)
	if err != nil {
		return err
	}
	if e.Data.Train < 0 || e.Data.Train > train {
		return invalid("Data.Train", e.Data.Train, "0 (all) to %d", train)
	}
	if e.Data.Test < 0 || e.Data.Test > test {
		return invalid("Data.Test", e.Data.Test, "0 (all) to %d", test)
	}
	if e.Data.Train > 0 {
		train = e.Data.Train
	}
	if p := e.Corruption.Labels; !(p >= 0 && p <= 1) {
		return invalid("Corruption.Labels", p, "a probability in [0,1]")
	}
	if err := e.Net.validate(); err != nil {
		return err
	}
	return e.Training.validate(train)
}

func (n Net) validate() error {
	if n.Kind != "mlp" {
		return invalid("Net.Kind", fmt.Sprintf("%q", n.Kind), "one of [mlp]")
	}
	for i, units := range n.Hidden {
		if units < 1 {
			return invalid(fmt.Sprintf("Net.Hidden[%d]", i), units, "at least 1 unit")
		}
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
	case !(t.LearningRate > 0) || math.IsInf(t.LearningRate, 1):
		return invalid("Training.LearningRate", t.LearningRate, "a finite number above 0")
	case !(t.Momentum >= 0 && t.Momentum < 1):
		return invalid("Training.Momentum", t.Momentum, "in [0,1)")
	case !(t.Decay > 0 && t.Decay <= 1):
		return invalid("Training.Decay", t.Decay, "in (0,1], where 1 keeps the learning rate constant")
	case !(t.Target >= 0 && t.Target <= 1):
		return invalid("Training.Target", t.Target, "a train accuracy in [0,1], where 0 means never to end early")
	}
	return nil
}

func invalid(field string, value any, allowed string, args ...any) error {
	return fmt.Errorf("study: %s is %v: it must be %s", field, value, fmt.Sprintf(allowed, args...))
}
