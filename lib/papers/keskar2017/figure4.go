package keskar2017

import (
	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// knees are the batch sizes of Figure4 and its seeds. Both sizes of Table2 are among them, so that it shares these runs.
var knees = map[study.Scale]struct {
	sizes []int
	seeds int
}{
	study.Smoke:    {[]int{10, 20, 100}, 1},
	study.Quick:    {[]int{8, 16, 50, 100, 250, 1000}, 1},
	study.Standard: {[]int{64, 256, 1000, 2500, 5000, 10000}, 3},
	study.Paper:    {[]int{64, 256, 1000, 6000, 15000, 60000}, 5},
}

// fullyConnected is the pair of F1.
func fullyConnected(scale study.Scale) pair { return pairs[scale][0] }

// Figure4 asks figure 4 of F1: from which batch size on does a net err more? All runs of a seed start from the same weights and see the examples as
// often; the largest batch is the whole training set. The paper asks it of F2 and C1.
func Figure4(scale study.Scale) (all []study.Experiment) {
	for _, size := range knees[scale].sizes {
		all = append(all, study.Seeds(fullyConnected(scale).trained(size), knees[scale].seeds)...)
	}
	return all
}

// KneeSharpness asks how sharp the ends of these runs are.
func KneeSharpness(scale study.Scale) []Sharp { return searched(scale, Figure4(scale)) }

// theKnee are the claims on figure 4.
var theKnee = []paper.Claim{
	{
		ID: "B5a", Source: "section 2.3, figure 4", Page: minima, Anchor: "the-knee-figure-4",
		Says:   "The larger the batch, the lower is the test accuracy",
		Tested: "final test accuracy of F1 falls with the batch size, up to the whole training set, at as many epochs (the paper has F2 and C1)",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			sizes := paper.Samples(paper.Groups(e, e.Runs(paper.Any, Figure4), study.BatchSize), study.Final(study.TestAccuracy))
			return []claims.Verdict{claims.Falling(sizes...)}
		},
	},
	{
		ID: "B5b", Source: "section 2.3, figure 4", Page: minima, Anchor: "the-knee-figure-4",
		Says:   "The larger the batch, the sharper is the minimum",
		Tested: "sharpness φ of F1 in the whole space, ε = 0.001, the higher of two searches, rises with the batch size, up to the whole training set",
		Judge: func(e *paper.Evidence) []claims.Verdict {
			sizes := paper.Groups(e, Higher(paper.Ask(e, KneeSharpness)), study.BatchSize)
			return []claims.Verdict{claims.Rising(paper.Samples(sizes, Sharpness)...)}
		},
	},
}
