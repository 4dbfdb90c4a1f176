package corrupt_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

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

// says fails the test unless err is this package's and says what is wanted.
func says(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "corrupt: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one that says %q", err, want)
	}
}

// redraws are the ways to corrupt labels, and how many classes each draws from.
var redraws = map[string]struct {
	labels func(labels []uint8, classes int, p float64, rng *rand.Rand) ([]uint8, []bool, error)
	from   float64
}{
	"any class":   {corrupt.Labels, classes},
	"wrong class": {corrupt.WrongLabels, classes - 1},
}

// The new class is uniform over those drawn from, whatever the true one is.
func TestLabelsShares(t *testing.T) {
	for name, redraw := range redraws {
		for _, p := range []float64{0, 0.15, 0.2, 0.5, 0.8, 0.9, 1} {
			labels := cycle()
			got, changed, err := redraw.labels(labels, classes, p, rng(1))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(labels, cycle()) {
				t.Fatalf("%s: the input was changed", name)
			}
			var joint [classes][classes]float64
			for i, l := range got {
				joint[labels[i]][l]++
				if changed[i] != (l != labels[i]) {
					t.Fatalf("%s: example %d: label %d to %d, changed says %v", name, i, labels[i], l, changed[i])
				}
			}
			other := p / redraw.from // probability of each class but the true one
			within(t, fmt.Sprintf("%s, p %g, changed", name, p), share(changed), (classes-1)*other, n)
			for class := range classes {
				total := 0.
				for truth := range classes {
					want := other
					if class == truth {
						want = 1 - (classes-1)*other
					}
					within(t, fmt.Sprintf("%s, p %g, class %d to %d", name, p, truth, class), joint[truth][class]/(n/classes), want, n/classes)
					total += joint[truth][class]
				}
				within(t, fmt.Sprintf("%s, p %g, class %d", name, p, class), total/n, 1./classes, n)
			}
		}
	}
}

// Signs are fair, whatever the true label is.
func TestSigns(t *testing.T) {
	labels := cycle()
	got, changed, err := corrupt.Signs(labels, classes, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	var ones [classes]float64
	for i, l := range got {
		if l > 1 || changed[i] != (l != labels[i]) {
			t.Fatalf("example %d: label %d to %d, changed says %v", i, labels[i], l, changed[i])
		}
		ones[labels[i]] += float64(l)
	}
	for truth, n1 := range ones {
		within(t, fmt.Sprintf("of class %d", truth), n1/(n/classes), 0.5, n/classes)
	}
}

func TestWrongLabelsOfTwoClassesAtOneAreTheOtherClass(t *testing.T) {
	got, changed, err := corrupt.WrongLabels([]uint8{0, 1, 1, 0}, 2, 1, rng(1))
	if err != nil || !bytes.Equal(got, []uint8{1, 0, 0, 1}) || share(changed) != 1 {
		t.Errorf("got %v, changed %v, error %v", got, changed, err)
	}
}

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

func TestLabelsBySeed(t *testing.T) {
	for name, redraw := range redraws {
		a, _, _ := redraw.labels(cycle(), classes, 0.5, rng(1))
		b, _, _ := redraw.labels(cycle(), classes, 0.5, rng(1))
		c, _, _ := redraw.labels(cycle(), classes, 0.5, rng(2))
		if !bytes.Equal(a, b) || bytes.Equal(a, c) {
			t.Errorf("%s: labels must depend on the seed, and on it alone", name)
		}
	}
}

func TestLabelsNest(t *testing.T) {
	for name, redraw := range redraws {
		few, fewChanged, _ := redraw.labels(cycle(), classes, 0.3, rng(1))
		many, _, _ := redraw.labels(cycle(), classes, 0.7, rng(1))
		for i := range few {
			if fewChanged[i] && few[i] != many[i] {
				t.Fatalf("%s: example %d is class %d at p 0.3 but %d at p 0.7", name, i, few[i], many[i])
			}
		}
	}
}

func TestLabelsErrors(t *testing.T) {
	for _, redraw := range redraws {
		for _, p := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
			_, _, err := redraw.labels(cycle(), classes, p, rng(1))
			says(t, err, fmt.Sprintf("label corruption %g: a probability lies in [0,1]", p))
		}
		_, _, err := redraw.labels([]uint8{3, 10}, classes, 0, rng(1))
		says(t, err, "label 10 of example 1: with 10 classes labels lie in 0..9")
	}
	for _, classes := range []int{1, 257} {
		_, _, err := corrupt.WrongLabels([]uint8{0}, classes, 0.5, rng(1))
		says(t, err, fmt.Sprintf("wrong labels of %d classes: there must be 2 to 256", classes))
	}
}
