package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"

	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// Net is a multi-layer perceptron on MNIST and its batch size.
type Net struct {
	Name   string `json:"name"`
	Hidden []int  `json:"hidden"`
	Batch  int    `json:"batch"`
}

// benchNets are those of the papers' sizes and below; a small net shows the cost of a step's overhead, a large one that of its arithmetic.
var benchNets = []Net{
	{"10x16", []int{16, 16, 16, 16, 16, 16, 16, 16, 16, 16}, 1024},
	{"2x128", []int{128, 128}, 128},
	{"2x512-b128", []int{512, 512}, 128},
	{"2x512", []int{512, 512}, 1024},
	{"2x1024", []int{1024, 1024}, 1024},
}

// Rate is the learning rate of plain SGD, and Seed that of the initial weights and of the examples' order.
const (
	Rate = 0.01
	Seed = 42
)

// Work is what every peer does: train a net from the same weights on the same batches. Only full batches are taken.
type Work struct {
	Net     Net     `json:"net"`
	Rate    float64 `json:"rate"`
	Seed    int64   `json:"seed"`
	Dim     int     `json:"dim"`
	Classes int     `json:"classes"`
	Epochs  int     `json:"epochs"` // of which orders exist, the warm-up included

	images, labels []uint8
	weights        [][]float32 // matrix [in, out] and bias of every layer in turn
	orders         [][]int32   // of every epoch: as many indices as its full batches have
}

// NewWork draws the weights and the orders of a net's epochs. The orders are those of GoMLX's own in-memory data set.
func NewWork(net Net, set data.Set, epochs int) (*Work, error) {
	if set.Len() < net.Batch {
		return nil, fmt.Errorf("%s: %d examples make no batch of %d: ask for more -examples", net.Name, set.Len(), net.Batch)
	}
	w := &Work{Net: net, Rate: Rate, Seed: Seed, Dim: set.Dim(), Classes: set.Classes, Epochs: epochs, images: set.Images, labels: set.Labels}
	backend, _, _, err := train.Open("go")
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	if w.orders, err = loopOrders(backend, set.Len(), net.Batch, true, w.Seed, epochs); err != nil {
		return nil, err
	}
	store, err := nets.Create(nets.MLP(net.Hidden, set.Classes), dtypes.Float32, set.Dim())
	if err != nil {
		return nil, err
	}
	defer store.Finalize()
	if err := nets.Initialize(store, "", randv2.New(randv2.NewPCG(uint64(w.Seed), 0))); err != nil {
		return nil, err
	}
	for v := range store.IterVariables() {
		w.weights = append(w.weights, tensors.MustCopyFlatData[float32](v.MustValue()))
	}
	return w, nil
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

// set returns the work's examples.
func (w *Work) set() data.Set {
	return data.Set{Name: "mnist", Height: 1, Width: w.Dim, Channels: 1, Classes: w.Classes, Images: w.images, Labels: w.labels}
}

// Write puts the work into a folder; arrays are raw, little-endian.
func (w *Work) Write(folder string) error {
	spec, err := json.Marshal(w)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{
		"work.json": spec, "images.u8": w.images, "labels.u8": w.labels, "weights.f32": join(w.weights), "orders.i32": join(w.orders),
	} {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := binary.Write(file, binary.LittleEndian, content); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// ReadWork reads what Write wrote.
func ReadWork(folder string) (*Work, error) {
	spec, err := os.ReadFile(filepath.Join(folder, "work.json"))
	if err != nil {
		return nil, err
	}
	w := &Work{}
	if err := json.Unmarshal(spec, w); err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if w.images, err = os.ReadFile(filepath.Join(folder, "images.u8")); err != nil {
		return nil, err
	}
	if w.labels, err = os.ReadFile(filepath.Join(folder, "labels.u8")); err != nil {
		return nil, err
	}
	weights, err := readArray[float32](filepath.Join(folder, "weights.f32"))
	if err != nil {
		return nil, err
	}
	widths := append(append([]int{w.Dim}, w.Net.Hidden...), w.Classes)
	for i, units := range widths[1:] {
		matrix := widths[i] * units
		w.weights = append(w.weights, weights[:matrix], weights[matrix:matrix+units])
		weights = weights[matrix+units:]
	}
	orders, err := readArray[int32](filepath.Join(folder, "orders.i32"))
	if err != nil {
		return nil, err
	}
	for i, n := 0, len(orders)/w.Epochs; i < w.Epochs; i++ {
		w.orders = append(w.orders, orders[i*n:(i+1)*n])
	}
	return w, nil
}

func readArray[T int32 | float32](path string) ([]T, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := make([]T, len(raw)/4)
	_, err = binary.Decode(raw, binary.LittleEndian, values)
	return values, err
}

func join[T any](parts [][]T) []T {
	var all []T
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// chosenNets returns the nets of a comma-separated list of names; all of them if the list is empty.
func chosenNets(list string) ([]Net, error) {
	if list == "" {
		return benchNets, nil
	}
	var nets []Net
	var known []string
	for _, n := range benchNets {
		known = append(known, n.Name)
	}
	for name := range strings.SplitSeq(list, ",") {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("unknown net %q: use one of %s", name, strings.Join(known, ","))
		}
		nets = append(nets, benchNets[i])
	}
	return nets, nil
}
