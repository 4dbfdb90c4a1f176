package probe_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// arpit is the search of Arpit et al. with another radius.
func arpit(radius float64) probe.LASS {
	return probe.LASS{Radius: radius, Step: 0.25 / 0.3 * radius, Noise: 0.2 / 0.3 * radius}
}

func critical(t *testing.T, c *probe.Classifier, x []float32, seed uint64, o probe.LASS) []bool {
	t.Helper()
	found, err := c.Critical(ctx, x, rand.New(rand.NewPCG(seed, 0)), o)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func count(found []bool) (n int) {
	for _, f := range found {
		if f {
			n++
		}
	}
	return n
}

// line is a linear net of one input value and two classes, with the boundary at 0.
func line(x ...float32) problem {
	return problem{
		net:       nets.Architecture{Kind: "mlp", Height: 1, Width: 1, Channels: 1, Classes: 2},
		variables: map[string][]float32{"/logits/dense/weights": {-1, 1}, "/logits/dense/biases": {0, 0}},
		x:         x,
	}
}

// boundary returns how far an input of a linear net of two classes is from the boundary in its farthest value: |w·x + b| over the sum of |w|.
func (p problem) boundary(i int) float64 {
	z, sum := p.logits(p.input(i)), 0.
	for j := range p.dim() {
		sum += math.Abs(p.variable("/logits/dense/weights", 2*j+1) - p.variable("/logits/dense/weights", 2*j))
	}
	return math.Abs(z[1]-z[0]) / sum
}

// On a linear net of two classes an input is critical where the boundary is nearer than the radius. Without noise the search goes into the
// box's corner and finds all of them, also where the probabilities round to 0 and 1; with noise, to 0.96 of the way.
func TestCriticalLinear(t *testing.T) {
	const radius, n = 0.03, 1000
	p := newProblem(t, nets.Architecture{Kind: "mlp", Height: 28, Width: 28, Channels: 1, Classes: 2}, n, 1)
	c := p.classifier(t, openBackend(t, "xla:cpu"))
	for _, sure := range []float32{1, 1000} {
		for _, values := range p.variables {
			for i := range values {
				values[i] *= sure
			}
		}
		if err := c.SetVariables(p.variables); err != nil {
			t.Fatal(err)
		}
		quiet := arpit(radius)
		quiet.Noise = 0
		exact, noisy := critical(t, c, p.x, 1, quiet), critical(t, c, p.x, 1, arpit(radius))
		inside := 0
		for i := range exact {
			d := p.boundary(i) / radius
			if d < 1 {
				inside++
			}
			if math.Abs(d-1) > 1e-4 && exact[i] != (d < 1) {
				t.Errorf("weights times %g, input %d: the boundary is %g radii off, found without noise: %t", sure, i, d, exact[i])
			}
			if noisy[i] && d > 1 || !noisy[i] && d < 0.95 {
				t.Errorf("weights times %g, input %d: the boundary is %g radii off, found with noise: %t", sure, i, d, noisy[i])
			}
		}
		if inside < n/4 || inside > 3*n/4 {
			t.Errorf("%d of %d inputs are critical: the test does not tell them apart", inside, n)
		}
	}
}

// On a linear net of several classes a step of the radius goes to the corner of the box along which the probability of the class falls:
// where Σ p_j w_j - w_k says so, the probabilities p being those of the other classes among themselves.
func TestCriticalDirection(t *testing.T) {
	const radius, n = 0.3, 500
	p := newProblem(t, nets.Architecture{Kind: "mlp", Height: 1, Width: 6, Channels: 1, Classes: 4}, n, 1)
	found := critical(t, p.classifier(t, openBackend(t, "go")), p.x, 1, probe.LASS{Radius: radius, Step: radius, Iterations: 1})
	for i := range n {
		x := p.input(i)
		z := p.logits(x)
		own := floats.MaxIdx(z)
		z[own] = math.Inf(-1)
		all := floats.LogSumExp(z)
		for j := range x {
			slope := -p.variable("/logits/dense/weights", j*4+own)
			for class := range z {
				slope += math.Exp(z[class]-all) * p.variable("/logits/dense/weights", j*4+class)
			}
			x[j] += math.Copysign(radius, slope)
		}
		if want := floats.MaxIdx(p.logits(x)) != own; found[i] != want {
			t.Errorf("input %d is critical in the corner: %t, found: %t", i, want, found[i])
		}
	}
	if c := count(found); c < n/4 || c > 3*n/4 {
		t.Errorf("%d of %d inputs are critical: the test does not tell them apart", c, n)
	}
}

// On a net with two input values, against all points of a grid over the box: what is found is there, and nearly all of it is found.
func TestCriticalGrid(t *testing.T) {
	const radius, n = 0.1, 400
	p, there := newProblem(t, nets.Architecture{Kind: "mlp", Hidden: []int{20}, Height: 1, Width: 2, Channels: 1, Classes: 4}, n, 2), make([]bool, n)
	for i := range there {
		there[i] = p.grid(i, radius)
	}
	for _, config := range []string{"xla:cpu", "go"} {
		found := critical(t, p.classifier(t, openBackend(t, config)), p.x, 1, arpit(radius))
		for i := range found {
			if found[i] && !there[i] {
				t.Errorf("%s, input %d: found, but the grid has no other class", config, i)
			}
		}
		if a, b := count(found), count(there); b < 50 || float64(a) < 0.9*float64(b) {
			t.Errorf("%s: %d found of %d critical inputs", config, a, b)
		}
	}
}

// grid tells whether a point of a grid over the box around an input of two values is in another class than the input.
func (p problem) grid(i int, radius float64) bool {
	const points = 10
	x := p.input(i)
	own := floats.MaxIdx(p.logits(x))
	for a := -points; a <= points; a++ {
		for b := -points; b <= points; b++ {
			at := []float64{x[0] + radius*float64(a)/points, x[1] + radius*float64(b)/points}
			if floats.MaxIdx(p.logits(at)) != own {
				return true
			}
		}
	}
	return false
}

// On a convolutional net, against the corners of an input's box that lie nearest to other inputs, most of which it puts in another class.
func TestCriticalConvolutional(t *testing.T) {
	const radius, n = 0.12, 50
	p := convolutional(t, n)
	c := p.classifier(t, openBackend(t, "xla:cpu"))
	found, own, corners := critical(t, c, p.x, 1, arpit(radius)), predict(t, c, p.x), make([]bool, n)
	for shift := 1; shift < n; shift += 2 {
		x := slices.Clone(p.x)
		for i := range x {
			x[i] += float32(math.Copysign(radius, float64(p.x[(i+shift*p.dim())%len(x)]-x[i])))
		}
		for i, class := range predict(t, c, x) {
			corners[i] = corners[i] || class != own[i]
		}
	}
	for i := range found {
		if corners[i] && !found[i] {
			t.Errorf("input %d: a corner towards another input is critical, and the search found none", i)
		}
	}
	if a, b := count(found), count(corners); b == 0 || a <= b || a == n {
		t.Errorf("found %d by search and %d in corners of %d inputs: the test does not tell them apart", a, b, n)
	}
}

// A search takes as many steps as it may, each as long as it says, and stays in the box.
func TestCriticalSteps(t *testing.T) {
	p := line(0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, -0.35, -0.55)
	c := p.classifier(t, openBackend(t, "go"))
	for _, o := range []probe.LASS{
		{Radius: 10, Step: 0.1, Iterations: 1},
		{Radius: 10, Step: 0.1, Iterations: 5},
		{Radius: 0.3, Step: 0.1, Iterations: 5},
		{Radius: 0.3, Step: 10},
		{Radius: 10, Step: 0.04},
		{Radius: 0, Step: 1, Noise: 1},
	} {
		far := o.Radius
		if o.Iterations > 0 {
			far = min(far, o.Step*float64(o.Iterations))
		} else {
			far = min(far, o.Step*10) // the default
		}
		found := critical(t, c, p.x, 1, o)
		for i, x := range p.x {
			if want := math.Abs(float64(x)) < far; found[i] != want {
				t.Errorf("%+v: %g off the boundary, found: %t", o, math.Abs(float64(x)), found[i])
			}
		}
	}
}

// The noise alone has its standard deviation, and is every input's own.
func TestCriticalNoise(t *testing.T) {
	const n, distance, sd = 6000, 0.2, 0.1
	p := line(slices.Repeat([]float32{distance}, n)...)
	c := p.classifier(t, openBackend(t, "go"))
	share := float64(count(critical(t, c, p.x, 1, probe.LASS{Radius: 1, Noise: sd, Iterations: 1}))) / n
	want := distuv.UnitNormal.CDF(-distance / sd)
	if deviation := math.Sqrt(want * (1 - want) / n); math.Abs(share-want) > 4*deviation {
		t.Errorf("noise reaches the boundary of a share of %g, want %g within %g", share, want, deviation)
	}
}

// The same bytes from the same generator; others from another. The first inputs do not depend on how many follow, nor on the slabs they are
// searched in, and the first steps not on how many follow.
func TestCriticalDeterminism(t *testing.T) {
	p := line(slices.Repeat([]float32{0.1}, 2300)...)
	c, o := p.classifier(t, openBackend(t, "go")), probe.LASS{Radius: 1, Noise: 0.1, Iterations: 2}
	want := critical(t, c, p.x, 1, o)
	if !slices.Equal(critical(t, c, p.x, 1, o), want) {
		t.Error("the same search has another outcome")
	}
	if slices.Equal(critical(t, c, p.x, 2, o), want) {
		t.Error("the noise does not depend on the generator")
	}
	for _, n := range []int{1, 700, 1700} {
		if !slices.Equal(critical(t, c, p.x[:n], 1, o), want[:n]) {
			t.Errorf("the first %d inputs have another outcome alone", n)
		}
	}
	o.Iterations = 20
	for i, longer := range critical(t, c, p.x, 1, o) {
		if want[i] && !longer {
			t.Fatalf("input %d: a longer search does not find what a shorter one found", i)
		}
	}
}

// No critical sample lies in a box without width.
func TestCriticalRadiusZero(t *testing.T) {
	p := newProblem(t, tiny, 1000, 1)
	for _, config := range []string{"xla:cpu", "go"} {
		if n := count(critical(t, p.classifier(t, openBackend(t, config)), p.x, 1, probe.LASS{Step: 1, Noise: 1})); n != 0 {
			t.Errorf("%s: %d critical samples in boxes of radius 0", config, n)
		}
	}
}
