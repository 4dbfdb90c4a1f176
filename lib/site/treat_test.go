package site

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares with a file of testdata; -regen rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
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
	return []byte(read(t, filepath.Join("testdata", "executed.json")))
}

func TestForSite(t *testing.T) {
	page, pictures, err := forSite("01-executed", executed(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "executed-site.json", page)
	for _, name := range []string{"fig-01-executed-1", "fig-01-executed-2", "fig-01-executed-3"} {
		if !bytes.HasPrefix(pictures[name], []byte("\x89PNG")) {
			t.Errorf("picture %s is %q, want a PNG", name, pictures[name])
		}
	}
	if len(pictures) != 3 {
		t.Errorf("%d pictures, want 3", len(pictures))
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
		"caption alone":  {`"part": "picture"`, `"part": "caption"`, "does not follow its picture"},
		"picture alone":  {`"part": "caption"`, `"part": "interactive"`, "has no caption"},
		"not a notebook": {`"nbformat": 4`, `"nbformat": 3`, "has nbformat 3, want 4"},
		"not base64":     {`iVBORw0KGgo`, `iVBORw0*`, "the picture of a figure is not base64"},
	} {
		t.Run(name, func(t *testing.T) {
			damaged := strings.Replace(string(executed(t)), test.old, test.fresh, 1)
			if damaged == string(executed(t)) {
				t.Fatalf("testdata lacks %s", test.old)
			}
			if _, _, err := forSite("x", []byte(damaged)); err == nil || !strings.Contains(err.Error(), test.want) {
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

// TestFailure covers the forms in which GoNB reports.
func TestFailure(t *testing.T) {
	stream := func(s string) object { return object{"output_type": "stream", "name": "stderr", "text": s} }
	failed := func(trace ...any) object {
		return object{"output_type": "error", "evalue": "value", "traceback": trace}
	}
	panics := "panic: no data\n\ngoroutine 1 [running]:\nmain.main()\n\t"
	for name, test := range map[string]struct {
		outputs []any
		want    string
	}{
		"fine":                  {[]any{stream("a warning")}, ""},
		"panic":                 {[]any{stream(panics + "\x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m /tmp/main.go:13\n"), stream("exit status 2\n"), failed("exit status 2")}, "panic: no data"},
		"panic after a warning": {[]any{stream("a warning\n" + panics + "/tmp/main.go:13\nexit status 2\n"), failed("exit status 2")}, "a warning\npanic: no data"},
		"exit with a message":   {[]any{stream("study: no data\nexit status 1\n"), failed("exit status 1")}, "study: no data"},
		"silent exit":           {[]any{failed("exit status 7")}, "exit status 7"},
		"compiler, raw":         {[]any{failed("# gonb_1", "Cell[2]: Line 2\n\nfunc main() {\n   ^\n\nundefined: x", "")}, "Cell[2]: Line 2 undefined: x"},
		"no traceback":          {[]any{failed()}, "value"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (cell{"outputs": test.outputs}).failure(); got != test.want {
				t.Errorf("reason %q, want %q", got, test.want)
			}
		})
	}
}

func TestRemote(t *testing.T) {
	for html, want := range map[string]bool{
		`<a href="https://arxiv.org/abs/1611.03530">paper</a> <img src="_static/a.png" alt="https://x"> <script src="x.js"></script>`: false,
		`<p>&lt;img src="https://x.org/a.png"&gt;</p><link rel="next" href="https://x.org">`:                                          false,
		`<img alt="a" src="https://x.org/a.png">`:                                                                                     true,
		`<IMG SRC='//x.org/a.png'>`:                                      true,
		`<script async src=http://x.org/a.js></script>`:                  true,
		`<link rel="stylesheet" type="text/css" href="https://x/a.css">`: true,
		`<link href="https://x/a.woff2" rel="preload">`:                  true,
		"<iframe\nwidth=3 src=\"https://x.org\"></iframe>":               true,
	} {
		if got := loading.FindString(html); (got != "") != want {
			t.Errorf("%s loads from the network: %q, want %t", html, got, want)
		}
	}
}
