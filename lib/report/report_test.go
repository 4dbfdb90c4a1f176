package report

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

// otherBatch is a run that differs from the others of its group in more than the seed.
func otherBatch(results []study.Result) []study.Result {
	odd := madeUp(0, 7, 40)
	odd.Experiment.Training.Batch = 64
	return append(results, odd)
}

func withoutCurves(results []study.Result) []study.Result {
	results[0].Measurements.Curves = study.Curves{}
	return results
}

func shortCurve(results []study.Result) []study.Result {
	results[0].Measurements.Curves.TestLoss = results[0].Measurements.Curves.TestLoss[1:]
	return results
}

func endless(results []study.Result) []study.Result {
	for _, r := range results {
		for i := range r.Measurements.Curves.TrainLoss {
			r.Measurements.Curves.TrainLoss[i] = math.NaN()
		}
	}
	return results
}

func TestErrors(t *testing.T) {
	corruption := By(study.LabelCorruption)
	tests := []struct {
		name    string
		results []study.Result
		options []Option
		want    string
	}{
		{"no results", nil, nil, "no results: run the experiments first"},
		{"mixed settings", otherBatch(sweep(levels, 3, 40)), []Option{corruption}, "differ in more than the seed"},
		{"mixed levels without a field", sweep(levels, 3, 40), nil, "split them by another field"},
		{"a seed twice", append(sweep(levels, 3, 40), madeUp(0, 1, 40)), []Option{corruption}, "seed 1 appears twice"},
		{"no evaluation", withoutCurves(sweep(levels, 3, 40)), []Option{corruption}, "has no evaluation"},
		{"curves of unequal length", shortCurve(sweep(levels, 3, 40)), []Option{corruption}, "a curve of 40 values over 41 epochs"},
		{"nothing finite", endless(sweep(levels, 3, 40)), []Option{corruption}, "no value that can be drawn"},
		{"no reference", sweep(levels, 3, 40), []Option{corruption, Chance(math.NaN())}, `"chance not finite%" lies at NaN`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Curves(tt.results, study.TrainLoss, tt.options...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
	t.Run("every constructor", func(t *testing.T) {
		mixed := otherBatch(sweep(levels, 3, 40))
		_, trainTest := TrainTest(mixed, corruption)
		_, gap := GapBy(mixed, study.LabelCorruption)
		_, statistic := StatisticBy(mixed, study.EpochsToFit(1), study.LabelCorruption)
		_, table := Table(mixed, study.LabelCorruption, study.EpochsToFit(1))
		_, plot := Plot(mixed, study.EpochsToFit(0.9), study.Final(study.TestLoss), PointBy(study.LabelCorruption))
		_, footer := Provenance(nil)
		for i, err := range []error{trainTest, gap, statistic, table, plot, footer} {
			if err == nil {
				t.Errorf("constructor %d averages runs that differ in more than the seed", i)
			}
		}
	})
}

func TestOneSeedHasNoSpread(t *testing.T) {
	for name, draw := range map[string]func() (Figure, error){
		"curves": func() (Figure, error) {
			return Curves(sweep(levels, 1, 9), study.TestAccuracy, By(study.LabelCorruption))
		},
		"gap": func() (Figure, error) { return GapBy(sweep(levels, 1, 9), study.LabelCorruption) },
	} {
		f, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Caption(); !strings.Contains(got, "One seed each, so the spread over seeds is unknown.") || strings.Contains(got, "band") {
			t.Errorf("%s: caption %q", name, got)
		}
		plotly, err := f.Plotly()
		if err != nil {
			t.Fatal(err)
		}
		if name == "curves" && bytes.Contains(plotly, []byte("toself")) {
			t.Errorf("%s: a band is drawn", name)
		}
	}
}

func TestUnevenSeeds(t *testing.T) {
	results := append(sweep([]float64{0}, 3, 9), sweep([]float64{1}, 1, 9)...)
	f, err := Curves(results, study.TrainLoss, By(study.LabelCorruption))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Caption(), "mean of 1 to 3 seeds; bands: lowest to highest seed. Where there is one seed, the spread is unknown."; !strings.Contains(got, want) {
		t.Errorf("caption %q lacks %q", got, want)
	}
}

func TestCaptionNamesMixtures(t *testing.T) {
	results := sweep([]float64{0}, 2, 9)
	results[1].Provenance.Scale = "quick"
	results[1].Measurements.Curves = madeUp(0, 1, 6).Measurements.Curves
	f, err := TrainTest(results)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Scales, mixed: standard, quick.", "A run that ended early keeps its last value."} {
		if got := f.Caption(); !strings.Contains(got, want) {
			t.Errorf("caption %q lacks %q", got, want)
		}
	}
}

func TestValuesThatCannotBeDrawn(t *testing.T) {
	results := sweep([]float64{0, 1}, 2, 9)
	loss := results[0].Measurements.Curves.TrainLoss
	loss[4], loss[5], loss[6] = math.NaN(), math.Inf(1), 0
	f, err := Curves(results, study.TrainLoss, By(study.LabelCorruption), Log())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Caption(), "Left out because they are not finite or not above zero: 3 values."; !strings.Contains(got, want) {
		t.Errorf("caption %q lacks %q", got, want)
	}
	if n := len(segments(f.Lines[0].Points)); n != 2 {
		t.Errorf("the line has %d segments, want 2 with a gap between them", n)
	}
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
	plotly, err := f.Plotly()
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(plotly) || !bytes.Contains(plotly, []byte("null")) {
		t.Error("the interactive figure does not leave the values out")
	}
}

func TestWholeTrainingSetHasItsSize(t *testing.T) {
	results := sweep([]float64{0}, 1, 9)
	small := madeUp(0, 0, 9)
	small.Experiment.Data.Train = 1000
	f, err := GapBy(append(results, small), study.TrainExamples)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Lines[0].Points; got[0].X != 1000 || got[1].X != 60000 {
		t.Errorf("points at %v and %v, want 1000 and 60000", got[0].X, got[1].X)
	}
}

func TestScriptInATitleStaysText(t *testing.T) {
	hostile := "</script><script>alert(1)</script>\u2028<!-- & <b>"
	f, err := Curves(sweep(levels, 2, 5), study.TrainLoss, By(study.LabelCorruption), Title(hostile))
	if err != nil {
		t.Fatal(err)
	}
	f.Name = `x" onload="alert(1)`
	got, err := f.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got, "</script>"); n != 2 {
		t.Errorf("the fragment closes %d scripts, want its own 2", n)
	}
	for _, bad := range []string{"<!--", "\u2028", `" onload="`} {
		if strings.Contains(got, bad) {
			t.Errorf("the fragment contains %q", bad)
		}
	}
}

func TestOutputsOfAFigure(t *testing.T) {
	f, err := GapBy(sweep(levels, 3, 9), study.LabelCorruption)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := f.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		part  string
		types []string
	}{{"picture", []string{"image/png", "text/plain"}}, {"caption", []string{"text/markdown"}}, {"interactive", []string{"text/html"}}}
	if len(outputs) != len(want) {
		t.Fatalf("%d outputs, want %d", len(outputs), len(want))
	}
	for i, w := range want {
		if got := slices.Sorted(maps.Keys(outputs[i].MIME)); !slices.Equal(got, w.types) {
			t.Errorf("output %d has the types %v, want %v", i, got, w.types)
		}
		name := map[string]any{"rethinking": map[string]string{"figure": f.Name, "part": w.part}}
		if diff := cmp.Diff(name, outputs[i].Metadata); diff != "" {
			t.Errorf("output %d is named otherwise: %s", i, diff)
		}
	}
	if interactive := outputs[2].MIME["text/html"].(string); !strings.HasPrefix(interactive, `<div class="rethinking-figure"`) {
		t.Errorf("the interactive figure begins with %.60q", interactive)
	}
}
