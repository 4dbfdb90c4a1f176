package site

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed all:book
var sources embed.FS

// templates are those files of the book that are filled in.
var templates = template.Must(template.ParseFS(sources, "book/*.html", "book/*.yml", "book/*.md"))

// title is the report's name, on every page and in its tab.
const title = "Rethinking generalization"

// render makes the site from the treated notebooks, in the book's _build/html.
func (b *builder) render(ctx context.Context) error {
	if err := b.writeBook(); err != nil {
		return err
	}
	b.say("rendering the pages")
	start := time.Now()
	cmd := exec.CommandContext(ctx, filepath.Join(b.Venv, "bin", "python"),
		filepath.Join(b.Venv, "bin", "jupyter-book"), "build", "--quiet", b.book())
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1", "PYTHONWARNINGS=ignore", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("stopped while rendering: %w", ctx.Err())
	}
	said := plainText(string(out))
	if err != nil || !isFile(b.html("index.html")) {
		return fmt.Errorf("the pages could not be rendered by Jupyter Book (%w):\n%s", err, lastLines(said, 25))
	}
	problems := bookProblems(said, b.book())
	for _, p := range problems {
		b.say("%s", p)
	}
	if grave := slices.DeleteFunc(problems, func(p string) bool { return !gravePattern.MatchString(p) }); len(grave) > 0 {
		return fmt.Errorf("the pages have faults that a reader would meet:\n%s", strings.Join(grave, "\n"))
	}
	b.say("rendered in %v", time.Since(start).Round(100*time.Millisecond))
	return nil
}

// writeBook writes what Jupyter Book wants beside the notebooks: configuration, contents, first and last page, references, styles.
func (b *builder) writeBook() error {
	files, err := fs.Sub(sources, "book")
	if err != nil {
		return err
	}
	if err := os.CopyFS(b.book(), files); err != nil {
		return err
	}
	var footer strings.Builder
	if err := templates.ExecuteTemplate(&footer, "footer.html", b.facts); err != nil {
		return err
	}
	page := map[string]any{
		"Title": title, "Footer": footer.String(), "MathJax": mathJax, "Notebooks": b.names, "Pages": b.pages, "Scale": b.Scale, "Front": b.front,
	}
	for _, p := range b.pages {
		if err := writeFile(b.book(p.Name+".md"), []byte(p.Markdown)); err != nil {
			return err
		}
	}
	for _, name := range []string{"_config.yml", "_toc.yml", "index.md"} {
		var filled bytes.Buffer
		if err := templates.ExecuteTemplate(&filled, name, page); err != nil {
			return err
		}
		if err := writeFile(b.book(name), filled.Bytes()); err != nil {
			return err
		}
	}
	return nil
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
