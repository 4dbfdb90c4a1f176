// Package data holds the data sets of the papers, decoded and checked: images as bytes, labels as bytes, in memory.
//
// Its stance: the files are the originals, pinned by their SHA-256, and nothing is drawn, scaled or shuffled unless it is asked for by
// name. Every random choice takes its generator from the caller.
package data

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// Set is a labelled set of images.
type Set struct {
	Name                    string
	Height, Width, Channels int
	Classes                 int
	ClassNames              []string // [Classes], for figures
	Images                  []uint8  // [n, Height, Width, Channels], 0 to 255
	Labels                  []uint8  // [n], each below Classes
}

// source is where a data set comes from: how many train and test examples it has, what finds and what reads them.
type source struct {
	train, test int
	present     func(o Options) (dir string, err error)
	load        func(ctx context.Context, o Options) (train, test Set, err error)
}

var sources = map[string]source{
	"cifar10": {50000, 10000, cifar10Archive.present, cifar10},
	"mnist":   {60000, 10000, mnistPresent, mnist},
}

// Names returns the names that Load knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(sources)) }

func lookup(name string) (source, error) {
	s, ok := sources[name]
	if !ok {
		return source{}, fmt.Errorf("data: unknown data set %q: use one of %v", name, Names())
	}
	return s, nil
}

// Sizes returns how many train and test examples the named data set has, without reading it.
func Sizes(name string) (train, test int, err error) {
	s, err := lookup(name)
	return s.train, s.test, err
}

// Options say where data sets lie.
type Options struct {
	// Dir is a folder that holds the data sets' own folders or files: for CIFAR-10 the folder cifar-10-batches-bin, or it is that folder;
	// for MNIST the four .gz files, or a folder mnist with them, else those of the Go module GoMNIST are taken. "" is the default place:
	// for CIFAR-10 the folder rethinking of the user's cache folder, for MNIST the module.
	Dir string

	// Progress is told of a download, in bytes: at most about ten times a second, and at its end. It may be nil.
	Progress func(done, total int64)
}

// Present returns the folder that Load would read the named data set from, or "" where Load would download it first. It reads and
// downloads nothing. It fails if the name is unknown, or if the data set is not where o says.
func Present(name string, o Options) (dir string, err error) {
	s, err := lookup(name)
	if err != nil {
		return "", err
	}
	return s.present(o)
}

// Load reads the train and test sets of the named data set from where o says. Where o.Dir is "", CIFAR-10 is downloaded when it is first
// asked for; a download that broke off, or was ended by ctx, is gone on with. Load fails if the name is unknown, if a file is missing,
// truncated or altered, if a download fails, or if ctx ends.
func Load(ctx context.Context, name string, o Options) (train, test Set, err error) {
	s, err := lookup(name)
	if err != nil {
		return Set{}, Set{}, err
	}
	return s.load(ctx, o)
}

// Len is the number of examples.
func (s Set) Len() int { return len(s.Labels) }

// Dim is the number of values of an image: Height x Width x Channels.
func (s Set) Dim() int { return s.Height * s.Width * s.Channels }

// Image returns the values of example i, a view into Images.
func (s Set) Image(i int) []uint8 { return s.Images[i*s.Dim() : (i+1)*s.Dim()] }

// Unit returns the images as floats in [0,1], each value divided by 255: [n, Dim] in row-major order.
func (s Set) Unit() []float32 {
	out := make([]float32, len(s.Images))
	for i, v := range s.Images {
		out[i] = float32(v) / 255
	}
	return out
}

// Random returns n examples drawn without replacement, in the set's order.
func (s Set) Random(n int, rng *rand.Rand) (Set, error) {
	if n < 1 || n > s.Len() {
		return Set{}, fmt.Errorf("data: a subset of %d examples of %s: ask for 1 to %d", n, s.Name, s.Len())
	}
	return s.pick(rng.Perm(s.Len())[:n]), nil
}

// Balanced returns n examples drawn without replacement, in the set's order, with as many of each class as n allows: the counts of two
// classes differ by at most one, and the first n mod Classes classes have the additional one. It fails if a class has too few examples.
func (s Set) Balanced(n int, rng *rand.Rand) (Set, error) {
	if n < 1 || n > s.Len() {
		return Set{}, fmt.Errorf("data: a subset of %d examples of %s: ask for 1 to %d", n, s.Name, s.Len())
	}
	quota := make([]int, s.Classes)
	for i := range n {
		quota[i%s.Classes]++
	}
	indices := make([]int, 0, n)
	for _, i := range rng.Perm(s.Len()) {
		if c := s.Labels[i]; quota[c] > 0 {
			quota[c]--
			indices = append(indices, i)
		}
	}
	if len(indices) < n {
		return Set{}, fmt.Errorf("data: no class-balanced subset of %d examples of %s: a class has too few, ask for fewer", n, s.Name)
	}
	return s.pick(indices), nil
}

// pick returns the examples at indices, in ascending order of index.
func (s Set) pick(indices []int) Set {
	slices.Sort(indices)
	out := s
	out.Images, out.Labels = make([]uint8, 0, len(indices)*s.Dim()), make([]uint8, 0, len(indices))
	for _, i := range indices {
		out.Images = append(out.Images, s.Image(i)...)
		out.Labels = append(out.Labels, s.Labels[i])
	}
	return out
}
