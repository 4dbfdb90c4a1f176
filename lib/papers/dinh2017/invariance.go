package dinh2017

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Invariance asks what of a minimum changes under T_α, which leaves its function as it is, and what does not (sections 3 and 4). In a net with batch
// normalization T_α scales what comes before the first one.
type Invariance struct {
	Experiment study.Experiment
	Alphas     []float64
	Examples   int // of the training set, in whose loss is measured
	Steps      int // of Lanczos' method, at most
	Samples    int // of Hutchinson's estimator, in each block
}

// Scaled is a minimum after T_α.
type Scaled struct {
	Experiment study.Experiment
	Alpha      float64

	// What changes. The curvature is that of the loss of the first training examples.
	Largest    float64   // eigenvalue of the Hessian, by Lanczos' method
	Residual   float64   // of Largest
	Bound      float64   // the largest eigenvalue of a block at α = 1, times the square of its factor: Largest is at least this
	Blocks     []float64 // traces of the diagonal blocks whose weights T_α multiplies with α, 1 and 1/α, by Hutchinson's estimator within each
	Trace      float64   // their sum
	ClosedForm float64   // what the trace is by the blocks at α = 1: α⁻² tr H11 + tr H22 + α² tr H33
	Gradients  []float64 // length of the gradient of each weight matrix, from the first to the last
	Ball       float64   // largest (L'-L)/(1+L) in the ball of radius BallRadius, by projected ascent
	Quadratic  float64   // what a quadratic loss with the largest eigenvalue makes of it
	Box        float64   // Keskar et al. 2017, metric 2.1, in percent, with ε = BoxEpsilon
	Norm       float64   // of all weights
	Distance   float64   // from the initial weights

	// What does not.
	Logits       float64 // largest change of an output for a test image, over the largest magnitude of all
	Changed      int     // test images whose class changes
	TestAccuracy float64 // percent
	TestLoss     float64 // nats
	Margin       float64 // output of the label less the largest other one, median over the test images
	Product      float64 // of the norms of the weight matrices
	Relative     float64 // largest (L'-L)/(1+L) where no weight differs by more than RelativeRadius of itself
	Critical     float64 // critical sample ratio of the first criticals test images, percent

	// The same of the first training examples, with the labels that they were trained on.
	TrainAccuracy float64 // percent
	TrainLoss     float64 // nats
	TrainMargin   float64 // median
}

// The radii within which a Scaled looks for the largest loss. The paper's ε is a symbol; BoxEpsilon is Keskar et al.'s larger one.
const (
	BallRadius     = 0.01
	RelativeRadius = 0.01
	BoxEpsilon     = 1e-3
	criticals      = 200
	ascents        = 20 // iterations, of which the last ones change little
)

// Invariances asks it of the Minima, for α from 0.01 to 100.
func Invariances(scale study.Scale) []Invariance {
	s := sizes[scale]
	return study.About(Minima(scale), func(e study.Experiment) Invariance {
		return Invariance{e, decades(s.perDecade, 2), s.examples, s.steps, s.samples}
	})
}

// Normalized asks it of the same nets with batch normalization, for α from 0.1 to 10: below, the running variances are lost beside the ε of the
// normalization.
func Normalized(scale study.Scale) []Invariance {
	s := sizes[scale]
	return study.About(Minima(scale), func(e study.Experiment) Invariance {
		e.Net.BatchNorm = true
		return Invariance{e, decades(s.perDecade, 1), s.examples, s.steps, s.samples}
	})
}

// Convolutions asks it of a small net of convolutions, without batch normalization and, but at the smoke scale, with it. A pool commutes with a factor as ReLU does. The loss is of
// fewer examples, as the net takes several times as long.
func Convolutions(scale study.Scale) []Invariance {
	s := sizes[scale]
	examples := s.examples / 4
	plain := study.About(minimaOf(scale, study.Net{Kind: "cnn"}), func(e study.Experiment) Invariance {
		return Invariance{e, decades(s.perDecade, 2), examples, s.steps, s.samples}
	})
	if scale == study.Smoke {
		return plain
	}
	normalized := study.About(minimaOf(scale, study.Net{Kind: "cnn", BatchNorm: true}), func(e study.Experiment) Invariance {
		return Invariance{e, decades(s.perDecade, 1), examples, s.steps, s.samples}
	})
	return append(plain, normalized...)
}

// Kind names the question.
func (Invariance) Kind() string { return "dinh2017/invariance" }

