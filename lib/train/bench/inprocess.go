package main

import (
	"context"
	"math/rand"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/dataset"
	"github.com/gomlx/gomlx/ml/model"
	gomlxtrain "github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
	"rethinking/lib/train"
)

// learner does a Work, run by run, counted from 0: a run trains the net for the epoch of that number and returns its mean loss, or returns the
// product. The mean is over the epoch's steps, of the batch's mean loss before the step, in nats; the product is in the order of the Work's
// parameters.
type learner interface {
	Run(number int) ([]float64, error)
}

// newLearner prepares a peer that is written in Go.
func newLearner(peer string, backend compute.Backend, w *Work) (learner, error) {
	switch {
	case peer == "loop":
		return newLoop(backend, w, true)
	case w.Product:
		return newProduct(backend, w)
	}
	return newOurs(backend, w)
}

// ours is lib/train.
type ours struct {
	work     *Work
	trainer  *train.Trainer
	examples train.Examples
}

func newOurs(backend compute.Backend, w *Work) (*ours, error) {
	net, err := nets.New(w.Net)
	if err != nil {
		return nil, err
	}
	t, err := train.New(backend, train.Spec{Net: net, Dim: w.dim(), Batch: w.Batch, Optimizer: train.SGD{Momentum: w.Momentum}})
	if err != nil {
		return nil, err
	}
	return &ours{w, t, train.NewExamples(w.x, w.labels, nil)}, t.Start(initialRNG())
}

func (o *ours) Run(number int) ([]float64, error) {
	meanLoss, err := o.trainer.Epoch(context.Background(), o.examples, o.work.orders[number], o.work.Rate)
	return []float64{meanLoss}, err
}

// loop is GoMLX's own training loop over its in-memory data set, with its own convolutions. It draws the order itself: the same that the
// Work holds.
type loop struct {
	work    *Work
	store   *model.Store
	loop    *gomlxtrain.Loop
	dataset *dataset.InMemoryDataset
	sum     float64
}

// newLoop prepares a train.Loop; dropShort leaves out an epoch's last batch if it is short.
func newLoop(backend compute.Backend, w *Work, dropShort bool) (*loop, error) {
	architecture := w.Net
	architecture.Convolution = nets.Direct
	net, store, err := initial(architecture)
	if err != nil {
		return nil, err
	}
	examples, n := train.NewExamples(w.x, w.labels, nil), len(w.labels)
	labels := tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[int32](examples.Y), n, 1)
	ds, err := dataset.InMemoryFromData(backend, "examples", []any{examples.X}, []any{labels})
	if err != nil {
		return nil, err
	}
	ds.Shuffle().BatchSize(w.Batch, dropShort).WithRand(rand.New(rand.NewSource(Seed)))
	l := &loop{work: w, store: store, dataset: ds}
	l.loop = gomlxtrain.NewLoop(gomlxtrain.NewTrainer(backend, store, net, loss.SparseCategoricalCrossEntropyLogits, w.sgd(), nil, nil))
	l.loop.OnStep("sum of losses", 0, func(_ *gomlxtrain.Loop, metrics []*tensors.Tensor) error {
		l.sum += float64(tensors.ToScalar[float32](metrics[0]))
		return nil
	})
	return l, nil
}

// sgd is GoMLX's own SGD, or ours for momentum, which GoMLX's has not.
func (w *Work) sgd() optimizer.Interface {
	if w.Momentum > 0 {
		return train.SGD{Rate: w.Rate, Momentum: w.Momentum}
	}
	return optimizer.StochasticGradientDescent().WithDecay(false).WithLearningRate(w.Rate).Done()
}

func (l *loop) Run(number int) ([]float64, error) {
	l.sum = 0
	batch := l.work.Batch
	steps := (len(l.work.orders[number]) + batch - 1) / batch
	_, err := l.loop.RunSteps(l.dataset, steps)
	return []float64{l.sum / float64(steps)}, err
}

// product is lib/probe.
type product struct {
	loss   *probe.Loss
	vector []float64
}

func newProduct(backend compute.Backend, w *Work) (*product, error) {
	variables, vector := map[string][]float32{}, make([]float64, len(w.vector))
	for i, p := range w.Parameters {
		variables[p.Path] = w.weights[i]
	}
	for i, v := range w.vector {
		vector[i] = float64(v)
	}
	loss, err := probe.New(backend, w.Net, variables, w.x, w.labels, probe.Options{Slab: w.Batch})
	return &product{loss, vector}, err
}

func (p *product) Run(int) ([]float64, error) {
	result := make([]float64, len(p.vector))
	return result, p.loss.Product(context.Background(), result, p.vector)
}
