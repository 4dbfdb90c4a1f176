package krueger2017

import (
	"slices"
	"strings"

	"rethinking/lib/claims"
	"rethinking/lib/data"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// regularizers are the kinds of figure 3 (right) with their strengths, weakest first. Dropout goes up to 0.9, as in the paper. Its successor has input
// noise up to 5, hidden noise up to 0.3 and weight decay up to 1 (Arpit et al. 2017, section 5); here each goes as far as it takes to keep a net from
// fitting random labels. Between are strengths that the scales standard and paper have more, where memorization falls off.
var regularizers = []regularizer{
	{[5]float64{0.1, 0.3, 0.5, 0.7, 0.9}, []float64{0.55, 0.6, 0.65}, func(p float64) study.Regularization { return study.Regularization{Dropout: p} }},
	{[5]float64{0.1, 0.3, 0.5, 0.7, 0.9}, []float64{0.8}, func(p float64) study.Regularization { return study.Regularization{InputDropout: p} }},
	{[5]float64{0.3, 0.6, 1, 2, 4}, []float64{3}, func(sd float64) study.Regularization { return study.Regularization{InputNoise: sd} }},
	{[5]float64{0.1, 0.3, 1, 3, 10}, []float64{0.6}, func(sd float64) study.Regularization { return study.Regularization{HiddenNoise: sd} }},
	{[5]float64{0.001, 0.003, 0.01, 0.03, 0.1}, []float64{0.05}, func(l float64) study.Regularization { return study.Regularization{WeightDecay: l} }},
}

type regularizer struct {
	strengths [5]float64
	between   []float64
	of        func(strength float64) study.Regularization
}

// settings are no regularization, and some of the strengths of each regularizer, with those between where all are wanted.
func settings(strengths ...int) []study.Regularization {
	all := []study.Regularization{{}}
	for _, r := range regularizers {
		var wanted []float64
		for _, i := range strengths {
			wanted = append(wanted, r.strengths[i])
		}
		if len(strengths) == len(r.strengths) {
			wanted = slices.Sorted(slices.Values(append(wanted, r.between...)))
		}
		for _, strength := range wanted {
			all = append(all, r.of(strength))
		}
	}
	return all
}

// regularized are the sizes of Regularizers, and the strengths: of 200 images the strongest noise makes training diverge.
var regularized = map[study.Scale]struct {
	train, test, epochs, batch, seeds int // 0 examples are all
	strengths                         []int
}{
	study.Smoke:    {30, 30, 1, 10, 1, []int{2}},
	study.Quick:    {200, 200, 20, 20, 1, []int{0, 2, 3}},
	study.Standard: {1000, 2000, 40, 50, 3, []int{0, 1, 2, 3, 4}},
	study.Paper:    {0, 0, 100, 128, 3, []int{0, 1, 2, 3, 4}},
}

// Regularizers asks figure 3 (right): does explicit regularization that keeps a net from memorizing random labels keep it from learning real
// data? Each strength of each regularizer has a net on real and one on random labels: the paper's "small Alexnet-style CNN" is that of Zhang
// et al. 2017 here, on CIFAR-10's whitened crops. The training is its successor's (Arpit et al. 2017, section 2): SGD with momentum 0.9,
// the rate 0.01 halved every 15 epochs.
func Regularizers(scale study.Scale) []study.Experiment {
	return WithRegularization(scale, settings(regularized[scale].strengths...)...)
}

// WithRegularization asks it of other settings: the nets and the training of Regularizers.
func WithRegularization(scale study.Scale, all ...study.Regularization) (experiments []study.Experiment) {
	s := regularized[scale]
	e := study.Experiment{
		Data: study.Data{Name: "cifar10", Preprocessing: data.CropWhiten, Train: s.train, Test: s.test}, Net: study.Net{Kind: "alexnet"},
		Training: study.Training{Epochs: s.epochs, Batch: s.batch, LearningRate: 0.01, Momentum: 0.9, Decay: 0.5, DecayEvery: 15, Target: 1},
	}
	for _, e.Regularization = range all {
		experiments = append(experiments, study.SeedsOn(e, s.seeds, study.Corruption{}, study.Corruption{Labels: 1})...)
	}
	return experiments
}

// Selected are the runs of Regularizers without regularization and with the strength of each regularizer in the middle.
func Selected(scale study.Scale) []study.Experiment {
	return study.Where(Regularizers(scale), func(e study.Experiment) bool { return slices.Contains(settings(2), e.Regularization) })
}

// Regularizer names the regularizer that is set, "none" where none is; study.Regularized names its strength too.
var Regularizer = study.ByExperiment("regularizer", "", func(e study.Experiment) study.Level {
	if r := e.Regularization; r.Dropout > 0 && r.Adversarial > 0 {
		return study.Word("dropout with adversarial samples")
	}
	return study.Word(strings.TrimRight(study.Regularized.Of(e).Label, " .0123456789"))
})

// TradeOff is what a setting of a regularizer does to memorization, and what to learning.
type TradeOff struct {
	Memorized float64 // final train accuracy on random labels, in percent
	Learned   float64 // best test accuracy on real labels along the run, in percent
}

// The numbers of a TradeOff.
var (
	Memorized = study.Quantity("train accuracy, random labels", "%", func(t TradeOff) float64 { return t.Memorized })
	Learned   = study.Quantity("best test accuracy, real labels", "%", func(t TradeOff) float64 { return t.Learned })
)

// TradeOffs pairs the runs of Regularizers, those of a setting and a seed: parts of the runs on real labels that have one on random labels.
func TradeOffs(results []study.Result) []study.Part[TradeOff] {
	type pair struct {
		study.Regularization
		seed int64
	}
	of := func(r study.Result) pair { return pair{r.Experiment.Regularization, r.Experiment.Seed} }
	memorized := map[pair]float64{}
	for _, r := range study.With(results, Noise, "labels 1") {
		memorized[of(r)], _ = study.Final(study.TrainAccuracy).Of(r)
	}
	return study.Parts(study.With(results, Noise, "none"), func(r study.Result) []TradeOff {
		m, ok := memorized[of(r)]
		if !ok {
			return nil
		}
		learned, _ := study.BestTestAccuracy.Of(r)
		return []TradeOff{{m, learned}}
	})
}

// HalfMemorized is what nets learn from real labels at the strength of a regularizer at which they fit half of the random ones, in each seed, interpolated
// between two strengths. Where nets fit more than half at every strength they count as having learned nothing: the regularizer does not do what it is for.
func HalfMemorized(all []study.Part[TradeOff], regularizer string) claims.Sample {
	points := map[int64][]TradeOff{} // by strength, from none on
	for _, t := range all {
		if label := Regularizer.Of(t).Label; label == "none" || label == regularizer {
			points[t.Origin().Seed] = append(points[t.Origin().Seed], t.Part)
		}
	}
	values := map[int64]float64{}
	for seed, ts := range points {
		values[seed] = 0
		if i := slices.IndexFunc(ts, func(t TradeOff) bool { return t.Memorized <= 50 }); i > 0 {
			a, b := ts[i-1], ts[i]
			values[seed] = a.Learned + (b.Learned-a.Learned)*(a.Memorized-50)/(a.Memorized-b.Memorized)
		}
	}
	return paper.BySeed("learned with "+regularizer, "%", values)
}

// OfRegularizers is the condition of no regularization, or of one of some regularizers.
func OfRegularizers(names ...string) func(study.Experiment) bool {
	return func(e study.Experiment) bool {
		label := Regularizer.Of(e).Label
		return label == "none" || slices.Contains(names, label)
	}
}
