package seed2017_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"rethinking/lib/paper"
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
			budget, err := strconv.Atoi(column.Label)
			if err != nil || math.Abs(float64(n-budget)) > 0.06*float64(budget) {
				t.Errorf("%s has %d weights, in the column of %s", e.Net, n, column)
			}
			if enough := n >= 2*e.Data.Train+784; enough != seed2017.EnoughWeights(e) || enough != (column.Label != least) {
				t.Errorf("%s with %d weights on %d digits: enough is %t", e.Net, n, e.Data.Train, seed2017.EnoughWeights(e))
			}
			if e.Seed == 1 {
				cell := column.Label + " " + seed2017.Depth.Of(e).Label
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

// Every number of the logs finds its experiment, and those that the logs do not hold find none.
func TestLogged(t *testing.T) {
	c := study.Corruption{Labels: 1}
	for _, x := range []struct {
		published paper.Published
		want      int
		studies   []study.Experiments
	}{
		{seed2017.LoggedTrainAccuracy, 40, []study.Experiments{seed2017.Grid(study.Corruption{}), seed2017.Grid(c)}},
		{seed2017.LoggedTestAccuracy, 54, []study.Experiments{seed2017.Inputs("mnist", true)}},
	} {
		numbers := map[string]string{}
		for _, s := range x.studies {
			for _, e := range s(study.Paper) {
				if number := x.published.Of(e); number != "" {
					numbers[e.Setting()] = number
				}
			}
		}
		if len(numbers) != x.want {
			t.Errorf("%s: %d numbers, want %d", x.published.Name, len(numbers), x.want)
		}
	}
	for _, e := range seed2017.Protocol(study.Standard) {
		if number := seed2017.LoggedTrainAccuracy.Of(e); (number != "") != (e.Training.Epochs == 1000) {
			t.Errorf("%s of %d epochs: the logs have %q", e, e.Training.Epochs, number)
		}
	}
	for _, e := range seed2017.Inputs("mnist", false)(study.Standard) {
		if number := seed2017.LoggedTestAccuracy.Of(e); (number != "") != (e.Corruption.Gaussian == 0) {
			t.Errorf("%s: the logs have %q", e, number)
		}
	}
}

// Along a run there is a gradient for each layer, and its evaluations are those of the run.
func TestWalk(t *testing.T) {
	lab := openLab(t)
	questions := seed2017.TallAndThin(study.Smoke)
	runs, err := study.Ask(t.Context(), lab, questions...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lab.Run(t.Context(), questions[0].Experiment)
	if err != nil {
		t.Fatal(err)
	}
	places := study.Elements(runs)
	if n := len(r.Measurements.Curves.Epoch); len(places) != n*len(questions) {
		t.Errorf("%d places of %d runs with %d evaluations", len(places), len(questions), n)
	}
	for _, part := range places {
		p := part.Part
		if len(p.Gradients) != len(p.Experiment.Net.Hidden)+1 || p.Gradients[0] <= 0 || p.Sharpness <= 0 {
			t.Errorf("%s at epoch %d: gradients %v, sharpness %g", p.Experiment, p.Epoch, p.Gradients, p.Sharpness)
		}
	}
}

// Of each run one place is taken: the first half-way down, else the last.
func TestByLayer(t *testing.T) {
	run := func(hidden int, losses ...float64) (r seed2017.Walked) {
		r.Question.Experiment.Net = study.MLP(hidden)
		for epoch, loss := range losses {
			r.Answer = append(r.Answer, seed2017.Place{Epoch: epoch, TrainLoss: loss, Gradients: []float64{float64(epoch), 1}})
		}
		return r
	}
	var got []string
	for _, l := range seed2017.ByLayer([]seed2017.Walked{run(8, 2.3, 1, 1.2, 0.5), run(16, 2.3, 2)}) {
		got = append(got, fmt.Sprint(study.Architecture.Of(l), l.Part.Epoch, l.Part.Layer, l.Part.Gradient))
	}
	want := []string{"mlp 1x8 1 1 1", "mlp 1x8 1 2 1", "mlp 1x16 1 1 1", "mlp 1x16 1 2 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

// At every scale the runs of a figure on Gaussian inputs differ in their seed alone where its fields do not tell them apart.
func TestRunsOfOneFigure(t *testing.T) {
	for _, x := range []struct {
		name string
		of   study.Experiments
		by   study.Field
	}{
		{"Mixed", seed2017.Mixed, study.Joined(seed2017.SetAndNet, study.GaussianInputs)},
		{"Unmixed", seed2017.Unmixed, study.Joined(seed2017.ImagesOrNoise, seed2017.Depth)},
		{"Watched", seed2017.Watched, seed2017.SetAndNet},
	} {
		for _, scale := range study.Scales {
			runs := study.Distinct(x.of(scale))
			groups, err := study.GroupBy(runs, x.by)
			if err != nil || len(groups) < 2 {
				t.Errorf("%s at %s: %d groups, %v", x.name, scale, len(groups), err)
			}
		}
	}
}

// The lead is in points, and not a number where nothing is noise.
func TestLead(t *testing.T) {
	c := study.Curves{Epoch: []int{0, 1}, CleanAccuracy: []float64{0.5, 0.75}, CorruptedAccuracy: []float64{0.5, 1}}
	if got := seed2017.Lead.Of(c); !slices.Equal(got, []float64{0, -25}) {
		t.Errorf("lead %v, not 0 and -25", got)
	}
	if got := seed2017.Lead.Of(study.Curves{Epoch: []int{0}}); len(got) != 1 || !math.IsNaN(got[0]) {
		t.Errorf("lead %v of a run without noise", got)
	}
}
