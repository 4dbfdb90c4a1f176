package report

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rethinking/lib/study"
)

var (
	plotlyFile  = flag.String("plotly", "../../.venv/share/rethinking/plotly.min.js", "plotly.min.js to test the interactive figures with")
	screenshots = flag.String("screenshots", "", "folder to put screenshots of the interactive figures in")
)

// page is one of the places where a figure lands.
type page struct {
	name string
	head string
	body func(img, caption, figure string) string
	want string // the figure's state in the end
}

var pages = []page{
	{"report", `<script>window.rethinkingPlotly = "static/plotly.min.js";</script>`, bookBody, "drawn"},
	{"lab", `<script id="jupyter-config-data" type="application/json">{"baseUrl": "/"}</script>`, labBody, "drawn"},
	{"nothing-at-hand", "", bookBody, "picture"},
	{"missing", `<script>window.rethinkingPlotly = "static/missing.js";</script>`, bookBody, "picture"},
	{"another-machine", `<script>window.rethinkingPlotly = "http://other.example/plotly.min.js";</script>`, bookBody, "picture"},
}

func bookBody(img, caption, figure string) string {
	return `<div class="cell_output docutils container"><figure class="align-default">` + img + `<figcaption>` + caption + `</figcaption></figure>` + figure + `</div>`
}

func labBody(img, caption, figure string) string {
	child := func(s string) string {
		return `<div class="jp-OutputArea-child"><div class="jp-OutputArea-output">` + s + `</div></div>`
	}
	return `<div class="jp-OutputArea">` + child(img) + child("<p>"+caption+"</p>") + child(figure) + `</div>`
}

const pageStyle = `body { margin: 8px; font: 16px sans-serif; color: #222; background: #fff } img { width: 100% } figure { margin: 0 }
html[data-theme=dark] body { color: #ddd; background: #121212 }`

