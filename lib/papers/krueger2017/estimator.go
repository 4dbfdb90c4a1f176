package krueger2017

import (
	"context"
	"math/rand/v2"

	"rethinking/lib/along"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Estimator asks what the paper's own method makes of the largest eigenvalue at the end of a run, that of LeCun, Simard and Pearlmutter 1993, with
// steps of several lengths. The paper gives none of its choices; its source takes one example at a time.
type Estimator struct {
	Experiment study.Experiment
	Online     []Online
	Alphas     []float64
	Steps      int // of Lanczos' method, at most
}

// Online are choices of LeCun, Simard and Pearlmutter's method: see probe.OnlineOptions.
type Online struct {
	Batch      int // examples an iteration takes
	Gamma      float64
	Iterations int
}

// Estimate is an estimate of the largest eigenvalue.
type Estimate struct {
	Method string
	Alpha  float64
	Value  float64
}

// The Methods of an Estimate. Lanczos' takes exact products and no Alpha: it has the same Value at each.
const (
	OneByOne  = "one example at a time"
	AllAtOnce = "all examples at once"
	Lanczos   = "Lanczos' method"
)

// The fields and numbers of an Estimate.
var (
	StepLength     = study.ByValue("length α of the step", "", func(e Estimate) study.Level { return study.Number(e.Alpha) })
	EstimatedBy    = study.ByValue("method", "", func(e Estimate) study.Level { return study.Word(e.Method) })
	EstimateLength = study.Quantity("length α of the step", "", func(e Estimate) float64 { return e.Alpha })
	EstimateValue  = study.Quantity("largest eigenvalue", "", func(e Estimate) float64 { return e.Value })
)

// Estimators asks about the runs of Sharpness on real data and on nothing but noise: by single examples, and by all at once. The smaller Gamma, the less
// the estimate fluctuates, and the more iterations it takes: some 10/Gamma forget the start.
func Estimators(scale study.Scale) (all []Estimator) {
	for _, q := range Sharpness(scale) {
		if level := Level(q.Experiment); level == 0 || level == 1 {
			all = append(all, Estimator{
				Experiment: q.Experiment, Online: []Online{{1, 0.03, 300}, {q.Experiment.Data.Train, 0.1, 100}},
				Alphas: []float64{0.001, 0.01, 0.1, 1}, Steps: q.Steps,
			})
		}
	}
	return all
}

// Kind names what is asked.
func (q Estimator) Kind() string { return "krueger2017/estimator" }

// Answer returns the estimates of each method, one for each of Alphas.
func (q Estimator) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (all []Estimate, err error) {
	for i, o := range q.Online {
		done(float64(i) / float64(len(q.Online)))
		loss, err := along.AtEnd(ctx, lab, q.Experiment, probe.Options{Slab: o.Batch})
		if err != nil {
			return nil, err
		}
		defer loss.Close()
		some, err := q.estimates(ctx, loss, o)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// estimates are those by batches, the slabs of a loss; where that is one of all, those by Lanczos' method too.
func (q Estimator) estimates(ctx context.Context, loss *probe.Loss, o Online) (all []Estimate, err error) {
	rng, slabs := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), uint64(o.Batch))), loss.Slabs()
	for _, alpha := range q.Alphas {
		r, err := probe.OnlineEigenvalue(ctx, slabs, rng, probe.OnlineOptions{Gamma: o.Gamma, Alpha: alpha, Iterations: o.Iterations})
		if err != nil {
			return nil, err
		}
		all = append(all, Estimate{o.method(), alpha, r.Value})
	}
	if len(slabs) > 1 {
		return all, nil
	}
	ends, err := probe.Lanczos(ctx, loss, rng, probe.LanczosOptions{Steps: q.Steps, Tolerance: 1e-3})
	if err != nil {
		return nil, err
	}
	largest := Stage{Largest: ends.Largest.Value, Smallest: ends.Smallest.Value}.Sharpness()
	for _, alpha := range q.Alphas {
		all = append(all, Estimate{Lanczos, alpha, largest})
	}
	return all, nil
}

func (o Online) method() string {
	if o.Batch == 1 {
		return OneByOne
	}
	return AllAtOnce
}
