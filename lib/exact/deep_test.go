package exact_test

import (
	"math"
	"slices"
	"testing"

	"github.com/janpfeifer/must"

	"rethinking/lib/exact"
)

// The same function as a network of any depth: on the inputs it was fitted to, and on others on both sides of them.
func TestDeep(t *testing.T) {
	for _, s := range []struct{ n, dim, outputs, depth int }{
		{1, 1, 1, 3}, {2, 1, 1, 4}, {10, 3, 1, 12}, {97, 8, 1, 3}, {97, 8, 3, 4}, {100, 8, 1, 7}, {300, 1, 10, 10}, {1000, 20, 1, 33},
	} {
		r := rng(uint64(s.n))
		x, y := normal(s.n*s.dim, r), targets(s.n*s.outputs, r)
		c := must.M1(exact.Memorize(ctx, x, s.dim, y, s.outputs, r))
		deep := must.M1(c.Deep(s.depth))
		if got := exact.Residual(must.M1(deep.Evaluate(ctx, x)), y); !(got < 1e-6) {
			t.Errorf("%+v: residual %g", s, got)
		}
		others := normal(700*s.dim, r)
		for i := range others {
			others[i] *= 2
		}
		want := must.M1(c.Evaluate(ctx, others))
		scale := 1.0
		for _, v := range want {
			scale = max(scale, math.Abs(v))
		}
		if got := exact.Residual(must.M1(deep.Evaluate(ctx, others)), want); !(got < 1e-8*scale) {
			t.Errorf("%+v: on other inputs it differs by %g of %g", s, got, scale)
		}
	}
}

// Width O(n/depth), O(n+d) weights that are not zero: d and -b_1; for each unit a one and, but for the first, a bias; its weight for each output,
// twice where the next layer is hidden; and what passes u and the sums on. Stored, as dense layers, they are more.
func TestDeepSize(t *testing.T) {
	const n, dim = 1000, 50
	r := rng(1)
	x, y := normal(n*dim, r), targets(n, r)
	c := must.M1(exact.Memorize(ctx, x, dim, y, 1, r))
	for _, depth := range []int{3, 4, 7, 12, 52, 1002} {
		deep, blocks := must.M1(c.Deep(depth)), depth-2
		if len(deep) != depth {
			t.Errorf("depth %d has %d layers", depth, len(deep))
		}
		if widths, limit := deep.Widths(), (n+blocks-1)/blocks+3; widths[0] != 1 || slices.Max(widths) > limit {
			t.Errorf("depth %d: widths %v, want 1 and at most %d", depth, widths, limit)
		}
		stored, nonzero := deep.Weights()
		last := n - (blocks-1)*n/blocks // the units of the last block, whose weights are in one place
		// each block passes on u; each but the first, a sum as two parts, with two weights each; the last layer reads two
		want := dim + 1 + n + (n - 1) + 2*n - last + blocks + 4*(blocks-1) + 2
		if nonzero != want {
			t.Errorf("depth %d: %d weights are not zero, want %d", depth, nonzero, want)
		}
		if nonzero > 4*n+dim+5*depth {
			t.Errorf("depth %d: %d weights are not O(n+d)", depth, nonzero)
		}
		width := (n+blocks-1)/blocks + 3
		if limit := dim + 1 + 2*width + (blocks-1)*width*(width+1) + width + 1; stored > limit {
			t.Errorf("depth %d: %d weights stored, want at most %d", depth, stored, limit)
		}
		t.Logf("depth %d: width %d, %d weights, %d not zero, residual %.0e", depth, slices.Max(deep.Widths()), stored, nonzero,
			exact.Residual(must.M1(deep.Evaluate(ctx, x)), y))
	}
}

func TestDeepErrors(t *testing.T) {
	c := must.M1(exact.Memorize(ctx, []float32{1, 2, 3}, 1, []float64{1, 2, 3}, 1, rng(1)))
	for _, depth := range []int{-1, 2, 6} {
		_, err := c.Deep(depth)
		fails(t, err, "of a network of 3 hidden units: use 3 to 5")
	}
	_, err := must.M1(c.Deep(5)).Evaluate(ctx, []float32{float32(math.Inf(1))})
	fails(t, err, "value 0 of input 0 is +Inf")
}
