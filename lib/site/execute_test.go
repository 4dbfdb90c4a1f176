package site

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFailingCell(t *testing.T) {
	venv := needVenv(t)
	for notebook, want := range map[string]string{
		"panics.ipynb": `site: notebook panics.ipynb: code cell 2 failed:
  panic: the batch of 512 is larger than the data (100 images)
    | %%
    | fmt.Println("before")
    | panic(errors.New("the batch of 512 is larger than the data (100 images)"))`,
		"does-not-compile.ipynb": `site: notebook does-not-compile.ipynb: code cell 2 failed:
  Cell[2]: Line 2 undefined: undefinedName
  Cell[2]: Line 3 declared and not used: n
  Cell[2]: Line 3 cannot use "three" (untyped string constant) as int value in variable declaration
    | %%
    | fmt.Println(undefinedName)
    | var n int = "three"`,
	} {
		t.Run(notebook, func(t *testing.T) {
			root := checkout(t, notebook)
			before := read(t, filepath.Join(root, "notebooks", notebook))
			_, err := Build(t.Context(), Options{Root: root, Venv: venv, InPlace: true})
			if got := fmt.Sprint(err); got != want {
				t.Errorf("the error reads\n%s\nwant\n%s", got, want)
			}
			if entries(t, root) != "notebooks" || read(t, filepath.Join(root, "notebooks", notebook)) != before {
				t.Errorf("a failed build changes the checkout: %s", entries(t, root))
			}
		})
	}
}

func TestInPlace(t *testing.T) {
	venv := needVenv(t)
	root := checkout(t, "notebooks/00-small.ipynb", "notebooks/01-next.ipynb")
	path := filepath.Join(root, "notebooks", "00-small.ipynb")
	build := func() string { // without pages, which do not differ
		b := builder{Options: Options{Root: root, Venv: venv, Notebooks: filepath.Join(root, "notebooks"), InPlace: true, Scale: "smoke"}, work: t.TempDir(), names: []string{"00-small"}}
		if err := b.execute(t.Context()); err != nil {
			t.Fatal(err)
		}
		return read(t, path)
	}
	first := build()
	for _, want := range []string{`"application/vnd.plotly.v1+json": {`, `"image/png": `, `"pygments_lexer": "go"`, "Line chart: Three made-up losses."} {
		if !strings.Contains(first, want) {
			t.Errorf("the notebook lacks %s", want)
		}
	}
	for _, unwanted := range []string{"rethinking-figure", "iopub", "remove-input"} {
		if strings.Contains(first, unwanted) {
			t.Errorf("the notebook still has %s", unwanted)
		}
	}
	if build() != first {
		t.Error("executing again without a change changes the notebook")
	}
	if got, want := entries(t, filepath.Join(root, "notebooks")), "00-small.ipynb 01-next.ipynb"; got != want {
		t.Errorf("notebooks has %q, want %q", got, want)
	}
	if got, want := read(t, filepath.Join(root, "notebooks", "01-next.ipynb")), read(t, filepath.Join("testdata", "notebooks", "01-next.ipynb")); got != want {
		t.Error("a notebook that was not asked for changed")
	}
}

// TestStop ends the context while a cell runs: the cell gets to save its work, and no process stays behind.
func TestStop(t *testing.T) {
	venv := needVenv(t)
	root := checkout(t, "stops.ipynb")
	started := filepath.Join(root, "notebooks", "started")
	before := read(t, filepath.Join(root, "notebooks", "stops.ipynb"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stopped time.Time
	go func() {
		for ctx.Err() == nil {
			if info, err := os.Stat(started); err == nil && info.Size() > 0 {
				stopped = time.Now()
				cancel()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	_, err := Build(ctx, Options{Root: root, Venv: venv, InPlace: true})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if took := time.Since(stopped); took > 6*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if got, want := entries(t, filepath.Join(root, "notebooks")), "saved started stops.ipynb"; got != want {
		t.Errorf("notebooks has %q, want %q", got, want)
	}
	if entries(t, root) != "notebooks" || read(t, filepath.Join(root, "notebooks", "stops.ipynb")) != before {
		t.Errorf("a stopped build changes the checkout: %s", entries(t, root))
	}
	var cell, kernel int
	if _, err := fmt.Sscan(read(t, started), &cell, &kernel); err != nil {
		t.Fatal(err)
	}
	for name, pid := range map[string]int{"cell": cell, "kernel": kernel} {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("the %s (process %d) still runs", name, pid)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	venv := needVenv(t)
	root := checkout(t, "notebooks/01-next.ipynb")
	other := t.TempDir()
	write(t, filepath.Join(other, "thesis.txt"), "mine")
	for name, test := range map[string]struct {
		o    Options
		want string
	}{
		"no root":            {Options{}, "Options.Root is empty"},
		"no environment":     {Options{Root: root}, "run kernel-setup (make setup) first"},
		"no notebooks":       {Options{Root: root, Venv: venv, Notebooks: other}, "no notebooks (*.ipynb) in " + other},
		"unknown notebook":   {Options{Root: root, Venv: venv, Only: []string{"02"}}, `no notebook "02" in`},
		"somebody's folder":  {Options{Root: root, Venv: venv, Out: other}, "holds files that no report build has made"},
		"over the notebooks": {Options{Root: root, Venv: venv, Out: filepath.Join(root, "notebooks")}, "the report would replace the folder"},
		"over the checkout":  {Options{Root: root, Venv: venv, Out: root}, "the report would replace the folder"},
		"below a file":       {Options{Root: root, Venv: venv, Out: filepath.Join(other, "thesis.txt", "report")}, "the report's folder cannot be"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Build(t.Context(), test.o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

// TestBrokenReference keeps the old report when a page refers to a figure that does not exist.
func TestBrokenReference(t *testing.T) {
	venv := needVenv(t)
	root := checkout(t, "notebooks/01-next.ipynb")
	out := filepath.Join(root, "report")
	if err := os.Mkdir(out, 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(out, ".rethinking-report"), "")
	write(t, filepath.Join(out, "index.html"), "old")
	_, err := Build(t.Context(), Options{Root: root, Venv: venv})
	if err == nil || !strings.Contains(err.Error(), "undefined label: 'fig-00-small-1'") {
		t.Errorf("error %v, want the broken reference", err)
	}
	if read(t, filepath.Join(out, "index.html")) != "old" || entries(t, root) != "notebooks report" {
		t.Errorf("the old report is gone: %s", entries(t, root))
	}
}
