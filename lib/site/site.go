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
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	// Together is how many notebooks run at a time; 0: one. Each takes a processor and, where there is a GPU, memory of it.
	Together int

	// Pages are made when the notebooks have run, of what these kept, and stand after them; nil: there are none. What front says stands first on the front
	// page, in Markdown.
	Pages func(context.Context) (front string, pages []Page, err error)

	Scale string    // given to the kernels as RETHINKING_SCALE and shown; empty: the environment's, not shown
	Facts []Fact    // shown at the foot of every page, after those of the code and the machine
	Date  time.Time // the build's date at the foot of every page; zero: now

	Progress io.Writer // gets a line for each thing begun and done, and one now and then from a long cell; nil: silence
}

// Page is a page that no notebook makes.
type Page struct {
	Name     string            // of its file, without extension: "claims"
	Markdown string            // MyST, with its heading
	Files    map[string][]byte // that it links to, by their names beside it
}

// Build executes the notebooks, renders them and returns the path of the report's first page.
//
// When ctx ends, the running cell is interrupted, so that it can save its work, its kernel is shut down and the error is ctx's. On any error the old
// report is left as it was.
func Build(ctx context.Context, o Options) (index string, err error) {
	defer func() {
		if err != nil {
			index, err = "", fmt.Errorf("site: %w", err)
		}
	}()
	if o, err = o.withDefaults(); err != nil {
		return "", err
	}
	names, err := o.notebooks()
	if err != nil {
		return "", err
	}
	work, err := workFolder(o.Out)
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err != nil {
		return "", err
	}
	o.Progress = inTurn(o.Progress)
	b := builder{Options: o, work: work, names: names, facts: o.facts()} // facts first: the build changes files of the checkout
	for _, step := range []func(context.Context) error{b.execute, b.addPages, b.render, b.publish} {
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
	clean [][]byte // the notebooks as they are committed, in the order of names
	front string   // Markdown of the front page
	pages []Page
}

// addPages makes the pages that no notebook makes.
func (b *builder) addPages(ctx context.Context) (err error) {
	if b.Pages != nil {
		b.front, b.pages, err = b.Pages(ctx)
	}
	return err
}

// turns is a writer that several may write to.
type turns struct {
	sync.Mutex
	to io.Writer
}

func inTurn(w io.Writer) io.Writer {
	if w == nil {
		return nil
	}
	return &turns{to: w}
}

func (t *turns) Write(p []byte) (int, error) {
	t.Lock()
	defer t.Unlock()
	return t.to.Write(p)
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

// withDefaults fills in what is empty, makes the folders' paths absolute, and checks all.
func (o Options) withDefaults() (Options, error) {
	if o.Root == "" {
		return o, errors.New("Options.Root is empty; give the folder of the checkout")
	}
	o.Notebooks = cmp.Or(o.Notebooks, filepath.Join(o.Root, "notebooks"))
	o.Venv = cmp.Or(o.Venv, filepath.Join(o.Root, ".venv"))
	o.Out = cmp.Or(o.Out, filepath.Join(o.Root, "report"))
	for _, dir := range []*string{&o.Root, &o.Notebooks, &o.Venv, &o.Out} {
		abs, err := filepath.Abs(*dir)
		if err != nil {
			return o, err
		}
		*dir = abs
	}
	if o.Date.IsZero() {
		o.Date = time.Now()
	}
	return o, o.check()
}

// check finds before any time is spent what would fail later.
func (o Options) check() error {
	for _, pattern := range slices.AppendSeq([]string{"bin/python", "bin/jupyter-book"}, maps.Values(scripts)) {
		if _, err := o.inVenv(pattern); err != nil {
			return err
		}
	}
	for _, dir := range []string{o.Root, o.Notebooks, o.Venv} {
		if rel, err := filepath.Rel(o.Out, dir); err == nil && filepath.IsLocal(rel) {
			return fmt.Errorf("the report would replace the folder %s, which holds %s; choose another Out", o.Out, dir)
		}
	}
	entries, err := os.ReadDir(o.Out)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the report's folder cannot be read: %w", err)
	case len(entries) > 0 && !isFile(filepath.Join(o.Out, marker)):
		return fmt.Errorf("the folder %s holds files that no report build has made; move them away or choose another Out", o.Out)
	}
	return nil
}

// inVenv finds a file of the Python environment by a pattern of its path.
func (o Options) inVenv(pattern string) (string, error) {
	found, err := fs.Glob(os.DirFS(o.Venv), pattern)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s is missing; run kernel-setup (make setup) first", filepath.Join(o.Venv, filepath.FromSlash(pattern)))
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(o.Venv, filepath.FromSlash(found[0])), nil
}

// notebooks lists the file names without .ipynb, in order.
func (o Options) notebooks() ([]string, error) {
	all, err := fs.Glob(os.DirFS(o.Notebooks), "*.ipynb")
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("no notebooks (*.ipynb) in %s", o.Notebooks)
	}
	if err != nil {
		return nil, err
	}
	for i, file := range all {
		all[i] = strings.TrimSuffix(file, ".ipynb")
	}
	if len(o.Only) == 0 {
		return all, nil
	}
	only := map[string]bool{}
	for _, name := range o.Only {
		name = strings.TrimSuffix(filepath.Base(name), ".ipynb")
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("no notebook %q in %s; there are %s", name, o.Notebooks, strings.Join(all, ", "))
		}
		only[name] = true
	}
	return slices.DeleteFunc(all, func(name string) bool { return !only[name] }), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
