package site

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares with a file of testdata; -regen, which the tests with a kernel declare, rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if flag.Lookup("regen").Value.String() == "true" {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -regen", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; -regen accepts):\n%s", name, diff)
	}
}

func executed(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "executed.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestForSite(t *testing.T) {
	p, err := forSite("01-executed", executed(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "executed-site.json", p.notebook)
	for _, name := range []string{"fig-01-executed-1", "fig-01-executed-2", "fig-01-executed-3"} {
		if !bytes.HasPrefix(p.pictures[name], []byte("\x89PNG")) {
			t.Errorf("picture %s is %q, want a PNG", name, p.pictures[name])
		}
	}
	if len(p.pictures) != 3 {
		t.Errorf("%d pictures, want 3", len(p.pictures))
	}
}

func TestForCommit(t *testing.T) {
	got, err := forCommit(executed(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "executed-commit.json", got)
	again, err := forCommit(got)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, again) {
		t.Error("cleaning a clean notebook changes it")
	}
}

func TestIncompleteFigure(t *testing.T) {
	for name, test := range map[string]struct{ old, fresh, want string }{
		"no caption":     {`"Second."`, `" "`, `cell 3: a figure has the caption " " and the description "Two."; it needs both`},
		"no description": {`"Two."`, `""`, "it needs both"},
		"script alone":   {`"text/markdown": [` + "\n" + `       "Second."`, `"text/other": [` + "\n" + `       "Second."`, "does not follow its picture and its caption"},
		"not a notebook": {`"nbformat": 4`, `"nbformat": 3`, "has nbformat 3, want 4"},
		"not base64":     {`iVBORw0KGgo`, `iVBORw0*`, "the picture of a figure is not base64"},
	} {
		t.Run(name, func(t *testing.T) {
			damaged := strings.Replace(string(executed(t)), test.old, test.fresh, 1)
			if damaged == string(executed(t)) {
				t.Fatalf("testdata lacks %s", test.old)
			}
			if _, err := forSite("x", []byte(damaged)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
	damaged := strings.Replace(string(executed(t)), `\"y\":[1]`, `\"y\":[1`, 1)
	if _, err := forCommit([]byte(damaged)); err == nil || !strings.Contains(err.Error(), "cell 3: the data of an interactive figure are not JSON") {
		t.Errorf("error %v of damaged Plotly data", err)
	}
}

func TestBookProblems(t *testing.T) {
	said := "/x/book/01-a.ipynb:10008: WARNING: undefined label: 'fig-9'\nreading\n" +
		"WARNING: unknown config value 'comments_config' in override, ignoring\n/x/book/01-a.ipynb:3: WARNING: Non-consecutive header level increase; H1 to H3\n"
	got := bookProblems(said, "/x/book")
	want := []string{"01-a.ipynb:10008: WARNING: undefined label: 'fig-9'", "01-a.ipynb:3: WARNING: Non-consecutive header level increase; H1 to H3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !gravePattern.MatchString(got[0]) || gravePattern.MatchString(got[1]) {
		t.Error("a reference to nothing is a fault, a skipped heading level is not")
	}
}

func TestCellErrorOfRawKernel(t *testing.T) {
	c := cell{"outputs": []any{object{"output_type": "error", "evalue": "exit status 1",
		"traceback": []any{"\x1b[31mCell[2]: Line 2\x1b[0m ./main.go:11:13: undefined: x", "exit status 1"}}}}
	if got, want := c.failure(), "Cell[2]: Line 2 ./main.go:11:13: undefined: x"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
}
