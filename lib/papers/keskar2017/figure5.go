package keskar2017

import (
	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// warm are the numbers of epochs of Figure5 in small batches, after which large ones follow, and its seeds. After each of these a run is evaluated.
var warm = map[study.Scale]struct {
	epochs []int
	seeds  int
}{
	study.Smoke:    {[]int{1, 2}, 1},
	study.Quick:    {[]int{1, 4, 15}, 1},
	study.Standard: {[]int{1, 4, 16, 30}, 3},
	study.Paper:    {[]int{1, 2, 4, 8, 16, 100}, 5},
}

// Figure5 asks figure 5 of F1: from which epoch of a run in small batches do large ones end in as good a minimum? They go on for as many epochs as those
// of Table2, which is the run without any before. The optimizer begins anew with them.
func Figure5(scale study.Scale) []study.Experiment {
	p, w := fullyConnected(scale), warm[scale]
	all := study.Seeds(p.trained(p.large), w.seeds)
	for _, epochs := range w.epochs {
		e := p.trained(p.large)
		e.Start = p.trained(p.small).After(epochs)
		all = append(all, study.Seeds(e, w.seeds)...)
	}
	return all
}

// WarmSharpness asks how sharp the ends of these runs are.
func WarmSharpness(scale study.Scale) []Sharp { return searched(scale, Figure5(scale)) }

// SmallBatches are the runs of Table2 that Figure5 begins from.
func SmallBatches(scale study.Scale) []study.Experiment {
	p := fullyConnected(scale)
	return study.Seeds(p.trained(p.small), warm[scale].seeds)
}

// WarmEpochs is after how many epochs in small batches a run in large ones begins.
var WarmEpochs = study.ByExperiment("epochs in small batches before", "", func(e study.Experiment) study.Level {
	if e.Start == nil {
		return study.Count(0)
	}
	return study.Count(e.Start.Epoch)
})

// Warmed is a test accuracy after some epochs in small batches: at once, or after the large batches that follow.
type Warmed struct {
	Epochs       int // in small batches
	Then         string
	TestAccuracy float64 // percent
}

// The field and numbers of a Warmed.
var (
	Then           = study.ByValue("measured", "", func(w Warmed) study.Level { return study.Word(w.Then) })
	EpochsBefore   = study.Quantity("epochs in small batches", "", func(w Warmed) float64 { return float64(w.Epochs) })
	WarmedAccuracy = study.Quantity("test accuracy", "%", func(w Warmed) float64 { return w.TestAccuracy })
)

// Warmings are the ends of runs of Figure5, and those of SmallBatches after each evaluated epoch.
func Warmings(large, small []study.Result) []study.Part[Warmed] {
	ends := study.Parts(large, func(r study.Result) []Warmed {
		accuracy, _ := study.Final(study.TestAccuracy).Of(r)
		return []Warmed{{int(WarmEpochs.Of(r).Number), "after the large batches that follow", accuracy}}
	})
	return append(ends, study.Parts(small, func(r study.Result) (all []Warmed) {
		c := r.Measurements.Curves
		for i, accuracy := range study.TestAccuracy.Of(c) {
			if c.Epoch[i] > 0 {
				all = append(all, Warmed{c.Epoch[i], "at once", accuracy})
			}
		}
		return all
	})...)
}

// warmStarts are the claims on figure 5.
var warmStarts = []paper.Claim{
	{
		ID: "B6a", Source: "section 2.3, figure 5", Page: minima, Anchor: "warm-starts-figure-5",
		Says:   "Large batches generalize the better, the later in a run of small batches they begin",
		Tested: "final test accuracy of F1 in large batches rises with the number of epochs in small batches before",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			starts := paper.Groups(e, e.Runs(paper.Any, Figure5), WarmEpochs)
			return []claims.Verdict{claims.Rising(paper.Samples(starts, study.Final(study.TestAccuracy))...)}
		},
	},
	{
		ID: "B6b", Source: "section 2.3, figure 5", Page: minima, Anchor: "warm-starts-figure-5",
		Says:   "They end in the flatter minima, the later they begin",
		Tested: "sharpness φ of F1 in the whole space, ε = 0.001, the higher of two searches, at the end of the large batches falls with the number of epochs in small batches before",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			starts := paper.Samples(paper.Groups(e, Higher(paper.Ask(e, WarmSharpness)), WarmEpochs), Sharpness)
			return []claims.Verdict{claims.Falling(starts...)}
		},
	},
}
