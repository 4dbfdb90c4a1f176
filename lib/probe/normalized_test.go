package probe_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// The running averages become the mean and the variance of the first layer's outputs, by their definition, of the examples in two slabs; a second time
// they stay, and a net without batch normalization stays as it is.
func TestRenormalize(t *testing.T) {
	normed := tiny
	normed.BatchNorm = true
	p := newProblem(t, normed, 40, 2)
	want := firstMoments(p, 20)
	for _, config := range []string{"xla:cpu", "go"} {
		for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
			l := p.loss(t, openBackend(t, config), probe.Options{DType: dtype, Slab: 20})
			before := value(t, l)
			for range 2 {
				if err := l.Renormalize(ctx); err != nil {
					t.Fatal(err)
				}
				got, err := l.Variables()
				if err != nil {
					t.Fatal(err)
				}
				for name, values := range want {
					for i := range values {
						if path := "/hidden_0/" + name; math.Abs(float64(got[path][i])-values[i]) > 1e-5 {
							t.Errorf("%s, %s: %s is %v, want %v", config, dtype, path, got[path], values)
						}
					}
				}
			}
			if after := value(t, l); after == before {
				t.Errorf("the loss stays %g", before)
			}
		}
	}
	l := newProblem(t, tiny, 20, 2).loss(t, openBackend(t, "go"), probe.Options{})
	if before, err := value(t, l), l.Renormalize(ctx); err != nil || value(t, l) != before {
		t.Errorf("without batch normalization the loss moves, error %v", err)
	}
	l = newProblem(t, tiny, 101, 2).loss(t, openBackend(t, "go"), probe.Options{Slab: 1})
	if err := l.Renormalize(ctx); err == nil || !strings.Contains(err.Error(), "at most 100") {
		t.Errorf("error %v", err)
	}
}

// firstMoments are the means over slabs of the mean and the population variance of the first layer's outputs.
func firstMoments(p problem, slab int) map[string][]float64 {
	const units, in = 5, 6
	w, b := p.variables["/hidden_0/dense/weights"], p.variables["/hidden_0/dense/biases"]
	means, variances := make([]float64, units), make([]float64, units)
	for from := 0; from < len(p.labels); from += slab {
		for unit := range units {
			sum, squares := 0., 0.
			for i := from; i < from+slab; i++ {
				a := float64(b[unit])
				for j := range in {
					a += float64(p.x[i*in+j]) * float64(w[j*units+unit])
				}
				sum, squares = sum+a, squares+a*a
			}
			n, share := float64(slab), float64(slab)/float64(len(p.labels))
			means[unit] += share * sum / n
			variances[unit] += share * (squares/n - sum*sum/(n*n))
		}
	}
	return map[string][]float64{"running_mean": means, "running_variance": variances}
}

// Accuracy is the share that a Classifier gets right.
func TestAccuracy(t *testing.T) {
	p := newProblem(t, nets.Architecture{Kind: "mlp", Hidden: []int{5}, Height: 1, Width: 6, Channels: 1, Classes: 4}, 50, 4)
	right := 0.
	for i, class := range predicted(t, p) {
		if class == p.labels[i] {
			right++
		}
	}
	for _, config := range []string{"xla:cpu", "go"} {
		l := p.loss(t, openBackend(t, config), probe.Options{Slab: 7})
		if got, err := l.Accuracy(ctx); err != nil || math.Abs(got-right/50) > 1e-12 || right == 0 {
			t.Errorf("%s: accuracy %g, want %g, error %v", config, got, right/50, err)
		}
	}
}
