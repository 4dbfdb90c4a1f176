package zhang2017

import (
	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// onClosedForms are claims Z7 to Z10, of sections 4 and 5.
var onClosedForms = []paper.Claim{
	{
		ID: "Z9", Source: "theorem 1", Page: "03-linear-and-expressivity", Anchor: "a-network-for-any-labels-theorem-1", Judge: theoremHolds,
		Says:   "A network with 2n+d weights returns any labels of n points",
		Tested: "train accuracy 100% on random labels and a largest residual below 10⁻⁶, for all points, n and seeds, with 2n+d weights each",
	},
	{
		ID: "Z10", Source: "section 5", Page: "03-linear-and-expressivity", Anchor: "where-descent-ends-section-5", Judge: descentEndsAtSmallestNorm,
		Says:   "SGD on a linear model, from zero, stays in the span of the inputs and ends at the fit of smallest norm",
		Tested: "relative distance below 10⁻⁶ after the last epoch, in every run from zero; from elsewhere above 0.1",
	},
	{
		ID: "Z7", Source: "section 5, table 3", Page: "03-linear-and-expressivity", Anchor: "kernels-that-interpolate-table-3", Needs: study.Standard, From: 2, Judge: regularizationDoesNotHelp,
		Says:   "A kernel that interpolates MNIST errs on 1.2% of the test set, with Gabor wavelets on 0.6%; adding regularization improves neither",
		Tested: "no λ lowers the test error on digits by more than 0.2 points; on pixels, where all 60,000 are fitted, it is 1.0 to 1.4%",
	},
	{
		ID: "Z8", Source: "section 5", Page: "03-linear-and-expressivity", Anchor: "kernels-that-interpolate-table-3", From: 2, Judge: normMisleads,
		Says:   "Smallest norm does not predict generalization: with Gabor wavelets the error is smaller and the norm larger (0.6% and 390; 1.2% and 220)",
		Tested: "on digits, without regularization: the error with wavelets is below that on pixels, and the norm above",
	},
}

func theoremHolds(e *paper.Evidence) []claims.Verdict {
	all := paper.Ask(e, Theorem1)
	excess := study.Quantity("", "", func(m Memorized) float64 { return float64(m.Weights - 2*m.N - m.Dim) })
	return []claims.Verdict{
		claims.EveryAtLeast(paper.Sample("train accuracy", all, MemorizedTrain), 100),
		claims.EveryAtMost(paper.Sample("residual", all, LargestResidual), 1e-6),
		claims.EveryWithin(paper.Sample("weights beside 2n+d", all, excess), 0, 0)}
}

type descended = study.Answered[Descending, Descended]

func descentEndsAtSmallestNorm(e *paper.Evidence) []claims.Verdict {
	all := paper.Ask(e, Descents)
	zero := study.Where(all, func(d descended) bool { return d.Question.Start == 0 })
	elsewhere := study.Where(all, func(d descended) bool { return d.Question.Start != 0 })
	return []claims.Verdict{
		claims.EveryAtMost(paper.Sample("distance from zero", zero, EndDistance), 1e-6),
		claims.EveryAtLeast(paper.Sample("distance from elsewhere", elsewhere, EndDistance), 0.1)}
}

// interpolated are table 3's answers, each under its question.
func interpolated(e *paper.Evidence) map[Kernel]Interpolated {
	answers := map[Kernel]Interpolated{}
	for _, a := range paper.Ask(e, Table3) {
		answers[a.Question] = a.Answer
	}
	return answers
}

func regularizationDoesNotHelp(e *paper.Evidence) []claims.Verdict {
	answers, gain := interpolated(e), claims.Sample{Name: "points that λ gains", Unit: "points"}
	for k, regularized := range answers {
		k.Lambda = 0
		if plain, ok := answers[k]; ok && k.Data.Name == "mnist" && regularized.Lambda > 0 {
			gain.Values = append(gain.Values, plain.TestError-regularized.TestError)
		}
	}
	parts := []claims.Verdict{claims.EveryAtMost(gain, 0.2)}
	whole := Kernel{Points: Points{Data: study.Data{Name: "mnist"}, Seed: 1}, Features: Pixels, Bandwidth: bandwidths[Pixels]}
	if of, ok := answers[whole]; ok {
		percent := claims.Sample{Name: "error of all digits' pixels", Unit: "%", Values: []float64{of.TestError}}
		parts = append(parts, claims.EveryWithin(percent, 1.0, 1.4))
	}
	return parts
}

// normMisleads judges that of two kernels that interpolate, the one with the smaller error may have the larger norm.
func normMisleads(e *paper.Evidence) []claims.Verdict {
	errors, norms := claims.Sample{Name: "error on pixels less that with wavelets", Unit: "points"}, claims.Sample{Name: "norm with wavelets over that on pixels"}
	answers := interpolated(e)
	for k, gabor := range answers {
		k.Features, k.Bandwidth = Pixels, bandwidths[Pixels]
		if pixels, ok := answers[k]; ok && gabor.Features == Gabor && k.Lambda == 0 {
			errors.Values = append(errors.Values, pixels.TestError-gabor.TestError)
			norms.Values = append(norms.Values, gabor.Norm/pixels.Norm)
		}
	}
	return []claims.Verdict{claims.EveryAtLeast(errors, 0.01), claims.EveryAtLeast(norms, 1.01)}
}
