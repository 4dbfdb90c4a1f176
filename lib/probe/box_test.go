package probe_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func sharpness(t testing.TB, f probe.Gradients, x []float64, o probe.BoxOptions) probe.BoxResult {
	t.Helper()
	r, err := probe.BoxSharpness(ctx, f, x, source(3), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Of the quadratic Σ (i+1) (x[i] + z[i])²/2 the maximum over the box is at the corner away from its minimum at x = 0, and that is found: from x, from a
// random point, and where x is the minimum itself, though there only from a random point.
func TestBoxSharpnessOfAQuadratic(t *testing.T) {
	for _, x := range [][]float64{{0.5, -2, 3, 0.1}, {0, 0, 0, 0}} {
		centre := floats.ScaleTo(make([]float64, 4), -1, x)
		loss, highest := 0., 0.
		for i, c := range x {
			half := 0.5 * (math.Abs(c) + 1)
			loss, highest = loss+float64(i+1)*c*c/2, highest+float64(i+1)*math.Pow(math.Abs(c)+half, 2)/2
		}
		for _, start := range []probe.BoxStart{probe.FromRandom, probe.FromCentre} {
			o := probe.BoxOptions{Epsilon: 0.5, Start: start, Iterations: 50}
			r := sharpness(t, &formula{n: 4, of: parabola(1, centre)}, x, o)
			if loss == 0 && start == probe.FromCentre {
				if r.Sharpness != 0 || r.Iterations != 0 || !r.BelowPrecision {
					t.Errorf("from the minimum: %+v", r)
				}
				continue
			}
			if want := 100 * (highest - loss) / (1 + loss); math.Abs(r.Sharpness-want) > 1e-9*want || r.AtBound != 4 || r.Dimensions != 4 || math.Abs(r.Loss-loss) > 1e-12 {
				t.Errorf("x %v, start %q: %+v, want %g", x, start, r, want)
			}
		}
	}
}

// drawn is A with columns of a kind, drawn as BoxSharpness does.
func drawn(n, p int, columns probe.Columns) *mat.Dense {
	rng, a := source(3), mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			a.Set(i, j, rng.NormFloat64())
		}
	}
	switch columns {
	case probe.UnitColumns:
		for j := range p {
			c := mat.Col(nil, j, a)
			floats.Scale(1/floats.Norm(c, 2), c)
			a.SetCol(j, c)
		}
	case probe.Orthonormal: // by Gram and Schmidt's method, twice
		for range 2 {
			for j := range p {
				c := mat.Col(nil, j, a)
				for k := range j {
					before := mat.Col(nil, k, a)
					floats.AddScaled(c, -floats.Dot(before, c), before)
				}
				floats.Scale(1/floats.Norm(c, 2), c)
				a.SetCol(j, c)
			}
		}
	}
	return a
}

// In a random subspace a linear function, whose value at x is 1, rises by Σ |Aᵀw|_i ε (|A⁺x|_i + 1): with A⁺ by gonum's singular value decomposition.
func TestBoxSharpnessInASubspace(t *testing.T) {
	const n, p, epsilon = 40, 6, 0.01
	x, w := direction(n), filled(n, func(i int) float64 { return math.Sin(float64(i)) })
	for _, columns := range []probe.Columns{probe.Gaussian, probe.UnitColumns, probe.Orthonormal} {
		a := drawn(n, p, columns)
		var svd mat.SVD
		var inverse, slope mat.VecDense
		if !svd.Factorize(a, mat.SVDThin) {
			t.Fatal("no singular values")
		}
		svd.SolveVecTo(&inverse, mat.NewVecDense(n, x), p)
		slope.MulVec(a.T(), mat.NewVecDense(n, w))
		want := 0.
		for i := range p {
			want += 100 * math.Abs(slope.AtVec(i)) * epsilon * (math.Abs(inverse.AtVec(i)) + 1) / 2
		}
		f := &formula{n: n, of: func(dst, z []float64) float64 { copy(dst, w); return 1 + floats.Dot(w, z) }}
		r := sharpness(t, f, x, probe.BoxOptions{Epsilon: epsilon, Subspace: p, Columns: columns, Iterations: 100})
		if math.Abs(r.Sharpness/want-1) > 1e-9 || r.AtBound != p || r.Dimensions != p {
			t.Errorf("columns %q: %+v, want %g", columns, r, want)
		}
	}
}

