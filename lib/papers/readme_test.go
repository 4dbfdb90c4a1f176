package papers_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/paper"
	"rethinking/lib/papers"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

var regen = flag.Bool("regen", false, "write the README's results and picture again from notebooks/results")

// kept returns the committed results of a study at standard scale. Nothing is trained: a backend that cannot open would say so.
func kept(t *testing.T, name string) []study.Result {
	t.Helper()
	s, err := papers.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	results, err := keptLab(t).All(t.Context(), s.Experiments(study.Standard)...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// The README's numbers are those of the committed results.
func TestReadmeShowsTheKeptResults(t *testing.T) {
	digits, whole := kept(t, "zhang2017/random-labels-mnist"), kept(t, "zhang2017/table1-whole")
	between(t, "<!-- results: written by `go test ./lib/papers -regen` from notebooks/results -->\n", "<!-- end of results -->",
		"**True and random labels on CIFAR-10** (Zhang et al. 2017, table 1; [notebook](notebooks/01-random-labels.ipynb)); the convolutional nets were trained on a GPU\n\n"+
			table(t, whole, zhang2017.Table1Row, zhang2017.Table1Train, zhang2017.Table1Test)+
			"\n**Label corruption on MNIST** (Zhang et al. 2017, figures 1b and 1c; [notebook](notebooks/01-random-labels.ipynb))\n\n"+
			table(t, digits, study.LabelCorruption)+"\n"+missed(digits)+"\n")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range papers.All {
		for _, picture := range p.Pictures {
			golden(t, filepath.Join("../../notebooks", picture.File), drawn(t, picture))
			if !strings.Contains(string(readme), "](notebooks/"+picture.File+")") {
				t.Errorf("the README does not show %s", picture.File)
			}
		}
	}
}

// drawn is a picture of the committed results.
func drawn(t *testing.T, p paper.Picture) []byte {
	t.Helper()
	results, err := keptLab(t).All(t.Context(), p.Runs(study.Standard)...)
	if err != nil {
		t.Fatal(err)
	}
	f, err := report.Picture(p, results)
	if err != nil {
		t.Fatal(err)
	}
	png, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	return png
}

// table sums results up in Markdown, beside what a paper prints.
func table(t *testing.T, results []study.Result, by study.Field, published ...report.Column) string {
	t.Helper()
	measured := []report.Column{study.Final(study.TrainAccuracy), study.Final(study.TestAccuracy), study.EpochsToFit(study.Fitted)}
	sheet, err := report.Table(results, by, append(measured, published...)...)
	if err != nil {
		t.Fatal(err)
	}
	return sheet.Markdown()
}

// missed says how many labels the runs leave unfitted, which the table's two decimals may round away.
func missed(results []study.Result) string {
	runs, most := 0, 0
	for _, r := range results {
		m := r.Measurements
		wrong := int(math.Round((1 - m.Curves.TrainAccuracy[len(m.Curves.Epoch)-1]) * float64(m.Train)))
		if most = max(most, wrong); wrong > 0 {
			runs++
		}
	}
	return fmt.Sprintf("%d of the %d runs miss labels to the end, at most %d of %d.\n", runs, len(results), most, results[0].Measurements.Train)
}

// between compares, or with -regen writes, what stands in the README between two marks.
func between(t *testing.T, from, to, want string) {
	t.Helper()
	const path = "../../README.md"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(content), from)
	got, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("README.md lacks the marks %q and %q", from, to)
	}
	if *regen {
		got = want
		if err := os.WriteFile(path, []byte(head+from+want+to+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Errorf("README.md shows\n%s\nbut the results say\n%s\nrun go test ./lib/papers -regen", got, want)
	}
}

// golden compares a file with what it is to be; -regen writes it.
func golden(t *testing.T, path string, want []byte) {
	t.Helper()
	if *regen {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) == string(want) {
		return
	}
	diff := ""
	if utf8.Valid(want) {
		diff = cmp.Diff(string(got), string(want))
	}
	t.Errorf("%s is not what the results say: run go test ./lib/papers -regen, and read what has changed\n%s", filepath.Base(path), diff)
}
