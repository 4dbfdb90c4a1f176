package krueger2017_test

import (
	"math"
	"testing"

	"rethinking/lib/claims"
	"rethinking/lib/papers/krueger2017"
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

// At the smallest scale a wide net fits real digits better than a narrow one fits random labels.
func TestCapacityAtSmokeScale(t *testing.T) {
	results, err := openLab(t).All(t.Context(), krueger2017.Capacity(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := study.GroupBy(results, krueger2017.WidthAndNoise)
	if err != nil || len(groups) != 6 {
		t.Fatalf("%d groups, error %v", len(groups), err)
	}
	fit := map[string]study.Spread{}
	for _, g := range groups {
		fit[g.Label] = study.SpreadOf(g.Results, study.Final(study.TrainAccuracy))
	}
	if wide, narrow := fit["32, none"], fit["4, labels 1"]; wide.N != 2 || wide.Mean < narrow.Mean+20 {
		t.Errorf("train accuracy %v of the wide net, %v of the narrow one", wide, narrow)
	}
}

func TestKinds(t *testing.T) {
	all := krueger2017.Capacity(study.Standard)
	labels, inputs := krueger2017.Of("labels", all), krueger2017.Of("inputs", all)
	if len(all) != 9*11*3 || len(labels) != 9*6*3 || len(inputs) != 9*6*3 {
		t.Errorf("%d experiments, %d of labels and %d of inputs", len(all), len(labels), len(inputs))
	}
	names := map[string]bool{}
	for _, e := range all {
		names[krueger2017.Noise.Of(e)] = true
	}
	if len(names) != 11 || !names["none"] || !names["labels 0.2"] || !names["inputs 1"] {
		t.Errorf("kinds of noise: %v", names)
	}
}

// Sharpness at the smallest scale: every run has its stages, and the estimates of a stage fit each other.
func TestSharpnessAtSmokeScale(t *testing.T) {
	questions := krueger2017.Sharpness(study.Smoke)
	stages, err := krueger2017.Sharpen(t.Context(), openLab(t), questions)
	if err != nil || len(stages) <= len(questions) { // the end of each, and a loss that some come to
		t.Fatalf("%d stages of %d runs, error %v", len(stages), len(questions), err)
	}
	for _, s := range stages {
		if s.Loss > 0 && s.TrainLoss > s.Loss || s.Loss == 0 && s.Epoch != 40 {
			t.Errorf("asked for a loss of %g, got %g after epoch %d", s.Loss, s.TrainLoss, s.Epoch)
		}
		if s.Largest <= 0 || s.Largest > s.Trace+3*s.TraceError-100*min(0, s.Smallest) || s.Residual > 0.01*s.Largest {
			t.Errorf("largest eigenvalue %g ± %g, smallest %g, trace %g ± %g", s.Largest, s.Residual, s.Smallest, s.Trace, s.TraceError)
		}
		if ratio := s.Online / s.Largest; ratio < 0.8 { // it adds units that switch to the curvature, which are many in a small net
			t.Errorf("the paper's method finds %g times the largest eigenvalue", ratio)
		}
		if top := s.Spectrum.Nodes[len(s.Spectrum.Nodes)-1]; math.Abs(top/s.Largest-1) > 0.01 {
			t.Errorf("the spectrum ends at %g, the largest eigenvalue is %g", top, s.Largest)
		}
	}
}

// madeUp is a result with the given accuracies, in percent.
func madeUp(r study.Regularization, labels float64, seed int64, train, best float64) study.Result {
	return study.Result{
		Experiment:   study.Experiment{Regularization: r, Corruption: study.Corruption{Labels: labels}, Seed: seed},
		Measurements: study.Measurements{Best: study.Best{TestAccuracy: best / 100}, Curves: study.Curves{Epoch: []int{1}, TrainAccuracy: []float64{train / 100}}},
	}
}

func TestTradeOffs(t *testing.T) {
	dropout := study.Regularization{Dropout: 0.5}
	got := krueger2017.TradeOffs([]study.Result{
		madeUp(study.Regularization{}, 0, 1, 100, 50), madeUp(study.Regularization{}, 1, 1, 99, 10),
		madeUp(dropout, 1, 2, 40, 10), madeUp(dropout, 0, 2, 100, 62.5), madeUp(dropout, 0, 3, 100, 62.5),
	})
	want := []krueger2017.TradeOff{{"none", "none", 1, 99, 50}, {"dropout", "dropout 0.5", 2, 40, 62.5}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Every claim gets a verdict at every scale that the notebooks run; the smoke scale judges nothing.
func TestClaimsAtSmokeScale(t *testing.T) {
	lab := openLab(t)
	onTime, err := krueger2017.ClaimsOnTime(t.Context(), lab, study.Smoke)
	if err != nil || len(onTime) != 4 {
		t.Fatalf("%d claims, error %v", len(onTime), err)
	}
	for _, j := range onTime {
		if j.Outcome != claims.NotRun {
			t.Errorf("%s is judged %s", j.ID, j.Outcome)
		}
	}
}
