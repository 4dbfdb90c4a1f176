// Package papers lists all papers; each has a package of its own below.
package papers

import (
	"fmt"
	"strings"

	"rethinking/lib/paper"
	"rethinking/lib/papers/arpit2017"
	"rethinking/lib/papers/dinh2017"
	"rethinking/lib/papers/keskar2017"
	"rethinking/lib/papers/krueger2017"
	"rethinking/lib/papers/seed2017"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// All are the papers, in the order in which they answer each other.
var All = []paper.Paper{zhang2017.Paper, krueger2017.Paper, arpit2017.Paper, seed2017.Paper, keskar2017.Paper, dinh2017.Paper}

// Studies are all studies, by paper.
func Studies() []study.Study {
	var all []study.Study
	for _, p := range All {
		all = append(all, p.Studies...)
	}
	return all
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
