package main

import (
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// Rate is the learning rate of SGD, and Seed that of the first net's initial weights and order; the next net has the next seed.
const (
	Rate = 0.01
	Seed = 42
)

// Work is a task with all its numbers, from which every peer starts. Only full batches are trained on.
type Work struct {
	Task
	Inputs
	Rate       float64     `json:"rate"`
	Seed       int64       `json:"seed"`
	Epochs     int         `json:"epochs"`     // of which orders exist, the warm-up included
	Parameters []Parameter `json:"parameters"` // of each net, in the order of their creation

	weights [][][]float32 // of every net: of every parameter, in row-major order
	orders  [][][]int32   // of every net: of every epoch: as many indices as its full batches have; none for a product
	vector  []float32     // which a product multiplies, as long as all parameters together; none for training
}

// Parameter is a trainable variable: a matrix [in, out], a kernel [height, width, in, out] or a bias.
type Parameter struct {
	Path       string `json:"path"`
	Dimensions []int  `json:"dimensions"`
}

// NewWork draws the weights of a task's nets and the orders of their epochs, or the vector. The orders are those of GoMLX's own in-memory
// data set.
func NewWork(task Task, mnist data.Set, epochs int) (*Work, error) {
	in, err := task.inputs(mnist)
	if err != nil {
		return nil, err
	}
	w := &Work{Task: task, Inputs: in, Rate: Rate, Seed: Seed, Epochs: epochs}
	w.Examples = len(in.labels)
	if err := w.draw(); err != nil || task.Product {
		return w, err
	}
	if w.steps() == 0 {
		return nil, fmt.Errorf("%s: %d examples make no batch of %d: ask for more -examples", w.Name, w.Examples, w.Batch)
	}
	backend, _, _, err := train.Open("go")
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	for i := range w.Nets {
		orders, err := loopOrders(backend, w.Examples, w.Batch, true, w.Seed+int64(i), epochs)
		if err != nil {
			return nil, err
		}
		w.orders = append(w.orders, orders)
	}
	w.Examples = w.steps() * w.Batch
	return w, nil
}

// draw draws the weights and, for a product, the vector.
func (w *Work) draw() error {
	net, err := nets.New(w.architecture(w.Inputs))
	if err != nil {
		return err
	}
	store, err := nets.Create(net, dtypes.Float32, w.dim())
	if err != nil {
		return err
	}
	defer store.Finalize()
	for v := range store.IterVariables() {
		w.Parameters = append(w.Parameters, Parameter{v.Path(), v.Shape().Dimensions})
	}
	for i := range w.Nets {
		if err := nets.Initialize(store, "", randv2.New(randv2.NewPCG(uint64(w.Seed)+uint64(i), 0))); err != nil {
			return err
		}
		w.weights = append(w.weights, weightsOf(store))
	}
	if w.Product {
		w.vector = normal(nets.Parameters(store), randv2.New(randv2.NewPCG(uint64(w.Seed), 2)))
	}
	return nil
}

// loopOrders returns the orders in which an InMemoryDataset shuffled by seed hands out n examples, epoch after epoch, by reading a data
// set of the numbers 0 to n-1.
func loopOrders(backend compute.Backend, n, batch int, dropShort bool, seed int64, epochs int) ([][]int32, error) {
	numbers := make([]int32, n)
	for i := range numbers {
		numbers[i] = int32(i)
	}
	ds, err := dataset.InMemoryFromData(backend, "order", []any{tensors.FromFlatDataAndDimensions(numbers, n)}, nil)
	if err != nil {
		return nil, err
	}
	defer ds.FinalizeAll()
	ds.Shuffle().BatchSize(batch, dropShort).WithRand(rand.New(rand.NewSource(seed)))
	orders := make([][]int32, epochs)
	for e := range orders {
		for b, err := range ds.Iter() {
			if err != nil {
				return nil, err
			}
			orders[e] = append(orders[e], tensors.MustCopyFlatData[int32](b.Inputs[0])...)
		}
	}
	return orders, nil
}

// setWeights gives the trainable variables of a store their values, in the order of their creation.
func setWeights(store *model.Store, weights [][]float32) error {
	i := 0
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		if i >= len(weights) || len(weights[i]) != v.Shape().Size() {
			return fmt.Errorf("the weights given do not fit the variable %s, number %d, of %d values", v.Path(), i, v.Shape().Size())
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(weights[i], v.Shape().Dimensions...)); err != nil {
			return err
		}
		i++
	}
	return nil
}

func weightsOf(store *model.Store) (weights [][]float32) {
	for v := range store.IterVariables() {
		if v.Trainable {
			weights = append(weights, tensors.MustCopyFlatData[float32](v.MustValue()))
		}
	}
	return weights
}
