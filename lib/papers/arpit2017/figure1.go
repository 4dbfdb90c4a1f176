package arpit2017

import (
	"context"
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

// Figure1 asks figure 1 of an MLP of two layers on MNIST: real data, random labels, Gaussian inputs.
//
//	smoke      100 digits, width 32, 5 starts, one set of examples
//	quick      500 digits, width 128, 30 starts, one set of examples
//	standard   1,000 digits, width 512, 100 starts, three sets of examples
//	paper      1,000 digits, width 4,096, 100 starts, three sets of examples
func Figure1(scale study.Scale) []Difficulty {
	n, units, starts, sets := 1000, 512, 100, 3
	switch scale {
	case study.Smoke:
		n, units, starts, sets = 100, 32, 5, 1
	case study.Quick:
		n, units, starts, sets = 500, 128, 30, 1
	case study.Paper:
		units = 4096
	}
	var all []Difficulty
	for _, c := range []study.Corruption{none, randY, randX} {
		for set := range int64(sets) {
			all = append(all, Difficulty{study.Experiment{
				Data: study.Data{Name: "mnist", Train: n, Test: 100, Seed: set + 1}, Corruption: c, Net: study.MLP(units, units),
				Training: study.Training{Epochs: 1, Batch: 32, LearningRate: 0.01, Decay: 1},
			}, starts})
		}
	}
	return all
}

// Examine answers questions of figure 1, from the lab's results or anew.
func Examine(ctx context.Context, lab *study.Lab, questions []Difficulty) ([]Difficulties, error) {
	return study.MeasureAll(ctx, lab, "arpit2017/difficulty", questions, Difficulty.answer)
}

func (q Difficulty) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Difficulties, error) {
	q.Experiment.Seed = 1
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return Difficulties{}, err
	}
	c := classifier{lab: lab, sample: train}
	defer c.close()
	wrong := make([]float64, train.Len())
	for start := range q.Starts {
		q.Experiment.Seed = int64(start + 1)
		err := lab.Replay(ctx, q.Experiment, func(s study.Stand) error {
			if s.Epoch == 0 {
				return nil
			}
			return c.at(s, func(net *probe.Classifier) error {
				predicted, err := net.Predict(ctx, train.X)
				for i, class := range predicted {
					if class != train.Labels[i] {
						wrong[i] += 1 / float64(q.Starts)
					}
				}
				return err
			})
		})
		if err != nil {
			return Difficulties{}, err
		}
		done(float64(start+1) / float64(q.Starts))
	}
	slices.Sort(wrong)
	q.Experiment.Seed = 0
	return Difficulties{q, wrong}, nil
}

// Mean is the mean share of starts in which an example is misclassified, in percent.
func (d Difficulties) Mean() float64 { return 100 * stat.Mean(d.Wrong, nil) }

// Dispersion is the variance of the examples' shares over that of a binomial distribution with the same mean, which is 1 where all
// examples are equally hard.
func (d Difficulties) Dispersion() float64 {
	mean, variance := stat.MeanVariance(d.Wrong, nil)
	return variance * float64(d.Starts) / (mean * (1 - mean))
}

// Rank is an example of a Difficulty by its place in the order of difficulty.
type Rank struct {
	Noise string
	Set   int64
	Place float64 // percent of the examples before it
	Wrong float64 // percent of the starts in which it is misclassified
}

// Ranks are a hundred examples of each Difficulty; and, for each set of Gaussian inputs, what they would be if all examples were equally hard:
// the quantiles of the binomial distribution with their mean (the paper's null hypothesis).
func Ranks(all []Difficulties) []Rank {
	var ranks []Rank
	for _, d := range all {
		name, set := krueger2017.Noise.Of(d.Experiment), d.Experiment.Data.Seed
		null := distuv.Binomial{N: float64(d.Starts), P: stat.Mean(d.Wrong, nil)}
		for percent := range 100 {
			place := float64(percent) + 0.5
			ranks = append(ranks, Rank{name, set, place, 100 * d.Wrong[int(place/100*float64(len(d.Wrong)))]})
			if d.Experiment.Corruption == randX {
				ranks = append(ranks, Rank{"equally hard", set, place, 100 * quantile(null, place/100) / null.N})
			}
		}
	}
	return ranks
}

// quantile is the smallest number of which the distribution has at least a share below or at it.
func quantile(b distuv.Binomial, share float64) float64 {
	k := 0.
	for b.CDF(k) < share {
		k++
	}
	return k
}
