package main

import (
	"fmt"
	"slices"
	"strings"
)

// section is a kind of work and how it is measured.
type section struct {
	name     string
	title    string         // what it measures
	peers    []string       // that do it
	compared int            // runs of a round whose difference from ours counts, the warm-up included; 0: all
	perStep  bool           // the seconds are those of a step, else those of an epoch or a product
	epochs   int            // to measure in a round at most; 0: as many as are asked for
	slow     map[string]int // the same for single peers
	tasks    []Task
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
// arithmetic. In JAX a step of the small Alexnet takes some 15 times as long as in ours, because inside a loop XLA convolves naively.
func allSections() []section {
	return []section{{
		name: "epochs", title: "seconds an epoch of an MLP on MNIST; plain SGD",
		peers: []string{"ours", "loop", "jax", "torch"},
		tasks: []Task{
			mlp("10x16", 1024, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16),
			mlp("2x128", 128, 128, 128),
			mlp("2x512-b128", 128, 512, 512),
			mlp("2x512", 1024, 512, 512),
			mlp("2x1024", 1024, 1024, 1024),
		},
	}, {
		name: "alexnet", title: "seconds a step of the small Alexnet on Gaussian numbers, 28x28x3 as crops of CIFAR-10; SGD with momentum 0.9",
		peers: []string{"ours", "loop", "jax", "torch"}, compared: 3, perStep: true, slow: map[string]int{"jax": 2},
		tasks: []Task{{Name: "alexnet", Kind: "alexnet", Batch: 128, Examples: 2 * 128, Nets: 1, Momentum: 0.9, Tolerance: alexnetTolerance}},
	}, {
		name: "sweep", title: "seconds an epoch of many MLPs on MNIST; plain SGD; ours side by side, each on one core, the peers' one after another",
		peers: []string{"ours", "jax", "torch"}, epochs: 3,
		tasks: []Task{{Name: "2x128", Kind: "mlp", Hidden: []int{128, 128}, Batch: 128, Nets: 16, Tolerance: lossTolerance}},
	}, {
		name: "hvp", title: "seconds a Hessian-vector product of the mean loss over MNIST's digits, for the Alexnet over Gaussian numbers; batch: examples at once",
		peers: []string{"ours", "torch"}, epochs: 2,
		tasks: []Task{
			{Name: "3x512", Kind: "mlp", Hidden: []int{512, 512, 512}, Batch: 1000, Examples: 10000, Nets: 1, Product: true, Tolerance: productTolerance},
			{Name: "alexnet", Kind: "alexnet", Batch: 100, Examples: 500, Nets: 1, Product: true, Tolerance: alexnetProductTolerance},
		},
	}, {
		name: "scaling", title: "seconds an epoch of an MLP on MNIST as one thing grows; plain SGD, batch 128; ours alone",
		peers: []string{"ours"}, epochs: 3, tasks: growing(),
	}}
}

// growing are MLPs on more and more examples, of more and more units a layer, and of more and more layers.
func growing() (tasks []Task) {
	add := func(series string, examples, layers, units int) {
		t := mlp(fmt.Sprintf("%dx%d", layers, units), 128, slices.Repeat([]int{units}, layers)...)
		t.Series, t.Examples = series, examples
		tasks = append(tasks, t)
	}
	for _, n := range []int{7500, 15000, 30000, 60000} {
		add("examples", n, 2, 256)
	}
	for _, units := range []int{64, 128, 256, 512, 1024} {
		add("width", 60000, 2, units)
	}
	for _, layers := range []int{2, 4, 8} {
		add("depth", 60000, layers, 256)
	}
	return tasks
}

// sections are those asked for, with the tasks asked for.
func (o options) sections() ([]section, error) {
	all := allSections()
	names, err := choose("work", o.work, namesOf(all, func(s section) string { return s.name }))
	if err != nil {
		return nil, err
	}
	nets, err := choose("net", o.nets, netNames())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s section) bool { return !slices.Contains(names, s.name) })
	for i := range all {
		s := &all[i]
		if s.name == "epochs" {
			s.tasks = slices.DeleteFunc(s.tasks, func(t Task) bool { return !slices.Contains(nets, t.Name) })
		}
		o.shrink(s)
	}
	return all, nil
}

// shrink makes a section's tasks as small as asked for; a smoke test takes the first of them, of what grows the first two, and does without
// slow peers.
func (o options) shrink(s *section) {
	if o.smoke {
		first := 1
		if s.tasks[0].Series != "" {
			first = 2
		}
		s.tasks = s.tasks[:first]
		s.peers = slices.DeleteFunc(s.peers, func(peer string) bool { return s.slow[peer] > 0 })
	}
	for i, t := range s.tasks {
		if o.smoke {
			t = t.small()
		}
		if o.examples > 0 && (t.Examples == 0 || t.Examples > o.examples) {
			t.Examples = o.examples
		}
		s.tasks[i] = t
	}
}

// epochsOf is how many epochs of a peer are measured in a round, if so many are asked for.
func (s section) epochsOf(peer string, asked int) int {
	if s.epochs > 0 {
		asked = min(asked, s.epochs)
	}
	if most, ok := s.slow[peer]; ok {
		asked = min(asked, most)
	}
	return asked
}

// netNames are the nets of the first section.
func netNames() []string {
	return namesOf(allSections()[0].tasks, func(t Task) string { return t.Name })
}

func namesOf[T any](all []T, name func(T) string) []string {
	var names []string
	for _, one := range all {
		names = append(names, name(one))
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
