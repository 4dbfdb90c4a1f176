package main

import (
	"math"
	"testing"

	"github.com/gomlx/compute"

	"rethinking/lib/data"
	"rethinking/lib/train"
)

// What float32 sums in another order explain. Measured on XLA on the CPU: 4e-7, because the steps' losses are summed up in float32, and 0.
const (
	lossTolerance   = 1e-5 // relative, of an epoch's mean loss
	weightTolerance = 1e-6 // absolute; the largest weight is about 0.1
)

// A compiled epoch is the same training as GoMLX's own train.Loop: from the same weights and in the same order, the MLP of 2 x 512 on
// full MNIST, SGD at rate 0.01, batch 1024 and the short last batch of 608, has the same loss curve and ends with the same weights.
func TestLossCurveEqualsTrainLoop(t *testing.T) {
	loss, weight := differences(t, fullMNIST(t), 3, Rate)
	t.Logf("greatest difference: mean loss %.1e (relative), weights %.1e", loss, weight)
	if !(loss <= lossTolerance) {
		t.Errorf("the mean loss of an epoch differs from train.Loop's by %.1e (relative), more than %.0e", loss, lossTolerance)
	}
	if !(weight <= weightTolerance) {
		t.Errorf("a weight differs from train.Loop's by %.1e, more than %.0e", weight, weightTolerance)
	}
}

// The comparison above can fail: a learning rate that is wrong by one percent is seen in the loss and in the weights at once.
func TestLossCurveTellsAWrongRate(t *testing.T) {
	loss, weight := differences(t, fullMNIST(t), 1, Rate*1.01)
	if loss <= lossTolerance || weight <= weightTolerance {
		t.Errorf("a rate wrong by 1%% changes the loss by %.1e and the weights by %.1e: the tolerances %.0e and %.0e would not tell", loss, weight, lossTolerance, weightTolerance)
	}
}

// differences trains with train.Loop at Rate and with ours at a rate. It returns the greatest relative difference of an epoch's mean loss
// and the greatest difference of a final weight.
func differences(t *testing.T, set data.Set, epochs int, rate float64) (loss, weight float64) {
	t.Helper()
	backend := openXLA(t)
	work, err := NewWork(Net{"2x512", []int{512, 512}, 1024}, set, epochs)
	if err != nil {
		t.Fatal(err)
	}
	if work.orders, err = loopOrders(backend, set.Len(), work.Net.Batch, false, work.Seed, epochs); err != nil {
		t.Fatal(err)
	}
	if got := len(work.orders[0]); got != set.Len() {
		t.Fatalf("an epoch has %d examples, want all %d", got, set.Len())
	}
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
		want, got := epochOf(t, theirs, e), epochOf(t, mine, e)
		loss = worse(loss, math.Abs(got-want)/want)
	}
	want := join(theirs.Weights())
	for i, got := range join(mine.Weights()) {
		weight = worse(weight, math.Abs(float64(got-want[i])))
	}
	return loss, weight
}

func epochOf(t *testing.T, l learner, number int) float64 {
	t.Helper()
	meanLoss, err := l.Epoch(number)
	if err != nil {
		t.Fatal(err)
	}
	return meanLoss
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
