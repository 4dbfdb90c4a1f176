// Package claims judges what papers claim by what was measured: a claim is an inequality over runs, its verdict follows from a statistic.
//
// Its stance: no verdict is written by hand. Means are compared by their 95% confidence intervals over seeds (Student's t), so that few or
// scattered runs leave a claim undecided. What a single run can show, that a net can be trained to something, is asked of every run instead.
package claims

import (
	"fmt"
	"strings"
)

// Claim is a statement of a paper, as an inequality that runs can satisfy or break.
type Claim struct {
	ID     string // "Z1"
	Source string // paper, with section, figure or table
	Says   string // what the paper claims, in our words
	Tested string // the inequality that is tested here
	Figure string // the notebook that shows it, and its heading: "01-random-labels.html#the-gap"; "": none
}

// Outcome is how a claim fares.
type Outcome string

// The outcomes.
const (
	Reproduced   Outcome = "reproduced"
	Contradicted Outcome = "contradicted"
	Undecided    Outcome = "undecided" // too few runs, or too scattered ones
	NotRun       Outcome = "not run"   // not at this scale
)

// Verdict is an outcome and the statistic that it follows from.
type Verdict struct {
	Outcome   Outcome
	Statistic string // "lowest train accuracy 99.98% of 3 runs"
}

// Judged is a claim with its verdict.
type Judged struct {
	Claim
	Verdict
}

// Judge gives the claim the verdict on all of its parts: contradicted if one of them is, else undecided or not run if one of them is,
// reproduced if all are.
func (c Claim) Judge(parts ...Verdict) Judged {
	v := Verdict{Outcome: NotRun}
	if len(parts) > 0 {
		v.Outcome = Reproduced
	}
	for _, worst := range []Outcome{NotRun, Undecided, Contradicted} {
		for _, p := range parts {
			if p.Outcome == worst {
				v.Outcome = worst
			}
		}
	}
	var statistics []string
	for _, p := range parts {
		if p.Statistic != "" {
			statistics = append(statistics, p.Statistic)
		}
	}
	v.Statistic = strings.Join(statistics, "; ")
	return Judged{c, v}
}

// Missing is the verdict on what was not run, and why.
func Missing(why string, args ...any) Verdict { return Verdict{NotRun, fmt.Sprintf(why, args...)} }
