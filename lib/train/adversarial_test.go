package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// Of a linear net all is known: the direction that leads away from a class is the same everywhere. Samples lie in the box, most values where the noise
// left them in that direction, and the mean of what they moved is that of (5/6 + 2/3 eta), clipped, taken twice.
func TestAdversarialSamples(t *testing.T) {
	const rows, radius = 400, 0.1
	for _, config := range []string{"go", "xla:cpu"} {
		store := model.NewStore()
		linear := func(scope *model.Scope, x *Node) *Node {
			w := scope.VariableWithValue("w", [][]float32{{1, -1}, {-2, 2}, {0.5, -0.5}})
			return Dot(x, w.NodeValue(x.Graph())).Product()
		}
		exec := model.MustNewExec(open(t, config), store, func(scope *model.Scope, x *Node) *Node {
			scope.Store().SetTraining(x.Graph(), true)
			moved := Sub(Adversarial{Weight: 0.5, Radius: radius}.samplesGraph(scope, linear, x), x)
			if !scope.IsTraining(x.Graph()) {
				panic("the net must train on")
			}
			return moved
		})
		x := make([]float32, 3*rows)
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		moved := tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(x, rows, 3)))
		mean := 0.
		for i := range rows {
			own := 1. // the sign of the difference of the logits
			if x[3*i]-2*x[3*i+1]+0.5*x[3*i+2] < 0 {
				own = -1
			}
			for j, slope := range []float64{1, -1, 1} {
				m := float64(moved[3*i+j])
				if math.Abs(m) > radius*1.0001 {
					t.Fatalf("%s: a sample %g from its input, in a box of %g", config, m, radius)
				}
				mean -= own * slope * m / radius / (3 * rows)
			}
		}
		if want := expectedMove(); math.Abs(mean-want) > 0.03 { // the standard error is below 0.01
			t.Errorf("%s: samples move away by %.3f radii on average, not %.3f", config, mean, want)
		}
	}
}

// expectedMove is the mean of two steps of 5/6 + 2/3 eta, each clipped to ±1, by simulation.
func expectedMove() float64 {
	const n = 1 << 20
	rng, sum := rand.New(rand.NewPCG(2, 2)), 0.
	clipped := func(x float64) float64 { return max(-1, min(1, x)) }
	for range n {
		at := clipped(5./6 + 2./3*rng.NormFloat64())
		sum += clipped(at + 5./6 + 2./3*rng.NormFloat64())
	}
	return sum / n
}

// A step on adversarial samples that lie no way off is a step on the examples; those at a distance have a smaller loss for it.
func TestAdversarialTraining(t *testing.T) {
	const n = 400
	backend := open(t, "xla:cpu")
	trained := func(a Adversarial) *Trainer {
		trainer, err := New(backend, Spec{Net: nets.MLP([]int{16}, classes), Dim: dim, Batch: 50, Adversarial: a})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(trainer.Close)
		if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Fatal(err)
		}
		x, labels := gaussian(n)
		set := NewExamples(x, labels, nil)
		if err := trainer.Fit(t.Context(), Plan{Epochs: 100, LearningRate: 0.1, Decay: 1}, Sets{set, set, set}, rand.NewPCG(3, 3), nil, Hooks{}); err != nil {
			t.Fatal(err)
		}
		return trainer
	}
	plain, near, far := trained(Adversarial{}), trained(Adversarial{Weight: 0.5, Radius: 1e-9}), trained(Adversarial{Weight: 0.5, Radius: 0.5})
	for name, values := range plain.Weights() {
		for i, v := range values {
			if math.Abs(float64(v-near.Weights()[name][i])) > 0.01 {
				t.Fatalf("%s[%d]: %g, and %g with samples where the examples are", name, i, near.Weights()[name][i], v)
			}
		}
	}
	if p, f := besides(backend, plain, n), besides(backend, far, n); f > 0.8*p {
		t.Errorf("half a unit away from its inputs a net trained on such samples has a loss of %.3f, one that was not %.3f", f, p)
	}
}

// besides is the mean loss a step of half a unit away from n examples.
func besides(backend compute.Backend, trainer *Trainer, n int) float64 {
	x, labels := gaussian(n)
	set := NewExamples(x, labels, nil)
	exec := model.MustNewExec(backend, trainer.store, func(scope *model.Scope, x, y *Node) *Node {
		scope.Store().SetTraining(x.Graph(), false)
		logits := trainer.spec.Net(scope.Store().RootScope(), x)
		moved := Add(x, MulScalar(nets.Away(x, logits, ArgMax(logits, -1, dtypes.Int32)), 0.5))
		return crossEntropy(y, trainer.spec.Net(scope.Store().RootScope(), moved))
	})
	return float64(tensors.ToScalar[float32](exec.MustCall1(set.X, set.Y)))
}
