package seed2017

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

// express answers questions in a new lab on a backend, "" for the default; that of pure Go compiles nothing.
func express(t *testing.T, backend string, questions ...Finite) ([]Answered, error) {
	t.Helper()
	lab, err := study.Open(study.Options{Dir: t.TempDir(), Backend: backend, Scale: study.Smoke})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lab.Close() })
	return study.Ask(t.Context(), lab, questions...)
}

// In every draw theorem 1's network and the corollary's return all labels. What is trained falls short of that with as many weights, in this time,
// and reaches it with as many units.
func TestExpress(t *testing.T) {
	questions := Expressivity(study.Smoke)
	for backend, questions := range map[string][]Finite{"": questions[:1], "go": questions} {
		all, err := express(t, backend, questions...)
		if err != nil || len(all) != len(questions) {
			t.Fatalf("backend %q: %d answers to %d questions, error %v", backend, len(all), len(questions), err)
		}
		for _, x := range all {
			checkBuilt(t, x.Answer)
			checkTrained(t, x.Answer)
		}
	}
}

func checkBuilt(t *testing.T, x Expressed) {
	t.Helper()
	if x.Weights != 2*x.N+x.Dim || x.Width != x.N || x.TrainAccuracy != 100 || x.Residual > 1e-9 || x.Condition < 1 {
		t.Errorf("theorem 1, %d points in %d dimensions, condition number %g: %+v", x.N, x.Dim, x.Condition, x.Network)
	}
	if len(x.Deep) != len(x.Depths) {
		t.Fatalf("%d networks of %d depths", len(x.Deep), len(x.Depths))
	}
	for i, depth := range x.Depths {
		width := (x.N+depth-3)/(depth-2) + 3 // n/(k-2) rounded up, the projection, and two parts of the sum
		if n := x.Deep[i]; n.Width != width || n.TrainAccuracy != 100 || n.Residual > 1e-6 || n.Weights > 10*(x.N+x.Dim) {
			t.Errorf("depth %d, width should be %d: %+v", depth, width, n)
		}
	}
}

func checkTrained(t *testing.T, x Expressed) {
	t.Helper()
	unit, most := x.Dim+1+10, 2*x.N+x.Dim
	if n := x.SameWeights; n.Weights > most || n.Weights+unit <= most || n.Weights != n.Width*unit+10 ||
		n.TrainAccuracy >= 100 || n.Epochs != x.Plan.Epochs {
		t.Errorf("of %d weights: %+v", most, n)
	}
	if n := x.SameUnits; n.Width != x.N || n.Weights != x.N*unit+10 || n.TrainAccuracy != 100 || n.Epochs > x.Plan.Epochs/2 {
		t.Errorf("of %d units: %+v", x.N, n)
	}
}

// Tables get every network of a draw, with the draw.
func TestNetworks(t *testing.T) {
	x := Expressed{Network: Network{Name: "a"}, Deep: []Network{{Name: "b"}, {Name: "c"}}, SameWeights: Network{Name: "d"}, SameUnits: Network{Name: "e"}}
	draw := Answered{Question: Finite{Seed: 4}, Answer: x}
	var names string
	for _, n := range Networks([]Answered{draw, draw}) {
		name := NetworkName.Of(n).Label
		if _, built := NetworkResidual.Of(n); built != (name < "d") || n.Origin().Seed != 4 {
			t.Errorf("network %s of %+v has a residual: %t", name, n.Origin(), built)
		}
		names += name
	}
	if names != "abcdeabcde" {
		t.Errorf("networks %s", names)
	}
}

// stopper ends a context where more than a share of the work is done.
type stopper struct {
	study.Observer
	after  float64
	stop   func()
	shares []float64
}

func (s *stopper) Measuring(m study.Measuring) {
	if s.shares = append(s.shares, m.Fraction); m.Fraction > s.after {
		s.stop()
	}
}
func (*stopper) Finished(study.Finished) {}

