package report

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

var regen = flag.Bool("regen", false, "write the golden files in testdata instead of comparing with them")

// golden compares got with testdata/name, or writes it there under -regen.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err, " (go test -regen writes golden files)")
	}
	if filepath.Ext(name) == ".png" {
		if share := differing(t, got, want); share > 0.001 {
			t.Errorf("%s differs from the golden picture in %.2f%% of its pixels: look at both, then go test -regen", name, 100*share)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-golden +got):\n%s", name, diff)
	}
}

// differing is the share of pixels that differ visibly; a font rasterizer on another processor may round a few differently.
func differing(t *testing.T, a, b []byte) float64 {
	t.Helper()
	var pictures [2]image.Image
	for i, raw := range [][]byte{a, b} {
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		pictures[i] = img
	}
	bounds := pictures[0].Bounds()
	if bounds != pictures[1].Bounds() {
		return 1
	}
	differ := 0
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			if !alike(pictures[0].At(x, y), pictures[1].At(x, y)) {
				differ++
			}
		}
	}
	return float64(differ) / float64(bounds.Dx()*bounds.Dy())
}

func alike(a, b color.Color) bool {
	const tolerance = 0x0800 // of 0xFFFF
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	for _, pair := range [][2]uint32{{ar, br}, {ag, bg}, {ab, bb}} {
		if max(pair[0], pair[1])-min(pair[0], pair[1]) > tolerance {
			return false
		}
	}
	return true
}

// figures are one of each kind, and the awkward ones.
var figures = []struct {
	name string
	make func() (Figure, error)
}{
	{"curves", func() (Figure, error) {
		return Curves(sweep(levels, 3, 40), study.TrainLoss, By(study.LabelCorruption), Caption("How fast the labels are *learned*."))
	}},
	{"measured-log", func() (Figure, error) {
		return Plot(madeUpGaps(), gapSize, distance, By(kindOfGap), Log(), LogX(), Caption("A power law."))
	}},
	{"curves-log", func() (Figure, error) {
		f, err := Curves(sweep(levels, 3, 40), study.TrainLoss, By(study.LabelCorruption), Log())
		f.Name = "loss-log"
		return f, err
	}},
	{"close-up", func() (Figure, error) {
		return Plot(madeUpGaps(), gapSize, distance, By(kindOfGap), CloseUp())
	}},
	{"traintest", func() (Figure, error) {
		return TrainTest(sweep(levels, 3, 40), By(study.LabelCorruption), Chance(10))
	}},
	{"traintest-one-group", func() (Figure, error) { return TrainTest(sweep([]float64{1}, 3, 40), Chance(10)) }},
	{"gap", func() (Figure, error) { return GapBy(sweep(levels, 3, 40), study.LabelCorruption, Chance(10)) }},
	{"gap-categories", func() (Figure, error) {
		results := sweep([]float64{1}, 3, 40)
		for _, r := range sweep([]float64{1}, 3, 30) {
			r.Experiment.Net = study.MLP(64)
			results = append(results, r)
		}
		return GapBy(results, study.Architecture, Title("Nets of two sizes learn random labels; neither generalizes beyond guessing"))
	}},
	{"epochs-to-fit", func() (Figure, error) {
		return StatisticBy(sweep(levels, 3, 40), study.EpochsToFit(0.95), study.LabelCorruption)
	}},
	{"epochs-to-fit-partly", func() (Figure, error) {
		return StatisticBy(sweep(levels, 3, 20), study.EpochsToFit(0.9), study.LabelCorruption)
	}},
	{"epochs-to-fit-by-two", func() (Figure, error) {
		results := sweep([]float64{0, 0.5, 1}, 3, 20)
		for _, r := range sweep([]float64{0, 0.5}, 3, 40) {
			r.Experiment.Data.Train, r.Measurements.Train = 1000, 1000
			results = append(results, r)
		}
		return StatisticBy(results, study.EpochsToFit(0.9), study.TrainExamples, By(study.LabelCorruption), Log(), LogX())
	}},
	{"one-seed", func() (Figure, error) {
		return Curves(sweep([]float64{0, 1}, 1, 5), study.GeneralizationGap, By(study.LabelCorruption))
	}},
}

func TestFiguresGolden(t *testing.T) {
	for _, tt := range figures {
		t.Run(tt.name, func(t *testing.T) {
			f, err := tt.make()
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, tt.name, f.Name, f)
		})
	}
}

// goldens compares the three faces of a drawing with the golden files.
func goldens(t *testing.T, file, name string, d interface {
	Drawing
	Plotly() ([]byte, error)
}) {
	t.Helper()
	png, err := d.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := d.PNG(); !bytes.Equal(png, again) {
		t.Error("the same figure drawn twice gives different bytes")
	}
	golden(t, file+".png", png)
	plotly, err := d.Plotly()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, file+".json", append(plotly, '\n'))
	golden(t, file+".txt", []byte(name+"\n\n"+d.Caption()+"\n\n"+d.Description()+"\n"))
}

// Epoch 0 has no place on a logarithmic axis: it is left out, said so, and the picture is drawn.
func TestALogarithmicAxisHasNoZero(t *testing.T) {
	f, err := Curves(sweep([]float64{0, 1}, 2, 5), study.TrainAccuracy, By(study.LabelCorruption), LogX())
	if err != nil {
		t.Fatal(err)
	}
	if f.Lines[0].Points[0].X != 1 || !strings.Contains(f.Caption(), "Left out because they have a place that is not finite or not above zero: 2 points.") {
		t.Errorf("first place %g, caption %q", f.Lines[0].Points[0].X, f.Caption())
	}
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
}
