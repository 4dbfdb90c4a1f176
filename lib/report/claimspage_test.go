package report_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/report"
)

func TestClaimsPage(t *testing.T) {
	first, second := paper.Paper{Key: "a1", Name: "A & B 2001"}, paper.Paper{Key: "c2", Name: "C 2002"}
	x, y := claims.Sample{Name: "x", Values: []float64{1, 2, 3}, Seeds: []int64{1, 2, 3}}, claims.Sample{Name: "y", Values: []float64{7, 8, 9.5}, Seeds: []int64{1, 2, 3}}
	ledger := paper.Ledger{
		{Claim: paper.Claim{ID: "A1", Says: "x < y", Source: "section 1", Page: "01-page", Anchor: "place"}, Paper: "a1", Verdict: claims.All(claims.Less(x, y, 0))},
		{Claim: paper.Claim{ID: "A2", Says: "y < x", Source: "section 2"}, Paper: "a1", Verdict: claims.All(claims.Less(y, x, 0)),
			Plan: paper.Plan{First: 4, Last: 6, Seed: time.Minute, GPUs: []string{"H100"}}},
		{Claim: paper.Claim{ID: "C1", Says: "<z>"}, Paper: "c2", Verdict: claims.Missing("not at this scale")},
	}
	page, err := report.NewClaimsPage(ledger, nil, first, second)
	if err != nil {
		t.Fatal(err)
	}
	html := page.Markdown()
	for _, want := range []string{
		"3 claims: 1 reproduced, 1 contradicted, 1 not run.", `aria-label="1 reproduced, 1 contradicted"`, `<a href="01-page.html#place">A1</a>`,
		`<tr id="C1" data-paper="C 2002" data-verdict="not run" data-page="">`, "A &amp; B 2001", "&lt;z&gt;", "they take 3 min 0 s by runs of which some had a GPU (H100)",
		`<a href="claims.csv" download>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q:\n%s", want, html)
		}
	}
	if strings.Contains(strings.TrimSuffix(page.Front(), "\n"), "A1") || !strings.Contains(page.Front(), "[All claims](claims)") {
		t.Errorf("the front page has counts and a link:\n%s", page.Front())
	}
	if _, err := report.NewClaimsPage(ledger, nil, first); err == nil || !strings.Contains(err.Error(), "1 of 3 claims are of papers that are not given") {
		t.Errorf("error %v", err)
	}
	if _, err := report.NewClaimsPage(nil, errors.New("no results"), first); err == nil {
		t.Error("an error must be passed on")
	}
}
