package corrupt_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"testing"

	"rethinking/lib/corrupt"
)

// Results on disk were trained on these very labels: another draw would need another study.Protocol.
func TestLabelsStayTheSameLabels(t *testing.T) {
	got, _, err := corrupt.Labels(cycle(), classes, 0.5, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%x", sha256.Sum256(got)), "a7717b1fa0cea2cc39364789bfd39b9152d6bc7fcd9060efbee2f61ebc57a098"; got != want {
		t.Errorf("SHA-256 of the labels is %s, want %s", got, want)
	}
}

func TestWrongLabelsShares(t *testing.T) {
	for _, p := range []float64{0, 0.15, 0.5, 0.9, 1} {
		labels := cycle()
		got, changed, err := corrupt.WrongLabels(labels, classes, p, rng(1))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(labels, cycle()) {
			t.Fatal("the input was changed")
		}
		within(t, "changed", share(changed), p, n)
		var joint [classes][classes]float64
		for i, l := range got {
			joint[labels[i]][l]++
			if changed[i] != (l != labels[i]) {
				t.Fatalf("example %d: label %d to %d, changed says %v", i, labels[i], l, changed[i])
			}
		}
		for truth := range classes {
			for class := range classes {
				want := p / (classes - 1) // uniform over the other classes, whatever the true one
				if class == truth {
					want = 1 - p
				}
				within(t, fmt.Sprintf("p %g, class %d to %d", p, truth, class), joint[truth][class]/(n/classes), want, n/classes)
			}
		}
	}
}

func TestWrongLabelsOfTwoClassesAtOneAreTheOtherClass(t *testing.T) {
	got, changed, err := corrupt.WrongLabels([]uint8{0, 1, 1, 0}, 2, 1, rng(1))
	if err != nil || !bytes.Equal(got, []uint8{1, 0, 0, 1}) || share(changed) != 1 {
		t.Errorf("got %v, changed %v, error %v", got, changed, err)
	}
}

func TestWrongLabelsBySeed(t *testing.T) {
	a, _, _ := corrupt.WrongLabels(cycle(), classes, 0.5, rng(1))
	b, _, _ := corrupt.WrongLabels(cycle(), classes, 0.5, rng(1))
	c, _, _ := corrupt.WrongLabels(cycle(), classes, 0.5, rng(2))
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("labels must depend on the seed, and on it alone")
	}
}

func TestWrongLabelsNest(t *testing.T) {
	few, fewChanged, _ := corrupt.WrongLabels(cycle(), classes, 0.3, rng(1))
	many, _, _ := corrupt.WrongLabels(cycle(), classes, 0.7, rng(1))
	for i := range few {
		if fewChanged[i] && few[i] != many[i] {
			t.Fatalf("example %d is class %d at p 0.3 but %d at p 0.7", i, few[i], many[i])
		}
	}
}

func TestWrongLabelsErrors(t *testing.T) {
	tests := []struct {
		labels  []uint8
		classes int
		p       float64
		want    string
	}{
		{[]uint8{0}, 10, -0.1, "label corruption -0.1: a probability lies in [0,1]"},
		{[]uint8{0}, 10, 1.1, "a probability lies in [0,1]"},
		{[]uint8{0}, 10, math.NaN(), "label corruption NaN"},
		{[]uint8{0}, 1, 0.5, "wrong labels of 1 classes: there must be 2 to 256"},
		{[]uint8{0}, 257, 0.5, "there must be 2 to 256"},
		{[]uint8{3, 10}, 10, 0, "label 10 of example 1: with 10 classes labels lie in 0..9"},
	}
	for _, tt := range tests {
		if _, _, err := corrupt.WrongLabels(tt.labels, tt.classes, tt.p, rng(1)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
}
