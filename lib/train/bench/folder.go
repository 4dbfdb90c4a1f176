package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Write puts the work into a folder; arrays are raw, little-endian.
func (w *Work) Write(folder string) error {
	spec, err := json.Marshal(w)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{
		"work.json": spec, "inputs.f32": w.x, "labels.u8": w.labels, "vector.f32": w.vector,
		"weights.f32": join(join(w.weights)), "orders.i32": join(join(w.orders)),
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
	if w.labels, err = os.ReadFile(filepath.Join(folder, "labels.u8")); err != nil {
		return nil, err
	}
	weights, orders := []float32{}, []int32{}
	err = errors.Join(
		readArray(filepath.Join(folder, "inputs.f32"), &w.x),
		readArray(filepath.Join(folder, "vector.f32"), &w.vector),
		readArray(filepath.Join(folder, "weights.f32"), &weights),
		readArray(filepath.Join(folder, "orders.i32"), &orders),
	)
	if err != nil {
		return nil, err
	}
	for range w.Nets {
		w.weights = append(w.weights, w.take(&weights))
	}
	if len(orders) > 0 {
		epochs := slices.Collect(slices.Chunk(orders, w.Examples))
		w.orders = slices.Collect(slices.Chunk(epochs, w.Epochs))
	}
	return w, nil
}

// take cuts the values of a net's parameters from the front of weights.
func (w *Work) take(weights *[]float32) (net [][]float32) {
	for _, p := range w.Parameters {
		size := 1
		for _, d := range p.Dimensions {
			size *= d
		}
		net, *weights = append(net, (*weights)[:size:size]), (*weights)[size:]
	}
	return net
}

// readArray reads a file of 4-byte values; an empty one leaves nil.
func readArray[T int32 | float32](path string, values *[]T) error {
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) == 0 {
		return err
	}
	*values = make([]T, len(raw)/4)
	_, err = binary.Decode(raw, binary.LittleEndian, *values)
	return err
}

func join[T any](parts [][]T) []T { return slices.Concat(parts...) }
