package study

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gomlx/compute"

	"rethinking/lib/corrupt"
	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// bench is where a Lab trains: the backend, and what one run leaves behind for the next that is alike.
type bench struct {
	options     Options
	backend     compute.Backend
	provenance  Provenance // what all runs share
	trainer     *train.Trainer
	trainerName string // what the trainer was compiled for
	sets        sets
	setsName    string // what the sets were drawn for
	whole       sets   // the data set that they were drawn from
}

// sets are an experiment's examples before corruption.
type sets struct{ train, test data.Set }

func openBench(o Options) (*bench, error) {
	backend, name, warning, err := train.Open(o.Backend)
	if err != nil {
		return nil, err
	}
	return &bench{options: o, backend: backend, provenance: surroundings(o, backend, name, warning)}, nil
}

func (b *bench) close() {
	if b.trainer != nil {
		b.trainer.Close()
	}
	b.backend.Finalize()
}

// run trains an experiment and reports its curves as they grow. Here the panics of graph code become errors.
func (b *bench) run(ctx context.Context, e Experiment, observe func(Curves)) (r Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.trainer, b.trainerName = nil, "" // its variables may be lost
			err = fmt.Errorf("study: %v", p)
		}
	}()
	start := time.Now()
	if err := b.prepare(e); err != nil {
		return Result{}, err
	}
	labels, changed, err := corrupt.Labels(b.sets.train.Labels, b.sets.train.Classes, e.Corruption.Labels, e.rng(forCorruption))
	if err != nil {
		return Result{}, err
	}
	r = Result{Experiment: e, Provenance: b.provenance, Measurements: Measurements{
		Parameters: b.trainer.Parameters(), Train: b.sets.train.Len(), Test: b.sets.test.Len(), Corrupted: count(changed),
	}}
	epochs, err := b.fit(ctx, e, labels, &r.Measurements.Curves, observe)
	if err != nil {
		return Result{}, err
	}
	r.Provenance.Started = start.UTC().Truncate(time.Second)
	r.Provenance.Seconds = Seconds{time.Since(start).Seconds(), b.trainer.TrainingTime().Seconds(), median(epochs)}
	return r, nil
}

// fit trains from new weights and appends to the curves; it returns the seconds of training of each epoch.
func (b *bench) fit(ctx context.Context, e Experiment, labels []uint8, c *Curves, observe func(Curves)) (epochs []float64, err error) {
	trainSet := train.NewExamples(b.sets.train.Unit(), labels)
	defer trainSet.Free()
	testSet := train.NewExamples(b.sets.test.Unit(), b.sets.test.Labels)
	defer testSet.Free()
	if err := b.trainer.Start(e.rng(forWeights)); err != nil {
		return nil, err
	}
	plan := train.Plan{Epochs: e.Training.Epochs, LearningRate: e.Training.LearningRate, Decay: e.Training.Decay, Target: e.Training.Target}
	var before time.Duration
	err = b.trainer.Fit(ctx, plan, trainSet, testSet, e.rng(forOrder), func(p train.Point) error {
		c.add(p)
		if so := b.trainer.TrainingTime(); p.Epoch > 0 {
			epochs, before = append(epochs, (so-before).Seconds()), so
		}
		observe(*c)
		return nil
	})
	return epochs, err
}

// prepare draws the examples and compiles the trainer, unless those of the last run serve.
func (b *bench) prepare(e Experiment) error {
	if err := b.draw(e); err != nil {
		return err
	}
	name := fmt.Sprint(e.Net, e.Training.Batch, e.Training.Momentum, b.sets.train.Dim())
	if name == b.trainerName {
		return nil
	}
	if b.trainer != nil {
		b.trainer.Close()
		b.trainer, b.trainerName = nil, ""
	}
	trainer, err := train.New(b.backend, train.Spec{
		Net: nets.MLP(e.Net.Hidden, b.sets.train.Classes), Dim: b.sets.train.Dim(), Batch: e.Training.Batch, Momentum: e.Training.Momentum,
	})
	if err != nil {
		return err
	}
	b.trainer, b.trainerName = trainer, name
	return nil
}

// draw loads the data set and takes the subsets that the experiment asks for, unless those of the last run serve.
func (b *bench) draw(e Experiment) (err error) {
	name := fmt.Sprint(e.Data, e.Seed)
	if name == b.setsName {
		return nil
	}
	if b.whole.train.Name != e.Data.Name {
		if b.whole.train, b.whole.test, err = data.Load(e.Data.Name, b.options.DataDir); err != nil {
			return err
		}
	}
	s, rng := b.whole, e.rng(forSubset)
	if e.Data.Train > 0 && e.Data.Train < s.train.Len() {
		if s.train, err = s.train.Balanced(e.Data.Train, rng); err != nil {
			return err
		}
	}
	if e.Data.Test > 0 && e.Data.Test < s.test.Len() {
		if s.test, err = s.test.Balanced(e.Data.Test, rng); err != nil {
			return err
		}
	}
	b.sets, b.setsName = s, name
	return nil
}

func (c *Curves) add(p train.Point) {
	c.Epoch = append(c.Epoch, p.Epoch)
	c.TrainLoss = append(c.TrainLoss, digits(p.Train.Loss))
	c.TrainAccuracy = append(c.TrainAccuracy, digits(p.Train.Accuracy))
	c.TestLoss = append(c.TestLoss, digits(p.Test.Loss))
	c.TestAccuracy = append(c.TestAccuracy, digits(p.Test.Accuracy))
}

// digits rounds to six significant digits, more than a float32 mean is worth, to keep results small.
func digits(x float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return rounded
}

func count(flags []bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	xs = slices.Sorted(slices.Values(xs))
	return xs[len(xs)/2]
}
