package claims_test

import (
	"math"
	"strings"
	"testing"

	"rethinking/lib/claims"
)

// The values are those of scipy.stats.kendalltau (SciPy 1.17.1), and of numpy for the interval.
func TestKendall(t *testing.T) {
	x := []float64{12, 2, 1, 12, 2, 5, 7, 7, 9, 3, 4, 11}
	y := []float64{1, 4, 7, 1, 0, 3, 3, 8, 2, 6, 5, 9}
	got, err := claims.Kendall(x, y)
	if err != nil {
		t.Fatal(err)
	}
	for i, pair := range [][2]float64{{got.Tau, -0.22047927592204922}, {got.Low, -0.5929752822349657}, {got.High, 0.22974742808875218}, {float64(got.N), 12}} {
		if math.Abs(pair[0]-pair[1]) > 1e-6 {
			t.Errorf("%d: %.9g, not %.9g", i, pair[0], pair[1])
		}
	}
	if few, err := claims.Kendall(x[:4], []float64{3, 2, 1, 4}); err != nil || math.Abs(few.Tau-0.9128709) > 1e-6 || !math.IsNaN(few.Low) {
		t.Errorf("%+v, error %v: no interval of four", few, err)
	}
	for want, numbers := range map[string][2][]float64{
		"1 and 1 numbers": {{1}, {1}}, "2 and 1 numbers": {{1, 2}, {1}}, "pair 1 is NaN": {{1, math.NaN()}, {1, 2}}, "all equal": {{1, 1}, {1, 2}},
	} {
		if _, err := claims.Kendall(numbers[0], numbers[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, not %q", err, want)
		}
	}
}
