package main

import (
	"fmt"
	"math/rand/v2"

	"rethinking/lib/data"
	"rethinking/lib/nets"
)

// Task is what a line of the report measures: some nets trained for an epoch, or a Hessian-vector product.
type Task struct {
	Name      string  `json:"name"`
	Kind      string  `json:"kind"` // of the net: "mlp" or "alexnet"
	Hidden    []int   `json:"hidden,omitempty"`
	Batch     int     `json:"batch"`    // examples a step; of a product: a slab
	Examples  int     `json:"examples"` // 0: all of MNIST
	Nets      int     `json:"nets"`     // alike but for their weights and orders
	Momentum  float64 `json:"momentum"`
	Product   bool    `json:"product"`          // measured is the Hessian of the mean loss times a vector
	Series    string  `json:"series,omitempty"` // what grows from this line to the next
	Tolerance float64 `json:"tolerance"`        // how far the results of equal work may be from ours, relative
}

// mlp is the task to train one multi-layer perceptron on MNIST.
func mlp(name string, batch int, hidden ...int) Task {
	return Task{Name: name, Kind: "mlp", Hidden: hidden, Batch: batch, Nets: 1, Tolerance: lossTolerance}
}

// small is a task for tests.
func (t Task) small() Task {
	const part = 32
	if t.Examples == 0 {
		t.Examples = 60000
	}
	t.Examples, t.Nets = t.Examples/part, min(t.Nets, 3)
	if t.Kind != "mlp" {
		t.Batch /= part
	}
	return t
}

// title names a task in the table.
func (t Task) title() string {
	if t.Nets > 1 {
		return fmt.Sprintf("%d x %s", t.Nets, t.Name)
	}
	return t.Name
}

// steps is the number of an epoch's full batches.
func (t Task) steps() int { return t.Examples / t.Batch }

// Inputs are what nets are trained on: n inputs in the order [n, Height, Width, Channels], and their labels.
type Inputs struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`
	Classes  int `json:"classes"`

	x      []float32
	labels []uint8
}

func (in Inputs) dim() int { return in.Height * in.Width * in.Channels }

// inputs returns what a task trains on: digits of MNIST for an MLP, else Gaussian numbers with random labels.
func (t Task) inputs(mnist data.Set) (Inputs, error) {
	rng := rand.New(rand.NewPCG(Seed, 1))
	if t.Kind != "mlp" {
		return gaussian(t.Examples, rng), nil
	}
	if t.Examples > 0 && t.Examples < mnist.Len() {
		var err error
		if mnist, err = mnist.Random(t.Examples, rng); err != nil {
			return Inputs{}, err
		}
	}
	return Inputs{mnist.Height, mnist.Width, mnist.Channels, mnist.Classes, mnist.Unit(), mnist.Labels}, nil
}

// gaussian draws inputs shaped as the crops of CIFAR-10 in Zhang et al. 2017. The numbers do not change what a step costs.
func gaussian(n int, rng *rand.Rand) Inputs {
	in := Inputs{Height: 28, Width: 28, Channels: 3, Classes: 10, labels: make([]uint8, n)}
	in.x = normal(n*in.dim(), rng)
	for i := range in.labels {
		in.labels[i] = uint8(rng.IntN(in.Classes))
	}
	return in
}

func normal(n int, rng *rand.Rand) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return values
}

// architecture is the task's net for such inputs.
func (t Task) architecture(in Inputs) nets.Architecture {
	return nets.Architecture{Kind: t.Kind, Hidden: t.Hidden, Height: in.Height, Width: in.Width, Channels: in.Channels, Classes: in.Classes}
}
