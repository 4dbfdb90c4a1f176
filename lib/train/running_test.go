package train

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// points are those of a short run.
func points(t *testing.T, spec Spec) []Point {
	t.Helper()
	all, _ := fitted(t, wide(t, spec), Plan{Epochs: 4, LearningRate: 0.1, Decay: 1}, random(200), nil, nil)
	return all
}

// In an epoch of one step the running mean is the standing before it; in one of many, it lies behind the standing at its end.
func TestRunningMeans(t *testing.T) {
	whole := points(t, Spec{Batch: 200, Running: true})
	if whole[0].Running != whole[0].Train {
		t.Errorf("before training: running %+v, want %+v", whole[0].Running, whole[0].Train)
	}
	for i, p := range whole[1:] {
		if before := whole[i].Train; math.Abs(p.Running.Loss/before.Loss-1) > 1e-5 || p.Running.Accuracy != before.Accuracy || p.Running.N != 200 {
			t.Errorf("epoch %d: running %+v, before it %+v", p.Epoch, p.Running, before)
		}
	}
	for _, p := range points(t, Spec{Batch: 30, Running: true})[1:] {
		if p.Running.Loss <= p.Train.Loss || p.Running.Accuracy >= p.Train.Accuracy {
			t.Errorf("epoch %d: running %+v, at its end %+v", p.Epoch, p.Running, p.Train)
		}
	}
	if plain := points(t, Spec{Batch: 30}); plain[4].Running != (Evaluation{}) {
		t.Errorf("running %+v without being asked for", plain[4].Running)
	}
}

// Counting changes no weight, but for rounding.
func TestRunningChangesNothing(t *testing.T) {
	counted, plain := points(t, Spec{Batch: 30, Running: true}), points(t, Spec{Batch: 30})
	for i, p := range counted {
		if math.Abs(p.Train.Loss/plain[i].Train.Loss-1) > 1e-4 {
			t.Errorf("epoch %d: loss %g with counting, %g without", p.Epoch, p.Train.Loss, plain[i].Train.Loss)
		}
	}
}

// The clipped loss is that of the logits where no probability is near 0 or 1, and gives an example no gradient beyond.
func TestClippedCrossEntropy(t *testing.T) {
	backend := open(t, "go")
	labels := []int32{0, 1, 1}
	measure := func(logits [][]float32) (clipped, exact float32, slope [][]float32) {
		exec := graph.MustNewExec(backend, func(y, z *graph.Node) []*graph.Node {
			c := clippedCrossEntropy(y, z)
			return []*graph.Node{c, crossEntropy(y, z), graph.Gradient(c, z)[0]}
		})
		out := exec.MustCall(labels, logits)
		return tensors.ToScalar[float32](out[0]), tensors.ToScalar[float32](out[1]), out[2].Value().([][]float32)
	}
	if clipped, exact, _ := measure([][]float32{{1, 0}, {2, 1}, {0, 3}}); math.Abs(float64(clipped-exact)) > 1e-6 {
		t.Errorf("clipped loss %g, want %g", clipped, exact)
	}
	clipped, _, slope := measure([][]float32{{1, 0}, {40, 0}, {0, 3}})
	if want := (0.3132617 - math.Log(clipping) + 0.0485874) / 3; math.Abs(float64(clipped)-want) > 1e-4 {
		t.Errorf("clipped loss %g, want %g", clipped, want)
	}
	if slope[1][0] != 0 || slope[1][1] != 0 || slope[0][0] >= 0 {
		t.Errorf("gradient %v: the second example is clipped", slope)
	}
}
