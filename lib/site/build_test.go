package site

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestSite builds a site with the real kernel and opens every page of it, as a file and from a server.
func TestSite(t *testing.T) {
	venv := needVenv(t)
	needChromium(t)
	root := t.TempDir()
	if *keep != "" {
		root = filepath.Join(*keep, "checkout")
	}
	copyNotebooks(t, root, "notebooks/00-small.ipynb", "notebooks/01-next.ipynb")
	var progress strings.Builder
	index, err := Build(t.Context(), Options{
		Root: root, Venv: venv, Scale: "smoke", Together: 2, Date: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC),
		Facts: []Fact{{Name: "Backend", Value: "xla <cpu>"}}, Progress: &progress,
		Pages: func(context.Context) (string, []Page, error) {
			const choice = `<div class="rethinking-choice"></div><table class="rethinking-table rethinking-claims"><tbody><tr data-paper="A" data-verdict="yes" data-page="p"><th scope="row">A1</th></tr>` +
				`<tr data-paper="B" data-verdict="no" data-page="p"><th scope="row">B1</th></tr></tbody></table>`
			page := Page{Name: "claims", Markdown: "# All claims\n\n````{raw} html\n" + choice + "\n````\n", Files: map[string][]byte{"claims.csv": []byte("id\nA1\n")}}
			return "It came out, [all of it](claims).", []Page{page}, nil
		},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(progress.String())
	if got, want := index, filepath.Join(root, "report", "index.html"); got != want {
		t.Errorf("index is %s, want %s", got, want)
	}
	if got, want := entries(t, root), "notebooks report"; got != want {
		t.Errorf("the build leaves %q, want %q", got, want)
	}
	report := filepath.Dir(index)
	pages, err := filepath.Glob(filepath.Join(report, "*.html"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("pages %v, %v; want at least 5", pages, err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(report)))
	defer server.Close()
	b := openBrowser(t)
	for _, base := range []string{"file://" + report, server.URL} {
		for _, path := range pages {
			t.Run(filepath.Base(path)+" from "+base[:4], func(t *testing.T) {
				page := base + "/" + filepath.Base(path)
				b.open(t, page, 1280)
				if base != server.URL { // looks are the same
					checkLooks(t, b, page)
				}
				checkFoot(t, b)
				checkComplaints(t, b)
			})
		}
		checkFigures(t, b, base+"/00-small.html")
		checkClaims(t, b, base+"/claims.html")
		checkSearch(t, b, base)
	}
}

// checkClaims chooses claims by paper, and by the page's address.
func checkClaims(t *testing.T, b *browser, page string) {
	t.Helper()
	shown := func() string {
		return value[string](t, b, `[...document.querySelectorAll(".rethinking-claims tbody tr:not([hidden]) th")].map((th) => th.textContent).join(" ") + ", " + `+
			`document.querySelector(".rethinking-chosen").textContent`)
	}
	b.open(t, page, 1280)
	if got := shown(); got != "A1 B1, 2 of 2 claims" {
		t.Errorf("all: %q", got)
	}
	value[bool](t, b, `(() => { const list = document.querySelector("select[name=paper]"); list.value = "B"; list.dispatchEvent(new Event("change", { bubbles: true })); return true; })()`)
	if got := shown(); got != "B1, 1 of 2 claims" {
		t.Errorf("of paper B: %q", got)
	}
	b.open(t, page+"?verdict=yes", 1280)
	if got := shown(); got != "A1, 1 of 2 claims" {
		t.Errorf("by the address: %q", got)
	}
	checkComplaints(t, b)
}

// checkLooks looks at a page in a wide and a narrow window, light and dark.
func checkLooks(t *testing.T, b *browser, page string) {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(page), ".html")
	for _, width := range []int64{1280, 380} {
		if width == 380 {
			b.open(t, page, width)
		}
		for _, theme := range []string{"light", "dark"} {
			b.theme(t, theme)
			if wide := value[int](t, b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("at width %d the %s page scrolls sideways by %d", width, theme, wide)
			}
			b.wait(t, `[...document.querySelectorAll(".rethinking-interactive")].every(e => Math.abs(e.clientWidth - e.querySelector("svg.main-svg").clientWidth) < 2)`)
			for _, fault := range value[[]string](t, b, faintText) {
				t.Errorf("%s at width %d: hard to read: %s", theme, width, fault)
			}
			if *keep != "" {
				shot(t, b, filepath.Join(*keep, name+"-"+theme+map[bool]string{true: "-phone"}[width == 380]+".png"))
			}
		}
	}
}

func checkFoot(t *testing.T, b *browser) {
	t.Helper()
	foot := value[string](t, b, `document.querySelector(".rethinking-built")?.innerText ?? ""`)
	for _, want := range []string{"2026-01-02 03:04 UTC", "smoke", "xla <cpu>", "Go"} {
		if !strings.Contains(foot, want) {
			t.Errorf("the foot of the page is %q; want %q in it", foot, want)
		}
	}
	if lang := value[string](t, b, `document.documentElement.lang`); lang != "en" {
		t.Errorf("the page's language is %q", lang)
	}
}

func checkComplaints(t *testing.T, b *browser) {
	t.Helper()
	if faults := b.complaints(); len(faults) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(faults, "\n"))
	}
}

