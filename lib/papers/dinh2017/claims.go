package dinh2017

import (
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// minima is the notebook that shows the claims.
const minima = "08-sharp-minima"

// statements are the paper's claims.
var statements = []paper.Claim{
	{
		ID: "D1", Source: "section 3, definition 5", Page: minima, Anchor: "what-is-invariant", Judge: sameFunction,
		Says:   "Multiplying a ReLU net's first layer with α and dividing its last one by it leaves the function as it is",
		Tested: "over all α, the largest change of an output on test images ≤ 1e-5 of the largest magnitude, and no image changes its class",
	},
	{
		ID: "D2", Source: "section 4, theorem 4", Page: minima, Anchor: "the-exact-laws", Judge: exactLaws,
		Says:   "So the Hessian's largest eigenvalue can be made as large as one likes",
		Tested: "slope of log10 of the largest eigenvalue over log10 α: -2 ± 0.05 for α ≤ 10^-1.5, 2 ± 0.05 for α ≥ 10^1.5; the trace within 1% of its closed form at every α",
	},
	{
		ID: "D3", Source: "section 4, theorem 4", Page: minima, Anchor: "a-flat-minimum-made-sharp", Judge: madeSharp,
		Says: "A flat minimum has others of the same function which are as sharp as one likes: that of a small batch becomes sharper than that of a large one",
		Tested: "log10 of metric 2.1 of the small-batch net, at the α in [0.01, 100] at which it is largest, over that of the large-batch net is above 0; over all α its test accuracy " +
			"changes by at most 0.05 points, and its relative sharpness by at most 1%",
	},
	{
		ID: "D4", Source: "section 4", Page: minima, Anchor: "what-is-invariant", Judge: normalizedLaws,
		Says:   "With batch normalization the weights before it can be scaled with α, and the function stays",
		Tested: "for α from 0.1 to 10, largest change of an output ≤ 1e-4 of the largest magnitude; the trace of the Hessian's block of these weights within 1% of α⁻² times that at α = 1",
	},
	{
		ID: "D5", Source: "not in the paper, follows from theorem 4", Page: minima, Anchor: "descent-from-there", Judge: descends,
		Says:   "Gradient descent goes elsewhere from a rescaled minimum, though it begins with the same function",
		Tested: "log2 of the distance gone in the first epoch over that from α = 1 > 1, from α = 0.1",
	},
	{
		ID: "D6", Source: "Li et al. 2018, section 4", Page: minima, Anchor: "loss-surfaces", Judge: sameSurface,
		Says:   "A line through a minimum in a filter-normalized direction is the same before and after rescaling, in a raw one it is not",
		Tested: "largest change of the loss on the line, over its range before: ≤ 0.1% in a filter-normalized direction, ≥ 10% in a raw one, in every seed",
	},
	{
		ID: "D7", Source: "section 3", Page: minima, Anchor: "the-exact-laws", Judge: convolutionsToo,
		Says: "Nets of convolutions can be rescaled likewise",
		Tested: "a net of two convolutions and two dense layers: outputs and classes as in D1, slopes and trace as in D2; with batch normalization after its " +
			"convolutions, as in D4",
	},
}

func sameFunction(e *paper.Evidence) []claims.Verdict {
	return ofFunction(Fits(paper.Ask(e, Invariances)))
}

func ofFunction(fits []study.Part[Fit]) []claims.Verdict {
	return []claims.Verdict{
		claims.EveryAtMost(paper.Sample("outputs", fits, LogitsChange), 1e-5), claims.EveryAtMost(paper.Sample("classes", fits, ClassesChanged), 0),
	}
}

func exactLaws(e *paper.Evidence) []claims.Verdict { return ofLaws(Fits(paper.Ask(e, Invariances))) }

func ofLaws(fits []study.Part[Fit]) []claims.Verdict {
	return []claims.Verdict{
		claims.EveryWithin(paper.Sample("slope below", fits, SlopeBelow), -2.05, -1.95), claims.EveryWithin(paper.Sample("slope above", fits, SlopeAbove), 1.95, 2.05),
		claims.EveryAtMost(paper.Sample("trace off", fits, TraceOff), 1),
	}
}

func convolutionsToo(e *paper.Evidence) []claims.Verdict {
	fits := Fits(paper.Ask(e, Convolutions))
	normalized := func(r study.Part[Fit]) bool { return r.Origin().Experiment.Net.BatchNorm }
	plain := study.Where(fits, func(r study.Part[Fit]) bool { return !normalized(r) })
	return slices.Concat(ofFunction(plain), ofLaws(plain), ofNormalized(study.Where(fits, normalized)))
}

func madeSharp(e *paper.Evidence) []claims.Verdict {
	pairs := Exceeded(paper.Ask(e, Sharpened))
	return []claims.Verdict{
		claims.Above(paper.Sample("metric 2.1, log10 ratio", pairs, BoxExceeds), 0),
		claims.EveryWithin(paper.Sample("change of test accuracy", pairs, AccuracyChange), -0.05, 0.05),
		claims.EveryAtMost(paper.Sample("change of the relative sharpness", pairs, RelativeChange), 1),
	}
}

func normalizedLaws(e *paper.Evidence) []claims.Verdict {
	return ofNormalized(Fits(paper.Ask(e, Normalized)))
}

func ofNormalized(fits []study.Part[Fit]) []claims.Verdict {
	return []claims.Verdict{
		claims.EveryAtMost(paper.Sample("outputs", fits, LogitsChange), 1e-4), claims.EveryAtMost(paper.Sample("block's trace off", fits, BlockOff), 1),
	}
}

func descends(e *paper.Evidence) []claims.Verdict {
	runs := e.Runs(paper.Any, Descents)
	from := func(alpha string) claims.Sample {
		return paper.Sample("α = "+alpha, study.With(runs, StartedFrom, alpha), FirstDistance)
	}
	return []claims.Verdict{claims.Above(claims.LogRatio(from("1"), from("0.1")), 1)}
}

func sameSurface(e *paper.Evidence) []claims.Verdict {
	moves := Moves(paper.Ask(e, Lines))
	in := func(direction string) claims.Sample {
		return paper.Sample(direction, study.With(moves, MovedIn, direction), MovedBy)
	}
	return []claims.Verdict{claims.EveryAtMost(in(FilterNormalized), 0.1), claims.EveryAtLeast(in(Raw), 10)}
}
