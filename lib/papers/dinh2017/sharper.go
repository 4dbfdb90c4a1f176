package dinh2017

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"

	"rethinking/lib/papers/keskar2017"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Sharper asks of two runs from the same weights, one in small and one in large batches, whether T_α makes the first one's minimum the sharper of the two,
// while what it says of every test image stays as it is (section 4, theorem 4). The losses are in float64, as the runs go on to where they are very small.
type Sharper struct {
	Experiment study.Experiment // in small batches, without batch normalization
	Large      int              // batch size of the other run
	Alphas     []float64        // of T_α of the small-batch run's end
	Examples   int              // of the training set, in whose loss is measured
	Steps      int              // of Lanczos' method, at most
}

// End is the end of one of the two runs, after T_α.
type End struct {
	Batch        string  // keskar2017.Small or keskar2017.Large
	Alpha        float64 // 1 for the large-batch run
	TestAccuracy float64 // percent
	Loss         float64 // nats, of the training examples that it is measured in
	Largest      float64 // eigenvalue of the Hessian, by Lanczos' method
	Residual     float64 // of Largest
	Box          float64 // Keskar et al. 2017, metric 2.1, in percent, with ε = BoxEpsilon in the whole space
	Relative     float64 // largest (L'-L)/(1+L) where no weight differs by more than RelativeRadius of itself
}

// pairSize is how large the questions about Keskar et al.'s pairs are at a scale. They are of 1.5 million weights at the standard scale.
type pairSize struct {
	seeds     int64 // those up to this one
	examples  int   // of the training set, in whose loss is measured
	perDecade int   // values of α
	steps     int   // of Lanczos' method, at most
	line      int   // points of a line
	plane     int   // points of a side of a plane, of the first seed
	surface   int   // training examples in whose loss is a line or a plane
}

var pairSizes = map[study.Scale]pairSize{
	study.Smoke:    {1, 100, 1, 15, 9, 5, 100},
	study.Quick:    {1, 250, 1, 15, 21, 11, 250},
	study.Standard: {3, 250, 2, 20, 41, 21, 1000},
	study.Paper:    {5, 10000, 4, 30, 51, 51, 10000},
}

// pairs are a small-batch run of Keskar et al.'s net without batch normalization a seed, with the batch size of its partner.
func pairs(scale study.Scale) (small []study.Experiment, large int) {
	for _, e := range keskar2017.Table2(scale) {
		if keskar2017.NetName.Of(e).Label != keskar2017.Plain || e.Seed > pairSizes[scale].seeds {
			continue
		}
		if keskar2017.Batch.Of(e).Label == keskar2017.Large {
			large = e.Training.Batch
		} else {
			small = append(small, e)
		}
	}
	return small, large
}

// Sharpened asks it of Keskar et al.'s pairs, for α from 0.01 to 100.
func Sharpened(scale study.Scale) []Sharper {
	small, large := pairs(scale)
	s := pairSizes[scale]
	return study.About(small, func(e study.Experiment) Sharper {
		return Sharper{e, large, decades(s.perDecade, 2), s.examples, s.steps}
	})
}

// Kind names the question.
func (Sharper) Kind() string { return "dinh2017/sharper" }

// Validate checks the other run before any time is spent.
func (q Sharper) Validate() error { return inBatches(q.Experiment, q.Large).Validate() }

// inBatches is a run in batches of another size.
func inBatches(e study.Experiment, batch int) study.Experiment {
	e.Training.Batch = batch
	return e
}

// Answer returns the large-batch run's end, and then the small-batch run's at each α.
func (q Sharper) Answer(ctx context.Context, lab *study.Lab, done func(float64)) (all []End, err error) {
	if _, err := study.Resume(lab, &all); err != nil {
		return nil, err
	}
	all, err = q.measure(ctx, lab, inBatches(q.Experiment, q.Large), keskar2017.Large, []float64{1}, all, 0, func(share float64) { done(0.2 * share) })
	if err != nil {
		return nil, err
	}
	return q.measure(ctx, lab, q.Experiment, keskar2017.Small, q.Alphas, all, 1, func(share float64) { done(0.2 + 0.8*share) })
}

