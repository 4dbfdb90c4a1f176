package keskar2017

import (
	"context"
	"math"
	"slices"

	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Line asks figure 3 of two runs from the same weights: what is the net like at the weights between the small-batch run's end, where α is 0, and the
// large-batch run's, where it is 1, and beyond? The weights are (1-α) x_SB + α x_LB, or curved cos(απ/2) x_SB + sin(απ/2) x_LB. Running averages of batch
// normalization are those of the training set at each α, because no run's own fit there.
type Line struct {
	Experiment study.Experiment // in small batches
	Large      int              // batch size of the other run
	Curved     bool             `json:",omitzero"`
	Points     int              // evenly spaced from α = -1 to 2
}

// Position is a net at an α.
type Position struct {
	Alpha                       float64
	TrainLoss, TestLoss         float64 // nats
	TrainAccuracy, TestAccuracy float64 // percent
}

// The numbers of a Position.
var (
	Alpha                 = study.Quantity("α", "", func(p Position) float64 { return p.Alpha })
	PositionTrainLoss     = study.Quantity("train loss", "nats", func(p Position) float64 { return p.TrainLoss })
	PositionTestLoss      = study.Quantity("test loss", "nats", func(p Position) float64 { return p.TestLoss })
	PositionTrainAccuracy = study.Quantity("train accuracy", "%", func(p Position) float64 { return p.TrainAccuracy })
	PositionTestAccuracy  = study.Quantity("test accuracy", "%", func(p Position) float64 { return p.TestAccuracy })
)

// Path tells a straight Line's rows from a curved one's: "straight", "curved".
var Path = study.Field{Name: "path", Of: func(r study.Row) study.Level {
	for p, ok := r.(study.Part[Position]); ok; {
		r, ok = p.Of, false
	}
	if a, ok := r.(study.Answered[Line, []Position]); ok && a.Question.Curved {
		return study.Word("curved")
	}
	return study.Word("straight")
}}

// Figure3 asks it of all pairs of Table2, but for C1 at the standard scale, with the authors' 25 points.
func Figure3(scale study.Scale) []Line { return lines(scale, false) }

// CurvedPath asks it of those on MNIST along the curved path.
func CurvedPath(scale study.Scale) []Line {
	return slices.DeleteFunc(lines(scale, true), func(q Line) bool { return nameOf(q.Experiment) == C1 })
}

func lines(scale study.Scale, curved bool) (all []Line) {
	points := 25
	if scale == study.Smoke {
		points = 7
	}
	for _, p := range pairs[scale] {
		if scale == study.Standard && p.net.Kind == c1.Kind {
			continue
		}
		all = append(all, study.About(study.Seeds(p.trained(p.small), p.seeds), func(e study.Experiment) Line {
			return Line{e, p.large, curved, points}
		})...)
	}
	return all
}

// Kind names what is asked.
func (q Line) Kind() string { return "keskar2017/line" }

// Validate checks the runs before any time is spent.
func (q Line) Validate() error { return q.other().Validate() }

// other is the run in large batches.
func (q Line) other() study.Experiment {
	e := q.Experiment
	e.Training.Batch = q.Large
	return e
}

// Answer returns a Position a point.
func (q Line) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (all []Position, err error) {
	small, err := lab.Weights(ctx, q.Experiment)
	if err != nil {
		return nil, err
	}
	done(0.25)
	large, err := lab.Weights(ctx, q.other())
	if err != nil {
		return nil, err
	}
	done(0.5)
	train, test, err := q.losses(ctx, lab, small)
	if err != nil {
		return nil, err
	}
	defer train.Close()
	defer test.Close()
	for i := range q.Points {
		alpha := -1 + 3*float64(i)/float64(q.Points-1)
		p, err := q.position(ctx, train, test, q.between(small, large, alpha))
		if err != nil {
			return nil, err
		}
		p.Alpha = alpha
		all = append(all, p)
		done(0.5 + 0.5*float64(i+1)/float64(q.Points))
	}
	return all, nil
}

// losses are those of the training and of the test set. A slab is what batch normalization's moments are taken of.
func (q Line) losses(ctx context.Context, lab *study.Lab, variables map[string][]float32) (train, test *probe.Loss, err error) {
	ofTrain, ofTest, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return nil, nil, err
	}
	backend, err := lab.Backend()
	if err != nil {
		return nil, nil, err
	}
	slab := 1000
	if ofTrain.Architecture().Convolutional() {
		slab = max(100, (ofTrain.Len()+99)/100)
	}
	if train, err = probe.New(backend, ofTrain.Architecture(), variables, ofTrain.X, ofTrain.Labels, probe.Options{Slab: slab}); err != nil {
		return nil, nil, err
	}
	if test, err = probe.New(backend, ofTest.Architecture(), variables, ofTest.X, ofTest.Labels, probe.Options{Slab: slab}); err != nil {
		train.Close()
	}
	return train, test, err
}

// between are the variables at an α.
func (q Line) between(small, large map[string][]float32, alpha float64) map[string][]float32 {
	a, b := 1-alpha, alpha
	if q.Curved {
		b, a = math.Sincos(alpha * math.Pi / 2)
	}
	all := map[string][]float32{}
	for path, values := range small {
		mixed := make([]float32, len(values))
		for i, x := range values {
			mixed[i] = float32(a*float64(x) + b*float64(large[path][i]))
		}
		all[path] = mixed
	}
	return all
}

// position measures both sets.
func (q Line) position(ctx context.Context, train, test *probe.Loss, variables map[string][]float32) (p Position, err error) {
	if err = train.SetVariables(variables); err != nil {
		return p, err
	}
	if q.Experiment.Net.Normalized() {
		if err = train.Renormalize(ctx); err == nil {
			variables, err = train.Variables()
		}
	}
	if err == nil {
		err = test.SetVariables(variables)
	}
	if err == nil {
		p.TrainLoss, p.TrainAccuracy, err = measured(ctx, train)
	}
	if err == nil {
		p.TestLoss, p.TestAccuracy, err = measured(ctx, test)
	}
	return p, err
}

// measured are the loss, in nats, and the accuracy, in percent.
func measured(ctx context.Context, l *probe.Loss) (loss, accuracy float64, err error) {
	if loss, err = l.Value(ctx); err == nil {
		accuracy, err = l.Accuracy(ctx)
	}
	return loss, 100 * accuracy, err
}
