package report

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"rethinking/lib/study"
)

// Footer tells where results come from, as names and values in order.
type Footer struct {
	Facts [][2]string // name, value
}

// Provenance sums up where results come from: backend, device, versions, commit, seeds, time, and the warnings of the runs. A result
// that two studies share counts once.
func Provenance(results []study.Result) (Footer, error) {
	if len(results) == 0 {
		return Footer{}, errNoResults
	}
	seen := map[string]bool{}
	results = slices.DeleteFunc(slices.Clone(results), func(r study.Result) bool {
		key := r.Experiment.Key()
		again := seen[key]
		seen[key] = true
		return again
	})
	var f Footer
	add := func(name string, of func(study.Provenance) string) {
		var values []string
		for _, r := range results {
			values = append(values, of(r.Provenance))
		}
		if values = facts(unique(values)...); len(values) > 0 {
			f.Facts = append(f.Facts, [2]string{name, strings.Join(values, "; ")})
		}
	}
	f.Facts = append(f.Facts, [2]string{"Runs", runsFact(results)})
	add("Scale", func(p study.Provenance) string { return string(p.Scale) })
	add("Backend", func(p study.Provenance) string { return p.Backend })
	add("Device", func(p study.Provenance) string { return p.Device })
	add("Processors", func(p study.Provenance) string {
		if p.Processors == 0 { // runs of before it was kept
			return ""
		}
		return strconv.Itoa(p.Processors)
	})
	add("Platform", func(p study.Provenance) string { return p.Platform })
	add("Plugin", func(p study.Provenance) string { return p.Plugin })
	add("Go", func(p study.Provenance) string { return p.Go })
	add("Modules", modules)
	add("Commit", func(p study.Provenance) string { return p.Commit })
	add("Warnings", func(p study.Provenance) string { return strings.Join(p.Warnings, "; ") })
	return f, nil
}

// runsFact is "18 (seeds 0, 1, 2); 41 s of computing".
func runsFact(results []study.Result) string {
	var seeds []int64
	seconds := 0.0
	for _, r := range results {
		seeds = append(seeds, r.Experiment.Seed)
		seconds += r.Provenance.Seconds.Total
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	var names []string
	for _, s := range seeds {
		names = append(names, strconv.FormatInt(s, 10))
	}
	noun := "seeds"
	if len(seeds) == 1 {
		noun = "seed"
	}
	return fmt.Sprintf("%s (%s %s); %s of computing", thousands(len(results)), noun, strings.Join(names, ", "), words(time.Duration(seconds*float64(time.Second))))
}

func modules(p study.Provenance) string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(p.Modules)) {
		parts = append(parts, path+" "+p.Modules[path])
	}
	return strings.Join(parts, ", ")
}

// HTML returns the footer folded into a details element of class rethinking-provenance.
func (f Footer) HTML() string {
	var b strings.Builder
	b.WriteString("<details class=\"rethinking-provenance\">\n<summary>Where these numbers come from</summary>\n<dl>\n")
	for _, fact := range f.Facts {
		fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>\n", html.EscapeString(fact[0]), html.EscapeString(fact[1]))
	}
	b.WriteString("</dl>\n</details>")
	return b.String()
}

// Markdown returns the footer as a list.
func (f Footer) Markdown() string {
	var b strings.Builder
	b.WriteString("Where these numbers come from:\n\n")
	for _, fact := range f.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", escapeMarkdown(fact[0]), escapeMarkdown(fact[1]))
	}
	return b.String()
}

func (f Footer) outputs() ([]output, error) {
	return []output{{
		protocol.MIMETextHTML:     f.HTML(),
		protocol.MIMETextMarkdown: f.Markdown(),
		protocol.MIMETextPlain:    f.Markdown(),
	}}, nil
}
