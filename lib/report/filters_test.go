package report_test

import (
	"strings"
	"testing"

	"rethinking/lib/report"
)

// Weights that rise from left to right by 1, the same in each row, are (0,1) (1,2) (0,1) (1,2) next to each other in rows and (0,0) (1,1) (2,2) in columns:
// their correlation is 3/4. In colour, every channel has the same.
func TestFiltersAreDescribed(t *testing.T) {
	gray := report.Filters{Label: "rising", Height: 2, Width: 3, Channels: 1, Units: [][]float32{{0, 1, 2, 0, 1, 2}}}
	colors := report.Filters{Label: "in colour", Height: 2, Width: 3, Channels: 3, Units: [][]float32{{0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2}}}
	g, err := report.FilterImages([]report.Filters{gray, colors})
	const want = "Row 1, rising, 1 filter of 2x3x1 weights; correlation of weights next to each other 0.75. " +
		"Row 2, in colour, 1 filter of 2x3x3 weights; correlation of weights next to each other 0.75, of the channels of a place 1.00."
	if err != nil || !strings.HasSuffix(g.Description(), want) {
		t.Errorf("%q, error %v, not %q", g.Description(), err, want)
	}
}
