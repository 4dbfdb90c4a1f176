package arpit2017

import (
	"context"
	"math/rand/v2"

	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// classifier is the net of a run's examples, for weights along the run.
type classifier struct {
	lab    *study.Lab
	sample study.Sample
	net    *probe.Classifier
}

// at calls use with the net as it is where a run stands.
func (c *classifier) at(s study.Stand, use func(*probe.Classifier) error) error {
	if c.net != nil {
		if err := c.net.SetVariables(s.Variables()); err != nil {
			return err
		}
		return use(c.net)
	}
	backend, err := c.lab.Backend()
	if err != nil {
		return err
	}
	if c.net, err = probe.NewClassifier(backend, c.sample.Architecture(), s.Variables()); err != nil {
		return err
	}
	return use(c.net)
}

func (c *classifier) close() {
	if c.net != nil {
		c.net.Close()
	}
}

// Critical asks figures 7, 8 and 9 of a run: along it, what share of new examples lie so near a decision boundary that the search for
// adversarial examples finds them a critical sample (section 4)?
type Critical struct {
	Experiment study.Experiment
	Examples   int // the first so many test examples
}

// Moment is where a run of a Critical stands.
type Moment struct {
	Experiment    study.Experiment
	Epoch         int
	TrainAccuracy float64 // percent
	TestAccuracy  float64 // percent
	Ratio         float64 // critical sample ratio, percent
}

// Figure7 asks figure 7 of an MLP of two layers on MNIST, at noise levels 0.2 to 0.8 in inputs and in labels.
//
//	smoke      100 digits, width 32, level 0.8, 5 epochs, 1 seed
//	quick      500 digits, width 128, levels 0.2 and 0.8, 200 epochs, 1 seed
//	standard   1,000 digits, width 512, four levels, 300 epochs, 3 seeds
//	paper      50,000 digits, width 4,096, four levels, 1,000 epochs, 3 seeds
func Figure7(scale study.Scale) []Critical {
	n, units, epochs, levels, seeds := 1000, 512, 300, []float64{0.2, 0.4, 0.6, 0.8}, 3
	switch scale {
	case study.Smoke:
		n, units, epochs, levels, seeds = 100, 32, 5, []float64{0.8}, 1
	case study.Quick:
		n, units, epochs, levels, seeds = 500, 128, 200, []float64{0.2, 0.8}, 1
	case study.Paper:
		n, units, epochs = 50000, 4096, 1000
	}
	e := study.Experiment{
		Data: study.Data{Name: "mnist", Train: n, Test: min(n, 1000)}, Net: study.MLP(units, units),
		Training: study.Training{Epochs: epochs, Batch: 32, LearningRate: 0.01, Decay: 1},
	}
	return criticals(e, levels, seeds, e.Data.Test)
}

// Figure8 asks figures 8 and 9 of the paper's convolutional net on CIFAR-10, at noise levels 0.4 and 1 in inputs and in labels. Without a
// GPU it has 64 channels in place of 200, and sees the whole image: it is the net C1 of Keskar et al. 2017.
//
//	smoke      30 images, level 1, 1 epoch, 1 seed
//	quick      100 images, level 1, 10 epochs, 1 seed
//	standard   1,000 images, both levels, 40 epochs, 3 seeds
//	paper      all 50,000 images, 200 channels, both levels, 100 epochs, 3 seeds
func Figure8(scale study.Scale) []Critical {
	e := study.Experiment{
		Data: study.Data{Name: "cifar10", Train: 1000, Test: 500}, Net: study.Net{Kind: "keskar-c1"},
		Training: study.Training{Epochs: 40, Batch: 50, LearningRate: 0.01, Momentum: 0.9, Decay: 0.5, DecayEvery: 15},
	}
	levels, seeds := []float64{0.4, 1}, 3
	switch scale {
	case study.Smoke:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch, levels, seeds = 30, 30, 1, 10, []float64{1}, 1
	case study.Quick:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch, levels, seeds = 100, 50, 10, 20, []float64{1}, 1
	case study.Paper:
		e.Data.Train, e.Data.Test, e.Training.Epochs, e.Training.Batch, e.Net.Kind = 0, 1000, 100, 128, "arpit-cnn"
	}
	return criticals(e, levels, seeds, min(e.Data.Test, 200))
}

// criticals are an experiment on real data and at each level of noise in its labels and in its inputs.
func criticals(e study.Experiment, levels []float64, seeds, examples int) []Critical {
	var all []Critical
	for _, e.Corruption = range krueger2017.Noises(levels...) {
		for _, seed := range study.Seeds(e, seeds) {
			all = append(all, Critical{seed, examples})
		}
	}
	return all
}

// Follow answers questions of figures 7 to 9, from the lab's results or anew: the moments of all runs.
func Follow(ctx context.Context, lab *study.Lab, questions []Critical) ([]Moment, error) {
	runs, err := study.MeasureAll(ctx, lab, "arpit2017/critical", questions, Critical.answer)
	var all []Moment
	for _, moments := range runs {
		all = append(all, moments...)
	}
	return all, err
}

func (q Critical) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (moments []Moment, err error) {
	train, test, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return nil, err
	}
	c := classifier{lab: lab, sample: train}
	defer c.close()
	x := test.X[:q.Examples*test.Dim()]
	err = lab.Replay(ctx, q.Experiment, func(s study.Stand) error {
		done(float64(s.Epoch) / float64(q.Experiment.Training.Epochs))
		return c.at(s, func(net *probe.Classifier) error {
			rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(s.Epoch)))
			critical, err := net.Critical(ctx, x, rng, probe.ArpitLASS())
			moments = append(moments, Moment{q.Experiment, s.Epoch, 100 * s.Train.Accuracy, 100 * s.Test.Accuracy, 100 * share(critical)})
			return err
		})
	})
	return moments, err
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
