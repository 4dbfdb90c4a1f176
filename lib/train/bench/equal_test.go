package main

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/google/go-cmp/cmp"

	"rethinking/lib/data"
	"rethinking/lib/train"
)

// What float32 sums in another order explain. Measured on XLA on the CPU: 4e-7, because the steps' losses are summed up in float32, and 0;
// for the two steps of the small Alexnet, whose convolutions differ, 0 and 1.5e-8.
const (
	curveTolerance  = 1e-5 // relative, of an epoch's mean loss
	weightTolerance = 1e-6 // absolute; the largest weight is about 0.1
)

// A compiled epoch is the same training as GoMLX's own train.Loop: from the same weights and in the same order, the MLP of 2 x 512 on
// full MNIST, SGD at rate 0.01, batch 1024 and the short last batch of 608, has the same loss curve and ends with the same weights.
func TestLossCurveEqualsTrainLoop(t *testing.T) {
	equal(t, mlp("2x512", 1024, 512, 512), fullMNIST(t), 3)
}

// So it is with the small Alexnet and momentum, where train.Loop convolves as GoMLX does.
func TestAlexnetEqualsTrainLoop(t *testing.T) {
	equal(t, Task{Name: "alexnet", Kind: "alexnet", Batch: 8, Examples: 16, Nets: 1, Momentum: 0.9}, data.Set{}, 1)
}

// The comparison above can fail: a learning rate that is wrong by one percent is seen in the loss and in the weights at once.
func TestLossCurveTellsAWrongRate(t *testing.T) {
	loss, weight := differences(t, mlp("2x512", 1024, 512, 512), fullMNIST(t), 1, Rate*1.01)
	if loss <= curveTolerance || weight <= weightTolerance {
		t.Errorf("a rate wrong by 1%% changes the loss by %.1e and the weights by %.1e: the tolerances %.0e and %.0e would not tell", loss, weight, curveTolerance, weightTolerance)
	}
}

// equal fails the test where ours and train.Loop differ in a task.
func equal(t *testing.T, task Task, mnist data.Set, epochs int) {
	t.Helper()
	loss, weight := differences(t, task, mnist, epochs, Rate)
	t.Logf("greatest difference: mean loss %.1e (relative), weights %.1e", loss, weight)
	if !(loss <= curveTolerance) {
		t.Errorf("the mean loss of an epoch differs from train.Loop's by %.1e (relative), more than %.0e", loss, curveTolerance)
	}
	if !(weight <= weightTolerance) {
		t.Errorf("a weight differs from train.Loop's by %.1e, more than %.0e", weight, weightTolerance)
	}
}

// differences trains with train.Loop at Rate and with ours at a rate, the short last batch included. It returns the greatest relative
// difference of an epoch's mean loss and the greatest difference of a final weight.
func differences(t *testing.T, task Task, mnist data.Set, epochs int, rate float64) (loss, weight float64) {
	t.Helper()
	backend, work := openXLA(t), newWork(t, task, mnist, epochs)
	n := len(work.labels)
	orders, err := loopOrders(backend, n, work.Batch, false, work.Seed, epochs)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(orders[0]); got != n {
		t.Fatalf("an epoch has %d examples, want all %d", got, n)
	}
	work.orders = [][][]int32{orders}
	theirs, err := newLoop(backend, work, false)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	changed := *work
	changed.Rate = rate
	mine, err := newOurs(backend, &changed)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	for e := range epochs {
		loss = worse(loss, run(t, mine, e).difference(run(t, theirs, e)))
	}
	want := join(theirs.Weights())
	for i, got := range join(mine.Weights()) {
		weight = worse(weight, math.Abs(float64(got-want[i])))
	}
	return loss, weight
}

// Nets that are trained side by side have exactly the losses of nets trained one after another, on one core too.
func TestSweepEqualsOneAfterAnother(t *testing.T) {
	task := mlp("2x32", 128, 32, 32)
	task.Nets, task.Examples = 5, 2000
	work := newWork(t, task, fullMNIST(t), 2)
	backend, _, _, err := train.OpenSingle("xla:cpu")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	var want [2][]float64
	for i := range task.Nets {
		alone := *work
		alone.weights, alone.orders = work.weights[i:i+1], work.orders[i:i+1]
		one, err := newOurs(backend, &alone)
		if err != nil {
			t.Fatal(err)
		}
		defer one.Close()
		for e := range want {
			want[e] = append(want[e], run(t, one, e).Losses...)
		}
	}
	all, err := newSweep(work)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	for e := range want {
		if diff := cmp.Diff(want[e], run(t, all, e).Losses); diff != "" {
			t.Errorf("epoch %d (-one after another +side by side):\n%s", e, diff)
		}
	}
	if want[0][0] == want[0][1] {
		t.Errorf("losses %v: two nets are the same", want[0])
	}
}

func newWork(t *testing.T, task Task, mnist data.Set, epochs int) *Work {
	t.Helper()
	w, err := NewWork(task, mnist, epochs)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t *testing.T, l learner, number int) answer {
	t.Helper()
	a, err := l.Run(number)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func fullMNIST(t *testing.T) data.Set {
	t.Helper()
	set, _, err := data.Load(t.Context(), "mnist", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if set.Len() != 60000 {
		t.Fatalf("MNIST has %d training examples, want 60000", set.Len())
	}
	return set
}

func openXLA(t *testing.T) compute.Backend {
	t.Helper()
	backend, _, _, err := train.Open("xla:cpu")
	if err != nil {
		t.Fatal("XLA does not open here, see kernel-setup/doctor: ", err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}
