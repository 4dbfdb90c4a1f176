// Package site turns the notebooks into the report: one static site that works offline, from a file or a server.
//
// Build goes through four steps, and the report of before stays in place until all of them are done:
//
//  1. execute: every notebook runs under its kernel, in the notebooks' own folder, in order of name;
//  2. treat: the executed copies get Go's colours, and numbered figures with caption and alternative text;
//  3. render: Jupyter Book makes pages of them, with contents, search, references and a footer that says where they come from;
//  4. publish: what the pages need is copied beside them, and the finished folder takes the place of the old one.
//
// The package has two opinions. A cell that fails fails the build, with an error that can be read without opening the
// notebook. And a page loads nothing from the network: scripts, mathematics and fonts come from the checkout's environment.
package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options says what to build and from where. Only Root is required.
type Options struct {
	Root      string // the checkout: holds notebooks/ and .venv/, gets report/
	Notebooks string // folder of the notebooks; empty: Root/notebooks
	Venv      string // Python environment with Jupyter, Jupyter Book and the kernel; empty: Root/.venv
	Out       string // folder of the finished site; empty: Root/report. What it holds is replaced.

	Only    []string // notebooks to take, by file name with or without .ipynb; empty: all
	InPlace bool     // also write the outputs back into the notebooks, cleaned for committing

	Scale string    // given to the kernels as RETHINKING_SCALE and shown; empty: the environment's, not shown
	Facts []Fact    // shown at the foot of every page after those of BuildFacts
	Date  time.Time // the build's date at the foot of every page; zero: now

	Progress io.Writer // gets a line for each thing begun and done, and one now and then from a long cell; nil: silence
}

// Build executes the notebooks, renders them and returns the path of the report's first page.
//
// A failing cell is a *CellError. When ctx ends, the running cell is interrupted, so that it can save its work, its
// kernel is shut down and the error is ctx's. On any error the old report is left as it was.
func Build(ctx context.Context, o Options) (index string, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return "", err
	}
	names, err := o.notebooks()
	if err != nil {
		return "", err
	}
	work, err := workFolder(o.Out)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	b := builder{Options: o, work: work, names: names, facts: o.facts()} // facts first: the build changes files of the checkout
	for _, step := range []func(context.Context) error{b.execute, b.render, b.publish} {
		if err := step(ctx); err != nil {
			return "", err
		}
	}
	return filepath.Join(o.Out, "index.html"), nil
}

// builder is one build: its options, its notebooks in order, and the folder it works in.
type builder struct {
	Options
	work  string
	names []string // file names, without .ipynb
	facts []Fact
}

// say writes one line of progress.
func (b *builder) say(format string, args ...any) {
	if b.Progress != nil {
		fmt.Fprintf(b.Progress, format+"\n", args...)
	}
}

func (b *builder) book(elem ...string) string {
	return filepath.Join(append([]string{b.work, "book"}, elem...)...)
}

func (b *builder) html(elem ...string) string {
	return b.book(append([]string{"_build", "html"}, elem...)...)
}

func (o Options) withDefaults() (Options, error) {
	if o.Root == "" {
		return o, errors.New("site: Options.Root is empty; give the folder of the checkout")
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return o, fmt.Errorf("site: %w", err)
	}
	o.Root = root
	for _, dir := range []struct {
		path *string
		name string
	}{{&o.Notebooks, "notebooks"}, {&o.Venv, ".venv"}, {&o.Out, "report"}} {
		if *dir.path == "" {
			*dir.path = filepath.Join(root, dir.name)
		} else if *dir.path, err = filepath.Abs(*dir.path); err != nil {
			return o, fmt.Errorf("site: %w", err)
		}
	}
	if o.Date.IsZero() {
		o.Date = time.Now()
	}
	return o, o.check()
}

// check finds before any time is spent what would fail later.
func (o Options) check() error {
	for _, tool := range []string{"python", "jupyter-book"} {
		if path := filepath.Join(o.Venv, "bin", tool); !isFile(path) {
			return fmt.Errorf("site: %s is missing; run kernel-setup (make setup) first", path)
		}
	}
	if !isFile(o.plotly()) {
		return fmt.Errorf("site: %s is missing; run kernel-setup (make setup) first", o.plotly())
	}
	for _, dir := range []string{o.Root, o.Notebooks, o.Venv} {
		if within(o.Out, dir) {
			return fmt.Errorf("site: the report would replace the folder %s, which holds %s; choose another Out", o.Out, dir)
		}
	}
	return replaceable(o.Out)
}

// notebooks lists the file names without .ipynb, in order.
func (o Options) notebooks() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(o.Notebooks, "*.ipynb"))
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	var all []string
	for _, path := range paths {
		all = append(all, strings.TrimSuffix(filepath.Base(path), ".ipynb"))
	}
	slices.Sort(all)
	if len(all) == 0 {
		return nil, fmt.Errorf("site: no notebooks (*.ipynb) in %s", o.Notebooks)
	}
	if len(o.Only) == 0 {
		return all, nil
	}
	var only []string
	for _, name := range o.Only {
		name = strings.TrimSuffix(filepath.Base(name), ".ipynb")
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("site: no notebook %q in %s; there are %s", name, o.Notebooks, strings.Join(all, ", "))
		}
		only = append(only, name)
	}
	slices.Sort(only)
	return slices.Compact(only), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// within says whether path is folder or lies in it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
