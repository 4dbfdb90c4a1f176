package seed2017

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/along"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Along asks, along a run, why it is fast or slow: how long is the gradient in each layer, and how sharp is the loss? The report asks why tall and
// thin nets train faster, and leaves it open.
type Along struct {
	Experiment study.Experiment
	Steps      int // of Lanczos' method
}

// Walked is the answer to an Along: the places of its run.
type Walked = study.Answered[Along, []Place]

// Place is where the run of an Along stands.
type Place struct {
	Experiment    study.Experiment
	Epoch         int
	TrainLoss     float64   // nats
	TrainAccuracy float64   // percent
	TestAccuracy  float64   // percent
	Gradients     []float64 // length of the gradient with respect to each layer's weight matrix, from the first to the last
	Sharpness     float64   // the Hessian's largest eigenvalue
}

// tallToWide are 6x512 (1,720,330 weights), 4x512 and 2x1024 (1,863,690), with 2x512 beside them.
var tallToWide = []study.Net{net(2, 512), net(2, 1024), net(4, 512), net(6, 512)}

// tall are the sizes and nets of TallAndThin.
var tall = map[study.Scale]struct {
	size
	nets []study.Net
}{
	study.Smoke:    {size{train: 100, test: 100, epochs: 5, batch: 32, rate: 0.01, seeds: 1}, []study.Net{net(2, 32), net(4, 16)}},
	study.Quick:    {size{train: 500, test: 500, epochs: 100, batch: 32, rate: 0.01, seeds: 1}, []study.Net{net(2, 128), net(6, 64)}},
	study.Standard: {size{train: 1000, test: 2000, epochs: 300, batch: 32, rate: 0.01, seeds: 3}, tallToWide},
	study.Paper:    {sizes[study.Paper], tallToWide},
}

// TallAndThin asks it of nets with about the same number of weights, tall to wide, on random labels.
func TallAndThin(scale study.Scale) []Along {
	experiments := tall[scale].experiments("mnist", tall[scale].nets, study.Corruption{Labels: 1})
	return study.About(experiments, func(e study.Experiment) Along { return Along{e, 15} })
}

// Kind names the question.
func (Along) Kind() string { return "seed2017/along" }

// Answer measures all places of the run.
func (q Along) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) ([]Place, error) {
	return along.Loss(ctx, lab, q.Experiment, along.Every, done, func(s study.Stand, loss *probe.Loss) (p Place, err error) {
		p = Place{Experiment: q.Experiment, Epoch: s.Epoch, TrainLoss: s.Train.Loss, TrainAccuracy: 100 * s.Train.Accuracy, TestAccuracy: 100 * s.Test.Accuracy}
		if p.Gradients, err = layers(ctx, loss); err != nil {
			return p, err
		}
		ends, err := probe.Lanczos(ctx, loss, rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(s.Epoch))), probe.LanczosOptions{Steps: q.Steps})
		p.Sharpness = ends.Largest.Value
		return p, err
	})
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

// What is plotted of a Place.
var (
	Epoch         = study.Quantity("epoch", "", func(p Place) float64 { return float64(p.Epoch) })
	Sharpness     = study.Quantity("sharpness", "", func(p Place) float64 { return p.Sharpness })
	FirstGradient = study.Quantity("gradient of the first layer", "", func(p Place) float64 { return p.Gradients[0] })
)

// halfWay is half of the train loss of guessing among ten classes, in nats.
const halfWay = 1.15

// Layered is the gradient of one layer at a Place.
type Layered struct {
	Place
	Layer    int     // of weights, from 1, the first
	Gradient float64 // its length
}

// ByLayer takes each run where its train loss first is at most halfWay, else at its end, and its gradients apart.
func ByLayer(runs []Walked) []study.Part[Layered] {
	return study.Parts(runs, func(r Walked) (all []Layered) {
		at := slices.IndexFunc(r.Answer, func(p Place) bool { return p.TrainLoss <= halfWay })
		if at < 0 {
			at = len(r.Answer) - 1
		}
		for layer, length := range r.Answer[at].Gradients {
			all = append(all, Layered{r.Answer[at], layer + 1, length})
		}
		return all
	})
}

// What is plotted of ByLayer.
var (
	Layer    = study.Quantity("layer of weights", "", func(l Layered) float64 { return float64(l.Layer) })
	Gradient = study.Quantity("gradient", "", func(l Layered) float64 { return l.Gradient })
)
