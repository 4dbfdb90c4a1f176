package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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
	results = study.Distinct(results)
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
	spent := time.Duration(seconds * float64(time.Second))
	return fmt.Sprintf("%s (%s); %s of computing", thousands(len(results)), seedList(seeds), Duration(spent))
}

func modules(p study.Provenance) string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(p.Modules)) {
		parts = append(parts, path+" "+p.Modules[path])
	}
	return strings.Join(parts, ", ")
}

// HTML returns the footer folded into a details element of class rethinking-provenance.
func (f Footer) HTML() string { return render(htmlTemplates, "provenance", f) }

// Markdown returns the footer as a list.
func (f Footer) Markdown() string { return render(markdownTemplates, "provenance", f) }

// Outputs are one, in all three types.
func (f Footer) Outputs() ([]Output, error) { return []Output{written(f.HTML(), f.Markdown())}, nil }
