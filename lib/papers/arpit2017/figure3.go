package arpit2017

import (
	"context"
	"math"
	"math/rand/v2"

	"rethinking/lib/corrupt"
	"rethinking/lib/nets"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Sensitive asks figures 3 and 4: how unequally does the loss depend on the examples that a net was trained on? The net has two layers of 16
// units, and the digits are scaled down to 14x14 pixels (section 3.2).
type Sensitive struct {
	Data       study.Data
	Corruption study.Corruption // real, or randX, drawn after scaling down
	Unique     bool             // every example is a class of its own, as in the right panel of figure 3
	Rate       float64
	Batch      int
	Updates    int
	Every      int  // updates from one measurement to the next
	ByClass    bool // figure 4: the sensitivity of each class's loss to each class's examples
	Seed       int64
}

// Sensitivity is how a Sensitive went.
type Sensitivity struct {
	Sensitive
	At       []int       // updates
	Loss     []float64   // train loss, nats
	Accuracy []float64   // train accuracy, percent
	Gini     []float64   // of ḡ_x over the examples, the mean over the measurements so far
	Proxy    []float64   // the Gini coefficient of the loss's gradient with respect to each example at the present weights, likewise
	Class    [][]float64 // [i][j] sensitivity of the loss of class i to examples of class j; nil unless ByClass
}

// Figure3 asks figure 3 and, of the first seed, figure 4: real digits and Gaussian inputs, with ten classes and with one an example. The paper
// gives neither batch size nor number of updates; the scales standard and paper have 1,000 digits and 4,000 updates, 40 epochs.
func Figure3(scale study.Scale) (all []Sensitive) {
	n, updates, seeds := 1000, 4000, 3
	switch scale {
	case study.Smoke:
		n, updates, seeds = 50, 20, 1
	case study.Quick:
		n, updates, seeds = 200, 400, 1
	}
	for _, unique := range []bool{false, true} {
		for _, c := range []study.Corruption{none, randX} {
			for seed := range int64(seeds) {
				all = append(all, Sensitive{
					Data: study.Data{Name: "mnist", Train: n}, Corruption: c, Unique: unique, Rate: 0.1, Batch: 10,
					Updates: updates, Every: updates / 20, ByClass: !unique && seed == 0, Seed: seed + 1,
				})
			}
		}
	}
	return all
}

// Plain is the question without the classes, which the first seed alone is asked for.
func (q Sensitive) Plain() Sensitive { q.ByClass = false; return q }

// Kind names what is asked.
func (q Sensitive) Kind() string { return "arpit2017/sensitivity" }

// Answer trains and measures.
func (q Sensitive) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Sensitivity, error) {
	u, err := q.training(ctx, lab)
	if err != nil {
		return Sensitivity{}, err
	}
	backend, err := lab.Backend()
	if err != nil {
		return Sensitivity{}, err
	}
	r, err := probe.Sensitivity(ctx, backend, u, done)
	if err != nil {
		return Sensitivity{}, err
	}
	out := Sensitivity{Sensitive: q, At: r.At, Loss: r.Loss, Class: r.Class}
	for i := range r.At {
		gini, err := probe.Gini(probe.SensitivityResult{G: r.G[:i+1]}.Mean())
		if err != nil {
			return Sensitivity{}, err
		}
		proxy, err := probe.Gini(probe.SensitivityResult{G: r.Proxy[:i+1]}.Mean())
		if err != nil {
			return Sensitivity{}, err
		}
		out.Gini, out.Proxy, out.Accuracy = append(out.Gini, gini), append(out.Proxy, proxy), append(out.Accuracy, 100*r.Accuracy[i])
	}
	return out, nil
}