func (p page) html(t *testing.T, f Drawing) string {
	t.Helper()
	png, err := f.PNG()
	if err != nil {
		t.Fatal(err)
	}
	figure, err := f.HTML()
	if err != nil {
		t.Fatal(err)
	}
	img := fmt.Sprintf(`<img alt="%s" src="data:image/png;base64,%s">`, html.EscapeString(f.Description()), base64.StdEncoding.EncodeToString(png))
	return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>page</title><link rel="icon" href="data:,"><style>` +
		pageStyle + `</style>` + watch + p.head + `</head><body>` + p.body(img, f.Caption(), figure) + `</body></html>`
}

// browser starts a headless Chromium, or skips the test where there is none outside continuous integration.
func browser(t *testing.T) context.Context {
	t.Helper()
	missing := func(what string) {
		if os.Getenv("CI") != "" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	if _, err := os.Stat(*plotlyFile); err != nil {
		missing("no plotly.min.js: set the checkout up, or name the file with -plotly")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		if _, err := exec.LookPath("google-chrome"); err != nil {
			missing("no Chromium on this machine: install the package chromium")
		}
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// watch notes what goes wrong in a page: errors, complaints on the console, and any request that the policy refuses because it would
// leave this machine.
const watch = `<script>
window.complaints = [];
addEventListener("error", (e) => complaints.push("error: " + e.message));
addEventListener("unhandledrejection", (e) => complaints.push("rejected: " + e.reason));
document.addEventListener("securitypolicyviolation", (e) => complaints.push("request to " + e.blockedURI));
for (const level of ["warn", "error"]) console[level] = (...words) => complaints.push(level + ": " + words.join(" "));
</script>`

const policy = "default-src 'self' 'unsafe-inline' data: blob:"

func TestInteractive(t *testing.T) {
	ctx := browser(t)
	f, err := TrainTest(sweep(levels, 3, 40), By(study.LabelCorruption), Chance(10), Title("Train & test </script><script>alert(1)</script>"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/static/plotly.min.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, *plotlyFile) })
	for _, p := range pages {
		text := p.html(t, f)
		mux.HandleFunc("/"+p.name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			fmt.Fprint(w, text)
		})
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) { p.check(t, ctx, server.URL+"/"+p.name) })
	}
}

// TestScreenshots is for people: it only makes pictures to look at, of every figure.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no folder given with -screenshots")
	}
	ctx := browser(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/static/plotly.min.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, *plotlyFile) })
	server := httptest.NewServer(mux)
	defer server.Close()
	show := func(name string, d Drawing, err error) {
		if err != nil {
			t.Fatal(err)
		}
		text := pages[0].html(t, d)
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, text) })
		p := page{name: name}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(server.URL+"/"+name),
			chromedp.WaitReady(`.rethinking-figure[data-state="drawn"]`), p.screenshot("wide"),
			chromedp.EmulateViewport(380, 500, chromedp.EmulateScale(2)), chromedp.Sleep(time.Second), p.screenshot("narrow")); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range figures {
		f, err := tt.make()
		show(tt.name, f, err)
	}
	for _, tt := range heats {
		h, err := tt.make()
		show(tt.name, h, err)
	}
}

// check opens the page, waits for the figure's state and looks at what is visible, light and dark, wide and narrow.
func (p page) check(t *testing.T, ctx context.Context, url string) {
	var picture, title, hover, light, dark string
	var caption bool
	var wide, narrow float64
	var complaints []string
	steps := []step{
		chromedp.EmulateViewport(1000, 700),
		chromedp.Navigate(url),
		chromedp.WaitReady(`.rethinking-figure[data-state="` + p.want + `"]`),
		into(&picture, `getComputedStyle(document.querySelector("img")).display`),
		into(&caption, `document.querySelector("figcaption, p").offsetHeight > 0`),
	}
	if p.want == "drawn" {
		steps = append(steps,
			into(&title, `document.querySelector(".rethinking-title").textContent`),
			into(&hover, hoverText),
			into(&wide, figureWidth), into(&light, tickColor), p.screenshot("wide-light"),
			theme("dark"), into(&dark, tickColor), p.screenshot("wide-dark"),
			chromedp.EmulateViewport(380, 700, chromedp.EmulateScale(2)), chromedp.Sleep(time.Second),
			into(&narrow, figureWidth), p.screenshot("narrow-dark"),
			theme("light"), p.screenshot("narrow-light"),
		)
	}
	steps = append(steps, into(&complaints, `complaints`))
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
	if len(complaints) > 0 {
		t.Errorf("the page complains: %q", complaints)
	}
	if !caption {
		t.Error("the caption is not visible")
	}
	if p.want != "drawn" {
		if picture == "none" {
			t.Error("the picture is hidden although nothing replaces it")
		}
		return
	}
	if picture != "none" {
		t.Error("the picture is still visible beside the interactive figure")
	}
	if want := "Train & test </script><script>alert(1)</script>"; title != want {
		t.Errorf("title %q, want %q", title, want)
	}
	if want := "test accuracy, label corruption 0epoch 2098% (all 3 seeds)"; hover != want {
		t.Errorf("on hover the figure says %q, want %q", hover, want)
	}
	if light != "rgb(34, 34, 34)" || dark != "rgb(221, 221, 221)" {
		t.Errorf("tick labels are %s on a light page and %s on a dark one; want the page's colours", light, dark)
	}
	if wide < 900 || narrow > 380 || narrow < 300 {
		t.Errorf("the figure is %v wide on a page of 1000, %v on one of 380", wide, narrow)
	}
}

const hoverText = `
	Plotly.Fx.hover(document.querySelector(".js-plotly-plot"), [{curveNumber: 13, pointNumber: 20}]);
	document.querySelector(".hoverlayer").textContent`

const (
	tickColor   = `getComputedStyle(document.querySelector(".ytick text")).fill`
	figureWidth = `document.querySelector(".main-svg").clientWidth`
)

type step = chromedp.Action[chromedp.Void]

func into[T any](value *T, expression string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		v, err := chromedp.Evaluate[T](expression)(ctx, target)
		*value = v
		return chromedp.Void{}, err
	}
}

func theme(name string) step {
	var set string
	return chromedp.Steps(into(&set, fmt.Sprintf("document.documentElement.dataset.theme = %q", name)), chromedp.Sleep(time.Second))
}

func (p page) screenshot(name string) step {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if *screenshots == "" {
			return chromedp.Void{}, nil
		}
		b, err := chromedp.FullScreenshot(100)(ctx, target)
		if err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.Void{}, os.WriteFile(filepath.Join(*screenshots, p.name+"-"+name+".png"), b, 0o644)
	}
}
