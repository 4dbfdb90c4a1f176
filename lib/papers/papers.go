// Package papers lists the studies of all papers; each paper has a package of its own below.
package papers

import (
	"fmt"
	"slices"
	"strings"

	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/papers/seed2017"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// Studies are all studies, by paper.
func Studies() []study.Study {
	return slices.Concat(zhang2017.Studies(), krueger2017.Studies(), seed2017.Studies())
}

// Find returns the study of that name.
func Find(name string) (study.Study, error) {
	var names []string
	for _, s := range Studies() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return study.Study{}, fmt.Errorf("papers: unknown study %q: use one of %s", name, strings.Join(names, ", "))
}
