package probe

import (
	"fmt"
	"math"
	"slices"
)

// Gini is the Gini coefficient of n values of at least 0, for values in ascending order
//
//	Σ_i (2i - n - 1) x_i / (n Σ_i x_i)
//
// which is 0 where all are equal, and (n-1)/n where one has everything. Arpit et al. 2017 (section 3.2) take that of the loss sensitivities. It
// fails where there is no value, where one is negative or not finite, and where all are 0, so that there is nothing to share.
func Gini(values []float64) (float64, error) {
	n, sum, weighted := float64(len(values)), 0.0, 0.0
	for i, x := range slices.Sorted(slices.Values(values)) {
		if !(x >= 0) || math.IsInf(x, 1) {
			return 0, fmt.Errorf("probe: the Gini coefficient of a value of %g: each must be finite and at least 0", x)
		}
		sum += x
		weighted += (2*float64(i+1) - n - 1) * x
	}
	if sum == 0 {
		return 0, fmt.Errorf("probe: the Gini coefficient of %d values whose sum is 0: at least one must be over 0", len(values))
	}
	return weighted / (n * sum), nil
}
