package keskar2017

import (
	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Distance is how far a run ends from its initial weights, ‖x - x₀‖ over all trainable weights (section 2.2). Every run measures it.
var Distance = study.Final(study.FromStart)

// furtherAway is the claim on distances.
var furtherAway = paper.Claim{
	ID: "B4", Source: "section 2.2", Page: minima, Anchor: "small-and-large-batches-table-2",
	Says:   "Small batches end further from the initial weights than large ones, 3 to 10 times as far",
	Tested: "log2 of the distance of the end from the start in small batches over that in large ones is above 0, each net",
	Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
		for _, net := range study.Split(e.Runs(paper.Any, Table2), NetName) {
			of := func(batch string) claims.Sample {
				return paper.Sample(batch, study.With(net.Rows, Batch, batch), Distance)
			}
			ratio := claims.LogRatio(of(Large), of(Small))
			ratio.Name = net.Label + ", " + ratio.Name
			parts = append(parts, claims.Above(ratio, 0))
		}
		return parts
	},
}
