package site

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one tab of a headless Chromium that remembers what a page complained of and what it asked for.
type browser struct {
	ctx context.Context

	mu       sync.Mutex
	faults   []string // console errors, exceptions, requests that leave the machine or fail
	requests int
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(needChromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
	)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	b := &browser{}
	b.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.run(t, chromedp.Navigate("about:blank"))
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(b.ctx, runtime.Enable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(b.ctx, log.Enable, cdp.Empty{}); return err },
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests++
		if !stays(e.Request.URL) {
			b.faults = append(b.faults, "request leaves the machine: "+e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.faults = append(b.faults, fmt.Sprintf("%s does not load: %s", e.Type, e.ErrorText))
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			b.faults = append(b.faults, fmt.Sprintf("status %d of %s", e.Response.Status, e.Response.URL))
		}
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, "exception: "+exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			b.faults = append(b.faults, fmt.Sprintf("console.%s: %s", e.Type, consoleText(e.Args)))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.faults = append(b.faults, fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL))
		}
	}
}

// stays says whether a request can be answered without a network.
func stays(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	return slices.Contains([]string{"file", "data", "blob", "about"}, u.Scheme) || u.Hostname() == "127.0.0.1"
}

func exceptionText(e *runtime.ExceptionDetails) string {
	text := e.Text
	if e.Exception != nil {
		text += " " + e.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", text, e.URL, e.LineNumber+1)
}

func consoleText(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, strings.TrimSpace(string(a.Value)+" "+a.Description))
	}
	return strings.Join(parts, " ")
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// open goes to a page at a window's width, and waits for its figures and formulas.
func (b *browser) open(t *testing.T, page string, width int64) {
	t.Helper()
	var mobile []chromedp.EmulateViewportOption
	if width < 500 {
		mobile = append(mobile, chromedp.EmulateMobile)
	}
	b.run(t, chromedp.EmulateViewport(width, 900, mobile...), chromedp.Navigate(page))
	b.wait(t, `document.readyState === "complete"
		&& [...document.querySelectorAll(".rethinking-figure")].every(f => f.dataset.state && f.dataset.state !== "waiting")
		&& (!document.querySelector(".math") || !!document.querySelector("mjx-container svg"))`)
}

// wait returns when a JavaScript condition holds.
func (b *browser) wait(t *testing.T, condition string) {
	t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(15*time.Second))); err != nil {
		t.Fatalf("waiting for %s: %v", condition, err)
	}
}

// theme turns the page's theme to "dark" or "light" as its button does.
func (b *browser) theme(t *testing.T, theme string) {
	t.Helper()
	value[bool](t, b, fmt.Sprintf(`localStorage.setItem("mode", %[1]q); localStorage.setItem("theme", %[1]q);
		document.documentElement.dataset.mode = document.documentElement.dataset.theme = %[1]q; true`, theme))
	b.run(t, chromedp.Sleep(250*time.Millisecond)) // transitions, and plots drawn again
}

// value is what a JavaScript expression gives.
func value[T any](t *testing.T, b *browser, js string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatalf("evaluating %.80s: %v", js, err)
	}
	return v
}

// complaints returns the faults since the last call, and forgets them.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	faults := b.faults
	b.faults = nil
	return faults
}
