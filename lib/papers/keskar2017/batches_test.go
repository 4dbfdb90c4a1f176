package keskar2017_test

import (
	"math"
	"testing"

	"rethinking/lib/papers/keskar2017"
	"rethinking/lib/study"
)

// Both batch sizes of table 2 are on the knee, so that it shares their runs and answers; the largest batch is the whole training set.
func TestKneeSharesTable2(t *testing.T) {
	for _, scale := range study.Scales {
		known, asked, shared := map[string]bool{}, map[string]bool{}, 0
		for _, e := range keskar2017.Table2(scale) {
			known[e.Key()] = true
		}
		for _, q := range keskar2017.Searches(scale) {
			asked[study.Asked(q).Key()] = true
		}
		runs := keskar2017.Figure4(scale)
		for i, q := range keskar2017.KneeSharpness(scale) {
			if known[runs[i].Key()] {
				shared++
				if !asked[study.Asked(q).Key()] {
					t.Errorf("%s: the sharpness of %s is asked twice", scale, runs[i])
				}
			}
		}
		last := runs[len(runs)-1]
		if want := 2 * int(last.Seed); shared != want {
			t.Errorf("%s: %d runs are those of table 2, want %d", scale, shared, want)
		}
		if scale == study.Quick || scale == study.Standard {
			if last.Training.Batch != last.Data.Examples() {
				t.Errorf("%s: the largest batch is %d of %d examples", scale, last.Training.Batch, last.Data.Examples())
			}
		}
	}
}

// One lab serves all: the studies share runs.
func TestBatchesAtSmokeScale(t *testing.T) {
	lab := openLab(t)
	for name, part := range map[string]func(*testing.T, *study.Lab){
		"knee": kneeAtSmokeScale, "warm": warmStartsAtSmokeScale, "course": courseAtSmokeScale, "control": controlAtSmokeScale,
	} {
		t.Run(name, func(t *testing.T) { part(t, lab) })
	}
}

// Fewer updates of as many epochs leave a net nearer to its start, and its loss higher.
func kneeAtSmokeScale(t *testing.T, lab *study.Lab) {
	answers, err := study.Ask(t.Context(), lab, keskar2017.KneeSharpness(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := lab.All(t.Context(), keskar2017.Figure4(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	far := math.Inf(1)
	for i, p := range keskar2017.Higher(answers) {
		distance, _ := keskar2017.Distance.Of(runs[i])
		if distance >= far || distance <= 0 {
			t.Errorf("batches of %d end %g from the start, smaller ones %g", runs[i].Experiment.Training.Batch, distance, far)
		}
		far = distance
		if p.Part.Box.Subspace != 0 || p.Part.Box.Epsilon != 1e-3 || p.Part.Of.Sharpness <= 0 {
			t.Errorf("%+v", p.Part)
		}
	}
}

// A run in large batches begins where the small ones stood.
func warmStartsAtSmokeScale(t *testing.T, lab *study.Lab) {
	large, err := lab.All(t.Context(), keskar2017.Figure5(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	small, err := lab.All(t.Context(), keskar2017.SmallBatches(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	of := small[0].Measurements.Curves
	for i, r := range large {
		first, k := r.Measurements.Curves.TestLoss[0], int(keskar2017.WarmEpochs.Of(r).Number)
		if k != i || math.Abs(first/of.TestLoss[k]-1) > 1e-5 {
			t.Errorf("after %d epochs: it begins at a test loss of %g, small batches were at %g", k, first, of.TestLoss[k])
		}
	}
	if rows := keskar2017.Warmings(large, small); len(rows) != 5 {
		t.Errorf("%d rows", len(rows))
	}
	answers, err := study.Ask(t.Context(), lab, keskar2017.WarmSharpness(study.Smoke)...)
	if err != nil || len(keskar2017.Higher(answers)) != 3 {
		t.Error(err)
	}
}

// At its end a course has the sharpness and the loss that the higher search has there.
func courseAtSmokeScale(t *testing.T, lab *study.Lab) {
	courses, err := study.Ask(t.Context(), lab, keskar2017.Figure6(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	ends, err := study.Ask(t.Context(), lab, keskar2017.Searches(study.Smoke)[:2]...)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range courses {
		if len(c.Answer) != 2 || c.Answer[0].Epoch != 1 || c.Answer[0].Ends || !c.Answer[1].Ends {
			t.Fatalf("%+v", c.Answer)
		}
		if got, want := c.Answer[1].Of, keskar2017.Higher(ends)[i].Part.Of; got != want {
			t.Errorf("%+v at the end, want %+v", got, want)
		}
	}
}

// The longer run in large batches has as many updates as the small ones, to half an epoch, and only its epochs differ from the shorter one's.
func TestControlHasAsManyUpdates(t *testing.T) {
	for _, scale := range study.Scales {
		for _, net := range study.Split(keskar2017.Control(scale), keskar2017.NetName) {
			regimes := study.Split(net.Rows, keskar2017.Regime)
			if len(regimes) < 3 || regimes[1].Label != keskar2017.EqualEpochs || regimes[2].Label != keskar2017.EqualUpdates {
				t.Fatalf("%s: regimes %v", scale, regimes)
			}
			if net.Label == keskar2017.F1 {
				checkGhosts(t, regimes)
			}
			small, large, longer := regimes[0].Rows[0], regimes[1].Rows[0], regimes[2].Rows[0]
			of := func(e study.Experiment) float64 { n, _ := keskar2017.Updates.Of(e); return n }
			if math.Abs(of(longer)-of(small)) > of(large)/float64(large.Training.Epochs)/2 || of(large) >= of(small) {
				t.Errorf("%s: %g, %g and %g updates", scale, of(small), of(large), of(longer))
			}
			longer.Training.Epochs = large.Training.Epochs
			if longer.Key() != large.Key() {
				t.Errorf("%s: %+v and %+v differ in more than their epochs", scale, longer, large)
			}
		}
	}
}

// Runs with ghosts differ from those without in nothing else.
func checkGhosts(t *testing.T, regimes []study.Group[study.Experiment]) {
	t.Helper()
	if len(regimes) != 5 || regimes[3].Label != keskar2017.GhostEpochs || regimes[4].Label != keskar2017.GhostUpdates {
		t.Fatalf("regimes %v", regimes)
	}
	for i, g := range regimes[3:] {
		e := g.Rows[0]
		if err := e.Validate(); err != nil || 2*e.Net.GhostBatch < regimes[0].Rows[0].Training.Batch {
			t.Errorf("ghosts of %d: %v", e.Net.GhostBatch, err)
		}
		e.Net.GhostBatch = 0
		if e.Key() != regimes[1+i].Rows[0].Key() {
			t.Errorf("%+v differs in more than its ghosts", e)
		}
	}
}

func controlAtSmokeScale(t *testing.T, lab *study.Lab) {
	answers, err := study.Ask(t.Context(), lab, keskar2017.ControlSharpness(study.Smoke)...)
	if err != nil || len(keskar2017.Higher(answers)) != 8 {
		t.Error(err)
	}
}
