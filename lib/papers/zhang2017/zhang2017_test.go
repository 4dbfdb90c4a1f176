package zhang2017_test

import (
	"math"
	"strings"
	"testing"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

func TestEveryStudyIsValidAtEveryScale(t *testing.T) {
	for _, s := range zhang2017.Paper.Studies {
		for _, scale := range study.Scales {
			keys, experiments := map[string]bool{}, []study.Experiment(nil)
			for _, w := range s.Work(scale) {
				keys[w.Key()] = true
				if e, ok := w.(study.Experiment); ok {
					experiments = append(experiments, e)
					if err := e.Validate(); err != nil {
						t.Errorf("%s at %s: %v", s.Name, scale, err)
					}
				}
			}
			if _, err := study.GroupBy(experiments, s.By); err != nil {
				t.Errorf("%s at %s: %v", s.Name, scale, err)
			}
			if want := len(s.Work(scale)); len(keys) != want || want == 0 {
				t.Errorf("%s at %s: %d different ones of %d", s.Name, scale, len(keys), want)
			}
		}
	}
}

// Every row of tables 1 and 4 finds what the paper prints for it, by what is trained and at any size.
func TestPublishedTables(t *testing.T) {
	nets := []study.Net{zhang2017.Inception, zhang2017.InceptionPlain, zhang2017.Alexnet, zhang2017.MLP3x512, zhang2017.MLP512}
	for _, scale := range study.Scales {
		if got := published(zhang2017.Table1(nets...)(scale), zhang2017.Table1Test); got != "89.05 89.31 86.03 85.75 9.78 83.00 82.00 10.12 "+
			"81.22 79.66 77.36 76.07 9.86 53.35 52.39 10.48 50.39 50.51 10.61" {
			t.Errorf("table 1 at %s, test: %s", scale, got)
		}
		if got := published(zhang2017.Table1(zhang2017.Alexnet, zhang2017.MLP512)(scale), zhang2017.Table1Train); got != "99.90 99.82 100.0 100.0 99.82 "+
			"99.80 100.0 99.34" {
			t.Errorf("table 1 at %s, train: %s", scale, got)
		}
		if got := published(zhang2017.Table4(scale), zhang2017.Table4Train); got != "100 failed to converge failed to converge 100 99.21 99.93 99.28" {
			t.Errorf("table 4 at %s: %s", scale, got)
		}
		if got := published(zhang2017.Figure1MNIST(scale), zhang2017.Table1Test); strings.TrimSpace(got) != "" {
			t.Errorf("digits at %s: %s", scale, got)
		}
	}
}

// published are the numbers of a first seed's experiments.
func published(all []study.Experiment, p paper.Published) string {
	var texts []string
	for _, e := range all {
		if e.Seed == 1 {
			texts = append(texts, p.Of(e))
		}
	}
	return strings.Join(texts, " ")
}

// Table 3's numbers are found by the kernel, where it has no regularization.
func TestPublishedTable3(t *testing.T) {
	var errors, norms []string
	for _, k := range zhang2017.Table3(study.Paper) {
		a := study.Answered[zhang2017.Kernel, zhang2017.Interpolated]{Question: k, Answer: zhang2017.Interpolated{Kernel: k}}
		errors, norms = append(errors, zhang2017.Table3Error.Of(a)), append(norms, zhang2017.Table3Norm.Of(a))
	}
	if got := strings.Join(errors, "|"); got != "1.2|||0.6|||46|||17||" {
		t.Errorf("errors %s", got)
	}
	if got := strings.Join(norms, "|"); got != "220|||390||||||||" {
		t.Errorf("norms %s", got)
	}
}

// A lab that holds nothing leaves every claim not run, with no error and no panic.
func TestClaimsWithoutResults(t *testing.T) {
	l, err := study.Open(study.Options{Dir: t.TempDir(), Kept: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ids := map[string]bool{}
	for _, scale := range study.Scales {
		all, err := paper.Judge(t.Context(), l, scale, func(paper.Paper, paper.Claim) bool { return true }, zhang2017.Paper)
		if err != nil || len(all) != 23 {
			t.Fatalf("%d claims, error %v", len(all), err)
		}
		for _, entry := range all {
			if ids[entry.ID] = true; entry.Outcome != claims.NotRun || entry.Err != nil {
				t.Errorf("%s at %s: %+v, error %v", entry.ID, scale, entry.Verdict, entry.Err)
			}
		}
	}
	if len(ids) != 23 {
		t.Errorf("%d different ids", len(ids))
	}
}

// The whole study at its smallest scale: the more labels are corrupted, the worse the test accuracy, and every group has its seeds.
func TestFigure1MNISTAtSmokeScale(t *testing.T) {
	lab, err := study.Open(study.Options{Dir: t.TempDir(), Scale: study.Smoke})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	results, err := lab.All(t.Context(), zhang2017.Figure1MNIST(study.Smoke)...)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := study.GroupBy(results, study.LabelCorruption)
	if err != nil || len(groups) != len(zhang2017.Corruptions) {
		t.Fatalf("%d groups, error %v", len(groups), err)
	}
	clean := study.SpreadOf(groups[0].Rows, study.Final(study.TestAccuracy))
	random := study.SpreadOf(groups[len(groups)-1].Rows, study.Final(study.TestAccuracy))
	if clean.N != 2 || clean.Mean < 70 || random.Mean > 25 {
		t.Errorf("test accuracy %.1f%% on true labels, %.1f%% on random ones, %d seeds", clean.Mean, random.Mean, clean.N)
	}
}

// The slower of the two rates keeps the paper's pace in steps; at the paper's own size there is no slower one.
func TestPlateau(t *testing.T) {
	every, paced := zhang2017.Plateau(study.Standard)[0], zhang2017.Plateau(study.Standard)[1]
	if every.Training.DecayEvery != 0 {
		t.Errorf("the first shrinks after %d epochs", every.Training.DecayEvery)
	}
	steps := float64(paced.Training.DecayEvery*paced.Data.Train) / float64(paced.Training.Batch)
	if paper := 50000. / 128; math.Abs(steps/paper-1) > 0.01 {
		t.Errorf("the second shrinks after %.0f steps, the paper's after %.0f", steps, paper)
	}
	for _, e := range zhang2017.Plateau(study.Paper) {
		if e.Data.Train != 0 || e.Training.DecayEvery != 0 {
			t.Errorf("at the paper's size: %+v", e)
		}
	}
}

// A run that guesses random labels shows nothing of a complexity, one that fits them all shows the largest; true labels show nothing of it.
func TestComplexity(t *testing.T) {
	for _, c := range []struct {
		labels, train, test   float64
		rademacher, stability float64
		ok                    bool
	}{
		{1, 0.5, 0.1, 0, 0.4, true},
		{1, 0.75, 0.1, 0.5, 0.65, true},
		{1, 1, 0.1, 1, 0.9, true},
		{0, 1, 0.6, 0, 0.4, false},
	} {
		r := study.Result{Experiment: study.Experiment{Corruption: study.Corruption{Labels: c.labels, Signs: c.ok}}}
		r.Measurements.Curves = study.Curves{Epoch: []int{0, 1}, TrainAccuracy: []float64{0, c.train}, TestAccuracy: []float64{0, c.test}}
		if got, ok := zhang2017.Rademacher.Of(r); ok != c.ok || ok && math.Abs(got-c.rademacher) > 1e-12 {
			t.Errorf("%+v: Rademacher complexity %g, %v", c, got, ok)
		}
		if got, ok := zhang2017.Stability.Of(r); !ok || math.Abs(got-c.stability) > 1e-12 {
			t.Errorf("%+v: stability %g, %v", c, got, ok)
		}
	}
}
