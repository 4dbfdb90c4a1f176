package keskar2017

import (
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// searches are the paper's larger box of the whole space, twice: the maximum is looked for from a random point of it, and from the weights. What either
// finds is a lower bound on the same maximum.
func searches(scale study.Scale) []probe.BoxOptions {
	random := boxes(scale, epsilons[0])[0]
	centre := random
	centre.Start = probe.FromCentre
	return []probe.BoxOptions{random, centre}
}

// searched asks the sharpness of runs by both searches.
func searched(scale study.Scale, runs []study.Experiment) []Sharp {
	return study.About(runs, func(e study.Experiment) Sharp { return about(scale, e, searches(scale)...) })
}

// Searches asks it of every run of Table2.
func Searches(scale study.Scale) []Sharp { return searched(scale, Table2(scale)) }

// Higher takes of each answer the search that came higher.
func Higher(answers []study.Answered[Sharp, []Phi]) []study.Part[Phi] {
	return study.Parts(answers, func(a study.Answered[Sharp, []Phi]) []Phi { return []Phi{higher(a.Answer)} })
}

func higher(all []Phi) Phi {
	best := all[0]
	for _, p := range all[1:] {
		if p.Of.Highest > best.Of.Highest {
			best = p
		}
	}
	return best
}

// bySearches are claim B2 where both searches count. Those of F1, seeds 1 to 3, had been seen when its rule was set (Choices).
var bySearches = []paper.Claim{
	sharperBySearches("B2d", "F1", 4, func(net string) bool { return net == F1 }),
	sharperBySearches("B2e", "F1 without batch normalization, and C1", 0, func(net string) bool { return net != F1 }),
}

func sharperBySearches(id, names string, from int64, of func(net string) bool) paper.Claim {
	return paper.Claim{
		ID: id, Source: "section 2.2.2, table 3", Page: minima, Anchor: "what-the-paper-leaves-open", From: from,
		Says:   "Large batches end in sharper minima, by metric 2.1, whole space: " + names,
		Tested: "as B2a for ε = 0.001, by the higher of two searches: from a random point of the box, and from the weights",
		Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
			asked := func(scale study.Scale) []Sharp {
				return slices.DeleteFunc(Searches(scale), func(q Sharp) bool { return !of(nameOf(q.Experiment)) })
			}
			for _, net := range study.Split(Higher(paper.Ask(e, asked)), NetName) {
				parts = append(parts, claims.Above(ratioOf(net), 0))
			}
			return parts
		},
	}
}
