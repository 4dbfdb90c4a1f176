package site

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	regen = flag.Bool("regen", false, "rewrite the golden files in testdata")
	venv  = flag.String("venv", "", "Python environment with the kernel; empty: the checkout's .venv")
	keep  = flag.String("keep", "", "build the end-to-end test's site in this folder, and keep it and its screenshots")
)

// needVenv returns the environment with Jupyter and the kernel. A test without it is skipped, on CI it fails.
func needVenv(t *testing.T) string {
	t.Helper()
	dir := *venv
	if dir == "" {
		dir = filepath.Join("..", "..", ".venv")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "share", "jupyter", "kernels", "gonb", "kernel.json")); err != nil {
		missing(t, "no kernel in "+dir+"; run make setup")
	}
	return dir
}

// needChromium returns the browser's program.
func needChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "no Chromium on PATH; install the package chromium")
	return ""
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// checkout makes a folder with the named notebooks of testdata in its notebooks/.
func checkout(t *testing.T, paths ...string) string {
	t.Helper()
	root := t.TempDir()
	copyNotebooks(t, root, paths...)
	return root
}

func copyNotebooks(t *testing.T, root string, paths ...string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, "notebooks"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		write(t, filepath.Join(root, "notebooks", filepath.Base(path)), read(t, filepath.Join("testdata", path)))
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

// entries are the names in a folder, also hidden ones.
func entries(t *testing.T, dir string) string {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
