package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/nets"
)

func TestRate(t *testing.T) {
	const start = 0.01
	for name, c := range map[string]struct {
		plan   Plan
		epochs []int
		times  []float64 // powers of the factor
	}{
		"constant":               {Plan{Decay: 1}, []int{1, 100}, []float64{0, 0}},
		"x0.95 an epoch":         {Plan{Decay: 0.95}, []int{1, 2, 41}, []float64{0, 1, 40}},
		"halved every 15":        {Plan{Decay: 0.5, DecayEvery: 15}, []int{1, 15, 16, 30, 31}, []float64{0, 0, 1, 1, 2}},
		"x0.1 after 150 and 225": {Plan{Decay: 0.1, DecayAt: []int{150, 225}}, []int{150, 151, 225, 226, 300}, []float64{0, 1, 1, 2, 2}},
	} {
		c.plan.LearningRate = start
		for i, epoch := range c.epochs {
			if got, want := c.plan.Rate(epoch), start*math.Pow(c.plan.Decay, c.times[i]); math.Abs(got-want) > 1e-15 {
				t.Errorf("%s: rate %g in epoch %d, want %g", name, got, epoch, want)
			}
		}
	}
}

func TestDue(t *testing.T) {
	for name, c := range map[string]struct {
		plan Plan
		want []int
	}{
		"default":    {Plan{Epochs: 50}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30, 33, 36, 39, 42, 46, 50}},
		"every 20th": {Plan{Epochs: 50, Evaluate: 20}, []int{20, 40, 50}},
	} {
		if diff := cmp.Diff(c.want, evaluated(c.plan)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if n := len(evaluated(Plan{Epochs: 1000})); n > 70 {
		t.Errorf("%d evaluations of 1000 epochs", n)
	}
}

func evaluated(plan Plan) (epochs []int) {
	last := 0
	for epoch := 1; epoch <= plan.Epochs; epoch++ {
		if plan.due(epoch, last) {
			epochs, last = append(epochs, epoch), epoch
		}
	}
	return epochs
}

// random returns examples whose labels have nothing to do with their inputs, so that fitting takes a while and then goes fast.
func random(n int) Examples {
	x, labels := gaussian(n)
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range labels {
		labels[i] = uint8(rng.IntN(classes))
	}
	return NewExamples(x, labels, nil)
}

// wide is a trainer of a net that can fit random labels.
func wide(t *testing.T, spec Spec) *Trainer {
	t.Helper()
	if spec.Net == nil {
		spec.Net = nets.MLP([]int{128}, classes)
	}
	spec.Dim = dim
	trainer, err := New(open(t, "xla:cpu"), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trainer.Close)
	if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	return trainer
}

// firsts are the first epochs at the milestones of a plan.
func firsts(plan Plan, points []Point) map[float64]int {
	at := map[float64]int{}
	for _, a := range plan.Milestones() {
		if i := slices.IndexFunc(points, func(p Point) bool { return p.Train.Accuracy >= a }); i >= 0 {
			at[a] = points[i].Epoch
		}
	}
	return at
}

// fitted trains a trainer from its start, or from a checkpoint.
func fitted(t *testing.T, trainer *Trainer, plan Plan, set Examples, from *Checkpoint, trained func(float64, func() (Checkpoint, error)) error) (points []Point, weights map[string][]float32) {
	t.Helper()
	if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	err := trainer.Fit(t.Context(), plan, Sets{set, set, set}, rand.NewPCG(3, 3), from, Hooks{
		Evaluated: func(p Point) error { points = append(points, p); return nil }, Trained: trained,
	})
	if err != nil {
		t.Fatal(err)
	}
	return points, trainer.Weights()
}

// The default evaluates less often than every epoch, and yet finds the first epochs at all thresholds, and the same numbers where it
// looks. The train accuracy of so few examples goes up and down, so that thresholds are reached and lost again.
func TestSparseEvaluationMissesNoThreshold(t *testing.T) {
	trainer, set := wide(t, Spec{Batch: 20, Slab: 25, Optimizer: SGD{Momentum: 0.9}}), random(120)
	if trainer.slabsOf(set.Len()) == 0 {
		t.Fatal("the set must have slabs to stop at")
	}
	for _, plan := range []Plan{
		{Epochs: 150, LearningRate: 0.1, Decay: 1},
		{Epochs: 150, LearningRate: 0.02, Decay: 1},
		{Epochs: 150, LearningRate: 0.05, Decay: 1, Target: 0.93},
	} {
		each := plan
		each.Evaluate = 1
		all, weights := fitted(t, trainer, each, set, nil, nil)
		some, same := fitted(t, trainer, plan, set, nil, nil)
		if diff := cmp.Diff(firsts(plan, all), firsts(plan, some)); diff != "" {
			t.Errorf("first epochs (-every epoch +default):\n%s", diff)
		}
		if 3*len(some) > 2*len(all) || len(firsts(plan, all)) < 2 {
			t.Errorf("%d evaluations instead of %d, thresholds reached: %v", len(some), len(all), firsts(plan, all))
		}
		if !cmp.Equal(weights, same) {
			t.Error("how often a run is evaluated changed its weights")
		}
		for i, p := range some {
			if want := all[p.Epoch]; p != want || i > 0 && p.Epoch <= some[i-1].Epoch {
				t.Errorf("after epoch %d: %+v, want %+v", p.Epoch, p, want)
			}
		}
	}
}

// A run that goes on from any of its checkpoints ends as the unbroken one does: with momentum, dropout and Adam's moments, at the end
// of an epoch and in the middle of one.
func TestEveryCheckpointLeadsToTheSameEnd(t *testing.T) {
	net, err := nets.New(nets.Architecture{
		Kind: "mlp", Hidden: []int{64}, BatchNorm: true, Height: 1, Width: dim, Channels: 1, Classes: classes, Noise: nets.Noise{Dropout: 0.1},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, spec := range map[string]Spec{
		"momentum":                     {Batch: 20, Optimizer: SGD{Momentum: 0.9}},
		"adam, batch norm and dropout": {Batch: 30, Optimizer: Adam(), Net: net},
	} {
		plan := Plan{Epochs: 40, LearningRate: 0.03, Decay: 0.98}
		var checkpoints []Checkpoint
		trainer, set := wide(t, spec), random(200)
		points, weights := fitted(t, trainer, plan, set, nil, func(_ float64, checkpoint func() (Checkpoint, error)) error {
			c, err := checkpoint()
			checkpoints = append(checkpoints, c)
			return err
		})
		if len(checkpoints) < 40 {
			t.Fatalf("%s: %d checkpoints", name, len(checkpoints))
		}
		inside := 0
		for i, c := range checkpoints {
			if c.Step > 0 {
				inside++
			}
			rest, same := fitted(t, trainer, plan, set, &c, nil)
			if !cmp.Equal(weights, same) {
				t.Errorf("%s: going on from checkpoint %d (epoch %d, step %d) gives other weights", name, i, c.Epoch, c.Step)
			}
			after := slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return p.Epoch <= c.Last.Epoch })
			if diff := cmp.Diff(after, rest, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: going on from checkpoint %d (epoch %d, step %d):\n%s", name, i, c.Epoch, c.Step, diff)
			}
		}
		if inside == 0 {
			t.Errorf("%s: no checkpoint lies inside an epoch", name)
		}
	}
}

// endsAt is a context that has ended once it was asked so many times.
type endsAt struct {
	context.Context
	left int
}

func (c *endsAt) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A run may be stopped wherever it looks whether it is to stop: in the steps of an epoch and in both evaluations after it, which leave the
// whole epoch behind. It goes on to the same end.
func TestARunStoppedAnywhereGoesOn(t *testing.T) {
	plan, set := Plan{Epochs: 3, LearningRate: 0.03, Decay: 1, Evaluate: 1}, random(200)
	trainer := wide(t, Spec{Batch: 20, Slab: 90, Optimizer: SGD{Momentum: 0.9}, Running: true})
	want, weights := fitted(t, trainer, plan, set, nil, nil)
	evaluating := 0
	for looks := 0; ; looks++ {
		if err := trainer.Start(rand.New(rand.NewPCG(1, 1))); err != nil {
			t.Fatal(err)
		}
		var points []Point
		var last *Checkpoint
		err := trainer.Fit(&endsAt{t.Context(), looks}, plan, Sets{set, set, set}, rand.NewPCG(3, 3), nil, Hooks{
			Evaluated: func(p Point) error { points = append(points, p); return nil },
			Trained: func(_ float64, checkpoint func() (Checkpoint, error)) error {
				c, err := checkpoint()
				last = &c
				return err
			},
		})
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if strings.HasPrefix(err.Error(), "after epoch") {
			evaluating++
			if last == nil || !last.Due || !strings.HasPrefix(err.Error(), fmt.Sprintf("after epoch %d:", last.Epoch)) {
				t.Errorf("%v; its checkpoint: %+v", err, last)
			}
		}
		if last != nil {
			points = slices.DeleteFunc(points, func(p Point) bool { return p.Epoch > last.Last.Epoch })
		} else {
			points = nil
		}
		rest, same := fitted(t, trainer, plan, set, last, nil)
		if diff := cmp.Diff(want, append(points, rest...)); diff != "" || !cmp.Equal(weights, same) {
			t.Errorf("stopped at look %d (%v), the same weights: %t\n%s", looks, err, cmp.Equal(weights, same), diff)
		}
	}
	if evaluating != plan.Epochs*4 {
		t.Errorf("stopped in %d evaluations, want at each slab: %d", evaluating, plan.Epochs*4)
	}
}

func TestForeignStateIsRefused(t *testing.T) {
	small, large := newTrainer(t, "xla:cpu", 10, 0.9), wide(t, Spec{Batch: 10})
	state, err := small.State()
	if err != nil {
		t.Fatal(err)
	}
	before := large.Weights()
	if err := large.SetState(state); err == nil || !cmp.Equal(before, large.Weights()) {
		t.Errorf("error %v; the weights must be as before", err)
	}
}

func TestAHookEndsTheRun(t *testing.T) {
	enough, set := errors.New("enough"), random(100)
	trainer, plan := wide(t, Spec{Batch: 10}), Plan{Epochs: 5, LearningRate: 0.1, Decay: 1}
	err := trainer.Fit(t.Context(), plan, Sets{set, set, set}, rand.NewPCG(1, 1), nil,
		Hooks{Trained: func(float64, func() (Checkpoint, error)) error { return enough }})
	if !errors.Is(err, enough) {
		t.Errorf("got error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := trainer.Fit(ctx, plan, Sets{set, set, set}, rand.NewPCG(1, 1), nil, Hooks{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		n         int
		threshold float64
		want      int
	}{{10, 0, 10}, {10, 1, 0}, {10, 0.9, 1}, {120, 0.9, 12}, {60000, 0.9999, 6}, {50000, 0.999, 50}, {7, 0.95, 0}, {1, 0.5, 0}} {
		if got := allowed(c.n, c.threshold); got != c.want {
			t.Errorf("%d of %d may be wrong for %g, want %d", got, c.n, c.threshold, c.want)
		}
	}
}

// The parts of a set add up to the whole, in slabs and in the rest; norm and distance are those of the weights.
func TestStandingOfParts(t *testing.T) {
	const n = 2537
	x, labels := gaussian(n)
	corrupted := make([]bool, n)
	var cleanX, corruptedX []float32
	var cleanLabels, corruptedLabels []uint8
	for i := range corrupted {
		if corrupted[i] = i%3 == 0; corrupted[i] {
			corruptedX, corruptedLabels = append(corruptedX, x[i*dim:(i+1)*dim]...), append(corruptedLabels, labels[i])
		} else {
			cleanX, cleanLabels = append(cleanX, x[i*dim:(i+1)*dim]...), append(cleanLabels, labels[i])
		}
	}
	trainer := newTrainer(t, "xla:cpu", 50, 0)
	got, _, err := trainer.standing(t.Context(), NewExamples(x, labels, corrupted), 0)
	if err != nil {
		t.Fatal(err)
	}
	alone := func(x []float32, labels []uint8) Evaluation {
		e, err := trainer.Evaluate(t.Context(), NewExamples(x, labels, nil))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	want := Standing{alone(x, labels), alone(cleanX, cleanLabels), alone(corruptedX, corruptedLabels)}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-6, 0)); diff != "" || got.Clean.N+got.Corrupted.N != n {
		t.Errorf("(-alone +as parts):\n%s", diff)
	}
	start := trainer.Weights()
	if norm, distance := trainer.lengths(); distance != 0 || math.Abs(norm-length(start, nil)) > 1e-9 {
		t.Errorf("at the start: norm %g, distance %g", norm, distance)
	}
	if _, err := trainer.Epoch(t.Context(), NewExamples(x, labels, nil), identity(n), 0.1); err != nil {
		t.Fatal(err)
	}
	if _, distance := trainer.lengths(); math.Abs(distance-length(trainer.Weights(), start)) > 1e-9 || distance == 0 {
		t.Errorf("distance %g, want %g", distance, length(trainer.Weights(), start))
	}
}

// length is the l2 norm of a - b.
func length(a, b map[string][]float32) float64 {
	sum := 0.
	for path, values := range a {
		for i, v := range values {
			d := float64(v)
			if b != nil {
				d -= float64(b[path][i])
			}
			sum += d * d
		}
	}
	return math.Sqrt(sum)
}
