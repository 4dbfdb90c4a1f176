package exact_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/janpfeifer/must"

	"rethinking/lib/data"
	"rethinking/lib/exact"
)

var ctx = context.Background()

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// normal draws n values from the standard normal distribution.
func normal(n int, rng *rand.Rand) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// targets draws n values from the standard normal distribution.
func targets(n int, rng *rand.Rand) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = rng.NormFloat64()
	}
	return y
}

// labels draws n labels of ten classes.
func labels(n int, rng *rand.Rand) []uint8 {
	out := make([]uint8, n)
	for i := range out {
		out[i] = uint8(rng.IntN(10))
	}
	return out
}

// digits returns the first n train images of MNIST in [0,1], 784 values each, and their labels.
func digits(t *testing.T, n int) ([]float32, []uint8) {
	t.Helper()
	train, _, err := data.Load(ctx, "mnist", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	train.Images, train.Labels = train.Images[:n*784], train.Labels[:n]
	return train.Unit(), train.Labels
}

// fails checks that an error says what was wrong.
func fails(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "exact: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one that says %q", err, want)
	}
}

func TestLabelsAsTargets(t *testing.T) {
	labels := []uint8{2, 0, 3}
	y := must.M1(exact.OneHot(labels, 4))
	if want := []float64{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1}; !slices.Equal(y, want) {
		t.Errorf("one-hot %v, want %v", y, want)
	}
	if got := exact.Argmax(y, 4); !slices.Equal(got, labels) {
		t.Errorf("argmax %v, want %v", got, labels)
	}
	if got := exact.Argmax([]float64{-2, -1, -1, 5, 5, 4}, 3); !slices.Equal(got, []uint8{1, 0}) {
		t.Errorf("argmax %v, want the first of equal ones", got)
	}
	if got := exact.Nearest(exact.Indices(labels), 4); !slices.Equal(got, labels) {
		t.Errorf("nearest %v, want %v", got, labels)
	}
	if got := exact.Nearest([]float64{-7, 0.49, 1.51, 99}, 4); !slices.Equal(got, []uint8{0, 0, 2, 3}) {
		t.Errorf("nearest %v, want [0 0 2 3]", got)
	}
	_, err := exact.OneHot(labels, 3)
	fails(t, err, "label 3 of example 2: with 3 classes labels lie in 0..2")
	if got := exact.Residual([]float64{1, math.NaN(), 1}, []float64{1, 1, 2}); got == got {
		t.Errorf("the residual of NaN is %g", got)
	}
}