// trainedProblem is a net whose weights have come nearer to a minimum by a hundred steps of gradient descent.
func trainedProblem(t *testing.T) problem {
	t.Helper()
	p := newProblem(t, nets.Architecture{Kind: "mlp", Hidden: []int{16}, Height: 1, Width: 6, Channels: 1, Classes: 4}, 100, 3)
	l := p.loss(t, openBackend(t, "go"), probe.Options{DType: dtypes.Float64})
	for range 100 {
		g := gradient(t, l)
		for _, part := range l.Parts() {
			for i := range p.variables[part.Path] {
				p.variables[part.Path][i] -= float32(0.3 * g[part.From+i])
			}
		}
		if err := l.SetVariables(p.variables); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// A net's sharpness is the same on XLA in float32, on XLA in float64 and on the Go backend; and no random point of the box is higher, of a hundred.
func TestBoxSharpnessOfANet(t *testing.T) {
	p := trainedProblem(t)
	xla, plain := openBackend(t, "xla:cpu"), openBackend(t, "go")
	for _, o := range []probe.BoxOptions{
		{Epsilon: 1e-3}, {Epsilon: 1e-3, Start: probe.FromCentre}, {Epsilon: 1e-2}, {Epsilon: 1e-3, Subspace: 10},
		{Epsilon: 1e-2, Subspace: 10, Columns: probe.UnitColumns}, {Epsilon: 1e-2, Subspace: 10, Columns: probe.Orthonormal},
	} {
		exact := p.loss(t, xla, probe.Options{DType: dtypes.Float64})
		want := sharpness(t, exact, exact.Weights(), o)
		if want.BelowPrecision || want.Sharpness <= 0 || want.Iterations == 0 {
			t.Errorf("%+v: %+v", o, want)
		}
		for name, l := range map[string]*probe.Loss{"xla float32": p.loss(t, xla, probe.Options{}), "go float64": p.loss(t, plain, probe.Options{DType: dtypes.Float64})} {
			if name == "xla float32" && o.Columns != probe.Gaussian {
				continue // the box is so small that steps rise by less than float32 tells, and end early
			}
			tolerance := map[string]float64{"xla float32": 1e-3, "go float64": 1e-9}[name]
			if got := sharpness(t, l, l.Weights(), o); math.Abs(got.Sharpness/want.Sharpness-1) > tolerance {
				t.Errorf("%+v on %s: %+v, want %+v", o, name, got, want)
			}
		}
		if o.Subspace > 0 {
			continue
		}
		rng, g := source(4), make([]float64, exact.Len())
		for range 100 {
			z := filled(exact.Len(), func(i int) float64 { return o.Epsilon * (math.Abs(exact.Weights()[i]) + 1) * (2*rng.Float64() - 1) })
			if f, err := exact.GradientAt(ctx, g, z, 1); err != nil || f > want.Highest {
				t.Fatalf("%+v: a random point has %g, the maximum is %g, error %v", o, f, want.Highest, err)
			}
		}
	}
}

// A saturated net has no sharpness in float32, where its loss and its gradients are rounded away; in float64 it has.
func TestBoxSharpnessBelowPrecision(t *testing.T) {
	p := trainedProblem(t)
	p.labels = predicted(t, p)
	backend := openBackend(t, "xla:cpu")
	double := p.loss(t, backend, probe.Options{DType: dtypes.Float64})
	for value(t, double) > 1e-8 {
		for _, part := range double.Parts()[2:] {
			scale(p.variables[part.Path], 1.3)
		}
		if err := double.SetVariables(p.variables); err != nil {
			t.Fatal(err)
		}
	}
	single, o := p.loss(t, backend, probe.Options{}), probe.BoxOptions{Epsilon: 1e-3}
	if r := sharpness(t, single, single.Weights(), o); !r.BelowPrecision {
		t.Errorf("float32: %+v", r)
	}
	o.Least = 1e-12
	if r := sharpness(t, double, double.Weights(), o); r.BelowPrecision || r.Sharpness <= 0 {
		t.Errorf("float64: %+v", r)
	}
}

// scale multiplies values by c.
func scale(values []float32, c float32) {
	for i := range values {
		values[i] *= c
	}
}

func predicted(t *testing.T, p problem) []uint8 {
	t.Helper()
	c, err := probe.NewClassifier(openBackend(t, "go"), p.net, p.variables)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	classes, err := c.Predict(ctx, p.x)
	if err != nil {
		t.Fatal(err)
	}
	return classes
}

func TestBoxSharpnessErrors(t *testing.T) {
	f := &formula{n: 3, of: parabola(1, make([]float64, 3))}
	for want, o := range map[string]probe.BoxOptions{
		"epsilon 0":            {},
		"1 to 3":               {Epsilon: 1, Subspace: 4},
		`columns "straight"`:   {Epsilon: 1, Subspace: 2, Columns: "straight"},
		"of no subspace":       {Epsilon: 1, Columns: probe.UnitColumns},
		`start "here"`:         {Epsilon: 1, Start: "here"},
		"none may be negative": {Epsilon: 1, Iterations: -1},
	} {
		if _, err := probe.BoxSharpness(ctx, f, make([]float64, 3), source(1), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", o, err, want)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	l := newProblem(t, tiny, 5, 1).loss(t, openBackend(t, "go"), probe.Options{})
	if _, err := probe.BoxSharpness(ended, l, l.Weights(), source(1), probe.BoxOptions{Epsilon: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// bowl is a loss that is known by its gradients: the sum of the squares of its two weights, which are 3 and 4.
type bowl struct{}

func (bowl) Len() int { return 2 }

func (bowl) GradientAt(_ context.Context, dst, direction []float64, step float64) (float64, error) {
	a, b := 3+step*direction[0], 4+step*direction[1]
	dst[0], dst[1] = 2*a, 2*b
	return a*a + b*b, nil
}

// The box goes ε (|w| + 1) to each side of a weight w: by 0.04 and 0.05 here, to 3.04² + 4.05².
func ExampleBoxSharpness() {
	r, err := probe.BoxSharpness(context.Background(), bowl{}, []float64{3, 4}, rand.New(rand.NewPCG(1, 1)), probe.BoxOptions{Epsilon: 0.01})
	if err != nil {
		panic(err)
	}
	fmt.Printf("loss %.4f, highest %.4f in the box: sharpness %.3f%%, %d of %d at a bound\n", r.Loss, r.Highest, r.Sharpness, r.AtBound, r.Dimensions)
	// Output: loss 25.0000, highest 25.6441 in the box: sharpness 2.477%, 2 of 2 at a bound
}
