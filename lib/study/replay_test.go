package study_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/probe"
	"rethinking/lib/study"
	"rethinking/lib/train"
)

// A replay goes through the evaluations and ends at the weights of the run; so does a trail, which is trained once, keeps the run's result, and is
// trained again only for epochs that it lacks.
func TestReplayAndTrail(t *testing.T) {
	for name, e := range map[string]study.Experiment{"one core": tiny(1), "all cores": large(1)} {
		dir := t.TempDir()
		lab := openLab(t, study.Options{Dir: dir})
		weights, err := lab.Weights(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		r, err := openLab(t, study.Options{Dir: dir, Kept: true}).Run(t.Context(), e)
		if err != nil {
			t.Fatalf("%s: the trail's run left no result: %v", name, err)
		}
		var epochs []int
		var loss float64
		var last map[string][]float32
		err = lab.Replay(t.Context(), e, func(s study.Stand) (err error) {
			epochs, loss = append(epochs, s.Epoch), s.Train.Loss
			last, err = s.Variables()
			return err
		})
		if err != nil || !slices.Equal(epochs, r.Measurements.Curves.Epoch) {
			t.Errorf("%s: epochs %v, want %v, error %v", name, epochs, r.Measurements.Curves.Epoch, err)
		}
		if diff := cmp.Diff(last, weights); diff != "" {
			t.Errorf("%s: the weights differ: %s", name, diff)
		}
		checkProbe(t, lab, e, last, loss)
		checkTrail(t, lab, e, epochs, last)
	}
}

// checkTrail asks for all epochs of a run, twice.
func checkTrail(t *testing.T, lab *study.Lab, e study.Experiment, epochs []int, last map[string][]float32) {
	t.Helper()
	trained := 0
	for range 2 {
		stands, err := lab.Trail(t.Context(), e, func([]train.Point) bool { return true }, func(share float64) { trained++ })
		if err != nil || len(stands) != len(epochs) {
			t.Fatalf("%d stands, want %d, error %v", len(stands), len(epochs), err)
		}
		if got, err := stands[len(stands)-1].Variables(); err != nil || !cmp.Equal(got, last) {
			t.Error("the last stand has other weights, or", err)
		}
		if trained == 0 {
			t.Fatal("the trail had the last epoch alone, and was not trained again")
		}
		trained = -1
	}
	if trained != -1 {
		t.Error("a trail that is there was trained again")
	}
}

// large is an experiment that is trained on all cores.
func large(seed int64) study.Experiment {
	e := tiny(seed)
	e.Net, e.Training.Batch, e.Training.Epochs = study.MLP(1200, 1200), 200, 2
	return e
}

// checkProbe holds the loss that a probe measures at a run's weights against the run's own.
func checkProbe(t *testing.T, lab *study.Lab, e study.Experiment, weights map[string][]float32, want float64) {
	t.Helper()
	backend, err := lab.Backend()
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := lab.Examples(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	l, err := probe.New(backend, s.Architecture(), weights, s.X, s.Labels, probe.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got, err := l.Value(t.Context()); err != nil || got/want-1 > 1e-5 || want/got-1 > 1e-5 {
		t.Errorf("loss %g, want %g, error %v", got, want, err)
	}
}

func TestReplayEndsWithItsVisitor(t *testing.T) {
	lab, boom, visits := openLab(t, study.Options{}), errors.New("boom"), 0
	if err := lab.Replay(t.Context(), tiny(1), func(study.Stand) error { visits++; return boom }); !errors.Is(err, boom) || visits != 1 {
		t.Errorf("error %v, %d visits", err, visits)
	}
	bad := tiny(1)
	bad.Training.Epochs = 0
	if err := lab.Replay(t.Context(), bad, nil); err == nil {
		t.Error("a bad experiment is replayed")
	}
}

// With a seed of their own, examples and corruption stay while the start and the order change.
func TestDataSeed(t *testing.T) {
	lab := openLab(t, study.Options{})
	drawn := func(seed, dataSeed int64) study.Sample {
		e := tiny(seed)
		e.Data.Seed = dataSeed
		e.Corruption = study.Corruption{Labels: 0.5, Gaussian: 0.5, Noise: 0.1}
		s, _, err := lab.Examples(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		s.Experiment = study.Experiment{}
		return s
	}
	if !cmp.Equal(drawn(1, 7), drawn(2, 7)) || !cmp.Equal(drawn(7, 0), drawn(2, 7)) || cmp.Equal(drawn(1, 7), drawn(1, 8)) {
		t.Error("examples must depend on their own seed where there is one")
	}
	a, b := tiny(1), tiny(2)
	a.Data.Seed, b.Data.Seed = 7, 7
	results, err := lab.All(t.Context(), a, b)
	if err != nil || cmp.Equal(results[0].Measurements.Curves, results[1].Measurements.Curves) {
		t.Error("two starts on the same examples are one, or", err)
	}
}
