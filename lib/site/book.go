package site

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed all:book references.bib
var sources embed.FS

// title is the report's name, on every page and in its tab.
const title = "Rethinking generalization"

// mathJax is the script for mathematics, from _static. It holds its fonts and all of TeX's extensions in one file.
const mathJax = "mathjax/tex-svg-full.js"

// scaleNotes say what a scale means to the reader of a number.
var scaleNotes = map[string]string{
	"smoke":    "That is only enough to see that everything runs: its numbers mean nothing.",
	"quick":    "That is a first look, with smaller data or fewer epochs than the papers had; the notebooks say where.",
	"standard": "The fully connected nets have the papers' full size; where something was made smaller, the notebooks say so.",
	"paper":    "These are the papers' own sizes.",
}

// render makes the site from the treated notebooks, in the book's _build/html.
func (b *builder) render(ctx context.Context) error {
	if err := b.writeBook(); err != nil {
		return err
	}
	b.say("rendering the pages")
	start := time.Now()
	said, err := b.jupyterBook(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("site: stopped while rendering: %w", ctx.Err())
	}
	problems := bookProblems(said, b.book())
	if err != nil || !isFile(b.html("index.html")) {
		return fmt.Errorf("site: Jupyter Book could not render the pages (%w):\n%s", err, lastLines(said, 25))
	}
	for _, p := range problems {
		b.say("%s", p)
	}
	if grave := slices.DeleteFunc(problems, func(p string) bool { return !gravePattern.MatchString(p) }); len(grave) > 0 {
		return fmt.Errorf("site: the pages have faults that a reader would meet:\n%s", strings.Join(grave, "\n"))
	}
	b.say("rendered in %v", time.Since(start).Round(100*time.Millisecond))
	return nil
}

// jupyterBook returns what it printed, without terminal codes.
func (b *builder) jupyterBook(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(b.Venv, "bin", "python"),
		filepath.Join(b.Venv, "bin", "jupyter-book"), "build", "--quiet", b.book())
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1", "PYTHONWARNINGS=ignore", "LC_ALL=C.UTF-8")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	return plainText(said.String()), err
}

// writeBook writes what Jupyter Book wants beside the notebooks: configuration, contents, first and last page, styles.
func (b *builder) writeBook() error {
	footer, err := b.footer()
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	page := map[string]any{
		"Title": title, "Footer": footer, "MathJax": mathJax, "Notebooks": b.names,
		"Scale": b.Scale, "ScaleNote": scaleNotes[b.Scale],
	}
	for _, name := range []string{"_config.yml", "_toc.yml", "index.md", "bibliography.md"} {
		t, err := template.New(name).Funcs(template.FuncMap{"json": asJSON}).ParseFS(sources, "book/"+name)
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
		var out bytes.Buffer
		if err := t.Execute(&out, page); err != nil {
			return fmt.Errorf("site: %w", err)
		}
		if err := os.WriteFile(b.book(name), out.Bytes(), 0o666); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return b.copySources("references.bib", "book/_static/rethinking.css", "book/_static/rethinking.js", "book/_static/favicon.svg")
}

func (b *builder) copySources(names ...string) error {
	for _, name := range names {
		data, err := sources.ReadFile(name)
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
		target := b.book(strings.TrimPrefix(name, "book/"))
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			return fmt.Errorf("site: %w", err)
		}
		if err := os.WriteFile(target, data, 0o666); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return nil
}

// footer is the HTML at the foot of every page.
func (b *builder) footer() (string, error) {
	t, err := htmltemplate.ParseFS(sources, "book/footer.html")
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = t.Execute(&out, b.facts)
	return out.String(), err
}

func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

var (
	problemPattern = regexp.MustCompile(`(?m)^.*\b(WARNING|ERROR|CRITICAL|SEVERE)\b.*$`)
	// A reader meets these: a reference to nothing, a missing picture, text that is not what its author wrote.
	gravePattern = regexp.MustCompile(`(?i)\b(ERROR|CRITICAL|SEVERE)\b|bibtex key|undefined label|unknown document|not found|not readable|failed to create a cross reference|duplicate|unknown (role|directive)|nonexisting`)
)

// bookProblems picks the warnings and errors out of what Jupyter Book printed, with paths as the author knows them.
func bookProblems(said, folder string) []string {
	var problems []string
	for _, line := range problemPattern.FindAllString(said, -1) {
		if strings.Contains(line, "'comments_config'") { // of the extension that the configuration leaves out
			continue
		}
		line = strings.ReplaceAll(line, folder+string(filepath.Separator), "")
		if !slices.Contains(problems, line) {
			problems = append(problems, line)
		}
	}
	return problems
}

var errNoMathJax = errors.New("MathJax (sphinx-mathjax-offline) is not in the Python environment; run kernel-setup (make setup) again")
