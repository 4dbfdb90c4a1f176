package claims_test

import (
	"fmt"

	"rethinking/lib/claims"
)

// Two samples of the same seeds: is the mean of one below that of the other?
func ExampleLess() {
	seeds := []int64{1, 2, 3}
	real := claims.Sample{Name: "real", Unit: "epochs", Values: []float64{30, 32, 31}, Seeds: seeds}
	random := claims.Sample{Name: "random labels", Unit: "epochs", Values: []float64{61, 66, 64}, Seeds: seeds}
	v := claims.Less(real, random, 0)
	fmt.Printf("%s, of %d runs: %s\n", v.Outcome, v.N, v.Statistic)
	// Output: reproduced, of 6 runs: real 31 epochs (3 runs), random labels 63.67 epochs (3 runs); difference 32.67 epochs, 95% interval 28.87 to 36.46 (paired)
}
