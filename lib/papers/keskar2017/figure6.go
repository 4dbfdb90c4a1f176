package keskar2017

import (
	"context"
	"math/rand/v2"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/probe"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// Course asks figure 6 of a run: how sharp is the loss on the way, against how low it is? It is measured where 1, 2, 4, 8 and so on epochs are over, and at
// the end, in float64 as by Sharp.
type Course struct {
	Experiment study.Experiment
	Boxes      []probe.BoxOptions // searches for the largest loss in one box
	Examples   int                // of the training set, in whose loss is measured; 0: all
}

// Passed is where the run of a Course stands.
type Passed struct {
	Epoch        int
	Ends         bool            // it is the end of the run
	TestAccuracy float64         // percent
	Of           probe.BoxResult // of the search that came highest
}

// The field and numbers of a Passed. One below the arithmetic's precision has no sharpness.
var (
	PassedEpoch     = study.ByValue("epoch", "", func(p Passed) study.Level { return study.Count(p.Epoch) })
	PassedLoss      = study.Quantity("train loss", "nats", func(p Passed) float64 { return p.Of.Loss })
	PassedSharpness = study.StatisticOf("sharpness φ", "%", func(p Passed) (float64, bool) { return p.Of.Sharpness, !p.Of.BelowPrecision })
	PassedAccuracy  = study.Quantity("test accuracy", "%", func(p Passed) float64 { return p.TestAccuracy })
)

// courses are the seeds of Figure6.
var courses = map[study.Scale]int{study.Smoke: 1, study.Quick: 1, study.Standard: 3, study.Paper: 5}

// Figure6 asks it of F1, in small batches and in large ones, by the paper's larger box of the whole space and the higher of two searches.
func Figure6(scale study.Scale) []Course {
	p, seeds := fullyConnected(scale), courses[scale]
	runs := append(study.Seeds(p.trained(p.small), seeds), study.Seeds(p.trained(p.large), seeds)...)
	return study.About(runs, func(e study.Experiment) Course { return Course{e, searches(scale), measuredIn(scale, e)} })
}

// Kind names what is asked.
func (q Course) Kind() string { return "keskar2017/course" }

// Validate checks the run before any time is spent.
func (q Course) Validate() error { return q.Experiment.Validate() }

// wanted is the first evaluated epoch at or after each power of two, and the end.
func (q Course) wanted(seen []train.Point) bool {
	now, before := seen[len(seen)-1], 0
	if len(seen) > 1 {
		before = seen[len(seen)-2].Epoch
	}
	power := 1
	for power <= before {
		power *= 2
	}
	return power <= now.Epoch || now.Epoch > 0 && q.Experiment.Ends(now)
}

// Answer returns a Passed for each of these epochs.
func (q Course) Answer(ctx context.Context, lab *study.Lab, done func(share float64)) (all []Passed, err error) {
	stands, err := lab.Trail(ctx, q.Experiment, q.wanted, func(share float64) { done(share / 2) })
	if err != nil {
		return nil, err
	}
	variables, err := stands[0].Variables()
	if err != nil {
		return nil, err
	}
	loss, err := lossOf(ctx, lab, q.Experiment, variables, q.Examples)
	if err != nil {
		return nil, err
	}
	defer loss.Close()
	if _, err := study.Resume(lab, &all); err != nil {
		return nil, err
	}
	for i := len(all); i < len(stands); i++ {
		done(0.5 + float64(i)/float64(2*len(stands)))
		p, err := q.measure(ctx, loss, stands[i])
		if err == nil {
			all = append(all, p)
			err = study.Keep(ctx, lab, all)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// measure goes to a stand. The maximization starts from the same share of the box everywhere.
func (q Course) measure(ctx context.Context, loss *probe.Loss, at study.Stand) (p Passed, err error) {
	variables, err := at.Variables()
	if err == nil {
		err = loss.SetVariables(variables)
	}
	if err != nil {
		return p, err
	}
	p = Passed{Epoch: at.Epoch, Ends: q.Experiment.Ends(at.Point), TestAccuracy: 100 * at.Test.Accuracy}
	var all []Phi
	for _, box := range q.Boxes {
		rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 0))
		of, err := probe.BoxSharpness(ctx, loss, loss.Weights(), rng, box)
		if err != nil {
			return p, err
		}
		all = append(all, Phi{box, of})
	}
	p.Of = higher(all).Of
	return p, nil
}

// alongARun is the claim on figure 6.
var alongARun = paper.Claim{
	ID: "B7", Source: "section 2.3, figure 6", Page: minima, Anchor: "along-a-run-figure-6",
	Says:   "At first small and large batches are as sharp; then the sharpness of large batches grows, and that of small ones does not",
	Tested: "log2 of the sharpness φ of F1 in large batches over that in small ones, whole space, ε = 0.001, the higher of two searches: after the first epoch < at the end",
	Judge: func(e *paper.Evidence) []claims.Verdict {
		rows := study.Elements(paper.Ask(e, Figure6))
		ratio := func(name string, which func(Passed) bool) claims.Sample {
			at := study.Where(rows, func(r study.Part[Passed]) bool { return which(r.Part) })
			of := func(batch string) claims.Sample {
				return paper.Sample(batch, study.With(at, Batch, batch), PassedSharpness)
			}
			s := claims.LogRatio(of(Small), of(Large))
			s.Name += name
			return s
		}
		first := ratio(" after the first epoch", func(p Passed) bool { return p.Epoch == 1 })
		return []claims.Verdict{claims.Less(first, ratio(" at the end", func(p Passed) bool { return p.Ends }), 0)}
	},
}
