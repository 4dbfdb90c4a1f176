package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// marker lies in every finished report. A folder without it is not ours to replace.
const marker = ".rethinking-report"

func (o Options) plotly() string {
	return filepath.Join(o.Venv, "share", "rethinking", "plotly.min.js")
}

func (o Options) mathJax() (string, error) {
	found, err := filepath.Glob(filepath.Join(o.Venv, "lib", "python3*", "site-packages", "sphinx-mathjax-offline", "static", filepath.FromSlash(mathJax)))
	if err == nil && len(found) == 0 {
		err = errNoMathJax
	}
	if err != nil {
		return "", fmt.Errorf("site: %w", err)
	}
	return found[0], nil
}

// workFolder makes a folder beside out, on the same disk, for the files of one build. Git ignores it.
func workFolder(out string) (string, error) {
	parent := filepath.Dir(out)
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return "", fmt.Errorf("site: the report's folder cannot be made: %w", err)
	}
	work, err := os.MkdirTemp(parent, ".report-build-")
	if err != nil {
		return "", fmt.Errorf("site: the report's folder cannot be written: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, ".gitignore"), []byte("*\n"), 0o666); err != nil {
		return "", errors.Join(fmt.Errorf("site: %w", err), os.RemoveAll(work))
	}
	return work, nil
}

// publish copies beside the pages what they load, and puts the finished site in the place of the old one.
func (b *builder) publish(ctx context.Context) error {
	if err := b.copyScripts(); err != nil {
		return err
	}
	for _, name := range b.names { // the download button's target
		if err := copyFile(b.html("_sources", name+".ipynb"), b.clean(name)); err != nil {
			return err
		}
	}
	if err := prune(b.html()); err != nil {
		return err
	}
	if err := os.WriteFile(b.html(marker), []byte("Made by rethinking report; its next build replaces this folder.\n"), 0o666); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	bytes, files, err := folderSize(b.html())
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("site: stopped before the report was replaced: %w", err)
	}
	if err := replaceFolder(b.Out, b.html(), filepath.Join(b.work, "old")); err != nil {
		return err
	}
	b.say("report: %.1f MB in %d files", float64(bytes)/1e6, files)
	return nil
}

// copyScripts copies Plotly and MathJax, where a page needs them.
func (b *builder) copyScripts() error {
	needs, err := readPages(b.html())
	if err != nil {
		return err
	}
	if needs.figures {
		if err := copyFile(b.html("_static", "plotly.min.js"), b.plotly()); err != nil {
			return err
		}
	}
	if !needs.formulas {
		return nil
	}
	script, err := b.mathJax()
	if err != nil {
		return err
	}
	return copyFile(b.html("_static", filepath.FromSlash(mathJax)), script)
}

// needs are the scripts that some page loads.
type needs struct {
	figures, formulas bool
}

// readPages finds what the pages load. A page that would load from the network is an error: it breaks the report's promise.
func readPages(folder string) (needs, error) {
	var n needs
	pages, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil {
		return n, fmt.Errorf("site: %w", err)
	}
	for _, page := range pages {
		html, err := os.ReadFile(page)
		if err != nil {
			return n, fmt.Errorf("site: %w", err)
		}
		n.figures = n.figures || bytes.Contains(html, []byte(`class="rethinking-figure"`))
		n.formulas = n.formulas || bytes.Contains(html, []byte(mathJax))
		if from := remote(html); from != "" {
			return n, fmt.Errorf("site: page %s would load from the network: %s; keep a copy in the checkout instead", filepath.Base(page), from)
		}
	}
	return n, nil
}

var loading = regexp.MustCompile(`(?is)<(?:script|img|iframe|source|video|audio|embed|object|input)\b[^>]*?\s(?:src|srcset|data|poster)\s*=\s*["']?\s*(?:https?:)?//[^>]*>` +
	`|<link\b[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|preconnect|icon|dns-prefetch|modulepreload)\b[^>]*\shref\s*=\s*["']?(?:https?:)?//[^>]*>` +
	`|<link\b[^>]*\shref\s*=\s*["']?(?:https?:)?//[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|preconnect|icon|dns-prefetch|modulepreload)\b[^>]*>`)

// remote is the first tag of a page that makes a browser ask another machine; links that a reader may follow do not.
func remote(html []byte) string {
	return string(loading.Find(html))
}

// unread are files that no page of the report loads: Sphinx's own, sources of scripts, fonts that exist in a smaller form.
var unread = []string{".buildinfo", "objects.inv", "genindex.html", "_static/*/*.map", "_static/vendor/*/webfonts/*.ttf"}

func prune(html string) error {
	for _, pattern := range unread {
		files, err := filepath.Glob(filepath.Join(html, filepath.FromSlash(pattern)))
		for _, file := range files {
			err = errors.Join(err, os.Remove(file))
		}
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return nil
}

// replaceable refuses a folder that no build has made and that is not empty.
func replaceable(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("site: the report's folder cannot be read: %w", err)
	}
	if !isFile(filepath.Join(out, marker)) {
		return fmt.Errorf("site: the folder %s holds files that no report build has made; move them away or choose another Out", out)
	}
	return nil
}

// replaceFolder renames fresh to out; what was there goes to aside, and comes back if that fails.
func replaceFolder(out, fresh, aside string) error {
	err := os.Rename(out, aside)
	had := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("site: the old report cannot be replaced: %w", err)
	}
	if err := os.Rename(fresh, out); err != nil {
		if had {
			err = errors.Join(err, os.Rename(aside, out))
		}
		return fmt.Errorf("site: the new report cannot be put in place: %w", err)
	}
	return nil
}

// replaceFile writes a file so that it is there whole, or is the old one.
func replaceFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func copyFile(target, source string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("site: %w", err)
		}
	}()
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	out, err := os.Create(target)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func folderSize(folder string) (bytes int64, files int, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
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