// measure adds a run's end at each α to all, in which those of other runs come before; what is there already is not measured again.
func (q Sharper) measure(ctx context.Context, lab *study.Lab, e study.Experiment, batch string, alphas []float64, all []End, before int,
	done func(float64)) ([]End, error) {
	if len(all) >= before+len(alphas) {
		return all, nil
	}
	m, err := open(ctx, lab, e, q.Examples, probe.Options{DType: dtypes.Float64}, done)
	defer m.close()
	if err != nil {
		return nil, err
	}
	for i := len(all) - before; i < len(alphas); i++ {
		done(trained + (1-trained)*float64(i)/float64(len(alphas)))
		end, err := q.end(ctx, m, alphas[i])
		if err != nil {
			return nil, err
		}
		end.Batch = batch
		all = append(all, end)
		if err := study.Keep(ctx, lab, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// end measures a run's end after T_α.
func (q Sharper) end(ctx context.Context, m *minimum, alpha float64) (end End, err error) {
	if err := m.rescale(alpha); err != nil {
		return end, err
	}
	rng := func() *rand.Rand { return rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 1)) }
	logits, err := m.classifier.Logits(ctx, m.test.X)
	if err != nil {
		return end, err
	}
	end.Alpha = alpha
	end.TestAccuracy, _ = right(logits, m.test.Labels, m.net.Classes)
	ends, err := probe.Lanczos(ctx, m.loss, rng(), probe.LanczosOptions{Steps: q.Steps, Tolerance: tolerance})
	if err != nil {
		return end, err
	}
	end.Largest, end.Residual = ends.Largest.Value, ends.Largest.Residual
	box, err := probe.BoxSharpness(ctx, m.loss, m.loss.Weights(), rng(), probe.BoxOptions{Epsilon: BoxEpsilon, Least: least})
	if err != nil {
		return end, err
	}
	end.Loss, end.Box = box.Loss, box.Sharpness
	end.Relative, err = probe.RelativeSharpness(ctx, m.loss, probe.Ascent{Radius: RelativeRadius, Iterations: ascents})
	return end, err
}

// least is what a mean of losses in float64 does not tell from 0.
const least = 1e-12

// Beside has, at each α, the small-batch run's end and that of the large-batch run, which T_α is not applied to.
func Beside(answers []study.Answered[Sharper, []End]) []study.Part[End] {
	return study.Parts(answers, func(a study.Answered[Sharper, []End]) []End {
		var all []End
		for _, end := range a.Answer[1:] {
			large := a.Answer[0]
			large.Alpha = end.Alpha
			all = append(all, end, large)
		}
		return all
	})
}

func (e End) alpha() float64 { return e.Alpha }

// The fields and numbers of an End.
var (
	EndOf           = study.ByValue("run", "", func(e End) study.Level { return study.Word(endOf(e)) })
	EndTestAccuracy = study.Quantity("test accuracy", "%", func(e End) float64 { return e.TestAccuracy })
	EndLoss         = study.Quantity("train loss", "nats", func(e End) float64 { return e.Loss })
	EndEigenvalue   = study.Quantity("largest eigenvalue", "", func(e End) float64 { return e.Largest })
	EndBox          = study.Quantity("sharpness in Keskar et al.'s box", "%", func(e End) float64 { return e.Box })
	EndRelative     = study.Quantity("relative sharpness", "", func(e End) float64 { return e.Relative })
)

func endOf(e End) string {
	if e.Batch == keskar2017.Small {
		return "small batch, rescaled"
	}
	return "large batch, as it is"
}

// Exceeding is how T_α compares the two runs of a pair.
type Exceeding struct {
	Box        float64 // log10 of the largest metric 2.1 of the small-batch run's end over all α, over that of the large-batch run's
	Eigenvalue float64 // the same of the largest eigenvalue
	Alpha      float64 // where metric 2.1 is largest
	AsTrained  float64 // log10 of metric 2.1 of the small-batch run's end at α = 1, over that of the large-batch run's
	Accuracy   float64 // largest change of test accuracy over all α, in points
	Relative   float64 // largest change of the relative sharpness over all α, over that at α = 1
}

// Exceeded is an Exceeding a pair.
func Exceeded(answers []study.Answered[Sharper, []End]) []study.Part[Exceeding] {
	return study.Parts(answers, func(a study.Answered[Sharper, []End]) []Exceeding {
		large, small := a.Answer[0], a.Answer[1:]
		one := small[len(small)/2] // the decades are symmetric around α = 1
		x := Exceeding{Box: math.Inf(-1), Eigenvalue: math.Inf(-1), AsTrained: math.Log10(one.Box / large.Box)}
		for _, end := range small {
			if ratio := math.Log10(end.Box / large.Box); ratio > x.Box {
				x.Box, x.Alpha = ratio, end.Alpha
			}
			x.Eigenvalue = max(x.Eigenvalue, math.Log10(end.Largest/large.Largest))
			x.Accuracy = max(x.Accuracy, math.Abs(end.TestAccuracy-one.TestAccuracy))
			x.Relative = max(x.Relative, math.Abs(end.Relative/one.Relative-1))
		}
		return []Exceeding{x}
	})
}

// The numbers of an Exceeding.
var (
	BoxExceeds        = study.Quantity("log10 of the largest metric 2.1 over α, over the large batch's", "", func(x Exceeding) float64 { return x.Box })
	EigenvalueExceeds = study.Quantity("log10 of the largest eigenvalue over α, over the large batch's", "", func(x Exceeding) float64 { return x.Eigenvalue })
	BoxAsTrained      = study.Quantity("log10 of metric 2.1 as trained, over the large batch's", "", func(x Exceeding) float64 { return x.AsTrained })
	SharpestAlpha     = study.Quantity("α of the largest metric 2.1", "", func(x Exceeding) float64 { return x.Alpha })
	AccuracyChange    = study.Quantity("largest change of test accuracy", "points", func(x Exceeding) float64 { return x.Accuracy })
	RelativeChange    = study.Quantity("largest change of the relative sharpness", "%", func(x Exceeding) float64 { return 100 * x.Relative })
)
