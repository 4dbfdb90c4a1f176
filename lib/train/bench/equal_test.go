package main

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

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
	equal(t, allSections()[1].tasks[0].small(), data.Set{}, 1)
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
	n := work.Examples
	orders, err := loopOrders(backend, n, work.Batch, false, epochs)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(orders[0]); got != n {
		t.Fatalf("an epoch has %d examples, want all %d", got, n)
	}
	work.orders = orders
	theirs, err := newLoop(backend, work, false)
	if err != nil {
		t.Fatal(err)
	}
	changed := *work
	changed.Rate = rate
	mine, err := newOurs(backend, &changed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mine.trainer.Close)
	for e := range epochs {
		loss = max(loss, difference(run(t, mine, e), run(t, theirs, e)))
	}
	for v := range theirs.store.IterVariables() {
		if !v.Trainable {
			continue
		}
		got := tensors.MustCopyFlatData[float32](mine.trainer.Store().GetVariable(v.Path()).MustValue())
		for i, want := range tensors.MustCopyFlatData[float32](v.MustValue()) {
			weight = max(weight, math.Abs(float64(got[i]-want)))
		}
	}
	return loss, weight
}

func newWork(t *testing.T, task Task, mnist data.Set, epochs int) *Work {
	t.Helper()
	w, err := NewWork(task, mnist, epochs)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t *testing.T, l learner, number int) []float64 {
	t.Helper()
	values, err := l.Run(number)
	if err != nil {
		t.Fatal(err)
	}
	return values
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
