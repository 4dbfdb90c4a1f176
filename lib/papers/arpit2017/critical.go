package arpit2017

import (
	"context"
	"math/rand/v2"

	"rethinking/lib/along"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Critical asks figures 7, 8 and 9 of a run: along it, what share of new examples lie so near a decision boundary that the search for
// adversarial examples finds them a critical sample (section 4)?
type Critical struct {
	Experiment study.Experiment
	Examples   int  // the first so many test examples
	Trained    bool `json:",omitzero"` // where training ends alone, and of the training examples too
}

// Moment is where a run of a Critical stands.
type Moment struct {
	Experiment    study.Experiment
	Epoch         int
	TrainAccuracy float64 // percent
	TestAccuracy  float64 // percent
	Ratio         float64 // critical sample ratio, percent
	TrainRatio    float64 `json:",omitzero"` // of the training examples, where Critical.Trained asks for it
}

// The numbers of a Moment.
var (
	MomentEpoch        = study.Quantity("epoch", "", func(m Moment) float64 { return float64(m.Epoch) })
	MomentTestAccuracy = study.Quantity("test accuracy", "%", func(m Moment) float64 { return m.TestAccuracy })
	CriticalRatio      = study.Quantity("critical sample ratio", "%", func(m Moment) float64 { return m.Ratio })
	TrainCriticalRatio = study.Quantity("critical sample ratio of the training set", "%", func(m Moment) float64 { return m.TrainRatio })
)

// asked is what a scale asks of figure 7, or of figures 8 and 9.
type asked struct {
	net                               study.Net
	train, test, epochs, batch, seeds int // 0 examples are all
	levels                            []float64
}

// figure7 is two layers of so many units, on digits.
var figure7 = map[study.Scale]asked{
	study.Smoke:    {study.MLP(32, 32), 100, 100, 5, 32, 1, []float64{0.8}},
	study.Quick:    {study.MLP(128, 128), 500, 500, 200, 32, 1, []float64{0.2, 0.8}},
	study.Standard: {study.MLP(512, 512), 1000, 1000, 300, 32, 3, []float64{0.2, 0.4, 0.6, 0.8}},
	study.Paper:    {study.MLP(4096, 4096), 50000, 1000, 1000, 32, 3, []float64{0.2, 0.4, 0.6, 0.8}},
}

// Figure7 asks figure 7 of an MLP of two layers on MNIST, at noise levels 0.2 to 0.8 in inputs and in labels.
func Figure7(scale study.Scale) []Critical {
	s := figure7[scale]
	return s.of("mnist", study.Training{LearningRate: 0.01, Decay: 1}, s.test)
}

// figure8 is a convolutional net, on images. Without a GPU it has 64 channels in place of 200, and sees the whole image: it is the net C1 of Keskar et
// al. 2017.
var figure8 = map[study.Scale]asked{
	study.Smoke:    {study.Net{Kind: "keskar-c1"}, 30, 30, 1, 10, 1, []float64{1}},
	study.Quick:    {study.Net{Kind: "keskar-c1"}, 100, 50, 10, 20, 1, []float64{1}},
	study.Standard: {study.Net{Kind: "keskar-c1"}, 1000, 500, 40, 50, 3, []float64{0.4, 1}},
	study.Paper:    {study.Net{Kind: "arpit-cnn"}, 0, 1000, 100, 128, 3, []float64{0.4, 1}},
}

// cnnTraining is the training of figures 8 and 9 (section 2).
var cnnTraining = study.Training{LearningRate: 0.01, Momentum: 0.9, Decay: 0.5, DecayEvery: 15}

// Figure8 asks figures 8 and 9 of the paper's convolutional net on CIFAR-10, at noise levels 0.4 and 1 in inputs and in labels.
func Figure8(scale study.Scale) []Critical {
	s := figure8[scale]
	return s.of("cifar10", cnnTraining, min(s.test, 200))
}

// Trained8 asks what figures 8 and 9 end at of more examples: of 2,000 test images at the standard scale, so that the standard error is a point or less,
// and of the training set. At that scale it asks other seeds than Figure8, whose fewer images its claims were seen with.
func Trained8(scale study.Scale) []Critical {
	s := figure8[scale]
	if scale == study.Standard {
		s.test = 2000
	}
	questions := s.of("cifar10", cnnTraining, s.test)
	for i := range questions {
		if questions[i].Trained = true; scale == study.Standard {
			questions[i].Experiment.Seed += int64(s.seeds)
		}
	}
	return questions
}

// of asks it of so many test examples: on real data, and at each level of noise in the labels and in the inputs.
func (s asked) of(set string, t study.Training, examples int) []Critical {
	t.Epochs, t.Batch = s.epochs, s.batch
	e := study.Experiment{Data: study.Data{Name: set, Train: s.train, Test: s.test}, Net: s.net, Training: t}
	experiments := study.SeedsOn(e, s.seeds, krueger2017.Noises(s.levels...)...)
	return study.About(experiments, func(e study.Experiment) Critical { return Critical{Experiment: e, Examples: examples} })
}

// Kind names what is asked.
func (q Critical) Kind() string { return "arpit2017/critical" }

// Answer returns a moment for every epoch that is evaluated, or for the last.
func (q Critical) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) ([]Moment, error) {
	train, test, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return nil, err
	}
	x, wanted := test.X[:q.Examples*test.Dim()], along.Every
	if q.Trained {
		wanted = along.End(q.Experiment)
	}
	return along.Classifier(ctx, lab, q.Experiment, wanted, done, func(s study.Stand, net *probe.Classifier) (Moment, error) {
		rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(s.Epoch)))
		critical, err := net.Critical(ctx, x, rng, probe.ArpitLASS())
		m := Moment{Experiment: q.Experiment, Epoch: s.Epoch, TrainAccuracy: 100 * s.Train.Accuracy, TestAccuracy: 100 * s.Test.Accuracy, Ratio: 100 * share(critical)}
		if err != nil || !q.Trained {
			return m, err
		}
		critical, err = net.Critical(ctx, train.X, rng, probe.ArpitLASS())
		m.TrainRatio = 100 * share(critical)
		return m, err
	})
}

// share is that of the flags that are set.
func share(flags []bool) float64 {
	n := 0.
	for _, set := range flags {
		if set {
			n++
		}
	}
	return n / float64(len(flags))
}
