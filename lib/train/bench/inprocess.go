package main

import (
	"context"
	"fmt"
	"math/rand"

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
	"rethinking/lib/train"
)

// learner trains a Work, its epochs in turn from 0.
type learner interface {
	// Epoch returns the mean over the epoch's steps of the batch's mean loss before the step, in nats.
	Epoch(number int) (meanLoss float64, err error)
	// Weights returns the present matrices and biases.
	Weights() [][]float32
	Close()
}

// ours is lib/train.
type ours struct {
	work     *Work
	trainer  *train.Trainer
	examples train.Examples
}

func newOurs(backend compute.Backend, w *Work) (learner, error) {
	t, err := train.New(backend, train.Spec{Net: nets.MLP(w.Net.Hidden, w.Classes), Dim: w.Dim, Batch: w.Net.Batch})
	if err != nil {
		return nil, err
	}
	if err := setWeights(t.Store(), w.weights); err != nil {
		return nil, err
	}
	return &ours{w, t, train.NewExamples(w.set().Unit(), w.labels, nil)}, nil
}

func (o *ours) Epoch(number int) (float64, error) {
	return o.trainer.Epoch(context.Background(), o.examples, o.work.orders[number], o.work.Rate)
}

func (o *ours) Weights() [][]float32 { return weightsOf(o.trainer.Store()) }

func (o *ours) Close() { o.trainer.Close() }

// loop is GoMLX's own training loop over its in-memory data set. It draws the order itself: the same that the Work holds.
type loop struct {
	work    *Work
	store   *model.Store
	loop    *gomlxtrain.Loop
	dataset *dataset.InMemoryDataset
	sum     float64
}

// newLoop prepares a train.Loop; dropShort leaves out an epoch's last batch if it is short.
func newLoop(backend compute.Backend, w *Work, dropShort bool) (learner, error) {
	net := nets.MLP(w.Net.Hidden, w.Classes)
	store, err := nets.Create(net, dtypes.Float32, w.Dim)
	if err != nil {
		return nil, err
	}
	if err := setWeights(store, w.weights); err != nil {
		return nil, err
	}
	examples, n := train.NewExamples(w.set().Unit(), w.labels, nil), len(w.labels)
	labels := tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[int32](examples.Y), n, 1)
	ds, err := dataset.InMemoryFromData(backend, "mnist", []any{examples.X}, []any{labels})
	if err != nil {
		return nil, err
	}
	ds.Shuffle().BatchSize(w.Net.Batch, dropShort).WithRand(rand.New(rand.NewSource(w.Seed)))
	sgd := optimizer.StochasticGradientDescent().WithDecay(false).WithLearningRate(w.Rate).Done()
	l := &loop{work: w, store: store, dataset: ds}
	graphOf := func(scope *model.Scope, x *graph.Node) *graph.Node { return net(scope, x) }
	l.loop = gomlxtrain.NewLoop(gomlxtrain.NewTrainer(backend, store, graphOf, loss.SparseCategoricalCrossEntropyLogits, sgd, nil, nil))
	l.loop.OnStep("sum of losses", 0, func(_ *gomlxtrain.Loop, metrics []*tensors.Tensor) error {
		l.sum += float64(tensors.ToScalar[float32](metrics[0]))
		return nil
	})
	return l, nil
}

func (l *loop) Epoch(number int) (float64, error) {
	l.sum = 0
	batch := l.work.Net.Batch
	steps := (len(l.work.orders[number]) + batch - 1) / batch
	_, err := l.loop.RunSteps(l.dataset, steps)
	return l.sum / float64(steps), err
}

func (l *loop) Weights() [][]float32 { return weightsOf(l.store) }

func (l *loop) Close() {
	l.dataset.FinalizeAll()
	l.store.Finalize()
}

// setWeights gives the trainable variables of a store their values, in the order of their creation.
func setWeights(store *model.Store, weights [][]float32) error {
	i := 0
	for v := range store.IterVariables() {
		if !v.Trainable {
			continue
		}
		if i >= len(weights) || len(weights[i]) != v.Shape().Size() {
			return fmt.Errorf("the weights given do not fit the variable %s, number %d, of %d values", v.Path(), i, v.Shape().Size())
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(weights[i], v.Shape().Dimensions...)); err != nil {
			return err
		}
		i++
	}
	return nil
}

func weightsOf(store *model.Store) (weights [][]float32) {
	for v := range store.IterVariables() {
		if v.Trainable {
			weights = append(weights, tensors.MustCopyFlatData[float32](v.MustValue()))
		}
	}
	return weights
}
