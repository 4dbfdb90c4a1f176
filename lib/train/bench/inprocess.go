package main

import (
	"context"
	"math/rand"
	randv2 "math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
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

// learner does a Work, run by run, counted from 0: a run trains every net for the epoch of that number, or computes the product.
type learner interface {
	Run(number int) (answer, error)
	Close()
}

// newLearner prepares a peer that is written in Go.
func newLearner(peer string, backend compute.Backend, w *Work) (learner, error) {
	switch {
	case peer == "loop":
		return newLoop(backend, w, true)
	case w.Product:
		return newProduct(backend, w)
	case w.Nets > 1:
		return newSweep(w)
	}
	return newOurs(backend, w)
}

// ours is lib/train, with a net at a time.
type ours struct {
	work     *Work
	trainer  *train.Trainer
	examples train.Examples
}

// newOurs prepares the training of the first net.
func newOurs(backend compute.Backend, w *Work) (*ours, error) {
	net, err := nets.New(w.architecture(w.Inputs))
	if err != nil {
		return nil, err
	}
	t, err := train.New(backend, train.Spec{Net: net, Dim: w.dim(), Batch: w.Batch, Optimizer: train.SGD{Momentum: w.Momentum}})
	if err != nil {
		return nil, err
	}
	o := &ours{w, t, train.NewExamples(w.x, w.labels, nil)}
	if err := o.start(0); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// start goes to the initial state of a net.
func (o *ours) start(net int) error {
	if err := o.trainer.Start(randv2.New(randv2.NewPCG(0, 0))); err != nil {
		return err
	}
	return setWeights(o.trainer.Store(), o.work.weights[net])
}

// epoch trains the trainer's net for an epoch in the order of a net.
func (o *ours) epoch(net, number int) (meanLoss float64, err error) {
	return o.trainer.Epoch(context.Background(), o.examples, o.work.orders[net][number], o.work.Rate)
}

func (o *ours) Run(number int) (answer, error) {
	meanLoss, err := o.epoch(0, number)
	return answer{Losses: []float64{meanLoss}}, err
}

func (o *ours) Weights() [][]float32 { return weightsOf(o.trainer.Store()) }

func (o *ours) Close() { o.trainer.Close() }

// loop is GoMLX's own training loop over its in-memory data set, with its own convolutions. It draws the order itself: the same that the
// Work holds.
type loop struct {
	work    *Work
	store   *model.Store
	loop    *gomlxtrain.Loop
	dataset *dataset.InMemoryDataset
	sum     float64
}

// newLoop prepares a train.Loop for the first net; dropShort leaves out an epoch's last batch if it is short.
func newLoop(backend compute.Backend, w *Work, dropShort bool) (*loop, error) {
	architecture := w.architecture(w.Inputs)
	architecture.Convolution = nets.Direct
	net, err := nets.New(architecture)
	if err != nil {
		return nil, err
	}
	store, err := nets.Create(net, dtypes.Float32, w.dim())
	if err != nil {
		return nil, err
	}
	if err := setWeights(store, w.weights[0]); err != nil {
		return nil, err
	}
	examples, n := train.NewExamples(w.x, w.labels, nil), len(w.labels)
	labels := tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[int32](examples.Y), n, 1)
	ds, err := dataset.InMemoryFromData(backend, "examples", []any{examples.X}, []any{labels})
	if err != nil {
		return nil, err
	}
	ds.Shuffle().BatchSize(w.Batch, dropShort).WithRand(rand.New(rand.NewSource(w.Seed)))
	l := &loop{work: w, store: store, dataset: ds}
	graphOf := func(scope *model.Scope, x *graph.Node) *graph.Node { return net(scope, x) }
	l.loop = gomlxtrain.NewLoop(gomlxtrain.NewTrainer(backend, store, graphOf, loss.SparseCategoricalCrossEntropyLogits, w.sgd(), nil, nil))
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

func (l *loop) Run(number int) (answer, error) {
	l.sum = 0
	batch := l.work.Batch
	steps := (len(l.work.orders[0][number]) + batch - 1) / batch
	_, err := l.loop.RunSteps(l.dataset, steps)
	return answer{Losses: []float64{l.sum / float64(steps)}}, err
}

func (l *loop) Weights() [][]float32 { return weightsOf(l.store) }

func (l *loop) Close() {
	l.dataset.FinalizeAll()
	l.store.Finalize()
}

// product is lib/probe.
type product struct {
	loss   *probe.Loss
	vector []float64
}

func newProduct(backend compute.Backend, w *Work) (*product, error) {
	variables, vector := map[string][]float32{}, make([]float64, len(w.vector))
	for i, p := range w.Parameters {
		variables[p.Path] = w.weights[0][i]
	}
	for i, v := range w.vector {
		vector[i] = float64(v)
	}
	loss, err := probe.New(backend, w.architecture(w.Inputs), variables, w.x, w.labels, probe.Options{Slab: w.Batch})
	return &product{loss, vector}, err
}

func (p *product) Run(int) (answer, error) {
	result := make(vector, len(p.vector))
	err := p.loss.Product(context.Background(), result, p.vector)
	return answer{Product: result}, err
}

func (p *product) Close() { p.loss.Close() }
