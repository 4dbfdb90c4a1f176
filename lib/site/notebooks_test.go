package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// maxLines is the longest that a code cell may be: a notebook tells, the library does.
const maxLines = 25

func realNotebooks(t *testing.T) (paths []string) {
	t.Helper()
	paths, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(paths) < 2 {
		t.Fatalf("notebooks %v, %v", paths, err)
	}
	return paths
}

// The committed notebooks are small, start offline, and show what their cells gave.
func TestCommittedNotebooks(t *testing.T) {
	for _, path := range realNotebooks(t) {
		nb, err := parseNotebook([]byte(read(t, path)))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		name, codes, figures := filepath.Base(path), 0, 0
		for i, c := range nb.cells() {
			if c.kind() != "code" {
				continue
			}
			if codes++; codes == 1 && !strings.HasPrefix(c.source(), "%noautoget\n") {
				t.Errorf("%s: its first code cell must begin with %%noautoget", name)
			}
			if lines := strings.Count(c.source(), "\n") + 1; lines > maxLines {
				t.Errorf("%s: cell %d has %d lines, at most %d", name, i+1, lines, maxLines)
			}
			for _, o := range c.outputs() {
				if o.kind() == "error" {
					t.Errorf("%s: cell %d shows an error", name, i+1)
				}
				if o.data()["image/png"] != nil {
					figures++
				}
			}
		}
		if figures == 0 {
			t.Errorf("%s shows no figure: make notebooks", name)
		}
	}
}

// keepImages copies the kept results that need CIFAR-10, which a test does not download, into a folder of notebooks: all others are made anew.
func keepImages(t *testing.T, notebooks string) {
	t.Helper()
	kept, err := filepath.Glob("../../notebooks/results/*.json")
	if err != nil || os.Mkdir(filepath.Join(notebooks, "results"), 0o777) != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		if result := read(t, path); strings.Contains(result, `"name":"cifar10"`) {
			provenance := strings.TrimSuffix(path, ".json") + ".provenance.json"
			for _, file := range []string{path, provenance} {
				write(t, filepath.Join(notebooks, "results", filepath.Base(file)), read(t, file))
			}
		}
	}
}

// Every notebook runs at smoke scale, and every page of its report is in order in a browser.
func TestReportOfTheNotebooks(t *testing.T) {
	venv := needVenv(t)
	needChromium(t)
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "notebooks"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range realNotebooks(t) {
		write(t, filepath.Join(root, "notebooks", filepath.Base(path)), read(t, path))
	}
	keepImages(t, filepath.Join(root, "notebooks"))
	index, err := Build(t.Context(), Options{
		Root: root, Venv: venv, Scale: "smoke", Together: 2, Progress: t.Output(), Date: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), Facts: []Fact{{Name: "Backend", Value: "xla <cpu>"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(filepath.Dir(index), "*.html"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("pages %v, %v", pages, err)
	}
	b := openBrowser(t)
	for _, path := range pages {
		t.Run(filepath.Base(path), func(t *testing.T) {
			page := "file://" + path
			b.open(t, page, 1280)
			checkLooks(t, b, page)
			checkFoot(t, b)
			checkComplaints(t, b)
			if waiting := value[int](t, b, `document.querySelectorAll(".rethinking-figure:not([data-state=drawn])").length`); waiting > 0 {
				t.Errorf("%d figures do not answer to the mouse", waiting)
			}
		})
	}
}
