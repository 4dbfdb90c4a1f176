package probe_test

import (
	"math"
	"slices"
	"sort"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"rethinking/lib/probe"
)

// spread returns n different eigenvalues like those of a net: many about 0, and a few far off.
func spread(n int) (values []float64) {
	for i := range n {
		values = append(values, math.Pow(2*float64(i)/float64(n-1)-1, 3)+2*math.Pow(float64(i)/float64(n-1), 30))
	}
	return values
}

func density(t *testing.T, h probe.Operator, s uint64, vectors, steps int) probe.Spectrum {
	t.Helper()
	r, err := probe.Density(ctx, h, seed(s), probe.DensityOptions{Vectors: vectors, Steps: steps})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Nodes) != len(r.Weights) || !slices.IsSorted(r.Nodes) {
		t.Fatalf("%d weights for the nodes %v", len(r.Weights), r.Nodes)
	}
	if sum := floats.Sum(r.Weights); math.Abs(sum-1) > 1e-12 || floats.Min(r.Weights) < 0 {
		t.Errorf("the weights' sum is %.15g, the least %g", sum, floats.Min(r.Weights))
	}
	return r
}

// One step after another from the vectors that were drawn: with m steps, Σ wθᵏ is the mean of vᵀHᵏv up to k = 2m-1. Then it falls short,
// by the squared length of what of Hᵐv lies outside the space.
func TestDensityHasExactMoments(t *testing.T) {
	m := rotated(spread(40)...)
	for steps := 1; steps <= 6; steps++ {
		var vectors [][]float64
		s := density(t, recorder{m, &vectors}, 3, 4, steps)
		if len(vectors) != 4*steps || len(s.Nodes) != 4*steps {
			t.Fatalf("%d products, %d nodes of 4 vectors with %d steps", len(vectors), len(s.Nodes), steps)
		}
		for k := range 2*steps + 1 {
			var want float64
			for i := range 4 {
				v := vectors[i*steps]
				power := slices.Clone(v)
				for range k {
					power = product(t, m, power)
				}
				want += floats.Dot(v, power) / 4
			}
			var got float64
			for i, node := range s.Nodes {
				got += s.Weights[i] * math.Pow(node, float64(k))
			}
			short := (want - got) / math.Pow(3, float64(k))
			if k < 2*steps && math.Abs(short) > 1e-14 || k == 2*steps && short < 1e-12 {
				t.Errorf("%d steps, power %d: %.15g, want %.15g", steps, k, got, want)
			}
		}
	}
}

// All steps from one vector know the eigenvalues and the squares of its components along the eigenvectors. Few know the sum of these up
// to any λ to within the weight of a node next to it.
func TestDensityOfOneVector(t *testing.T) {
	m := rotated(spread(40)...)
	values, eigenvectors := decompose(t, m)
	var vectors [][]float64
	all := density(t, recorder{m, &vectors}, 5, 1, 1000)
	components := mat.NewVecDense(40, nil)
	components.MulVec(eigenvectors.T(), mat.NewVecDense(40, vectors[0]))
	squares := components.RawVector().Data
	floats.Mul(squares, squares)
	if !floats.EqualApprox(all.Nodes, values, 1e-9) || !floats.EqualApprox(all.Weights, squares, 1e-7) {
		t.Errorf("nodes %v, want %v; weights %v, want %v", all.Nodes, values, all.Weights, squares)
	}
	few := density(t, m, 5, 1, 12)
	for lambda := -1.1; lambda < 3.1; lambda += 0.0123 {
		i := sort.SearchFloat64s(few.Nodes, lambda)
		bound := slices.Max(slices.Concat(few.Weights[max(i-1, 0):i], few.Weights[i:min(i+1, 12)]))
		want := floats.Sum(squares[:sort.SearchFloat64s(values, lambda)])
		if got := few.Below(lambda); math.Abs(got-want) > bound+1e-9 {
			t.Errorf("a weight of %g lies below %g, want %g give or take %g", got, lambda, want, bound)
		}
	}
}

// checkShares holds the share of eigenvalues below the middle of each gap against the count, give or take four standard deviations. The
// spectrum is that of all steps.
func checkShares(t *testing.T, s probe.Spectrum, values []float64, vectors int) {
	t.Helper()
	n := float64(len(values))
	for i := range len(values) - 1 {
		p, middle := float64(i+1)/n, (values[i]+values[i+1])/2
		sd := math.Sqrt(2 * p * (1 - p) / (n + 2) / float64(vectors))
		if got := s.Below(middle); values[i+1]-values[i] > 1e-9 && math.Abs(got-p) > 4*sd {
			t.Errorf("a share of %g below %g, want %g give or take %g", got, middle, p, sd)
		}
	}
}

func TestDensityOfAllSteps(t *testing.T) {
	values := spread(40)
	s := density(t, rotated(values...), 1, 200, 40)
	checkShares(t, s, values, 200)
	for lambda, want := range map[float64]float64{math.Inf(-1): 0, -1.01: 0, 3.01: 1, math.Inf(1): 1} {
		if got := s.Below(lambda); math.Abs(got-want) > 1e-12 {
			t.Errorf("a share of %g below %g", got, lambda)
		}
	}
	if s.Below(s.Nodes[0]) != 0 {
		t.Error("a node lies below itself")
	}
}

// The standard deviation of a share that one vector gives.
func TestDensityVaries(t *testing.T) {
	m, shares := rotated(spread(10)...), make([]float64, 2000)
	for _, c := range []struct{ lambda, share float64 }{{0, 0.5}, {2, 0.9}} {
		for i := range shares {
			shares[i] = density(t, m, uint64(i), 1, 10).Below(c.lambda)
		}
		mean, sd := stat.MeanStdDev(shares, nil)
		want := math.Sqrt(2 * c.share * (1 - c.share) / 12)
		if math.Abs(mean-c.share) > 4*want/math.Sqrt(2000) || math.Abs(sd/want-1) > 0.08 {
			t.Errorf("a share of %g ± %g below %g, want %g ± %g", mean, sd, c.lambda, c.share, want)
		}
	}
}

// A space that is exhausted early has exact nodes, and the zero value of the options works.
func TestDensityEndsEarly(t *testing.T) {
	s, err := probe.Density(ctx, rotated(-3, 2, 2, 2, -3), seed(2), probe.DensityOptions{})
	if err != nil || !floats.EqualApprox(s.Nodes, []float64{-3, -3, -3, 2, 2, 2}, 1e-12) {
		t.Errorf("nodes %v, error %v", s.Nodes, err)
	}
	for _, value := range []float64{0, 2} {
		s := density(t, rotated(value, value, value, value), 2, 1, 10)
		if len(s.Nodes) != 1 || math.Abs(s.Nodes[0]-value) > 1e-12 || math.Abs(s.Weights[0]-1) > 1e-12 {
			t.Errorf("%g alone: nodes %v, weights %v", value, s.Nodes, s.Weights)
		}
	}
}

// Against all eigenvalues of a net's Hessian: few steps from one vector know those far off the rest, all steps from many the shares.
func TestDensityOfALoss(t *testing.T) {
	l := newProblem(t, tiny, 30, 1).loss(t, openBackend(t, "xla:cpu"), probe.Options{DType: dtypes.Float64})
	values, _ := decompose(t, hessian(t, l))
	few := density(t, l, 1, 1, 15)
	if !floats.EqualApprox(few.Nodes[12:], values[56:], 1e-4) {
		t.Errorf("the largest nodes are %g, want %g", few.Nodes[12:], values[56:])
	}
	checkShares(t, density(t, l, 1, 20, 59), values, 20)
}
