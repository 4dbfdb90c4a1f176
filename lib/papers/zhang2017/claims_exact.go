package zhang2017

import (
	"slices"

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
		ID: "Z7a", Source: "section 5, table 3", Page: "03-linear-and-expressivity", Anchor: "kernels-that-interpolate-table-3", From: 4, Judge: regularizationDoesNotHelp,
		Says:   "Adding regularization does not improve a kernel that interpolates MNIST, on pixels or on Gabor wavelets",
		Tested: "on a subset of the digits: with λ = 0.01 the test error is at most 0.2 points lower, on either",
	},
	{
		ID: "Z7b", Source: "section 5, table 3", Page: "03-linear-and-expressivity", Anchor: "kernels-that-interpolate-table-3", Needs: study.Standard, From: 2, Judge: errsAsPublished,
		Says:   "A kernel that interpolates all of MNIST errs on 1.2% of the test set",
		Tested: "on pixels of all 60,000 digits, without regularization: 1.0 to 1.4%",
	},
	{
		ID: "Z8", Source: "section 5", Page: "03-linear-and-expressivity", Anchor: "an-interpolant-is-not-enough-section-5", From: 4, Judge: normMisleads,
		Says:   "Smallest norm does not predict generalization: with Gabor wavelets the error is smaller and the norm larger (0.6% and 390; 1.2% and 220)",
		Tested: "on a subset of the digits, without regularization: the error with wavelets is below that on pixels, and the norm above",
	},
	{
		ID: "Z11", Source: "not in the paper, beside section 5", Page: "03-linear-and-expressivity", Anchor: "an-interpolant-is-not-enough-section-5", From: 4, Judge: interpolatesInVain,
		Says:   "That it interpolates does not make a function generalize: of a kernel's interpolants there are such that err on most new examples",
		Tested: "on a subset of the digits, on pixels, with wrong labels of twice as many others fitted too: train error 0 in every run; mean test error > 50%",
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

// kernels are those that see some features and meet a condition.
func kernels(all []interpolated, f Features, which func(Kernel) bool) []interpolated {
	return study.Where(all, func(a interpolated) bool { return a.Question.Features == f && which(a.Question) })
}

type interpolated = study.Answered[Kernel, Interpolated]

func plain(k Kernel) bool   { return k.Lambda == 0 && k.Wrong == 0 }
func ridged(k Kernel) bool  { return k.Lambda > 0 }
func spoiled(k Kernel) bool { return k.Wrong > 0 }

func regularizationDoesNotHelp(e *paper.Evidence) (parts []claims.Verdict) {
	all := paper.Ask(e, Interpolants)
	for _, f := range []Features{Pixels, Gabor} {
		with := paper.Sample(string(f)+", λ = 0.01", kernels(all, f, ridged), KernelTestError)
		parts = append(parts, claims.Less(paper.Sample(string(f), kernels(all, f, plain), KernelTestError), with, -0.2))
	}
	return parts
}

func errsAsPublished(e *paper.Evidence) []claims.Verdict {
	whole := func(scale study.Scale) []Kernel {
		return slices.DeleteFunc(Table3(scale), func(k Kernel) bool {
			return k.Data != study.Data{Name: "mnist"} || k.Features != Pixels || k.Lambda > 0
		})
	}
	return []claims.Verdict{claims.EveryWithin(paper.Sample("error of all digits' pixels", paper.Ask(e, whole), KernelTestError), 1.0, 1.4)}
}

// normMisleads judges that of two kernels that interpolate, the one with the smaller error may have the larger norm.
func normMisleads(e *paper.Evidence) []claims.Verdict {
	all := paper.Ask(e, Interpolants)
	of := func(f Features, s study.Statistic) claims.Sample {
		return paper.Sample(string(f), kernels(all, f, plain), s)
	}
	return []claims.Verdict{
		claims.Less(of(Gabor, KernelTestError), of(Pixels, KernelTestError), 0),
		claims.Less(of(Pixels, KernelNorm), of(Gabor, KernelNorm), 0),
	}
}

func interpolatesInVain(e *paper.Evidence) []claims.Verdict {
	all := paper.Ask(e, Interpolants)
	of := func(s study.Statistic) claims.Sample { return paper.Sample(s.Name, kernels(all, Pixels, spoiled), s) }
	return []claims.Verdict{claims.EveryAtMost(of(KernelTrainError), 0), claims.Above(of(KernelTestError), 50)}
}
