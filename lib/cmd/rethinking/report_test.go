package main

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"rethinking/lib/papers"
	"rethinking/lib/study"
)

// The page of all claims has each of them, and so have the files beside it.
func TestLedgerPages(t *testing.T) {
	front, pages, err := ledgerPages(t.Context(), "../../../notebooks/results", study.Standard)
	if err != nil || len(pages) != 1 {
		t.Fatalf("%d pages, error %v", len(pages), err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(pages[0].Files["claims.csv"]))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []claimLine
	if err := json.Unmarshal(pages[0].Files["claims.json"], &lines); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range papers.All {
		for _, c := range p.Claims {
			n++
			if !strings.Contains(pages[0].Markdown, `<tr id="`+c.ID+`"`) {
				t.Errorf("the page lacks claim %s", c.ID)
			}
		}
		if len(p.Claims) > 0 && !strings.Contains(front, p.Name) {
			t.Errorf("the front page lacks %s", p.Name)
		}
	}
	if len(rows) != n+1 || len(lines) != n {
		t.Errorf("%d claims, %d rows of CSV with a head, %d of JSON", n, len(rows), len(lines))
	}
}
