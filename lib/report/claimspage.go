package report

import (
	"fmt"
	"html/template"
	"strings"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
)

// ClaimsPage is all claims of papers on a page: how many fare how, and a row a claim.
type ClaimsPage struct {
	Papers []paperRow
	Claims []claimRow
}

// paperRow is how a paper's claims fare: a bar of parts, one an outcome.
type paperRow struct {
	Name  string
	Parts []barPart
}

// barPart is the part of a bar that stands for the claims of an outcome.
type barPart struct {
	Outcome  claims.Outcome
	N        int
	At, Wide float64 // pixels
	Color    string
}

// claimRow is a claim as a row of the page.
type claimRow struct {
	paper.Entry
	PaperName string
	Link      string // to its figure
	Color     string // of its outcome
	Bars      []bar
	Wants     string // what would decide it; "" where nothing is to be decided
}

// claimWidth is that of a claim in a paper's bar, in pixels.
const claimWidth = 14.

// NewClaimsPage lists a ledger for people, in its order. An error is passed on; a claim that could not be judged is none here, but a row that says so.
func NewClaimsPage(l paper.Ledger, err error, papers ...paper.Paper) (ClaimsPage, error) {
	if err != nil {
		return ClaimsPage{}, err
	}
	var page ClaimsPage
	for _, p := range papers {
		var of paper.Ledger
		for _, e := range l {
			if e.Paper == p.Key {
				of = append(of, e)
				page.Claims = append(page.Claims, claimRowOf(e, p.Name))
			}
		}
		if len(of) > 0 {
			page.Papers = append(page.Papers, paperRow{p.Name, partsOf(of)})
		}
	}
	if len(page.Claims) != len(l) {
		return ClaimsPage{}, fmt.Errorf("report: %d of %d claims are of papers that are not given: give all papers of the ledger", len(l)-len(page.Claims), len(l))
	}
	return page, nil
}

func claimRowOf(e paper.Entry, name string) claimRow {
	row := claimRow{Entry: e, PaperName: name, Color: outcomeColor(e.Outcome)}
	if e.Page != "" {
		row.Link = e.Page + ".html#" + e.Anchor
	}
	for _, i := range e.Intervals {
		row.Bars = append(row.Bars, barOf(i))
	}
	switch n := e.Plan.Seeds(); {
	case n > 0:
		row.Wants = fmt.Sprintf("Seeds %d to %d would decide it, or say more surely; they take %s%s.", e.Plan.First, e.Plan.Last, Duration(e.Plan.Cost()), e.Plan.Where())
	case e.Outcome == claims.Undecided && e.Needed > claims.Most:
		row.Wants = fmt.Sprintf("No difference is to be expected: it would take more than %d seeds.", claims.Most)
	case e.Outcome == claims.Undecided && e.Needed > 0:
		row.Wants = fmt.Sprintf("With a spread like this, %s would decide it.", Plural(e.Needed, "seed"))
	}
	return row
}

// outcomeColor is that of outcomeColors, or grey.
func outcomeColor(o claims.Outcome) string {
	if color, ok := outcomeColors[o]; ok {
		return color
	}
	return "#808080"
}

// partsOf are the outcomes of claims as parts of a bar, in the order of claims.Outcomes.
func partsOf(l paper.Ledger) (parts []barPart) {
	at := 0.
	for _, o := range claims.Outcomes {
		n := 0
		for _, e := range l {
			if e.Outcome == o {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, barPart{o, n, at, claimWidth * float64(n), outcomeColor(o)})
			at += claimWidth * float64(n)
		}
	}
	return parts
}

// Wide is the width of a paper's bar, in pixels.
func (p paperRow) Wide() float64 {
	last := p.Parts[len(p.Parts)-1]
	return last.At + last.Wide
}

// Words say what a paper's bar shows: "13 reproduced, 2 undecided".
func (p paperRow) Words() string {
	var all []string
	for _, part := range p.Parts {
		all = append(all, fmt.Sprintf("%d %s", part.N, part.Outcome))
	}
	return strings.Join(all, ", ")
}

// Total says how all claims fare, likewise.
func (p ClaimsPage) Total() string {
	counts := map[claims.Outcome]int{}
	for _, c := range p.Claims {
		counts[c.Outcome]++
	}
	var all []string
	for _, o := range claims.Outcomes {
		if counts[o] > 0 {
			all = append(all, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	return fmt.Sprintf("%s: %s", Plural(len(p.Claims), "claim"), strings.Join(all, ", "))
}

// HTML returns the bars and the table, which need no script: with one, rows can be chosen by paper, verdict and page.
func (p ClaimsPage) HTML() template.HTML { return template.HTML(render(htmlTemplates, "claims", p)) }

// Markdown returns the page, for MyST. Beside it lie claims.csv and claims.json.
func (p ClaimsPage) Markdown() string {
	const also = `<p>The same as <a href="claims.csv" download>CSV</a> and as <a href="claims.json" download>JSON</a>, or in a terminal: <code>rethinking claims</code>.</p>`
	return "# All claims\n\n" + rawHTML(also+"\n"+string(p.HTML()))
}

// Front says on the report's first page how the claims fare.
func (p ClaimsPage) Front() string {
	return "## What came out\n\n" + rawHTML(render(htmlTemplates, "papers", p)) + "\n[All claims](claims), each with what was tested and measured.\n"
}

// rawHTML is HTML in MyST.
func rawHTML(html string) string { return "````{raw} html\n" + html + "\n````\n" }
