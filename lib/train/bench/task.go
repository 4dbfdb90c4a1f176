package main

import (
	"math/rand/v2"

	"rethinking/lib/data"
	"rethinking/lib/nets"
)

// Task is what a line of the report measures: a net trained for an epoch, or a Hessian-vector product.
type Task struct {
	Name      string            `json:"name"`
	Net       nets.Architecture `json:"net"`
	Batch     int               `json:"batch"`    // examples a step; of a product: a slab
	Examples  int               `json:"examples"` // of which an epoch takes the full batches, a product all
	Momentum  float64           `json:"momentum"`
	Product   bool              `json:"product"`   // measured is the Hessian of the mean loss times a vector
	Tolerance float64           `json:"tolerance"` // how far the results of equal work may be from ours, relative
}

// mlp is the task to train a multi-layer perceptron on MNIST.
func mlp(name string, batch int, hidden ...int) Task {
	net := nets.Architecture{Kind: "mlp", Hidden: hidden, Height: 28, Width: 28, Channels: 1, Classes: 10}
	return Task{Name: name, Net: net, Batch: batch, Examples: 60000, Tolerance: lossTolerance}
}

// small is a task for tests.
func (t Task) small() Task {
	const part = 32
	t.Examples /= part
	if t.Net.Kind != "mlp" {
		t.Batch /= part
	}
	return t
}

// steps is the number of an epoch's full batches.
func (t Task) steps() int { return t.Examples / t.Batch }

// dim is the number of values of an input.
func (t Task) dim() int { return t.Net.Height * t.Net.Width * t.Net.Channels }

// inputs returns what a task trains on, [examples, dim], and the labels: digits of MNIST for an MLP; else Gaussian numbers with random labels,
// because the numbers do not change what a step costs.
func (t Task) inputs(mnist data.Set) (x []float32, labels []uint8, err error) {
	rng := rand.New(rand.NewPCG(Seed, 1))
	if t.Net.Kind == "mlp" {
		digits, err := mnist.Random(t.Examples, rng)
		return digits.Unit(), digits.Labels, err
	}
	x, labels = normal(t.Examples*t.dim(), rng), make([]uint8, t.Examples)
	for i := range labels {
		labels[i] = uint8(rng.IntN(t.Net.Classes))
	}
	return x, labels, nil
}

func normal(n int, rng *rand.Rand) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return values
}
