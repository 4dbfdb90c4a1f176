package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rethinking/lib/nets"
)

// section is a kind of work and how it is measured.
type section struct {
	name    string
	title   string   // what it measures
	peers   []string // that do it
	perStep bool     // the seconds are those of a step, else those of an epoch or a product
	epochs  int      // or products to measure in a round at most; 0: as many as are asked for
	tasks   []Task
}

// Tolerances of the relative difference from ours. Rounding grows from step to step: after five epochs of 2x128 float32 itself is 4e-5 from
// float64. A learning rate wrong by 1% is beyond the tolerance in the first epoch.
//
// The small Alexnet is less steady, because rounding makes its max-pools switch: after twelve steps the losses of equal work were up to 1e-3
// apart, after six below 1e-5, and one pool that switches moves a product over 500 examples by 1e-4.
const (
	lossTolerance           = 1e-3
	alexnetTolerance        = 1e-4 // of the first six steps
	productTolerance        = 1e-4
	alexnetProductTolerance = 1e-3
)

// allSections are all that is measured.
//
// The nets of the first are those of the papers' sizes and below; a small net shows the cost of a step's overhead, a large one that of its
// arithmetic. The small Alexnet takes six steps a round: in JAX each takes seconds, because inside a loop XLA convolves naively.
func allSections() []section {
	// Inputs shaped as the crops of CIFAR-10 in Zhang et al. 2017.
	alexnet := nets.Architecture{Kind: "alexnet", Height: 28, Width: 28, Channels: 3, Classes: 10}
	digits := mlp("3x512", 1000, 512, 512, 512)
	digits.Examples, digits.Product, digits.Tolerance = 10000, true, productTolerance
	return []section{{
		name: "epochs", title: "seconds an epoch of an MLP on MNIST; plain SGD",
		peers: peerNames,
		tasks: []Task{
			mlp("10x16", 1024, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16),
			mlp("2x128", 128, 128, 128),
			mlp("2x512", 128, 512, 512),
			mlp("2x512", 1024, 512, 512),
			mlp("2x1024", 1024, 1024, 1024),
		},
	}, {
		name: "alexnet", title: "seconds a step of the small Alexnet on Gaussian numbers, 28x28x3 as crops of CIFAR-10; SGD with momentum 0.9",
		peers: peerNames, perStep: true, epochs: 2,
		tasks: []Task{{Name: "alexnet", Net: alexnet, Batch: 128, Examples: 2 * 128, Momentum: 0.9, Tolerance: alexnetTolerance}},
	}, {
		name: "hvp", title: "seconds a Hessian-vector product of the mean loss over MNIST's digits, for the Alexnet over Gaussian numbers; batch: examples at once",
		peers: []string{"ours", "torch"}, epochs: 2,
		tasks: []Task{
			digits,
			{Name: "alexnet", Net: alexnet, Batch: 100, Examples: 500, Product: true, Tolerance: alexnetProductTolerance},
		},
	}}
}

// sections are those asked for, as small as asked for; a smoke test takes the first task of each.
func (o options) sections() ([]section, error) {
	all := allSections()
	names, err := choose("work", o.work, namesOf(all))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s section) bool { return !slices.Contains(names, s.name) })
	for i := range all {
		s := &all[i]
		s.epochs = min(o.epochs, cmp.Or(s.epochs, o.epochs))
		if o.smoke {
			s.tasks = []Task{s.tasks[0].small()}
		}
	}
	return all, nil
}

func namesOf(sections []section) (names []string) {
	for _, s := range sections {
		names = append(names, s.name)
	}
	return names
}

// choose returns those known names that a comma-separated list has, in the order known.
func choose(what, list string, known []string) ([]string, error) {
	asked := strings.Split(list, ",")
	for _, name := range asked {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown %s %q: use some of %s", what, name, strings.Join(known, ","))
		}
	}
	return slices.DeleteFunc(slices.Clone(known), func(name string) bool { return !slices.Contains(asked, name) }), nil
}
