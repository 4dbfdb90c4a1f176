package seed2017

import (
	"context"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Along asks, along a run, why it is fast or slow: how long is the gradient in each layer, and how sharp is the loss? The report asks why tall and
// thin nets train faster, and leaves it open.
type Along struct {
	Experiment study.Experiment
	Steps      int // of Lanczos' method
}

// Place is where a run of an Along stands.
type Place struct {
	Experiment    study.Experiment
	Epoch         int
	TrainLoss     float64   // nats
	TrainAccuracy float64   // percent
	TestAccuracy  float64   // percent
	Gradients     []float64 // length of the gradient with respect to each layer's weight matrix, from the first to the last
	Sharpness     float64   // the Hessian's largest eigenvalue
}

// TallAndThin asks it of nets with about the same number of weights, tall to wide, on random labels: 6x512 (1,720,330), 4x512 and 2x1024
// (1,863,690); and of 2x512.
//
//	smoke      100 digits, 2x32 and 4x16, 5 epochs, 1 seed
//	quick      500 digits, 2x128 and 6x64, 100 epochs, 1 seed
//	standard   1,000 digits, at most 300 epochs, 3 seeds
//	paper      all 60,000 digits in batches of 1,024, 1,000 epochs, 3 seeds
func TallAndThin(scale study.Scale) []Along {
	e, nets, seeds := subset("mnist", 1000), []study.Net{net(2, 512), net(2, 1024), net(4, 512), net(6, 512)}, 3
	e.Corruption.Labels, e.Training.Epochs = 1, 300
	switch scale {
	case study.Smoke:
		nets, seeds = []study.Net{net(2, 32), net(4, 16)}, 1
		e.Data.Train, e.Data.Test, e.Training.Epochs = 100, 100, 5
	case study.Quick:
		nets, seeds = []study.Net{net(2, 128), net(6, 64)}, 1
		e.Data.Train, e.Data.Test, e.Training.Epochs = 500, 500, 100
	case study.Paper:
		e.Data.Train, e.Data.Test, e.Training.Batch, e.Training.Epochs = 0, 0, 1024, 1000
	}
	var all []Along
	for _, e.Net = range nets {
		for _, seed := range study.Seeds(e, seeds) {
			all = append(all, Along{seed, 15})
		}
	}
	return all
}

// Walk answers questions of Along, from the lab's results or anew: the places of all runs.
func Walk(ctx context.Context, lab *study.Lab, questions []Along) ([]Place, error) {
	runs, err := study.MeasureAll(ctx, lab, "seed2017/along", questions, Along.answer)
	var all []Place
	for _, places := range runs {
		all = append(all, places...)
	}
	return all, err
}

func (q Along) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (places []Place, err error) {
	err = lab.ReplayLoss(ctx, q.Experiment, func(s study.Stand, at func() (*probe.Loss, error)) error {
		done(float64(s.Epoch) / float64(q.Experiment.Training.Epochs))
		loss, err := at()
		if err != nil {
			return err
		}
		p := Place{Experiment: q.Experiment, Epoch: s.Epoch, TrainLoss: s.Train.Loss, TrainAccuracy: 100 * s.Train.Accuracy, TestAccuracy: 100 * s.Test.Accuracy}
		if p.Gradients, err = layers(ctx, loss); err != nil {
			return err
		}
		ends, err := probe.Lanczos(ctx, loss, rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(s.Epoch))), probe.LanczosOptions{Steps: q.Steps})
		p.Sharpness = ends.Largest.Value
		places = append(places, p)
		return err
	})
	return places, err
}

// layers are the lengths of the gradient with respect to the weight matrices.
func layers(ctx context.Context, loss *probe.Loss) ([]float64, error) {
	gradient := make([]float64, loss.Len())
	if _, err := loss.Gradient(ctx, gradient); err != nil {
		return nil, err
	}
	var lengths []float64
	for _, p := range loss.Parts() {
		if strings.HasSuffix(p.Path, "/weights") {
			lengths = append(lengths, floats.Norm(gradient[p.From:p.To], 2))
		}
	}
	return lengths, nil
}

// halfWay is half of the train loss of guessing among ten classes, in nats.
const halfWay = 1.15

// Layered is the gradient of one layer at a Place.
type Layered struct {
	Place
	Layer    int     // of weights, from 1, the first
	Gradient float64 // its length
}

// ByLayer takes each run where its train loss first is at most halfWay, else at its end, and its gradients apart. The places are in the order of Walk.
func ByLayer(all []Place) []Layered {
	var out []Layered
	taken := ""
	for i, p := range all {
		run := p.Experiment.Key()
		end := i == len(all)-1 || all[i+1].Experiment.Key() != run
		if run == taken || p.TrainLoss > halfWay && !end {
			continue
		}
		taken = run
		for layer, length := range p.Gradients {
			out = append(out, Layered{p, layer + 1, length})
		}
	}
	return out
}
