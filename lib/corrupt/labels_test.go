package corrupt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/corrupt"
)

const n, classes = 50000, 10

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// cycle returns the labels 0, 1, ..., 9, 0, 1, ...
func cycle() []uint8 {
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % classes)
	}
	return labels
}

func share(flags []bool) float64 {
	count := 0
	for _, f := range flags {
		if f {
			count++
		}
	}
	return float64(count) / float64(len(flags))
}

// within fails the test if a share of n independent draws lies more than five standard deviations from its probability.
func within(t *testing.T, what string, got, probability float64, n int) {
	t.Helper()
	if sd := math.Sqrt(probability * (1 - probability) / float64(n)); math.Abs(got-probability) > 5*sd {
		t.Errorf("%s: share %.4f, expected %.4f ± %.4f", what, got, probability, sd)
	}
}

func TestLabelsShares(t *testing.T) {
	for _, p := range []float64{0, 0.2, 0.5, 0.8, 1} {
		labels := cycle()
		got, changed, err := corrupt.Labels(labels, classes, p, rng(1))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cycle(), labels); diff != "" {
			t.Fatal("the input was changed")
		}
		within(t, "changed", share(changed), 0.9*p, n)
		var marginal [classes]int
		for i, l := range got {
			marginal[l]++
			if changed[i] != (l != labels[i]) {
				t.Fatalf("example %d: label %d to %d, changed says %v", i, labels[i], l, changed[i])
			}
		}
		for c, count := range marginal {
			within(t, fmt.Sprint("class ", c), float64(count)/n, 0.1, n)
		}
	}
}

// Given that a label is redrawn, its new class must not depend on the true one.
func TestRandomLabelsAreIndependentOfTheTrueOnes(t *testing.T) {
	labels := cycle()
	got, _, err := corrupt.Labels(labels, classes, 1, rng(2))
	if err != nil {
		t.Fatal(err)
	}
	var joint [classes][classes]float64
	for i := range labels {
		joint[labels[i]][got[i]]++
	}
	for truth := range classes {
		for class := range classes {
			within(t, "joint", joint[truth][class]/n, 0.01, n)
		}
	}
}

func TestLabelsBySeed(t *testing.T) {
	a, _, _ := corrupt.Labels(cycle(), classes, 0.5, rng(1))
	b, _, _ := corrupt.Labels(cycle(), classes, 0.5, rng(1))
	c, _, _ := corrupt.Labels(cycle(), classes, 0.5, rng(2))
	if !cmp.Equal(a, b) || cmp.Equal(a, c) {
		t.Error("labels must depend on the seed, and on it alone")
	}
}

func TestLabelsNest(t *testing.T) {
	few, fewChanged, _ := corrupt.Labels(cycle(), classes, 0.3, rng(1))
	many, _, _ := corrupt.Labels(cycle(), classes, 0.7, rng(1))
	for i := range few {
		if fewChanged[i] && few[i] != many[i] {
			t.Fatalf("example %d is class %d at p 0.3 but %d at p 0.7", i, few[i], many[i])
		}
	}
}

func TestLabelsErrors(t *testing.T) {
	for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		if _, _, err := corrupt.Labels(cycle(), classes, p, rng(1)); err == nil || !strings.Contains(err.Error(), "a probability lies in [0,1]") {
			t.Errorf("p %g: got error %v", p, err)
		}
	}
	if _, _, err := corrupt.Labels([]uint8{3, 10}, classes, 0, rng(1)); err == nil || !strings.Contains(err.Error(), "label 10 of example 1") {
		t.Errorf("got error %v", err)
	}
}
