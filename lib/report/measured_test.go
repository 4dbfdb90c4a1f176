package report

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"rethinking/lib/claims"
)

// gapOf is a made-up measurement: a gap at a distance.
type gapOf struct {
	kind          string
	distance, gap float64
}

var (
	distance    = Quantity[gapOf]{"distance", "", func(g gapOf) float64 { return g.distance }}
	gapQuantity = Quantity[gapOf]{"gap", "nats", func(g gapOf) float64 { return g.gap }}
)

func madeUpGaps() Measured[gapOf] {
	m := Measured[gapOf]{Label: func(g gapOf) string { return g.kind }, Scale: "quick"}
	for _, d := range []float64{1, 10, 100, 1000} {
		for seed := range 3 {
			m.All = append(m.All, gapOf{"near", d, 1e-5 * math.Pow(d, 1.5) * (1 + 0.3*float64(seed))}, gapOf{"far", d, 1e-2 / d})
		}
	}
	return m
}

func TestMeasuredTable(t *testing.T) {
	sheet, err := madeUpGaps().Table("Gaps & distances", "kind", distance, gapQuantity)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "measured.md", []byte(sheet.Markdown()))
	if _, err := (Measured[gapOf]{}).Table("t", "c"); err == nil || !strings.Contains(err.Error(), "no results") {
		t.Errorf("error %v", err)
	}
}

func TestClaimsGolden(t *testing.T) {
	x := claims.Sample{Name: "x", Unit: "%", Values: []float64{1, 2}}
	claim := claims.Claim{ID: "T1", Source: "a paper, table 1", Says: "x is small", Tested: "x ≤ 3% in every run", Figure: "01.html#small"}
	other := claim
	other.ID, other.Figure = "T2", ""
	sheet, err := Claims([]claims.Judged{claim.Judge(claims.EveryAtMost(x, 3)), other.Judge(claims.Missing("needs a <GPU>"))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "claims.html", []byte(sheet.HTML()+"\n"))
	golden(t, "claims.md", []byte(sheet.Markdown()))
}

func TestPointsKeepTheirOrder(t *testing.T) {
	type setting struct {
		name string
		x, y float64
	}
	m := Measured[setting]{
		All:   []setting{{"weak", 100, 40}, {"weak", 98, 42}, {"strong", 99, 30}},
		Label: func(setting) string { return "dropout" }, Point: func(s setting) string { return s.name },
	}
	f, err := m.Plot(Quantity[setting]{Name: "y", Of: func(s setting) float64 { return s.y }}, Quantity[setting]{Name: "x", Of: func(s setting) float64 { return s.x }})
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{{X: 99, Mean: 41, Low: 40, High: 42, N: 2, Of: 2}, {X: 99, Mean: 30, Low: 30, High: 30, N: 1, Of: 1}}
	if got := f.Lines[0].Points; !reflect.DeepEqual(got, want) {
		t.Errorf("points %v, not %v", got, want)
	}
}
