package arpit2017

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"

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
	At       []int     // updates
	Loss     []float64 // train loss, nats
	Accuracy []float64 // train accuracy, percent
	// Gini coefficients over the examples, of means over the measurements so far: of ḡ_x, of its part through the training, and of its direct part, the
	// loss's gradient with respect to each example at the present weights.
	Gini, Through, Proxy []float64
	// Class has at [i][j] the sensitivity of the loss of class i to examples of class j, nats, and ClassThrough its part through the training; nil
	// unless ByClass.
	Class, ClassThrough [][]float64
}

// Figure3 asks figures 3 and 4: real digits and Gaussian inputs, with ten classes, and for figure 3 with one an example. The paper gives neither batch
// size nor number of updates; the scales standard and paper have 1,000 digits and 4,000 updates, 40 epochs. With a class an example it takes real digits
// four times as many to be fitted to 95%: these trainings have five times the updates, at a rate of 0.03, because the derivative grows without bounds on
// the way, at 0.1 to some 1e35 before they are fitted.
func Figure3(scale study.Scale) (all []Sensitive) {
	n, updates, seeds := 1000, 4000, 3
	switch scale {
	case study.Smoke:
		n, updates, seeds = 50, 20, 1
	case study.Quick:
		n, updates, seeds = 200, 400, 1
	}
	rate := 0.1
	for _, unique := range []bool{false, true} {
		if unique {
			rate, updates = 0.03, updates*5
		}
		for _, c := range []study.Corruption{none, randX} {
			for seed := range int64(seeds) {
				all = append(all, Sensitive{
					Data: study.Data{Name: "mnist", Train: n}, Corruption: c, Unique: unique, Rate: rate, Batch: 10,
					Updates: updates, Every: updates / 20, ByClass: !unique, Seed: seed + 1,
				})
			}
		}
	}
	return all
}

// ByPoints asks how much hangs on the points of a mean, of the first seed's trainings with ten classes: 20 as in Figure3 and all updates, at their
// beginning, where they change fastest; 20 and 100 points, of the whole.
func ByPoints(scale study.Scale) (all []Sensitive) {
	for _, q := range Figure4(scale) {
		if q.Seed > 1 {
			continue
		}
		begun, whole := max(q.Updates/20, 40), max(q.Updates, 80)
		for _, of := range [][2]int{{begun, begun / 20}, {begun, 1}, {whole, whole / 20}, {whole, max(whole/100, 1)}} {
			q.Updates, q.Every, q.ByClass = of[0], of[1], false
			all = append(all, q)
		}
	}
	return all
}

// Measured says of how many points of the training the means are: "20 points of 200 updates", "all 200 updates".
func (q Sensitive) Measured() string {
	if q.Every == 1 {
		return fmt.Sprintf("all %d updates", q.Updates)
	}
	return fmt.Sprintf("%d points of %d updates", q.Updates/q.Every, q.Updates)
}

// Points is the Measured of a Sensitivity, and TrainedFor its number of updates.
var (
	Points     = study.ByValue("mean over", "", func(s interface{ Measured() string }) study.Level { return study.Word(s.Measured()) })
	TrainedFor = study.ByValue("updates", "", func(s Sensitivity) study.Level { return study.Count(s.Updates) })
)

// Kind names what is asked.
func (q Sensitive) Kind() string { return "arpit2017/sensitivity" }

// Schema is that of answers that have the direct part too.
func (q Sensitive) Schema() int { return 2 }

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
	out := Sensitivity{Sensitive: q, At: r.At, Loss: r.Loss, Class: r.Class, ClassThrough: r.ClassThrough}
	for _, share := range r.Accuracy {
		out.Accuracy = append(out.Accuracy, 100*share)
	}
	for to, g := range map[*[]float64][][]float64{&out.Gini: r.G, &out.Through: r.Through, &out.Proxy: r.Proxy} {
		if *to, err = inequality(g); err != nil {
			return Sensitivity{}, err
		}
	}
	return out, nil
}

// inequality returns, for each measurement, the Gini coefficient over the examples of the mean of g, [k][n], over the measurements so far.
func inequality(g [][]float64) ([]float64, error) {
	all, sum := make([]float64, len(g)), make([]float64, len(g[0]))
	for i, row := range g {
		floats.Add(sum, row) // a Gini coefficient is the same of a sum as of a mean
		var err error
		if all[i], err = probe.Gini(sum); err != nil {
			return nil, err
		}
	}
	return all, nil
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
		Architecture: a, DType: dtypes.Float64, Variables: variables, X: x, Labels: labels, Rate: q.Rate, Batches: batches, Every: q.Every, ByClass: q.ByClass,
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

// The numbers of a Sensitivity at the end of its training.
var (
	FinalGini     = atEnd("Gini coefficient", "", func(s Sensitivity) []float64 { return s.Gini })
	FinalThrough  = atEnd("Gini, through the training", "", func(s Sensitivity) []float64 { return s.Through })
	FinalAccuracy = atEnd("train accuracy", "%", func(s Sensitivity) []float64 { return s.Accuracy })
)

func atEnd(name, unit string, of func(Sensitivity) []float64) study.Statistic {
	return study.Quantity(name, unit, func(s Sensitivity) float64 { return of(s)[len(s.At)-1] })
}

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
