package dinh2017

import (
	"context"
	"math"
	"slices"

	"github.com/gomlx/compute"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// size is how large a scale's questions are.
type size struct {
	train, test, batch, epochs, seeds int // 0 examples are all
	net                               study.Net
	examples                          int // of the training set, in whose loss is measured
	perDecade                         int // values of α
	steps, samples                    int // of Lanczos' method, at most; of Hutchinson's estimator
}

var sizes = map[study.Scale]size{
	study.Smoke:    {200, 100, 16, 30, 1, study.MLP(16, 12), 100, 1, 15, 2},
	study.Quick:    {5000, 1000, 32, 60, 1, study.MLP(64, 64), 250, 2, 20, 5},
	study.Standard: {0, 0, 256, 200, 3, study.MLP(128, 128), 1000, 4, 25, 5},
	study.Paper:    {0, 0, 256, 200, 5, study.MLP(512, 512), 10000, 4, 30, 10},
}

// fitted is the train accuracy at which a run ends. Beyond it the loss soon is so small that products of its Hessian in float32 keep few digits.
const fitted = 0.99

// Minima are the runs of small batches whose ends are measured: MLPs on MNIST, by Adam with Keras's constants, as Keskar et al. 2017 train them, but
// without batch normalization. The paper trains no nets.
func Minima(scale study.Scale) []study.Experiment { return minimaOf(scale, sizes[scale].net) }

func minimaOf(scale study.Scale, net study.Net) []study.Experiment {
	s := sizes[scale]
	return study.Seeds(study.Experiment{
		Data: study.Data{Name: "mnist", Train: s.train, Test: s.test}, Net: net,
		Training: study.Training{Epochs: s.epochs, Batch: s.batch, Optimizer: "adam", LearningRate: 0.001, Decay: 1, Target: fitted, Evaluate: 1},
	}, s.seeds)
}

// decades are so many values of α a decade, from 10^-to to 10^to.
func decades(perDecade, to int) (alphas []float64) {
	for i := -to * perDecade; i <= to*perDecade; i++ {
		alphas = append(alphas, math.Pow(10, float64(i)/float64(perDecade)))
	}
	return alphas
}

// first has α for the first hidden layer, and 1 for the others: T_α multiplies the first layer with α, and divides the last by it.
func first(layers int, alpha float64) []float64 {
	factors := slices.Repeat([]float64{1}, layers)
	factors[0] = alpha
	return factors
}

// minimum is a net at the end of its run, and what it is measured with.
type minimum struct {
	experiment study.Experiment
	net        nets.Architecture
	from, at   map[string][]float32 // initial and present variables
	train      study.Sample         // the first of the training examples
	test       study.Sample
	loss       *probe.Loss // of train
	classifier *probe.Classifier
}

// trained is the share of a question's time that its run is taken to be.
const trained = 0.5

// open trains a run, unless its trail is there, and goes to its end. The loss is of the first so many training examples.
func open(ctx context.Context, lab *study.Lab, e study.Experiment, examples int, o probe.Options, done func(float64)) (*minimum, error) {
	ends := func(seen []train.Point) bool { p := seen[len(seen)-1]; return p.Epoch == 0 || e.Ends(p) }
	stands, err := lab.Trail(ctx, e, ends, func(share float64) { done(trained * share) })
	if err != nil {
		return nil, err
	}
	m := &minimum{experiment: e}
	if m.from, err = stands[0].Variables(); err != nil {
		return nil, err
	}
	if m.at, err = stands[len(stands)-1].Variables(); err != nil {
		return nil, err
	}
	if m.train, err = lab.Sample(ctx, e, examples); err != nil {
		return nil, err
	}
	if _, m.test, err = lab.Examples(ctx, e); err != nil {
		return nil, err
	}
	m.net = m.train.Architecture()
	backend, err := lab.Backend()
	if err != nil {
		return nil, err
	}
	return m, m.place(backend, o)
}

func (m *minimum) place(backend compute.Backend, o probe.Options) (err error) {
	if m.loss, err = probe.New(backend, m.net, m.at, m.train.X, m.train.Labels, o); err != nil {
		return err
	}
	m.classifier, err = probe.NewClassifier(backend, m.net, m.at)
	return err
}

func (m *minimum) close() {
	if m == nil {
		return
	}
	if m.loss != nil {
		m.loss.Close()
	}
	if m.classifier != nil {
		m.classifier.Close()
	}
}

// rescale goes to T_α of the end of the run.
func (m *minimum) rescale(alpha float64) error {
	layers, err := m.net.HiddenLayers()
	if err != nil {
		return err
	}
	scaled, err := nets.Rescale(m.net, m.at, first(layers, alpha))
	if err != nil {
		return err
	}
	if err := m.loss.SetVariables(scaled); err != nil {
		return err
	}
	return m.classifier.SetVariables(scaled)
}
