package claims

import (
	"fmt"
	"math"
)

// Correlation is how far two numbers go up and down together, by rank.
type Correlation struct {
	Tau       float64 // Kendall's tau-b, -1 to 1
	Low, High float64 // its 95% interval; not a number of fewer than 10 pairs
	N         int     // pairs
}

// Kendall returns Kendall's tau-b of the pairs x[i], y[i], in which ties count for neither (Kendall 1945). The interval is by Fisher's transformation
// with the variance 0.437/(n-4) (Fieller, Hartley and Pearson 1957), for pairs that do not depend on each other: runs that differ in their seed alone
// do, so take their mean. It fails where there are fewer than 2 pairs, a number is not finite, or all of x or of y are equal.
func Kendall(x, y []float64) (Correlation, error) {
	n := len(x)
	if n < 2 || n != len(y) {
		return Correlation{}, fmt.Errorf("claims: %d and %d numbers: give as many of each, 2 at least", n, len(y))
	}
	var sum, xs, ys float64 // of signs; pairs that are not tied
	for i := range n {
		if math.IsNaN(x[i]+y[i]) || math.IsInf(x[i]+y[i], 0) {
			return Correlation{}, fmt.Errorf("claims: pair %d is %g and %g: leave out what is not finite", i, x[i], y[i])
		}
		for j := range i {
			a, b := sign(x[i]-x[j]), sign(y[i]-y[j])
			sum, xs, ys = sum+a*b, xs+a*a, ys+b*b
		}
	}
	if xs == 0 || ys == 0 {
		return Correlation{}, fmt.Errorf("claims: %d numbers that are all equal have no rank: leave the measure out", n)
	}
	c := Correlation{sum / math.Sqrt(xs*ys), math.NaN(), math.NaN(), n}
	if n >= 10 {
		z, half := math.Atanh(c.Tau), 1.959964*math.Sqrt(0.437/float64(n-4))
		c.Low, c.High = math.Tanh(z-half), math.Tanh(z+half)
	}
	return c, nil
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
