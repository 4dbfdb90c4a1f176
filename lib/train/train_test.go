package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/nets"
)

const dim, classes = 6, 4

func open(t *testing.T, config string) compute.Backend {
	t.Helper()
	backend, _, _, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}

func newTrainer(t *testing.T, config string, batch int, momentum float64) *Trainer {
	t.Helper()
	trainer, err := New(open(t, config), Spec{Net: nets.MLP([]int{8, 8}, classes), Dim: dim, Batch: batch, Optimizer: SGD{Momentum: momentum}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	return trainer
}

// gaussian returns n examples whose class is that of the largest of their first values, so that there is something to learn.
func gaussian(n int) (x []float32, labels []uint8) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range n {
		best, class := math.Inf(-1), 0
		for j := range dim {
			v := rng.NormFloat64()
			if x = append(x, float32(v)); j < classes && v > best {
				best, class = v, j
			}
		}
		labels = append(labels, uint8(class))
	}
	return x, labels
}

func identity(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}

// curve trains for some epochs and returns where each ended.
func curve(t *testing.T, trainer *Trainer, n, epochs int) (points []Point) {
	t.Helper()
	x, labels := gaussian(n)
	set := NewExamples(x, labels, nil)
	plan := Plan{Epochs: epochs, LearningRate: 0.05, Decay: 0.9}
	err := trainer.Fit(t.Context(), plan, Sets{set, set, set}, rand.NewPCG(3, 3), nil, Hooks{Evaluated: func(p Point) error {
		points = append(points, p)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return points
}

// The loop of compiled steps, with a last step of 37 examples, must do what single steps on the pure-Go backend do. n = 2537 also makes
// the evaluation take two slabs and a rest.
func TestCompiledChunksEqualSingleSteps(t *testing.T) {
	const n, batch = 2537, 50
	chunks := newTrainer(t, "xla:cpu", batch, 0.9)
	if chunks.chunk == nil {
		t.Fatal("XLA must train in compiled chunks")
	}
	singles := newTrainer(t, "go", batch, 0.9)
	if singles.chunk != nil {
		t.Fatal("the Go backend must train step by step")
	}
	near := cmpopts.EquateApprox(1e-4, 1e-5)
	if diff := cmp.Diff(curve(t, singles, n, 3), curve(t, chunks, n, 3), near); diff != "" {
		t.Errorf("curves (-single steps +chunks):\n%s", diff)
	}
	if diff := cmp.Diff(singles.Weights(), chunks.Weights(), cmpopts.EquateApprox(1e-3, 1e-5)); diff != "" {
		t.Errorf("weights (-single steps +chunks):\n%s", diff)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	a, b := newTrainer(t, "xla:cpu", 50, 0.9), newTrainer(t, "xla:cpu", 50, 0.9)
	if diff := cmp.Diff(curve(t, a, 2537, 3), curve(t, b, 2537, 3)); diff != "" {
		t.Error("curves differ:\n" + diff)
	}
	if !cmp.Equal(a.Weights(), b.Weights()) {
		t.Error("weights differ")
	}
}

// A second run on one trainer must be as on a new one: no velocity, rate or weight is left over.
func TestStartForgets(t *testing.T) {
	trainer := newTrainer(t, "xla:cpu", 50, 0.9)
	first := curve(t, trainer, 500, 2)
	if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, curve(t, trainer, 500, 2)); diff != "" {
		t.Error("the second run differs:\n" + diff)
	}
}

// One trainer serves more sizes of training set than GoMLX keeps executables for by default, which is 32.
func TestManySizes(t *testing.T) {
	trainer := newTrainer(t, "go", 10, 0)
	for n := 2; n < 40; n++ {
		x, labels := gaussian(n)
		if _, err := trainer.Evaluate(t.Context(), NewExamples(x, labels, nil)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLearns(t *testing.T) {
	points := curve(t, newTrainer(t, "xla:cpu", 50, 0.9), 2000, 20)
	if first, last := points[0], points[20]; first.Epoch != 0 || first.Train.Accuracy > 0.6 || last.Train.Accuracy < 0.97 {
		t.Errorf("train accuracy from %.3f to %.3f", first.Train.Accuracy, last.Train.Accuracy)
	}
}

func TestTargetEndsTraining(t *testing.T) {
	trainer := newTrainer(t, "xla:cpu", 50, 0.9)
	x, labels := gaussian(2000)
	set, epochs := NewExamples(x, labels, nil), 0
	plan := Plan{Epochs: 100, LearningRate: 0.05, Decay: 1, Target: 0.9}
	err := trainer.Fit(t.Context(), plan, Sets{set, set, set}, rand.NewPCG(3, 3), nil, Hooks{Evaluated: func(p Point) error {
		if epochs = p.Epoch; p.Train.Accuracy >= 0.9 && epochs == 0 {
			t.Fatal("trained before training")
		}
		return nil
	}})
	if err != nil || epochs == 0 || epochs == 100 {
		t.Errorf("ended after %d epochs with error %v", epochs, err)
	}
}

// With loss w1 + w2... the gradient is 1 everywhere, so momentum 0.9 at rate 0.1 gives 1, 0.9, 0.71, 0.439, as torch.optim.SGD does.
func TestMomentum(t *testing.T) {
	store := model.NewStore()
	exec := model.MustNewExec(open(t, "go"), store, func(scope *model.Scope, g *Graph) *Node {
		w := scope.VariableWithValue("w", []float32{1, 1})
		SGD{Rate: 0.1, Momentum: 0.9}.UpdateGraph(scope, g, ReduceAllSum(w.NodeValue(g)))
		return w.NodeValue(g)
	})
	for _, want := range []float32{0.9, 0.71, 0.439} {
		got := tensors.MustCopyFlatData[float32](exec.MustCall1())
		if diff := cmp.Diff([]float32{want, want}, got, cmpopts.EquateApprox(1e-6, 0)); diff != "" {
			t.Error(diff)
		}
	}
}

// One step of plain SGD moves every weight by the rate times the loss's slope, here measured by central differences of the evaluation.
func TestStepFollowsTheSlope(t *testing.T) {
	const n, rate = 40, 0.1
	trainer := newTrainer(t, "xla:cpu", n, 0)
	x, labels := gaussian(n)
	set := NewExamples(x, labels, nil)
	if _, err := trainer.Epoch(t.Context(), set, identity(n), rate); err != nil { // away from zero biases, where ReLU has no slope
		t.Fatal(err)
	}
	before := trainer.Weights()
	if _, err := trainer.Epoch(t.Context(), set, identity(n), rate); err != nil {
		t.Fatal(err)
	}
	after := trainer.Weights()
	for path, values := range before {
		for _, i := range []int{0, len(values) / 2, len(values) - 1} {
			slope := slopeAt(t, trainer, set, before, path, i)
			if got := float64(values[i]-after[path][i]) / rate; math.Abs(got-slope) > 2e-3 {
				t.Errorf("%s[%d]: step / rate %.5f, slope %.5f", path, i, got, slope)
			}
		}
	}
}

func slopeAt(t *testing.T, trainer *Trainer, set Examples, weights map[string][]float32, path string, i int) float64 {
	t.Helper()
	const h = 1e-3
	loss := func(delta float32) float64 {
		for p, values := range weights {
			values = append([]float32{}, values...)
			if p == path {
				values[i] += delta
			}
			v := trainer.Store().GetVariable(p)
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
				t.Fatal(err)
			}
		}
		e, err := trainer.Evaluate(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		return e.Loss
	}
	return (loss(h) - loss(-h)) / (2 * h)
}

// A value that is not finite in example 37 spoils the third step of 16 in the given order: in a chunk, in the last incomplete step, and
// on the Go backend.
func TestDivergenceNamesTheStep(t *testing.T) {
	for _, c := range []struct {
		config, want string
		n, batch     int
	}{
		{"xla:cpu", "step 3:", 160, 16},
		{"xla:cpu", "step 3:", 40, 16},
		{"go", "step 3:", 160, 16},
		{"xla:cpu", "step 1:", 160, 160},
	} {
		trainer := newTrainer(t, c.config, c.batch, 0)
		x, labels := gaussian(c.n)
		x[37*dim] = float32(math.NaN())
		_, err := trainer.Epoch(t.Context(), NewExamples(x, labels, nil), identity(c.n), 0.1)
		if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got error %v", c, err)
		}
	}
}

func TestDivergenceOfTheWeights(t *testing.T) {
	trainer := newTrainer(t, "xla:cpu", 50, 0.9)
	x, labels := gaussian(500)
	set := NewExamples(x, labels, nil)
	plan := Plan{Epochs: 50, LearningRate: 1e30, Decay: 1}
	err := trainer.Fit(t.Context(), plan, Sets{set, set, set}, rand.NewPCG(3, 3), nil, Hooks{})
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "epoch 1") {
		t.Errorf("got error %v", err)
	}
}

// The whole epoch would take much longer than two seconds.
func TestStopsWithinTwoSeconds(t *testing.T) {
	const n = 60000
	trainer, err := New(open(t, "xla:cpu"), Spec{Net: nets.MLP([]int{2048, 2048}, classes), Dim: dim, Batch: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	x, labels := gaussian(n)
	ctx, cancel := context.WithCancel(t.Context())
	var stopped time.Time
	time.AfterFunc(time.Second, func() { stopped = time.Now(); cancel() })
	_, err = trainer.Epoch(ctx, NewExamples(x, labels, nil), identity(n), 0.01)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v", err)
	}
	if late := time.Since(stopped); late > 2*time.Second {
		t.Errorf("stopped %v after it was asked to", late)
	}
}

// Uniform logits have loss ln(classes), and the first class wins every tie.
func TestEvaluateUniformLogits(t *testing.T) {
	for _, n := range []int{7, 1000, 2537} {
		trainer := newTrainer(t, "xla:cpu", 5, 0)
		for v := range trainer.Store().IterVariables() {
			if v.DType() == dtypes.Float32 {
				if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
					t.Fatal(err)
				}
			}
		}
		x, labels := gaussian(n)
		zeros := 0
		for _, l := range labels {
			if l == 0 {
				zeros++
			}
		}
		got, err := trainer.Evaluate(t.Context(), NewExamples(x, labels, nil))
		want := Evaluation{n, math.Log(classes), float64(zeros) / float64(n)}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-6, 0)); err != nil || diff != "" {
			t.Errorf("n %d: error %v\n%s", n, err, diff)
		}
	}
}

func TestOpen(t *testing.T) {
	if _, _, _, err := Open("nonsense"); err == nil || !strings.Contains(err.Error(), `backend "nonsense" does not open`) {
		t.Errorf("got error %v", err)
	}
	if _, name, warning, err := Open("go"); err != nil || name != "go" || warning != "" {
		t.Errorf("the Go backend that was asked for: %q, %q, %v", name, warning, err)
	}
	if warning := fallback("go", errors.New("no plugin")); !strings.Contains(warning, "20 times slower") {
		t.Errorf("no plain warning of the Go backend's cost: %q", warning)
	}
}

// An evaluation that is no longer wanted ends before its next slab.
func TestEvaluationStops(t *testing.T) {
	trainer := newTrainer(t, "xla:cpu", 50, 0)
	x, labels := gaussian(2000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := trainer.Evaluate(ctx, NewExamples(x, labels, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