// faintText lists texts whose contrast with what is behind them is below 3:1 (WCAG's least for any text). Letters in the cells of a heat map lie on
// colours that the page's style does not know; package report's tests hold theirs.
const faintText = `(() => {
	const rgb = s => (s.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
	const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }); return .2126 * r + .7152 * g + .0722 * b };
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > .5) return c } return [255, 255, 255] };
	const faint = new Set();
	for (const e of document.querySelectorAll("main p, main li, main td, main th, main pre, main pre span, main h1, main h2, main dd, main dt, main caption, main figcaption, main a, main svg text")) {
		if (!e.textContent.trim() || !e.getClientRects().length || e.closest("button, .headerlink, .heatmap-label") || e.matches(".headerlink")) continue;
		if (getComputedStyle(e).visibility === "hidden" || getComputedStyle(e).opacity < .5) continue;
		const ink = rgb(getComputedStyle(e)[e.closest("svg") ? "fill" : "color"]), paper = behind(e);
		const a = light(ink), b = light(paper), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 3) faint.add(e.tagName + "." + e.className + " " + ratio.toFixed(1) + " " + ink + " on " + paper + ": " + e.textContent.trim().slice(0, 40));
	}
	return [...faint].slice(0, 5);
})()`

// checkFigures looks at the page with three figures: numbered, described, drawn, in the place of their pictures.
func checkFigures(t *testing.T, b *browser, page string) {
	t.Helper()
	b.open(t, page, 1280)
	figures := value[[]struct {
		Caption, Alt     string
		Drawn, Pictured  bool
		Width, Container int
	}](t, b, `[...document.querySelectorAll("figure")].map(f => ({
		caption: f.querySelector("figcaption").innerText,
		alt: f.querySelector("img").alt,
		drawn: !!f.querySelector(".js-plotly-plot svg.main-svg .trace"),
		pictured: f.querySelector("img").getClientRects().length > 0,
		width: f.querySelector("svg.main-svg")?.clientWidth ?? 0,
		container: f.clientWidth}))`)
	if len(figures) != 3 {
		t.Fatalf("%s has %d figures, want 3", page, len(figures))
	}
	for i, f := range figures {
		if want := "Figure " + string(rune('1'+i)) + " Made-up losses"; !strings.HasPrefix(strings.Join(strings.Fields(f.Caption), " "), want) {
			t.Errorf("caption %q does not begin with %q", f.Caption, want)
		}
		if !strings.HasPrefix(f.Alt, "Line chart: ") {
			t.Errorf("figure %d has the alternative text %q", i+1, f.Alt)
		}
		if !f.Drawn || f.Pictured {
			t.Errorf("figure %d: interactive %t, still a picture %t", i+1, f.Drawn, f.Pictured)
		}
		if f.Width < f.Container*8/10 {
			t.Errorf("figure %d is %d wide in %d", i+1, f.Width, f.Container)
		}
	}
	if refs := value[string](t, b, `[...document.querySelectorAll("main a.reference.internal")].map(a => a.innerText).join("; ")`); !strings.Contains(refs, "Figure 1") || !strings.Contains(refs, "Zhang et al., 2017") {
		t.Errorf("references are %q; want a numbered figure and a citation", refs)
	}
	if rows := value[int](t, b, `document.querySelectorAll("table.rethinking-table tbody tr").length`); rows == 0 {
		t.Error("the table is missing")
	}
	if keyword := value[int](t, b, `document.querySelectorAll("div.highlight-go .kd, div.highlight-go .kn, div.highlight-go .k").length`); keyword == 0 {
		t.Error("the code has no colours of Go")
	}
}

// checkSearch looks for a word that stands only in a table of the first notebook.
func checkSearch(t *testing.T, b *browser, base string) {
	t.Helper()
	b.open(t, base+"/search.html?q=random+labels", 1280)
	b.wait(t, `[...document.querySelectorAll("#search-results li a")].some(a => a.href.includes("00-small.html"))`)
	checkComplaints(t, b)
}

func shot(t *testing.T, b *browser, path string) {
	t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o666); err != nil {
		t.Fatal(err)
	}
}
