package study

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// bench is where runs are trained one after another: a backend, and the trainer that the last run leaves for the next that is alike.
type bench struct {
	options     Options
	backend     compute.Backend
	name        string
	provenance  Provenance // what all runs share
	trainer     *train.Trainer
	trainerName string // what the trainer was compiled for
}

func newBench(o Options, open func(config string) (backend compute.Backend, name, warning string, err error)) (*bench, error) {
	backend, name, warning, err := open(o.Backend)
	if err != nil {
		return nil, err
	}
	return &bench{options: o, backend: backend, name: name, provenance: surroundings(o, backend, name, warning)}, nil
}

func (b *bench) close() {
	if b.trainer != nil {
		b.trainer.Close()
	}
	b.backend.Finalize()
}

// run is one experiment under way on a bench.
type run struct {
	*bench
	experiment Experiment
	examples   examples
	sets       train.Sets
	done       checkpoint              // so far; Train is of the last checkpoint
	checkpoint string                  // path; "": none is kept
	trail      *trail                  // that the run leaves; nil: none
	from       map[string][]float32    // the variables that it begins with; nil: new ones
	visit      func(train.Point) error // after each evaluation
	observe    observe
	begun      time.Time
	saved      time.Time
	base       float64   // share done before this process
	epochs     []float64 // seconds of training from one evaluation to the next, an epoch
	trained    time.Duration
	lastEpoch  int
}

// observe is told how far a run is: the share of its epochs done, of which base before this process, and what it measured.
type observe func(base, share float64, m Measurements)

// train trains a run's experiment, or goes on from its checkpoint. Here the panics of graph code become errors.
func (b *bench) train(ctx context.Context, u run) (r Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.trainer, b.trainerName = nil, "" // its variables may be lost
			err = fmt.Errorf("study: %v", p)
		}
	}()
	u.bench, u.begun, u.saved = b, time.Now(), time.Now()
	if err := b.prepare(u.experiment, u.examples); err != nil {
		return Result{}, err
	}
	if err := u.start(); err != nil {
		return Result{}, err
	}
	u.upload()
	defer u.free()
	if err := u.fit(ctx); err != nil {
		return Result{}, err
	}
	return u.result(), nil
}

// start goes to the run's checkpoint, or to its beginning.
func (u *run) start() error {
	key := u.experiment.Key()
	if err := u.trainer.Start(u.experiment.rng(forWeights)); err != nil {
		return err
	}
	if u.from != nil {
		if err := u.trainer.StartAt(u.from); err != nil {
			return err
		}
	}
	c, err := loadCheckpoint(u.checkpoint, key, u.name)
	if err != nil {
		return err
	}
	if c != nil && (u.trail == nil || u.trail.resume(c)) {
		u.done = *c
		u.done.Sessions++
		u.base, u.lastEpoch = float64(c.Train.Epoch)/float64(u.experiment.Training.Epochs), c.Train.Epoch
		return nil
	}
	u.done = checkpoint{Key: key, Backend: u.name, Started: u.begun, Measurements: Measurements{
		Parameters: u.trainer.Parameters(), Train: len(u.examples.labels), Test: len(u.examples.testLabels), Corrupted: count(u.examples.corrupted),
	}}
	return nil
}

// upload wraps the examples for the device.
func (u *run) upload() {
	x := u.examples
	u.sets.Train = train.NewExamples(x.x, x.labels, x.corrupted)
	u.sets.Test = train.NewExamples(x.test, x.testLabels, nil)
	if u.sets.Steps = u.sets.Train; x.uncropped != nil {
		u.sets.Steps = train.NewExamples(x.uncropped, x.labels, nil)
	}
	u.examples.x, u.examples.test = nil, nil
}

func (u *run) free() {
	u.sets.Train.Free()
	u.sets.Test.Free()
	if u.examples.uncropped != nil {
		u.sets.Steps.Free()
	}
}

func (u *run) fit(ctx context.Context) error {
	plan, from := u.experiment.Training.plan(), (*train.Checkpoint)(nil)
	if u.done.Train.State != nil {
		from = &u.done.Train
	}
	milestones := plan.Milestones()
	return u.trainer.Fit(ctx, plan, u.sets, u.experiment.source(forOrder), from, train.Hooks{
		Evaluated: func(p train.Point) error {
			u.done.Measurements.add(p, milestones)
			u.pace(p.Epoch)
			if u.visit == nil {
				return nil
			}
			return u.visit(p)
		},
		Trained: func(share float64, stand func() (train.Checkpoint, error)) error {
			u.observe(u.base, share, u.done.Measurements)
			if u.checkpoint == "" || ctx.Err() == nil && time.Since(u.saved) < u.options.checkpointEvery() {
				return nil
			}
			return u.save(stand)
		},
	})
}

