package study

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rethinking/lib/corrupt"
	"rethinking/lib/data"
	"rethinking/lib/nets"
	"rethinking/lib/train"
)

// library holds the examples of the last experiment, and the data set that they were drawn from, for the next that is alike.
type library struct {
	options   Options
	observer  func(name string, done, total int64) // of a download
	whole     subsets                              // the data set by name
	drawn     subsets                              // the subsets last drawn
	drawnName string                               // what they were drawn for
	mu        sync.Mutex
}

// examples returns what an experiment's net sees. It may be called by several goroutines.
func (l *library) examples(ctx context.Context, e Experiment) (examples, error) {
	l.mu.Lock()
	drawn, err := l.draw(ctx, e)
	l.mu.Unlock()
	if err != nil {
		return examples{}, err
	}
	return drawn.prepare(e)
}

// subsets are an experiment's examples before corruption.
type subsets struct{ train, test data.Set }

func (l *library) fetching(name string, done, total int64) {
	if l.observer != nil {
		l.observer(name, done, total)
	}
}

// draw loads the data set and takes the subsets that the experiment asks for, unless those of the last one serve.
func (l *library) draw(ctx context.Context, e Experiment) (s subsets, err error) {
	name := fmt.Sprint(e.Data.Name, e.Data.Train, e.Data.Test, e.dataSeed())
	if name == l.drawnName {
		return l.drawn, nil
	}
	if l.whole.train.Name != e.Data.Name {
		o := data.Options{Dir: l.options.DataDir, Progress: func(done, total int64) { l.fetching(e.Data.Name, done, total) }}
		if l.whole.train, l.whole.test, err = data.Load(ctx, e.Data.Name, o); err != nil {
			return subsets{}, err
		}
	}
	s, rng := l.whole, e.rng(forSubset)
	if e.Data.Train > 0 && e.Data.Train < s.train.Len() {
		if s.train, err = s.train.Balanced(e.Data.Train, rng); err != nil {
			return subsets{}, err
		}
	}
	if e.Data.Test > 0 && e.Data.Test < s.test.Len() {
		if s.test, err = s.test.Balanced(e.Data.Test, rng); err != nil {
			return subsets{}, err
		}
	}
	l.drawn, l.drawnName = s, name
	return s, nil
}

// examples are what an experiment's net sees.
type examples struct {
	set        data.Set // shape and class names of an input, without images
	x, test    []float32
	labels     []uint8
	testLabels []uint8
	corrupted  []bool
	uncropped  []float32 // the training inputs before augmentation; nil where there is none
	augmented  *train.Augmentation
}

// prepare preprocesses and corrupts an experiment's examples.
func (s subsets) prepare(e Experiment) (out examples, err error) {
	cropped, x, err := s.train.Preprocess(e.Data.Preprocessing)
	if err != nil {
		return examples{}, err
	}
	if _, out.test, err = s.test.Preprocess(e.Data.Preprocessing); err != nil {
		return examples{}, err
	}
	out.set, out.x, out.testLabels = cropped, x, s.test.Labels
	out.set.Images, out.set.Labels = nil, nil
	if out.labels, out.corrupted, err = e.redrawn(s.train.Labels, s.train.Classes); err != nil {
		return examples{}, err
	}
	if err := out.corruptInputs(e); err != nil {
		return examples{}, err
	}
	if out.augmented = e.augmentation(s.train, cropped); out.augmented != nil {
		out.uncropped = s.train.Unit()
	}
	return out, nil
}

// redrawn are labels as an experiment's net is trained on, and which of them are not the true ones.
func (e Experiment) redrawn(labels []uint8, classes int) (redrawn []uint8, changed []bool, err error) {
	switch c, rng := e.Corruption, e.rng(forCorruption); {
	case c.Signs:
		return corrupt.Signs(labels, classes, rng)
	case c.WrongClass:
		return corrupt.WrongLabels(labels, classes, c.Labels, rng)
	default:
		return corrupt.Labels(labels, classes, c.Labels, rng)
	}
}

