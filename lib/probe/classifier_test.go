package probe_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/gomlx/backends/default"
	"gonum.org/v1/gonum/floats"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

func (p problem) classifier(t testing.TB, backend compute.Backend) *probe.Classifier {
	t.Helper()
	c, err := probe.NewClassifier(backend, p.net, p.variables)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func predict(t *testing.T, c *probe.Classifier, x []float32) []uint8 {
	t.Helper()
	classes, err := c.Predict(ctx, x)
	if err != nil {
		t.Fatal(err)
	}
	return classes
}

// dim is the number of values of an input.
func (p problem) dim() int { return p.net.Height * p.net.Width * p.net.Channels }

// variable is a value of a variable of the net as a float64.
func (p problem) variable(path string, i int) float64 { return float64(p.variables[path][i]) }

// dense is a dense layer by its definition.
func (p problem) dense(scope string, x []float64) []float64 {
	biases := p.variables[scope+"/dense/biases"]
	z := make([]float64, len(biases))
	for unit := range z {
		z[unit] = float64(biases[unit])
		for j, v := range x {
			z[unit] += v * p.variable(scope+"/dense/weights", j*len(z)+unit)
		}
	}
	return z
}

// logits are the outputs of an MLP of at most one hidden layer in evaluation, by its definition.
func (p problem) logits(x []float64) []float64 {
	if len(p.net.Hidden) == 0 {
		return p.dense("/logits", x)
	}
	hidden := p.dense("/hidden_0", x)
	for unit := range hidden {
		if p.net.BatchNorm {
			hidden[unit] -= p.variable("/hidden_0/running_mean", unit)
			hidden[unit] /= math.Sqrt(p.variable("/hidden_0/running_variance", unit) + 1e-3)
			hidden[unit] = hidden[unit]*p.variable("/hidden_0/gain", unit) + p.variable("/hidden_0/offset", unit)
		}
		hidden[unit] = max(hidden[unit], 0)
	}
	return p.dense("/logits", hidden)
}

// input is an input as float64.
func (p problem) input(i int) []float64 {
	var x []float64
	for _, v := range p.x[i*p.dim() : (i+1)*p.dim()] {
		x = append(x, float64(v))
	}
	return x
}

// The classes of MLPs against their definition: on both backends, over several slabs, with batch normalization by the running averages, and
// without noise.
func TestPredict(t *testing.T) {
	normalized := tiny
	normalized.BatchNorm, normalized.Noise = true, nets.Noise{InputDropout: 0.5, Input: 1, Dropout: 0.5, Hidden: 1}
	for config, n := range map[string]int{"xla:cpu": 2537, "go": 300} {
		for _, net := range []nets.Architecture{tiny, normalized} {
			p := newProblem(t, net, n, 1)
			for i := range p.variables["/hidden_0/running_mean"] {
				p.variables["/hidden_0/running_mean"][i] = float32(i)/4 - 0.5
				p.variables["/hidden_0/running_variance"][i] = float32(i) + 0.5
			}
			got, seen := predict(t, p.classifier(t, openBackend(t, config)), p.x), [4]int{}
			if len(got) != n {
				t.Fatalf("%s: %d classes of %d inputs", config, len(got), n)
			}
			for i, class := range got {
				seen[class]++
				if z := p.logits(p.input(i)); z[class] < floats.Max(z)-1e-5 {
					t.Fatalf("%s, batch normalization %t, input %d: class %d of the outputs %v", config, net.BatchNorm, i, class, z)
				}
			}
			if slices.Max(seen[:]) > 3*n/4 {
				t.Errorf("%s: the classes appear %v times: the test does not tell them apart", config, seen)
			}
		}
	}
}

// convolutional is a net with convolutions, whose weights have mean 0: else all its inputs would be in one class.
func convolutional(t *testing.T, n int) problem {
	t.Helper()
	p := newProblem(t, nets.Architecture{Kind: "keskar-c1", Height: 9, Width: 10, Channels: 3, Classes: 3}, n, 3)
	for _, values := range p.variables {
		for i := range values {
			values[i] -= 0.025
		}
	}
	return p
}

// A convolutional net's class is the label of least loss, by another backend's convolutions.
func TestPredictConvolutional(t *testing.T) {
	p, backend := convolutional(t, 6), openBackend(t, "go")
	classes := predict(t, p.classifier(t, openBackend(t, "xla:cpu")), p.x)
	for i, class := range classes {
		one := problem{net: p.net, variables: p.variables, x: p.x[i*p.dim() : (i+1)*p.dim()]}
		var losses []float64
		for label := range p.net.Classes {
			one.labels = []uint8{uint8(label)}
			losses = append(losses, value(t, one.loss(t, backend, probe.Options{})))
		}
		if floats.MinIdx(losses) != int(class) {
			t.Errorf("input %d is put in class %d, with losses %v", i, class, losses)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(classes)))) < 2 {
		t.Errorf("the classes are %v: the test does not tell them apart", classes)
	}
}

