package zhang2017

import (
	"context"

	"rethinking/lib/claims"
	"rethinking/lib/papers/evidence"
	"rethinking/lib/study"
)

// ClaimsOnClosedForms judges claims Z7 to Z9, and where descent ends, of sections 4 and 5.
func ClaimsOnClosedForms(ctx context.Context, lab *study.Lab, scale study.Scale) ([]claims.Judged, error) {
	e := judge{evidence.Evidence{Ctx: ctx, Lab: lab, Scale: scale}}
	return e.Judge(e.theorem, e.descent, e.regularizationDoesNotHelp, e.normMisleads)
}

// theorem judges theorem 1's network.
func (e judge) theorem() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z9", Source: "theorem 1", Figure: "#a-network-for-any-labels-theorem-1",
		Says:   "A network with 2n+d weights returns any labels of n points",
		Tested: "train accuracy 100% on random labels and a largest residual below 10⁻⁶, for all points, n and seeds, with 2n+d weights each",
	}
	all, err := Memorize(e.Ctx, e.Lab, Theorem1(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	fitted, residual, excess := claims.Sample{Name: "train accuracy", Unit: "%"}, claims.Sample{Name: "residual"}, claims.Sample{Name: "weights beside 2n+d"}
	for _, m := range all {
		fitted.Values, residual.Values = append(fitted.Values, m.TrainAccuracy), append(residual.Values, m.Residual)
		excess.Values = append(excess.Values, float64(m.Weights-2*m.N-m.Dim))
	}
	return claim.Judge(claims.EveryAtLeast(fitted, 100), claims.EveryAtMost(residual, 1e-6), claims.EveryWithin(excess, 0, 0)), nil
}

// descent judges where SGD from zero ends.
func (e judge) descent() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "section 5", Source: "section 5", Figure: "#where-descent-ends-section-5",
		Says:   "SGD on a linear model, from zero, stays in the span of the inputs and ends at the fit of smallest norm",
		Tested: "relative distance below 10⁻⁶ after the last epoch, in every run from zero; from elsewhere above 0.1",
	}
	all, err := Descend(e.Ctx, e.Lab, Descents(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	zero, elsewhere := claims.Sample{Name: "distance from zero"}, claims.Sample{Name: "distance from elsewhere"}
	for _, d := range all {
		last := d.Distance[len(d.Distance)-1]
		if d.Start == 0 {
			zero.Values = append(zero.Values, last)
		} else {
			elsewhere.Values = append(elsewhere.Values, last)
		}
	}
	return claim.Judge(claims.EveryAtMost(zero, 1e-6), claims.EveryAtLeast(elsewhere, 0.1)), nil
}

// regularizationDoesNotHelp judges that lambda does not lower the error on MNIST.
func (e judge) regularizationDoesNotHelp() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z7", Source: "section 5, table 3", Figure: "#kernels-that-interpolate-table-3",
		Says:   "A kernel that interpolates MNIST errs on 1.2% of the test set, with Gabor wavelets on 0.6%; adding regularization improves neither",
		Tested: "no λ lowers the test error on digits by more than 0.2 points; on pixels, where all 60,000 are fitted, it is 1.0 to 1.4%",
	}
	all, err := Interpolate(e.Ctx, e.Lab, Table3(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	gain, whole := claims.Sample{Name: "points that λ gains", Unit: "points"}, claims.Sample{Name: "error of all digits' pixels", Unit: "%"}
	for _, k := range all {
		if k.Data.Name == "mnist" && k.Lambda > 0 {
			gain.Values = append(gain.Values, plain(all, k).TestError-k.TestError)
		}
		if k.Data == (study.Data{Name: "mnist"}) && k.Features == Pixels && k.Lambda == 0 {
			whole.Values = append(whole.Values, k.TestError)
		}
	}
	parts := []claims.Verdict{claims.EveryAtMost(gain, 0.2)}
	if len(whole.Values) > 0 {
		parts = append(parts, claims.EveryWithin(whole, 1.0, 1.4))
	}
	return claim.Judge(parts...), nil
}

// normMisleads judges that of two kernels that interpolate, the one with the smaller error may have the larger norm.
func (e judge) normMisleads() (claims.Judged, error) {
	claim := claims.Claim{
		ID: "Z8", Source: "section 5", Figure: "#kernels-that-interpolate-table-3",
		Says:   "Smallest norm does not predict generalization: with Gabor wavelets the error is smaller and the norm larger (0.6% and 390; 1.2% and 220)",
		Tested: "on digits, without regularization: the error with wavelets is below that on pixels, and the norm above",
	}
	all, err := Interpolate(e.Ctx, e.Lab, Table3(e.Scale))
	if err != nil {
		return claims.Judged{}, err
	}
	errors, norms := claims.Sample{Name: "error on pixels less that with wavelets", Unit: "points"}, claims.Sample{Name: "norm with wavelets over that on pixels"}
	for _, gabor := range all {
		if gabor.Features != Gabor || gabor.Lambda > 0 {
			continue
		}
		pixels := gabor.Kernel
		pixels.Features = Pixels
		for _, k := range all {
			if k.Data == pixels.Data && k.Features == Pixels && k.Lambda == 0 {
				errors.Values, norms.Values = append(errors.Values, k.TestError-gabor.TestError), append(norms.Values, gabor.Norm/k.Norm)
			}
		}
	}
	return claim.Judge(claims.EveryAtLeast(errors, 0.01), claims.EveryAtLeast(norms, 1.01)), nil
}

// plain is the answer for the same kernel without regularization.
func plain(all []Interpolated, of Interpolated) Interpolated {
	for _, k := range all {
		same := k.Kernel
		same.Lambda = of.Lambda
		if k.Lambda == 0 && same == of.Kernel {
			return k
		}
	}
	return Interpolated{}
}
