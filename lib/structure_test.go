package lib_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers say what the packages of lib may import of each other: each those of the layers below its own, and of its own what is named here. Leaves
// ignore each other.
var layers = [][]string{
	{"data", "claims"},
	{"corrupt", "nets", "exact"},
	{"train", "probe"},
	{"study"},
	{"along", "paper"},
	{"papers/zhang2017", "papers/krueger2017", "papers/arpit2017", "papers/seed2017", "papers/keskar2017", "papers/dinh2017"},
	{"papers", "report"},
	{"notebook", "site", "cluster"},
	{"cmd/rethinking", "train/bench", "train/bench/inprocess"},
}

// never are imports that the layers would allow.
var never = map[string][]string{
	"study":    {"probe", "exact", "claims"},
	"along":    {"paper", "claims"},
	"report":   {"papers", "along", "exact", "probe"},
	"site":     {"papers", "paper", "report"},
	"cluster":  {"papers", "paper", "report"},
	"notebook": {"papers", "site", "cluster"},
}

// Imports go one way.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	short := func(path string) string { return strings.TrimPrefix(path, "rethinking/lib/") }
	layer := func(name string) int {
		return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, name) })
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := short(p.ImportPath)
		if name == p.ImportPath {
			continue // this folder itself
		}
		if layer(name) < 0 {
			t.Errorf("package %s has no place in the layers", name)
		}
		for _, path := range p.Imports {
			if path == "github.com/janpfeifer/gonb/gonbui" && name != "notebook" {
				t.Errorf("%s knows GoNB; only notebook may", name)
			}
			if other := short(path); other != path && (layer(other) > layer(name) || slices.Contains(never[name], other)) {
				t.Errorf("%s imports %s", name, other)
			}
		}
	}
}

// A file has at most 400 lines, and a function at most 60.
func TestSizes(t *testing.T) {
	const fileLines, functionLines = 400, 60
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		line := func(p token.Pos) int { return set.Position(p).Line }
		if n := line(file.FileEnd); n > fileLines+1 {
			t.Errorf("%s has %d lines", path, n)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && line(f.End())-line(f.Pos()) >= functionLines {
				t.Errorf("%s: %s has %d lines", path, f.Name.Name, line(f.End())-line(f.Pos())+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