// A Classifier moved to other weights is one made at them; where it refuses them it stays where it is.
func TestSetVariables(t *testing.T) {
	p, q, backend := newProblem(t, tiny, 100, 1), newProblem(t, tiny, 100, 2), openBackend(t, "go")
	c := p.classifier(t, backend)
	before := predict(t, c, p.x)
	if err := c.SetVariables(q.variables); err != nil {
		t.Fatal(err)
	}
	after := predict(t, c, p.x)
	if slices.Equal(after, before) || !slices.Equal(after, predict(t, q.classifier(t, backend), p.x)) {
		t.Error("the classes at other weights are not those of another classifier")
	}
	delete(p.variables, "/logits/dense/weights")
	err := c.SetVariables(p.variables)
	if want := "probe: variable /logits/dense/weights is missing: give its 20 values"; err == nil || err.Error() != want {
		t.Errorf("got error %v, want %q", err, want)
	}
	if !slices.Equal(predict(t, c, p.x), after) {
		t.Error("variables that were refused changed the classes")
	}
}

func TestClassifierCancel(t *testing.T) {
	p := newProblem(t, tiny, 2537, 1)
	c := p.classifier(t, openBackend(t, "go"))
	for what, run := range map[string]func(ctx context.Context) error{
		"3 slabs": func(ctx context.Context) error { _, err := c.Predict(ctx, p.x); return err },
		"2 iterations": func(ctx context.Context) error {
			_, err := c.Critical(ctx, p.x[:60], rand.New(rand.NewPCG(1, 2)), probe.LASS{Step: 1, Iterations: 2})
			return err
		},
	} {
		for looks, want := range []error{context.Canceled, context.Canceled, context.Canceled, nil} {
			if err := run(countdown{ctx, &looks}); !errors.Is(err, want) {
				t.Errorf("%s, cancelled before call %d of the backend: %v", what, looks, err)
			}
		}
	}
}

func TestNewClassifierRefuses(t *testing.T) {
	backend := openBackend(t, "go")
	for want, spoil := range map[string]func(p *problem){
		"probe: nets: unknown kind":                                       func(p *problem) { p.net.Kind = "mpl" },
		"probe: a classifier of 257 classes: use 2 to 256":                func(p *problem) { p.net.Classes = 257 },
		"probe: a classifier of 1 classes: use 2 to 256":                  func(p *problem) { p.net.Classes = 1 },
		"probe: variable /logits/dense/biases is missing: give its 4 val": func(p *problem) { delete(p.variables, "/logits/dense/biases") },
	} {
		p := newProblem(t, tiny, 1, 1)
		spoil(&p)
		if _, err := probe.NewClassifier(backend, p.net, p.variables); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
}

func TestClassifierRefuses(t *testing.T) {
	p := newProblem(t, tiny, 1500, 1)
	c := p.classifier(t, openBackend(t, "go"))
	broken := slices.Clone(p.x)
	broken[1203*6+2] = float32(math.NaN())
	infinite := p
	infinite.variables = newProblem(t, tiny, 1, 1).variables
	infinite.variables["/logits/dense/biases"][3] = float32(math.Inf(1))
	predicted := func(c *probe.Classifier, x []float32) error { _, err := c.Predict(ctx, x); return err }
	searched := func(c *probe.Classifier, x []float32, o probe.LASS) error {
		_, err := c.Critical(ctx, x, rand.New(rand.NewPCG(1, 2)), o)
		return err
	}
	for _, found := range []struct {
		err  error
		want string
	}{
		{predicted(c, nil), "probe: 0 input values: the net takes 6 an input"},
		{predicted(c, p.x[1:]), "probe: 8999 input values: the net takes 6 an input"},
		{predicted(c, broken), "probe: the outputs for input 1203 are not finite"},
		{predicted(infinite.classifier(t, openBackend(t, "go")), p.x), "probe: the outputs for input 0 are not finite"},
		{searched(c, p.x[1:], probe.ArpitLASS()), "probe: 8999 input values"},
		{searched(c, broken, probe.ArpitLASS()), "probe: the outputs for input 1203 are not finite"},
		{searched(c, p.x, probe.LASS{Radius: -1, Step: 1}), "probe: radius -1, step 1, noise 0: each must be finite, and not negative"},
		{searched(c, p.x, probe.LASS{Step: math.NaN()}), "probe: radius 0, step NaN, noise 0"},
		{searched(c, p.x, probe.LASS{Noise: math.Inf(1)}), "probe: radius 0, step 0, noise +Inf"},
		{searched(c, p.x, probe.LASS{Radius: 1}), "probe: step 0 and noise 0: "},
		{searched(c, p.x, probe.LASS{Step: 1, Iterations: -1}), "probe: -1 iterations: use at least 1"},
	} {
		if found.err == nil || !strings.Contains(found.err.Error(), found.want) {
			t.Errorf("got error %v, want %q", found.err, found.want)
		}
	}
}