// pace notes how long an epoch takes.
func (u *run) pace(epoch int) {
	if so := u.trainer.TrainingTime(); epoch > u.lastEpoch {
		u.epochs = append(u.epochs, (so-u.trained).Seconds()/float64(epoch-u.lastEpoch))
		u.trained, u.lastEpoch = so, epoch
	}
}

// save writes a checkpoint.
func (u *run) save(stand func() (train.Checkpoint, error)) (err error) {
	c := u.done
	if c.Train, err = stand(); err != nil {
		return err
	}
	c.Training, c.Total = u.done.Training+u.trainer.TrainingTime(), u.done.Total+time.Since(u.begun)
	if u.trail != nil {
		c.Points, c.Epochs = u.trail.Points, u.trail.Epochs
	}
	if err := writeSealed(u.checkpoint, c); err != nil {
		return fmt.Errorf("study: checkpoint of %s: %w", c.Key, err)
	}
	u.saved = time.Now()
	return nil
}

// result sums the run up.
func (u *run) result() Result {
	r := Result{Experiment: u.experiment, Measurements: u.done.Measurements.thin(), Provenance: u.provenance}
	r.Provenance.Started = u.done.Started.UTC().Truncate(time.Second)
	r.Provenance.Resumed = u.done.Sessions
	r.Provenance.Seconds = Seconds{
		(u.done.Total + time.Since(u.begun)).Seconds(), (u.done.Training + u.trainer.TrainingTime()).Seconds(), median(u.epochs),
	}
	return r
}

// compiled names what an experiment's executables depend on: experiments of the same name share them.
func (e Experiment) compiled() string {
	t := e.Training
	name, err := json.Marshal([]any{e.Data.Name, e.Data.Preprocessing, e.Net, e.Regularization, t.Batch, t.Optimizer, t.Momentum, t.Clipped, t.Running})
	if err != nil {
		panic(err) // only NaN and infinities cannot be marshalled, and Validate refuses them
	}
	return string(name)
}

// prepare makes the trainer, unless that of the last run serves.
func (b *bench) prepare(e Experiment, x examples) error {
	if e.compiled() == b.trainerName {
		return nil
	}
	if b.trainer != nil {
		b.trainer.Close()
		b.trainer, b.trainerName = nil, ""
	}
	trainer, err := b.newTrainer(e, x)
	if err != nil {
		return err
	}
	b.trainer, b.trainerName = trainer, e.compiled()
	return nil
}

// slabOfImages is how many examples a convolutional net evaluates at once on a processor: its activations are larger than its inputs, and
// should stay in the cache.
const slabOfImages = 200

func (b *bench) newTrainer(e Experiment, x examples) (*train.Trainer, error) {
	architecture := e.Net.architecture(x.set, e.Regularization)
	net, err := nets.New(architecture)
	if err != nil {
		return nil, err
	}
	spec := train.Spec{
		Net: net, Dim: x.set.Dim(), Initialization: e.Net.Initialization, Batch: e.Training.Batch, Optimizer: e.Training.optimizer(),
		WeightDecay:  e.Regularization.decay(),
		Adversarial:  train.Adversarial{Weight: e.Regularization.Adversarial, Radius: e.Regularization.AdversarialRadius},
		Augmentation: x.augmented, Clipped: e.Training.Clipped, Running: e.Training.Running,
	}
	if architecture.Convolutional() && b.name != "xla:cuda" {
		spec.Slab = slabOfImages
	}
	return train.New(b.backend, spec)
}

func (t Training) optimizer() optimizer.Interface {
	if t.Optimizer == "adam" {
		return train.Adam()
	}
	return train.SGD{Momentum: t.Momentum}
}

func (t Training) plan() train.Plan {
	return train.Plan{
		Epochs: t.Epochs, LearningRate: t.LearningRate, Decay: t.Decay, DecayEvery: t.DecayEvery, DecayAt: t.DecayAt, Target: t.Target, Evaluate: t.Evaluate,
	}
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	xs = slices.Sorted(slices.Values(xs))
	return xs[len(xs)/2]
}

// decay is the weight decay of an experiment's regularization.
func (r Regularization) decay() train.WeightDecay {
	d := train.WeightDecay{Rate: r.WeightDecay, Decoupled: r.Decoupled}
	if r.HiddenDecay {
		d.Of = nets.DenseHidden
	}
	return d
}
