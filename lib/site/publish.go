package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// marker lies in every finished report. A folder without it is not ours to replace.
const marker = ".rethinking-report"

// mathJax is the script for mathematics, from _static. It holds its fonts and all of TeX's extensions in one file.
const mathJax = "mathjax/tex-svg-full.js"

// scripts are what pages load: by its place in _static, where it lies in the Python environment.
var scripts = map[string]string{
	"plotly.min.js": "share/rethinking/plotly.min.js",
	mathJax:         "lib/python3*/site-packages/sphinx-mathjax-offline/static/" + mathJax,
}

// workFolder makes a folder beside out, on the same disk, for the files of one build. Git ignores it.
func workFolder(out string) (work string, err error) {
	parent := filepath.Dir(out)
	if err = os.MkdirAll(parent, 0o777); err == nil {
		work, err = os.MkdirTemp(parent, ".report-build-")
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(work, ".gitignore"), []byte("*\n"), 0o666)
	}
	if err != nil {
		err = fmt.Errorf("the report's folder cannot be written: %w", err)
	}
	return work, err
}

// publish makes the rendered pages complete, and puts them in the place of the old report.
func (b *builder) publish(ctx context.Context) error {
	for _, step := range []func() error{b.checkPages, b.copyLoaded, b.prune} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := writeFile(b.html(marker), []byte("Made by rethinking report; its next build replaces this folder.\n")); err != nil {
		return err
	}
	bytes, files, err := folderSize(b.html())
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before the report was replaced: %w", err)
	}
	if err := replaceFolder(b.Out, b.html(), filepath.Join(b.work, "old")); err != nil {
		return err
	}
	b.say("report: %.1f MB in %d files", float64(bytes)/1e6, files)
	return nil
}

// copyLoaded copies beside the pages the scripts that they load, the files that they link to, and the notebooks behind their download buttons.
func (b *builder) copyLoaded() error {
	for _, page := range b.pages {
		for name, data := range page.Files {
			if err := writeFile(b.html(name), data); err != nil {
				return err
			}
		}
	}
	for i, name := range b.names {
		if err := writeFile(b.html("_sources", name+".ipynb"), b.clean[i]); err != nil {
			return err
		}
	}
	for place, pattern := range scripts {
		path, err := b.inVenv(pattern)
		if err != nil {
			return err
		}
		script, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := writeFile(b.html("_static", filepath.FromSlash(place)), script); err != nil {
			return err
		}
	}
	return nil
}

// checkPages refuses a page that would load from the network: it breaks the report's promise.
func (b *builder) checkPages() error {
	pages, err := filepath.Glob(b.html("*.html"))
	if err != nil {
		return err
	}
	for _, page := range pages {
		html, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		if from := loading.Find(html); from != nil {
			return fmt.Errorf("page %s would load from the network: %s; keep a copy in the checkout instead", filepath.Base(page), from)
		}
	}
	return nil
}

// loading finds a tag that makes a browser ask another machine; links that a reader may follow do not.
var loading = regexp.MustCompile(`(?is)<(?:script|img|iframe|source|video|audio|embed|object|input)\b[^>]*?\s(?:src|srcset|data|poster)\s*=\s*["']?\s*(?:https?:)?//[^>]*>` +
	`|<link\b[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|preconnect|icon|dns-prefetch|modulepreload)\b[^>]*\shref\s*=\s*["']?(?:https?:)?//[^>]*>` +
	`|<link\b[^>]*\shref\s*=\s*["']?(?:https?:)?//[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|preconnect|icon|dns-prefetch|modulepreload)\b[^>]*>`)

// unread are files that no page of the report loads: Sphinx's own, sources of scripts, fonts that exist in a smaller form.
var unread = []string{".buildinfo", "objects.inv", "genindex.html", "_static/*/*.map", "_static/vendor/*/webfonts/*.ttf"}

func (b *builder) prune() error {
	for _, pattern := range unread {
		files, err := filepath.Glob(b.html(filepath.FromSlash(pattern)))
		for _, file := range files {
			err = errors.Join(err, os.Remove(file))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replaceFolder renames fresh to out; what was there goes to aside, and comes back if that fails.
func replaceFolder(out, fresh, aside string) error {
	old := os.Rename(out, aside)
	if old != nil && !errors.Is(old, fs.ErrNotExist) {
		return fmt.Errorf("the old report cannot be replaced: %w", old)
	}
	err := os.Rename(fresh, out)
	if err != nil && old == nil {
		err = errors.Join(err, os.Rename(aside, out))
	}
	if err != nil {
		return fmt.Errorf("the new report cannot be put in place: %w", err)
	}
	return nil
}

// writeFile makes the file's folder too.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

func folderSize(folder string) (bytes int64, files int, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes, files = bytes+info.Size(), files+1
		}
		return err
	})
	return bytes, files, err
}
