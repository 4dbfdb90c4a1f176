package arpit2017

import (
	"context"
	"errors"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Difficulty asks figure 1: are some examples harder than others? Nets are trained for an epoch on the same examples, from so many starts, each
// with an order of its own: Experiment with the seeds 1 to Starts.
type Difficulty struct {
	Experiment study.Experiment
	Starts     int
}

// Difficulties are how often each example of a Difficulty is misclassified.
type Difficulties struct {
	Difficulty
	Wrong []float64 // [n], share of the starts, ascending
}

// figure1 are the sizes of Figure1.
var figure1 = map[study.Scale]struct{ digits, units, starts, sets int }{
	study.Smoke:    {100, 32, 5, 1},
	study.Quick:    {500, 128, 30, 1},
	study.Standard: {1000, 512, 100, 3},
	study.Paper:    {1000, 4096, 100, 3},
}

// Figure1 asks figure 1 of an MLP of two layers on MNIST: real data, random labels, Gaussian inputs, of one or several sets of digits.
func Figure1(scale study.Scale) (all []Difficulty) {
	s := figure1[scale]
	for _, c := range []study.Corruption{none, randY, randX} {
		for set := range int64(s.sets) {
			all = append(all, Difficulty{study.Experiment{
				Data: study.Data{Name: "mnist", Train: s.digits, Test: 100, Seed: set + 1}, Corruption: c, Net: study.MLP(s.units, s.units),
				Training: study.Training{Epochs: 1, Batch: 32, LearningRate: 0.01, Decay: 1},
			}, s.starts})
		}
	}
	return all
}

// Kind names what is asked.
func (q Difficulty) Kind() string { return "arpit2017/difficulty" }

// counts are how often each example was misclassified so far.
type counts struct {
	Starts int
	Wrong  []float64 // [n], share of all starts that there will be
}

// Answer counts over the starts.
func (q Difficulty) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Difficulties, error) {
	q.Experiment.Seed = 1
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return Difficulties{}, err
	}
	c := counts{Wrong: make([]float64, train.Len())}
	if _, err := study.Resume(lab, &c); err != nil {
		return Difficulties{}, err
	}
	net := classifier{lab: lab, sample: train}
	defer net.close()
	for c.Starts < q.Starts {
		q.Experiment.Seed = int64(c.Starts + 1)
		predicted, err := net.predict(ctx, q.Experiment)
		if err == nil {
			c.add(predicted, train.Labels, q.Starts)
		}
		if err = errors.Join(err, study.Keep(ctx, lab, c)); err != nil {
			return Difficulties{}, err
		}
		done(float64(c.Starts) / float64(q.Starts))
	}
	slices.Sort(c.Wrong)
	q.Experiment.Seed = 0
	return Difficulties{q, c.Wrong}, nil
}

// add counts one of so many starts.
func (c *counts) add(predicted, labels []uint8, starts int) {
	c.Starts++
	for i, class := range predicted {
		if class != labels[i] {
			c.Wrong[i] += 1 / float64(starts)
		}
	}
}

// classifier classifies the same examples at the ends of runs, with a net that is moved from run to run.
type classifier struct {
	lab    *study.Lab
	sample study.Sample
	net    *probe.Classifier // nil before the first run
}

// predict trains a run, and returns the classes of the examples at its end.
func (c *classifier) predict(ctx context.Context, e study.Experiment) ([]uint8, error) {
	var variables map[string][]float32
	err := c.lab.Replay(ctx, e, func(s study.Stand) (err error) {
		variables, err = s.Variables()
		return err
	})
	if err == nil {
		err = c.move(variables)
	}
	if err != nil {
		return nil, err
	}
	return c.net.Predict(ctx, c.sample.X)
}

func (c *classifier) move(variables map[string][]float32) error {
	if c.net != nil {
		return c.net.SetVariables(variables)
	}
	backend, err := c.lab.Backend()
	if err == nil {
		c.net, err = probe.NewClassifier(backend, c.sample.Architecture(), variables)
	}
	return err
}

func (c *classifier) close() {
	if c.net != nil {
		c.net.Close()
	}
}

// Mean is the mean share of starts in which an example is misclassified, in percent.
func (d Difficulties) Mean() float64 { return 100 * stat.Mean(d.Wrong, nil) }

// Dispersion is the variance of the examples' shares over that of a binomial distribution with the same mean, which is 1 where all
// examples are equally hard.
func (d Difficulties) Dispersion() float64 {
	mean, variance := stat.MeanVariance(d.Wrong, nil)
	return variance * float64(d.Starts) / (mean * (1 - mean))
}

// The numbers of Difficulties.
var (
	MisclassifiedOnAverage = study.Quantity("misclassified on average", "%", Difficulties.Mean)
	OverBinomial           = study.Quantity("variance over that of a binomial distribution", "", Difficulties.Dispersion)
)

// Rank is an example of a Difficulty by its place in the order of difficulty.
type Rank struct {
	Noise string
	Place float64 // percent of the examples before it
	Wrong float64 // percent of the starts in which it is misclassified
}

// NoiseOfRank is a Rank's noise, or "equally hard"; its numbers are the other two.
var (
	NoiseOfRank = study.ByValue("noise", "", func(r Rank) study.Level { return study.Word(r.Noise) })
	RankPlace   = study.Quantity("examples, easiest first", "%", func(r Rank) float64 { return r.Place })
	RankWrong   = study.Quantity("misclassified after an epoch", "% of starts", func(r Rank) float64 { return r.Wrong })
)

// Ranks are a hundred examples of each Difficulty; and, for each set of Gaussian inputs, what they would be if all examples were equally hard:
// the quantiles of the binomial distribution with their mean (the paper's null hypothesis).
func Ranks(all []study.Answered[Difficulty, Difficulties]) []study.Part[Rank] {
	return study.Parts(all, func(a study.Answered[Difficulty, Difficulties]) (ranks []Rank) {
		d, name := a.Answer, krueger2017.Noise.Of(a).Label
		null := distuv.Binomial{N: float64(d.Starts), P: stat.Mean(d.Wrong, nil)}
		for percent := range 100 {
			place := float64(percent) + 0.5
			ranks = append(ranks, Rank{name, place, 100 * d.Wrong[int(place/100*float64(len(d.Wrong)))]})
			if d.Experiment.Corruption == randX {
				ranks = append(ranks, Rank{"equally hard", place, 100 * quantile(null, place/100) / null.N})
			}
		}
		return ranks
	})
}

// quantile is the smallest number of which the distribution has at least a share below or at it.
func quantile(b distuv.Binomial, share float64) float64 {
	k := 0.
	for b.CDF(k) < share {
		k++
	}
	return k
}