// training is what is unrolled.
func (q Sensitive) training(ctx context.Context, lab *study.Lab) (probe.Unrolled, error) {
	s, _, err := lab.Examples(ctx, study.Experiment{Data: q.Data, Seed: q.Seed})
	if err != nil {
		return probe.Unrolled{}, err
	}
	rng := rand.New(rand.NewPCG(uint64(q.Seed), 1))
	x, a := halved(s), nets.Architecture{Kind: "mlp", Hidden: []int{16, 16}, Height: s.Height / 2, Width: s.Width / 2, Channels: 1, Classes: len(s.ClassNames)}
	if q.Corruption.Gaussian > 0 {
		if x, _, err = corrupt.Gaussian(x, a.Height*a.Width, q.Corruption.Gaussian, corrupt.Moments(x), false, rng); err != nil {
			return probe.Unrolled{}, err
		}
	}
	labels := make([]int32, s.Len())
	for i, label := range s.Labels {
		if labels[i] = int32(label); q.Unique {
			labels[i], a.Classes = int32(i), s.Len()
		}
	}
	variables, err := nets.Initial(a, "", rng)
	if err != nil {
		return probe.Unrolled{}, err
	}
	batches, err := probe.Shuffled(s.Len(), q.Batch, q.Updates, rng)
	return probe.Unrolled{
		Architecture: a, Variables: variables, X: x, Labels: labels, Rate: q.Rate, Batches: batches, Every: q.Every, ByClass: q.ByClass,
	}, err
}

// halved are the images at half their height and width, each value the mean of four.
func halved(s study.Sample) []float32 {
	x := make([]float32, 0, len(s.X)/4)
	for from := 0; from < len(s.X); from += 2 * s.Width {
		above, below := s.X[from:from+s.Width], s.X[from+s.Width:from+2*s.Width]
		for i := 0; i < s.Width; i += 2 {
			x = append(x, (above[i]+above[i+1]+below[i]+below[i+1])/4)
		}
	}
	return x
}

// DataName names the data: "real, 10 classes".
func (q Sensitive) DataName() string {
	name := "real"
	if q.Corruption == randX {
		name = "random"
	}
	if q.Unique {
		return name + ", a class an example"
	}
	return name + ", 10 classes"
}

// DataTrainedOn is the DataName of a Sensitivity or a Sensed.
var DataTrainedOn = study.ByValue("data", "", func(s interface{ DataName() string }) study.Level { return study.Word(s.DataName()) })

// Sensed is a measurement along a Sensitive.
type Sensed struct {
	Sensitive
	At    int // updates
	Gini  float64
	Proxy float64 // Gini coefficient of the cheap proxy
	Loss  float64 // nats
}

// The numbers of a Sensed.
var (
	SensedUpdates = study.Quantity("updates", "", func(s Sensed) float64 { return float64(s.At) })
	SensedGini    = study.Quantity("Gini coefficient", "", func(s Sensed) float64 { return s.Gini })
	SensedProxy   = study.Quantity("Gini coefficient", "", func(s Sensed) float64 { return s.Proxy })
	SensedLoss    = study.Quantity("train loss", "nats", func(s Sensed) float64 { return s.Loss })
)

// Along are the measurements of all trainings.
func Along(all []study.Answered[Sensitive, Sensitivity]) (out []study.Part[Sensed]) {
	for _, a := range all {
		s := a.Answer
		for i, at := range s.At {
			out = append(out, study.Part[Sensed]{Of: a, Part: Sensed{s.Sensitive, at, s.Gini[i], s.Proxy[i], s.Loss[i]}})
		}
	}
	return out
}

// ClassMatrix is figure 4 of a training: logarithms of the sensitivity of each class's loss, a row, to each class's examples, a column.
type ClassMatrix struct {
	Classes int
	Logs    []float32 // [Classes, Classes]
}

// ClassMatrices are those of the trainings that measured them.
func ClassMatrices(all []study.Answered[Sensitive, Sensitivity]) []study.Part[ClassMatrix] {
	return study.Parts(all, func(a study.Answered[Sensitive, Sensitivity]) []ClassMatrix {
		if a.Answer.Class == nil {
			return nil
		}
		m := ClassMatrix{Classes: len(a.Answer.Class)}
		for _, row := range a.Answer.Class {
			for _, value := range row {
				m.Logs = append(m.Logs, float32(math.Log10(max(value, 1e-12))))
			}
		}
		return []ClassMatrix{m}
	})
}
