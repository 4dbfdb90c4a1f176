package krueger2017_test

import (
	"math"
	"slices"
	"testing"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/probe"
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
	groups, err := study.GroupBy(results, study.Joined(study.HiddenUnits, krueger2017.Noise))
	if err != nil || len(groups) != 6 {
		t.Fatalf("%d groups, error %v", len(groups), err)
	}
	fit := map[string]study.Spread{}
	for _, g := range groups {
		fit[g.Label] = study.SpreadOf(g.Rows, study.Final(study.TrainAccuracy))
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
		names[krueger2017.Noise.Of(e).Label] = true
	}
	if len(names) != 11 || !names["none"] || !names["labels 0.2"] || !names["inputs 1"] {
		t.Errorf("kinds of noise: %v", names)
	}
}

// Sharpness at the smallest scale: every run has its stages, and the estimates of a stage fit each other.
func TestSharpnessAtSmokeScale(t *testing.T) {
	questions := krueger2017.Sharpness(study.Smoke)
	runs, err := study.Ask(t.Context(), openLab(t), questions...)
	stages := study.Elements(runs)
	if err != nil || len(stages) <= len(questions) { // the end of each, and a loss that some come to
		t.Fatalf("%d stages of %d runs, error %v", len(stages), len(questions), err)
	}
	for _, p := range stages {
		s := p.Part
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
	want := []krueger2017.TradeOff{{Memorized: 99, Learned: 50}, {Memorized: 40, Learned: 62.5}}
	if len(got) != 2 || got[0].Part != want[0] || got[1].Part != want[1] || krueger2017.Regularizer.Of(got[1]).Label != "dropout" {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Half of the random labels are fitted between two strengths, where what is learned lies between them too; a seed without such a place has learned nothing.
func TestHalfMemorized(t *testing.T) {
	weak, strong := study.Regularization{Dropout: 0.5}, study.Regularization{Dropout: 0.7}
	got := krueger2017.HalfMemorized(krueger2017.TradeOffs([]study.Result{
		madeUp(study.Regularization{}, 0, 1, 100, 50), madeUp(study.Regularization{}, 1, 1, 99, 10),
		madeUp(weak, 0, 1, 100, 60), madeUp(weak, 1, 1, 80, 10), madeUp(strong, 0, 1, 100, 40), madeUp(strong, 1, 1, 20, 10),
		madeUp(study.Regularization{}, 0, 2, 100, 50), madeUp(study.Regularization{}, 1, 2, 99, 10),
		madeUp(weak, 0, 2, 100, 60), madeUp(weak, 1, 2, 80, 10),
	}), "dropout")
	if !slices.Equal(got.Values, []float64{50, 0}) || !slices.Equal(got.Seeds, []int64{1, 2}) {
		t.Errorf("%+v, want 50%% in seed 1 and nothing in seed 2", got)
	}
}

// madeUpStages are those of the standard scale's questions: one at equal loss and one at the end of each run.
func madeUpStages() []study.Part[krueger2017.Stage] {
	var runs []study.Answered[krueger2017.Sharp, []krueger2017.Stage]
	for _, q := range krueger2017.Sharpness(study.Standard) {
		s := krueger2017.Stage{Experiment: q.Experiment, Parameters: 100, Largest: 5, Smallest: -7}
		if q.Spectrum {
			s.Spectrum = probe.Spectrum{Nodes: []float64{-7, 1, 5}, Weights: []float64{0.3, 0.3, 0.4}}
		}
		atLoss := s
		atLoss.Loss = krueger2017.EqualLoss(study.Standard)
		runs = append(runs, study.Answered[krueger2017.Sharp, []krueger2017.Stage]{Question: q, Answer: []krueger2017.Stage{atLoss, s}})
	}
	return study.Elements(runs)
}

// Means are over seeds alone, though only the first one's spectrum is wanted; and real data begins both curves.
func TestStages(t *testing.T) {
	stages := madeUpStages()
	groups, err := study.GroupBy(krueger2017.At(stages, 0), krueger2017.Noise)
	if err != nil || len(groups) != 11 || len(groups[0].Rows) != 3 {
		t.Errorf("%d groups, error %v", len(groups), err)
	}
	levels := krueger2017.ByLevel(stages, krueger2017.EqualLoss(study.Standard))
	for _, curve := range study.Split(levels, krueger2017.KindOfNoise) {
		low, _ := krueger2017.NoiseLevel.Of(curve.Rows[0])
		high, _ := krueger2017.NoiseLevel.Of(curve.Rows[17])
		if sharp, ok := krueger2017.StageSharpness.Of(curve.Rows[0]); len(curve.Rows) != 18 || low != 0 || high != 1 || !ok || sharp != 7 {
			t.Errorf("%s: %d stages from level %g to %g, sharpness %g", curve, len(curve.Rows), low, high, sharp)
		}
	}
	tails := study.Split(krueger2017.Tails(stages, 0), krueger2017.Noise)
	for _, tail := range tails {
		if first := tail.Rows[0].Part; len(tails) != 3 || math.Abs(first.Above-70) > 1e-9 || math.Abs(first.Value-0.005) > 1e-9 {
			t.Errorf("%d tails; %s: %+v", len(tails), tail, first)
		}
	}
}

// The smoke scale judges nothing, but every claim can be asked.
func TestClaimsAtSmokeScale(t *testing.T) {
	lab := openLab(t)
	onTime := func(_ paper.Paper, c paper.Claim) bool { return c.Page == "04-memorization" }
	ledger, err := paper.Judge(t.Context(), lab, study.Smoke, onTime, krueger2017.Paper)
	if err != nil || len(ledger) != 5 || ledger.Err() != nil {
		t.Fatalf("%d claims, errors %v, %v", len(ledger), err, ledger.Err())
	}
	for _, entry := range ledger {
		if entry.Outcome != claims.NotRun || entry.Tested == "" {
			t.Errorf("%s is judged %s, by %q", entry.ID, entry.Outcome, entry.Tested)
		}
	}
}

// Gaussian inputs of mean m and standard deviation s have cosines of m²/(m²+s²) on average, 0.15 for the pixels' 0.1307 and 0.3081; centred ones
// of 784 values have 1/28, root mean square, and 1/(n-1) more because the mean that is subtracted is that of the n themselves.
func TestInputAngles(t *testing.T) {
	answers, err := study.Ask(t.Context(), openLab(t), krueger2017.InputAngles(study.Smoke)...)
	if err != nil || len(answers) != 15 {
		t.Fatalf("%d answers, error %v", len(answers), err)
	}
	for _, a := range answers {
		noise := a.Question.Experiment.Corruption
		if want := math.Hypot(1./28, 1./99); noise.Gaussian > 0 && math.Abs(a.Answer.Centred/want-1) > 0.03 {
			t.Errorf("%v: cosine of centred inputs %g, expected %g", noise, a.Answer.Centred, want)
		}
		if plain := noise.Gaussian > 0 && !noise.Clipped; plain && math.Abs(a.Answer.Cosine-0.155) > 0.01 || !plain && a.Answer.Cosine < 0.4 {
			t.Errorf("%v: cosine %g", noise, a.Answer.Cosine)
		}
		if a.Answer.Epochs == 0 {
			t.Errorf("%v: not fitted", noise)
		}
	}
}

// The estimates of a run are those of two batches and of Lanczos' method, at four lengths. A long step is over many
// units that switch, which adds to the curvature; single examples make of that what all at once do.
func TestEstimators(t *testing.T) {
	questions := krueger2017.Estimators(study.Smoke)
	answers, err := study.Ask(t.Context(), openLab(t), questions[:1]...)
	if err != nil || len(questions) != 3 {
		t.Fatalf("%d questions, error %v", len(questions), err)
	}
	estimates := study.Elements(answers)
	exact := study.With(estimates, krueger2017.EstimatedBy, krueger2017.Lanczos)
	if len(estimates) != 12 || len(exact) != 4 {
		t.Fatalf("%d estimates, %d of them by Lanczos' method", len(estimates), len(exact))
	}
	longest := study.With(estimates, krueger2017.StepLength, "1")
	one, all, largest := longest[0].Part.Value, longest[1].Part.Value, longest[2].Part.Value
	if math.Abs(one/all-1) > 0.1 || one < largest {
		t.Errorf("by single examples %g, by all %g, by Lanczos' method %g", one, all, largest)
	}
}
