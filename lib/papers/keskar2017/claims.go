package keskar2017

import (
	"math"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// The anchors of the notebook's sections.
const (
	twoBatches = "small-and-large-batches-table-2"
	inABox     = "sharpness-tables-3-and-4"
	between    = "between-two-minima-figure-3"
)

// ofMinima are the claims on both minima and what lies between them: tables 2 to 4 and figure 3.
var ofMinima = []paper.Claim{
	{
		ID: "B1a", Source: "section 2.1, table 2", Page: minima, Anchor: twoBatches,
		Says:   "Trained in large batches a net errs more on new examples than trained in small ones: by 0.2 points for F1, 2.8 for C1",
		Tested: "final test accuracy, after as many epochs: large batches < small batches, for each net that is here at this scale",
		Judge:  largeBatchesErrMore,
	},
	{
		ID: "B1b", Source: "section 2.1, table 2", Page: minima, Anchor: twoBatches,
		Says:   "Both fit their training set",
		Tested: "final train accuracy ≥ 98% in every run",
		Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
			for _, net := range study.Split(e.Runs(paper.Any, Table2), NetName) {
				parts = append(parts, claims.EveryAtLeast(paper.Sample(net.Label, net.Rows, study.Final(study.TrainAccuracy)), 98))
			}
			return parts
		},
	},
	sharper("B2a", "table 3", "whole space"), sharper("B2b", "table 4", "subspace"),
	{
		ID: "B2c", Source: "section 2.2.2, tables 3 and 4", Page: minima, Anchor: inABox,
		Says:   "The difference is of one to two orders of magnitude",
		Tested: "φ in large batches over φ in small ones, whole space, ε = 0.001: its mean over the seeds, by logarithms, is above 8, for each net of the paper (its smallest ratio is 8.7, of C3)",
		Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
			for _, net := range study.Split(inTheWhole(e), NetName) {
				if net.Label != Plain {
					parts = append(parts, claims.Above(ratioOf(net), math.Log2(8)))
				}
			}
			return parts
		},
	},
	{
		ID: "B3", Source: "section 2.2.1, figure 3", Page: minima, Anchor: between,
		Says:   "On the line between them the loss rises faster around the large-batch minimum than around the small-batch one",
		Tested: "mean rise of the train loss at α ± 1/8 and ± 1/4 of the line: around the small-batch end (0) < around the large-batch end (1), each net",
		Judge:  risesFaster,
	},
}

func largeBatchesErrMore(e *paper.Evidence) (parts []claims.Verdict) {
	for _, net := range study.Split(e.Runs(paper.Any, Table2), NetName) {
		parts = append(parts, paper.Less(net.Rows, Batch, Large, Small, study.Final(study.TestAccuracy), 0))
	}
	return parts
}

// sharper is claim B2 for a table, whose boxes are in a space.
func sharper(id, table, space string) paper.Claim {
	return paper.Claim{
		ID: id, Source: "section 2.2.2, " + table, Page: minima, Anchor: inABox,
		Says:   "Large batches end in sharper minima, by metric 2.1, " + space,
		Tested: "log2 of φ in large batches over φ in small ones, seed by seed, is above 0, for both ε and each net that is here at this scale",
		Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
			all := study.Where(study.Elements(paper.Ask(e, Tables3And4)), func(r study.Part[Phi]) bool {
				return (r.Part.Box.Subspace == 0) == (space == "whole space")
			})
			for _, g := range study.Split(all, study.Joined(NetName, Epsilon)) {
				parts = append(parts, claims.Above(ratioOf(g), 0))
			}
			return parts
		},
	}
}

// inTheWhole are the sharpnesses of table 3 with the larger ε.
func inTheWhole(e *paper.Evidence) []study.Part[Phi] {
	return study.Where(study.Elements(paper.Ask(e, Tables3And4)), func(r study.Part[Phi]) bool {
		return r.Part.Box.Subspace == 0 && r.Part.Box.Epsilon == epsilons[0]
	})
}

// ratioOf is log2 of the sharpness in large batches over that in small ones.
func ratioOf(g study.Group[study.Part[Phi]]) claims.Sample {
	at := func(batch string) claims.Sample {
		return paper.Sample(batch, study.With(g.Rows, Batch, batch), Sharpness)
	}
	s := claims.LogRatio(at(Small), at(Large))
	s.Name = g.Label + ", " + s.Name
	return s
}

func risesFaster(e *paper.Evidence) (parts []claims.Verdict) {
	for _, net := range study.Split(paper.Ask(e, Figure3), NetName) {
		small, large := map[int64]float64{}, map[int64]float64{}
		for _, a := range net.Rows {
			if a.Question.Points >= 25 { // fewer have none so near
				small[a.Origin().Seed], large[a.Origin().Seed] = rise(a.Answer, 0), rise(a.Answer, 1)
			}
		}
		parts = append(parts, claims.Less(paper.BySeed(net.Label+", around small batches", "nats", small), paper.BySeed("around large batches", "nats", large), 0))
	}
	return parts
}

// rise is how much higher the train loss is on average within a quarter of α on both sides of an end of the line.
func rise(all []Position, end float64) float64 {
	at, around, n := 0., 0., 0.
	for _, p := range all {
		switch d := math.Abs(p.Alpha - end); {
		case d < 1e-9:
			at = p.TrainLoss
		case d < 0.25+1e-9:
			around, n = around+p.TrainLoss, n+1
		}
	}
	return around/n - at
}
