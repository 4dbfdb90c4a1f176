package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// Rate is the learning rate of SGD, and Seed that of everything drawn.
const (
	Rate = 0.01
	Seed = 42
)

// Work is a task with all its numbers, from which every peer starts. Only full batches are trained on.
type Work struct {
	Task
	Rate       float64     `json:"rate"`
	Epochs     int         `json:"epochs"`     // of which orders exist, the warm-up included
	Parameters []Parameter `json:"parameters"` // of the net, in the order of their creation

	x       []float32 // [examples, dim]
	labels  []uint8
	weights [][]float32 // of every parameter, in row-major order
	orders  [][]int32   // of every epoch: as many indices as its full batches have; none for a product
	vector  []float32   // which a product multiplies, as long as all parameters together; none for training
}

// Parameter is a trainable variable: a matrix [in, out], a kernel [height, width, in, out] or a bias.
type Parameter struct {
	Path       string `json:"path"`
	Dimensions []int  `json:"dimensions"`
}

// NewWork draws the inputs and initial weights of a task, and the orders of its epochs or the vector. They depend on the task alone.
func NewWork(task Task, mnist data.Set, epochs int) (w *Work, err error) {
	w = &Work{Task: task, Rate: Rate, Epochs: epochs}
	if w.x, w.labels, err = task.inputs(mnist); err != nil {
		return nil, err
	}
	_, store, err := initial(w.Net)
	if err != nil {
		return nil, err
	}
	defer store.Finalize()
	for v := range store.IterVariables() {
		w.Parameters = append(w.Parameters, Parameter{v.Path(), v.Shape().Dimensions})
		w.weights = append(w.weights, tensors.MustCopyFlatData[float32](v.MustValue()))
	}
	if w.Product {
		w.vector = normal(nets.Parameters(store), randv2.New(randv2.NewPCG(Seed, 2)))
		return w, nil
	}
	backend, _, _, err := train.Open("go")
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	w.orders, err = loopOrders(backend, w.Examples, w.Batch, true, epochs)
	return w, err
}

// initial returns a net, and a store of its variables with their initial values.
func initial(a nets.Architecture) (nets.Net, *model.Store, error) {
	net, err := nets.New(a)
	if err != nil {
		return nil, nil, err
	}
	store, err := nets.Create(net, dtypes.Float32, a.Height*a.Width*a.Channels)
	if err != nil {
		return nil, nil, err
	}
	return net, store, nets.Initialize(store, "", initialRNG())
}

// initialRNG draws the initial weights.
func initialRNG() *randv2.Rand { return randv2.New(randv2.NewPCG(Seed, 0)) }

// loopOrders returns the orders in which GoMLX's InMemoryDataset shuffled by Seed hands out n examples, epoch after epoch, by reading a data
// set of the numbers 0 to n-1.
func loopOrders(backend compute.Backend, n, batch int, dropShort bool, epochs int) ([][]int32, error) {
	numbers := make([]int32, n)
	for i := range numbers {
		numbers[i] = int32(i)
	}
	ds, err := dataset.InMemoryFromData(backend, "order", []any{tensors.FromFlatDataAndDimensions(numbers, n)}, nil)
	if err != nil {
		return nil, err
	}
	defer ds.FinalizeAll()
	ds.Shuffle().BatchSize(batch, dropShort).WithRand(rand.New(rand.NewSource(Seed)))
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

// Write puts the work into a folder; arrays are raw, little-endian.
func (w *Work) Write(folder string) error {
	spec, err := json.Marshal(w)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{
		"work.json": spec, "inputs.f32": w.x, "labels.u8": w.labels, "vector.f32": w.vector,
		"weights.f32": slices.Concat(w.weights...), "orders.i32": slices.Concat(w.orders...),
	} {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := errors.Join(binary.Write(file, binary.LittleEndian, content), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// workOf makes the work anew that was written to a folder, from its task.
func workOf(ctx context.Context, folder string) (*Work, error) {
	spec, err := os.ReadFile(filepath.Join(folder, "work.json"))
	if err != nil {
		return nil, err
	}
	var written Work
	if err := json.Unmarshal(spec, &written); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	mnist, _, err := data.Load(ctx, "mnist", data.Options{})
	if err != nil {
		return nil, err
	}
	return NewWork(written.Task, mnist, written.Epochs)
}