// A question that is stopped while the second net trains goes on from there, to the same answer.
func TestAnswerGoesOn(t *testing.T) {
	q := Expressivity(study.Smoke)[0]
	want, err := express(t, "go", q)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ask := func(after float64) (got []Answered, shares []float64, err error) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		s := &stopper{after: after, stop: stop}
		lab, err := study.Open(study.Options{Dir: dir, Backend: "go", Observer: s})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		got, err = study.Ask(ctx, lab, q)
		return got, s.shares, err
	}
	if _, _, err := ask(0.5); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	got, shares, err := ask(1)
	if err != nil || shares[0] != 0 || shares[1] <= 0.5 {
		t.Fatalf("error %v, shares %v", err, shares)
	}
	if diff := cmp.Diff(want[0].Answer, got[0].Answer); diff != "" {
		t.Errorf("answers differ:\n%s", diff)
	}
}

// The same question has the same answer, to the bit; another seed has other points.
func TestExpressRepeats(t *testing.T) {
	q := Expressivity(study.Smoke)[0]
	q.Plan.Epochs = 5
	other := q
	other.Seed++
	first, err := express(t, "go", q, other)
	if err != nil {
		t.Fatal(err)
	}
	again, err := express(t, "go", q)
	if diff := cmp.Diff(first[0].Answer, again[0].Answer); diff != "" || err != nil {
		t.Errorf("error %v, answers differ:\n%s", err, diff)
	}
	if a, b := first[0].Answer, first[1].Answer; a.Condition == b.Condition || a.SameWeights == b.SameWeights {
		t.Errorf("seeds %d and %d have the same answer", q.Seed, other.Seed)
	}
}

func TestExpressErrors(t *testing.T) {
	good := Finite{N: 11, Dim: 3, Depths: []int{3}, Plan: train.Plan{Epochs: 1, LearningRate: 0.01, Decay: 1}, Batch: 4}
	for want, change := range map[string]func(*Finite){
		"10 points in 3 dimensions":            func(q *Finite) { q.N = 10 },
		"in 0 dimensions":                      func(q *Finite) { q.Dim = 0 },
		"in batches of 0":                      func(q *Finite) { q.Batch = 0 },
		"depth 2 of a network of 11 hidden":    func(q *Finite) { q.Depths = []int{3, 2} },
		"the loss is not finite: lower the le": func(q *Finite) { q.Plan.LearningRate = 1e30 },
	} {
		q := good
		change(&q)
		if _, err := express(t, "go", q); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	all, err := express(t, "go", good)
	if err != nil || all[0].Answer.SameWeights.Width != 1 {
		t.Errorf("the fewest points: error %v, %+v", err, all)
	}
}

// Draws have the mean and the standard deviation of their distribution, to about four standard errors, and none lies below three standard deviations.
func TestDraw(t *testing.T) {
	const count = 20000
	source, draws := rand.NewPCG(1, 1), make([]float64, count)
	for i := range draws {
		draws[i] = float64(normal{500, 150}.draw(source))
	}
	mean, sd := stat.MeanStdDev(draws, nil)
	if math.Abs(mean-500) > 5 || math.Abs(sd-150) > 4 || slices.Min(draws) < 50 {
		t.Errorf("mean %g, standard deviation %g, lowest %g", mean, sd, slices.Min(draws))
	}
}

// The list of draws is the same every time, its means are near those of the distributions (three standard errors), and a larger scale goes on where
// a smaller one ends.
func TestExpressivity(t *testing.T) {
	all := Expressivity(study.Standard)
	if diff := cmp.Diff(all, Expressivity(study.Standard)); diff != "" {
		t.Errorf("the list differs:\n%s", diff)
	}
	var n, d []float64
	for _, q := range all {
		n, d = append(n, float64(q.N)), append(d, float64(q.Dim))
	}
	error3 := 3 / math.Sqrt(float64(len(all)))
	if mean := stat.Mean(n, nil); math.Abs(mean-500) > 150*error3 {
		t.Errorf("mean of n %g", mean)
	}
	if mean := stat.Mean(d, nil); math.Abs(mean-200) > 60*error3 {
		t.Errorf("mean of d %g", mean)
	}
	for i, q := range Expressivity(study.Quick) {
		if q.N != all[i].N || q.Dim != all[i].Dim || q.Seed != all[i].Seed {
			t.Errorf("draw %d is %d points in %d dimensions, %d and %d at standard scale", i, q.N, q.Dim, all[i].N, all[i].Dim)
		}
	}
}
