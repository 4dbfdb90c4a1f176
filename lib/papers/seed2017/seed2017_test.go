package seed2017_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"rethinking/lib/papers/seed2017"
	"rethinking/lib/study"
)

func openLab(t *testing.T) *study.Lab {
	t.Helper()
	lab, err := study.Open(study.Options{Dir: t.TempDir(), Scale: study.Smoke})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return lab
}

// The report's numbers of weights.
func TestParameters(t *testing.T) {
	want := map[string]int{
		"mlp 2x16": 13002, "mlp 2x128": 118282, "mlp 2x512": 669706, "mlp 2x1024": 1863690, "mlp 4x512": 1195018, "mlp 6x512": 1720330, "mlp 10x16": 15178,
	}
	for _, e := range seed2017.Protocol(study.Standard) {
		if n, ok := want[e.Net.String()]; ok {
			if got := weights(e.Net.Hidden); got != n {
				t.Errorf("%s has %d weights, the report %d", e.Net, got, n)
			}
			delete(want, e.Net.String())
		}
	}
	if len(want) > 0 {
		t.Errorf("nets that are not run: %v", want)
	}
}

// weights counts those of an MLP for digits.
func weights(hidden []int) int {
	n, in := 0, 784
	for _, out := range append(hidden, 10) {
		n, in = n+(in+1)*out, out
	}
	return n
}

// Nets of one column have as many weights as each other, within 6%; those of the least number alone are below 2n+d.
func TestEqualWeights(t *testing.T) {
	for scale, least := range map[study.Scale]string{study.Quick: "1600", study.Standard: "2400"} {
		seen := map[string]bool{}
		for _, e := range seed2017.EqualWeights(study.Corruption{})(scale) {
			column, n := seed2017.Weights.Of(e), weights(e.Net.Hidden)
			budget, err := strconv.Atoi(column)
			if err != nil || math.Abs(float64(n-budget)) > 0.06*float64(budget) {
				t.Errorf("%s has %d weights, in the column of %s", e.Net, n, column)
			}
			if enough := n >= 2*e.Data.Train+784; enough != seed2017.EnoughWeights(e) || enough != (column != least) {
				t.Errorf("%s with %d weights on %d digits: enough is %t", e.Net, n, e.Data.Train, seed2017.EnoughWeights(e))
			}
			if e.Seed == 1 {
				cell := column + " " + seed2017.Depth.Of(e)
				if seen[cell] {
					t.Errorf("two nets of %s", cell)
				}
				seen[cell] = true
			}
		}
	}
}

// The running mean of the train accuracy, which the report printed, lags behind the train accuracy at an epoch's end while a net learns.
func TestProtocolAtSmokeScale(t *testing.T) {
	results, err := openLab(t).All(t.Context(), seed2017.Protocol(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		c := r.Measurements.Curves
		last := len(c.Epoch) - 1
		if r.Experiment.Corruption.Labels == 0 && c.RunningLoss[last] <= c.TrainLoss[last] {
			t.Errorf("%s: running loss %g, at the end %g", r.Experiment, c.RunningLoss[last], c.TrainLoss[last])
		}
	}
}

// Along a run there is a gradient for each layer, and its evaluations are those of the run.
func TestWalk(t *testing.T) {
	lab := openLab(t)
	questions := seed2017.TallAndThin(study.Smoke)
	places, err := seed2017.Walk(t.Context(), lab, questions)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lab.Run(t.Context(), questions[0].Experiment)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Measurements.Curves.Epoch); len(places) != n*len(questions) {
		t.Errorf("%d places of %d runs with %d evaluations", len(places), len(questions), n)
	}
	for _, p := range places {
		if len(p.Gradients) != len(p.Experiment.Net.Hidden)+1 || p.Gradients[0] <= 0 || p.Sharpness <= 0 {
			t.Errorf("%s at epoch %d: gradients %v, sharpness %g", p.Experiment, p.Epoch, p.Gradients, p.Sharpness)
		}
	}
}

// Of each run one place is taken: the first half-way down, else the last.
func TestByLayer(t *testing.T) {
	at := func(hidden, epoch int, loss float64) seed2017.Place {
		e := study.Experiment{Net: study.MLP(hidden)}
		return seed2017.Place{Experiment: e, Epoch: epoch, TrainLoss: loss, Gradients: []float64{float64(epoch), 1}}
	}
	var got []string
	for _, l := range seed2017.ByLayer([]seed2017.Place{at(8, 0, 2.3), at(8, 1, 1), at(8, 2, 1.2), at(8, 3, 0.5), at(16, 0, 2.3), at(16, 1, 2)}) {
		got = append(got, fmt.Sprint(l.Experiment.Net, l.Epoch, l.Layer, l.Gradient))
	}
	want := []string{"mlp 1x8 1 1 1", "mlp 1x8 1 2 1", "mlp 1x16 1 1 1", "mlp 1x16 1 2 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
