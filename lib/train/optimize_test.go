package train

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/nets"
)

// steps takes three steps at rate 0.1 on the loss Σ c·w over a matrix and a bias, both starting at 1, and returns a value of each.
func steps(t *testing.T, d WeightDecay, o optimizer.Interface) (matrix, bias []float64) {
	t.Helper()
	store := model.NewStore()
	optimizer.LearningRateVar(store.RootScope(), tensors.FromScalar(float32(0)).DType(), 0.1)
	exec := model.MustNewExec(open(t, "go"), store, func(scope *model.Scope, g *Graph) *Node {
		w := scope.VariableWithValue("w", [][]float32{{1, 1}})
		b := scope.VariableWithValue("b", []float32{1, 1})
		mean := Add(ReduceAllSum(MulScalar(w.NodeValue(g), 0.5)), ReduceAllSum(MulScalar(b.NodeValue(g), 0.5)))
		d.updateGraph(scope, mean, o)
		return Concatenate([]*Node{Reshape(w.NodeValue(g), 2), b.NodeValue(g)}, 0)
	})
	for range 3 {
		got := tensors.MustCopyFlatData[float32](exec.MustCall1())
		matrix, bias = append(matrix, float64(got[0])), append(bias, float64(got[2]))
	}
	return matrix, bias
}

// The values are those of the definitions, worked out here in float64; torch.optim.SGD(weight_decay=...) gives the same for the first.
func TestWeightDecay(t *testing.T) {
	const rate, decay, momentum, gradient = 0.1, 0.2, 0.9, 0.5
	var coupled, decoupled, plain []float64
	wc, vc, wd, vd, wp := 1., 0., 1., 0., 1.
	for range 3 {
		vc = momentum*vc + gradient + decay*wc
		wc -= rate * vc
		vd = momentum*vd + gradient
		wd -= rate*vd + rate*decay*wd
		wp -= rate * vd
		coupled, decoupled, plain = append(coupled, wc), append(decoupled, wd), append(plain, wp)
	}
	near := cmpopts.EquateApprox(1e-6, 0)
	for name, c := range map[string]struct {
		decay WeightDecay
		want  []float64
	}{
		"none": {WeightDecay{}, plain}, "in the loss": {WeightDecay{Rate: decay}, coupled}, "decoupled": {WeightDecay{Rate: decay, Decoupled: true}, decoupled},
		"of the matrix": {WeightDecay{Rate: decay, Of: "/w"}, coupled}, "of other variables": {WeightDecay{Rate: decay, Of: "hidden_"}, plain},
	} {
		matrix, bias := steps(t, c.decay, SGD{Momentum: momentum})
		if diff := cmp.Diff(c.want, matrix, near); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if diff := cmp.Diff(plain, bias, near); diff != "" {
			t.Errorf("%s: biases do not decay:\n%s", name, diff)
		}
	}
}

// Kingma and Ba 2015, algorithm 1, in float64.
func TestAdam(t *testing.T) {
	const rate, beta1, beta2, epsilon, decay = 0.1, 0.9, 0.999, 1e-7, 0.2
	reference := func(decay float64) (values []float64) {
		w, m, v := 1., 0., 0.
		for step := 1.; step <= 3; step++ {
			g := 0.5 + decay*w
			m, v = beta1*m+(1-beta1)*g, beta2*v+(1-beta2)*g*g
			w -= rate * m / (1 - math.Pow(beta1, step)) / (math.Sqrt(v/(1-math.Pow(beta2, step))) + epsilon)
			values = append(values, w)
		}
		return values
	}
	matrix, bias := steps(t, WeightDecay{Rate: decay}, Adam())
	near := cmpopts.EquateApprox(1e-5, 0)
	if diff := cmp.Diff(reference(decay), matrix, near); diff != "" {
		t.Errorf("matrix with decay:\n%s", diff)
	}
	if diff := cmp.Diff(reference(0), bias, near); diff != "" {
		t.Errorf("bias:\n%s", diff)
	}
}

// Small convolutional nets with all that has a state train in compiled chunks as they do step by step on the Go backend.
func TestConvolutionalChunksEqualSingleSteps(t *testing.T) {
	net, err := nets.New(nets.Architecture{Kind: "keskar-c1", Height: 8, Width: 8, Channels: 1, Classes: classes})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	x, labels := make([]float32, 20*64), make([]uint8, 20)
	for i := range labels {
		labels[i] = uint8(rng.IntN(classes))
		for j := range 64 {
			x[i*64+j] = float32(rng.NormFloat64())
		}
	}
	var ends []Evaluation
	for _, config := range []string{"xla:cpu", "go"} {
		trainer, err := New(open(t, config), Spec{Net: net, Dim: 64, Batch: 8, Slab: 8, Optimizer: SGD{Momentum: 0.9}, WeightDecay: WeightDecay{Rate: 1e-3}})
		if err != nil {
			t.Fatal(err)
		}
		defer trainer.Close()
		if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Fatal(err)
		}
		set := NewExamples(x, labels, nil)
		for range 2 {
			if _, err := trainer.Epoch(t.Context(), set, identity(20), 0.01); err != nil {
				t.Fatal(err)
			}
		}
		end, err := trainer.Evaluate(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	if diff := cmp.Diff(ends[1], ends[0], cmpopts.EquateApprox(1e-3, 0)); diff != "" {
		t.Errorf("(-single steps +chunks):\n%s", diff)
	}
}