// Answer measures the minimum at each α.
func (q Invariance) Answer(ctx context.Context, lab *study.Lab, done func(float64)) ([]Scaled, error) {
	m, err := open(ctx, lab, q.Experiment, q.Examples, probe.Options{}, done)
	defer m.close()
	if err != nil {
		return nil, err
	}
	b, err := q.base(ctx, m)
	if err != nil {
		return nil, err
	}
	var all []Scaled
	if _, err := study.Resume(lab, &all); err != nil {
		return nil, err
	}
	for i := len(all); i < len(q.Alphas); i++ {
		done(trained + (1-trained)*float64(i)/float64(len(q.Alphas)))
		s, err := q.measure(ctx, m, b, q.Alphas[i])
		if err != nil {
			return nil, err
		}
		all = append(all, s)
		if err := study.Keep(ctx, lab, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// base is a minimum as it was found.
type base struct {
	logits  []float32
	largest []float64 // eigenvalue of each block
	traces  []float64
}

func (q Invariance) base(ctx context.Context, m *minimum) (b base, err error) {
	if b.logits, err = m.classifier.Logits(ctx, m.test.X); err != nil {
		return b, err
	}
	blocks, err := q.blocks(m)
	if err != nil {
		return b, err
	}
	for _, block := range blocks {
		ends, err := probe.Lanczos(ctx, block, q.rng(), probe.LanczosOptions{Steps: q.Steps, Tolerance: tolerance})
		if err != nil {
			return b, err
		}
		b.largest = append(b.largest, ends.Largest.Value)
	}
	b.traces, err = q.traces(ctx, blocks)
	return b, err
}

const tolerance = 1e-3 // of Lanczos' method

// rng is the same at each α.
func (q Invariance) rng() *rand.Rand { return rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 1)) }

// blocks are those whose weights T_α multiplies with α, 1 and 1/α, without empty ones.
func (q Invariance) blocks(m *minimum) (all []probe.Block, err error) {
	layers, err := m.net.HiddenLayers()
	if err != nil {
		return nil, err
	}
	factors, err := nets.Factors(m.net, first(layers, 2))
	for _, factor := range []float64{2, 1, 0.5} {
		b := probe.Block{Loss: m.loss, Parts: slices.DeleteFunc(m.loss.Parts(), func(p probe.Part) bool { return factors[p.Path] != factor })}
		if len(b.Parts) > 0 {
			all = append(all, b)
		}
	}
	return all, err
}

// powers are by which power of α the blocks' weights are multiplied.
var powers = []float64{1, 0, -1}

func (q Invariance) traces(ctx context.Context, blocks []probe.Block) (all []float64, err error) {
	rng := q.rng()
	for _, b := range blocks {
		r, err := probe.Trace(ctx, b, rng, q.Samples)
		if err != nil {
			return nil, err
		}
		all = append(all, r.Value)
	}
	return all, nil
}

// measure goes to T_α.
func (q Invariance) measure(ctx context.Context, m *minimum, b base, alpha float64) (s Scaled, err error) {
	if err := m.rescale(alpha); err != nil {
		return s, err
	}
	s = Scaled{Experiment: q.Experiment, Alpha: alpha}
	for _, part := range []func(context.Context, *minimum, base, *Scaled) error{q.curvature, q.lengths, q.sharpness, q.function} {
		if err := part(ctx, m, b, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (q Invariance) curvature(ctx context.Context, m *minimum, b base, s *Scaled) error {
	ends, err := probe.Lanczos(ctx, m.loss, q.rng(), probe.LanczosOptions{Steps: q.Steps, Tolerance: tolerance})
	if err != nil {
		return err
	}
	s.Largest, s.Residual = ends.Largest.Value, ends.Largest.Residual
	blocks, err := q.blocks(m)
	if err == nil {
		s.Blocks, err = q.traces(ctx, blocks)
	}
	s.Trace = floats.Sum(s.Blocks)
	for i := range s.Blocks {
		square := math.Pow(s.Alpha, -2*powers[i])
		s.ClosedForm += square * b.traces[i]
		s.Bound = max(s.Bound, square*b.largest[i])
	}
	return err
}

func (q Invariance) lengths(ctx context.Context, m *minimum, _ base, s *Scaled) error {
	gradient, weights := make([]float64, m.loss.Len()), m.loss.Weights()
	if _, err := m.loss.Gradient(ctx, gradient); err != nil {
		return err
	}
	away, err := m.loss.Towards(m.from)
	if err != nil {
		return err
	}
	s.Norm, s.Distance, s.Product = floats.Norm(weights, 2), floats.Norm(away, 2), 1
	for _, p := range m.loss.Parts() {
		if strings.HasSuffix(p.Path, "/weights") || strings.HasSuffix(p.Path, "/kernel") {
			s.Gradients = append(s.Gradients, floats.Norm(gradient[p.From:p.To], 2))
			s.Product *= floats.Norm(weights[p.From:p.To], 2)
		}
	}
	return nil
}

func (q Invariance) sharpness(ctx context.Context, m *minimum, _ base, s *Scaled) (err error) {
	if s.Ball, err = probe.BallSharpness(ctx, m.loss, probe.Ascent{Radius: BallRadius, Iterations: ascents}); err != nil {
		return err
	}
	if s.Relative, err = probe.RelativeSharpness(ctx, m.loss, probe.Ascent{Radius: RelativeRadius, Iterations: ascents}); err != nil {
		return err
	}
	box, err := probe.BoxSharpness(ctx, m.loss, m.loss.Weights(), q.rng(), probe.BoxOptions{Epsilon: BoxEpsilon})
	if err != nil {
		return err
	}
	s.Box = box.Sharpness
	loss, err := m.loss.Value(ctx)
	s.Quadratic = s.Largest * BallRadius * BallRadius / 2 / (1 + loss)
	return err
}

func (q Invariance) function(ctx context.Context, m *minimum, b base, s *Scaled) error {
	logits, err := m.classifier.Logits(ctx, m.test.X)
	if err != nil {
		return err
	}
	s.Logits, s.Changed = compare(logits, b.logits, m.net.Classes)
	s.TestAccuracy, s.Margin = right(logits, m.test.Labels, m.net.Classes)
	s.TestLoss = crossEntropy(logits, m.test.Labels, m.net.Classes)
	if logits, err = m.classifier.Logits(ctx, m.train.X); err != nil {
		return err
	}
	s.TrainAccuracy, s.TrainMargin = right(logits, m.train.Labels, m.net.Classes)
	s.TrainLoss = crossEntropy(logits, m.train.Labels, m.net.Classes)
	critical, err := m.classifier.Critical(ctx, m.test.X[:min(criticals, m.test.Len())*m.test.Dim()], q.rng(), probe.ArpitLASS())
	for _, is := range critical {
		if is {
			s.Critical += 100 / float64(len(critical))
		}
	}
	return err
}

// compare returns the largest difference of outputs over their largest magnitude, and how many rows of them have another class.
func compare(got, want []float32, classes int) (off float64, changed int) {
	largest := 0.
	for i, z := range want {
		off, largest = max(off, math.Abs(float64(got[i])-float64(z))), max(largest, math.Abs(float64(z)))
	}
	for i := 0; i < len(want); i += classes {
		if class(got[i:i+classes]) != class(want[i:i+classes]) {
			changed++
		}
	}
	return off / largest, changed
}

func class(logits []float32) int { return slices.Index(logits, slices.Max(logits)) }

// right returns the share of the rows whose class is their label, in percent, and the median margin.
func right(logits []float32, labels []uint8, classes int) (accuracy, margin float64) {
	var margins []float64
	for i, label := range labels {
		row := slices.Clone(logits[i*classes : (i+1)*classes])
		if class(row) == int(label) {
			accuracy += 100 / float64(len(labels))
		}
		own := float64(row[label])
		row[label] = float32(math.Inf(-1))
		margins = append(margins, own-float64(slices.Max(row)))
	}
	slices.Sort(margins)
	return accuracy, margins[len(margins)/2]
}

// crossEntropy is the mean over the rows, in nats.
func crossEntropy(logits []float32, labels []uint8, classes int) (mean float64) {
	row := make([]float64, classes)
	for i, label := range labels {
		for j, z := range logits[i*classes : (i+1)*classes] {
			row[j] = float64(z)
		}
		mean += (floats.LogSumExp(row) - row[label]) / float64(len(labels))
	}
	return mean
}

// What is plotted of a Scaled.
var (
	Alpha             = study.Quantity("α", "", func(s interface{ alpha() float64 }) float64 { return s.alpha() })
	LargestEigenvalue = study.Quantity("largest eigenvalue", "", func(s Scaled) float64 { return s.Largest })
	EigenvalueBound   = study.Quantity("largest eigenvalue of a block", "", func(s Scaled) float64 { return s.Bound })
	HessianTrace      = study.Quantity("trace", "", func(s Scaled) float64 { return s.Trace })
	ClosedFormTrace   = study.Quantity("trace in closed form", "", func(s Scaled) float64 { return s.ClosedForm })
	FirstGradient     = study.Quantity("gradient of the first layer", "", func(s Scaled) float64 { return s.Gradients[0] })
	LastGradient      = study.Quantity("gradient of the last layer", "", func(s Scaled) float64 { return s.Gradients[len(s.Gradients)-1] })
	BallSharpness     = study.Quantity("sharpness in a ball", "", func(s Scaled) float64 { return s.Ball })
	QuadraticBall     = study.Quantity("sharpness in a ball, were the loss quadratic", "", func(s Scaled) float64 { return s.Quadratic })
	BoxSharpness      = study.Quantity("sharpness in Keskar et al.'s box", "%", func(s Scaled) float64 { return s.Box })
	WeightNorm        = study.Quantity("norm of the weights", "", func(s Scaled) float64 { return s.Norm })
	FromStart         = study.Quantity("distance from the start", "", func(s Scaled) float64 { return s.Distance })
	LogitChange       = study.Quantity("largest change of an output", "", func(s Scaled) float64 { return s.Logits })
	TestAccuracy      = study.Quantity("test accuracy", "%", func(s Scaled) float64 { return s.TestAccuracy })
	MedianMargin      = study.Quantity("median margin", "", func(s Scaled) float64 { return s.Margin })
	TrainMargin       = study.Quantity("median margin on training examples", "", func(s Scaled) float64 { return s.TrainMargin })
	ProductOfNorms    = study.Quantity("product of the layers' norms", "", func(s Scaled) float64 { return s.Product })
	RelativeSharpness = study.Quantity("relative sharpness", "", func(s Scaled) float64 { return s.Relative })
	CriticalRatio     = study.Quantity("critical sample ratio", "%", func(s Scaled) float64 { return s.Critical })
)

func (s Scaled) alpha() float64 { return s.Alpha }