// corruptInputs spoils the inputs as Corruption says.
func (x *examples) corruptInputs(e Experiment) (err error) {
	c, pixels := e.Corruption, x.set.Height*x.set.Width
	switch c.Pixels {
	case "shuffled":
		permutation := e.rng(forPixels).Perm(pixels)
		if x.x, err = corrupt.Shuffle(x.x, x.set.Channels, permutation); err == nil {
			x.test, err = corrupt.Shuffle(x.test, x.set.Channels, permutation)
		}
	case "random":
		if x.x, err = corrupt.RandomPixels(x.x, pixels, x.set.Channels, e.rng(forPixels)); err == nil {
			x.test, err = corrupt.RandomPixels(x.test, pixels, x.set.Channels, e.rng(forTestPixels))
		}
	}
	if err == nil && c.Gaussian > 0 {
		var replaced []bool
		x.x, replaced, err = corrupt.Gaussian(x.x, x.set.Dim(), c.Gaussian, corrupt.Moments(x.x), c.Clipped, e.rng(forGaussian))
		for i, r := range replaced {
			x.corrupted[i] = x.corrupted[i] || r
		}
	}
	if err == nil && c.Noise > 0 {
		x.x, err = corrupt.Noise(x.x, c.Noise, e.rng(forNoise))
	}
	return err
}

// augmentation is what the training steps do to images of set before the net sees them as preprocessed ones; nil where that is nothing.
func (e Experiment) augmentation(set, preprocessed data.Set) *train.Augmentation {
	r := e.Regularization
	if !r.augments() {
		return nil
	}
	return &train.Augmentation{
		Height: set.Height, Width: set.Width, Channels: set.Channels, CropHeight: preprocessed.Height, CropWidth: preprocessed.Width,
		Crop: r.Crop, Flip: r.Flip, Rotation: r.Rotation, Whiten: e.Data.Preprocessing == data.CropWhiten,
	}
}

func (r Regularization) augments() bool { return r.Crop || r.Flip || r.Rotation > 0 }

// architecture is the net for inputs of a set's shape.
func (n Net) architecture(set data.Set, r Regularization) nets.Architecture {
	return nets.Architecture{
		Kind: n.Kind, Hidden: n.Hidden, BatchNorm: n.BatchNorm, GhostBatch: n.GhostBatch,
		Height: set.Height, Width: set.Width, Channels: set.Channels, Classes: set.Classes,
		Noise: nets.Noise{InputDropout: r.InputDropout, Input: r.InputNoise, Dropout: r.Dropout, Hidden: r.HiddenNoise},
	}
}

// Sample is examples as a net sees them.
type Sample struct {
	Experiment              Experiment
	Height, Width, Channels int
	ClassNames              []string
	X                       []float32 // [n, Height*Width*Channels]
	Labels                  []uint8   // as trained on
	Corrupted               []bool    // the label differs from the true one, or the input was replaced
}

// Len is the number of examples.
func (s Sample) Len() int { return len(s.Labels) }

// Dim is the number of values of an example.
func (s Sample) Dim() int { return s.Height * s.Width * s.Channels }

// Architecture is the experiment's net for these examples, in evaluation: without noise.
func (s Sample) Architecture() nets.Architecture {
	return s.Experiment.Net.architecture(data.Set{Height: s.Height, Width: s.Width, Channels: s.Channels, Classes: len(s.ClassNames)}, Regularization{})
}

// Sample returns the first n training examples of an experiment, preprocessed and corrupted as its net would see them in an evaluation.
func (l *Lab) Sample(ctx context.Context, e Experiment, n int) (Sample, error) {
	if err := e.Validate(); err != nil {
		return Sample{}, err
	}
	s, _, err := l.Examples(ctx, e)
	if err != nil {
		return Sample{}, err
	}
	if n < 1 || n > s.Len() {
		return Sample{}, fmt.Errorf("study: a sample of %d examples: ask for 1 to %d", n, s.Len())
	}
	s.X, s.Labels, s.Corrupted = slices.Clone(s.X[:n*s.Dim()]), s.Labels[:n], s.Corrupted[:n]
	return s, nil
}

// Examples returns the training and test examples of an experiment, preprocessed and corrupted as its net would see them in an evaluation. Its
// net and training may be left out, where there is none.
func (l *Lab) Examples(ctx context.Context, e Experiment) (train, test Sample, err error) {
	if err := e.validateExamples(); err != nil {
		return Sample{}, Sample{}, err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return Sample{}, Sample{}, err
	}
	of := func(values []float32, labels []uint8, corrupted []bool) Sample {
		return Sample{e, x.set.Height, x.set.Width, x.set.Channels, x.set.ClassNames, values, labels, corrupted}
	}
	return of(x.x, x.labels, x.corrupted), of(x.test, x.testLabels, make([]bool, len(x.testLabels))), nil
}
