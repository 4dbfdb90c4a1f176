package report

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// asked is a made-up question: the gap at a distance.
type asked struct {
	Label    string
	Distance float64
	Seed     int64
}

func (asked) Kind() string { return "made/up" }
func (a asked) Answer(context.Context, *study.Lab, func(float64)) (gapOf, error) {
	return gapOf{}, nil
}

// gapOf is its answer.
type gapOf struct {
	kind          string
	distance, gap float64
}

type answered = study.Answered[asked, gapOf]

func answer(g gapOf, seed int64) answered {
	return answered{Question: asked{g.kind, g.distance, seed}, Answer: g, Provenance: study.Provenance{Scale: "quick"}}
}

var (
	distance  = study.Quantity("distance", "", func(g gapOf) float64 { return g.distance })
	gapSize   = study.Quantity("gap", "nats", func(g gapOf) float64 { return g.gap })
	kindOfGap = study.ByValue("kind", "", func(g gapOf) study.Level { return study.Word(g.kind) })
	farness   = study.ByValue("distance", "", func(g gapOf) study.Level { return study.Number(g.distance) })
)

func madeUpGaps() []answered {
	var all []answered
	for _, d := range []float64{1, 10, 100, 1000} {
		for seed := range 3 {
			all = append(all, answer(gapOf{"near", d, 1e-5 * math.Pow(d, 1.5) * (1 + 0.3*float64(seed))}, int64(seed)), answer(gapOf{"far", d, 1e-2 / d}, int64(seed)))
		}
	}
	return all
}

func near(a answered) bool { return a.Answer.kind == "near" }

func TestTableOfAnswers(t *testing.T) {
	printed := paper.Published{Name: "paper's gap", Unit: "nats", Source: "a paper, table 2", Of: func(r study.Row) string {
		return map[float64]string{10: "0.0004", 1000: "0.41"}[r.Value().(gapOf).distance]
	}}
	sheet, err := Table(study.Where(madeUpGaps(), near), farness, gapSize, printed, Title("Gaps & distances"), Caption("Near ones."))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "measured.md", []byte(sheet.Markdown()))
	if sheet.Name != "gaps-distances" {
		t.Errorf("the table is called %q", sheet.Name)
	}
}

func TestFiguresOfAnswers(t *testing.T) {
	f, err := StatisticBy(madeUpGaps(), gapSize, farness, By(kindOfGap))
	if err != nil {
		t.Fatal(err)
	}
	if want := "Markers: mean of 3 seeds; bars: lowest to highest seed. Dots: each seed. Scale: quick."; f.Caption() != want || len(f.Lines) != 2 {
		t.Errorf("%d lines, caption %q", len(f.Lines), f.Caption())
	}
	h, err := HeatMap(madeUpGaps(), gapSize, farness, kindOfGap)
	if err != nil || len(h.Cells) != 8 || !strings.HasSuffix(h.Caption(), "Scale: quick.") {
		t.Errorf("%d cells, caption %q, error %v", len(h.Cells), h.Caption(), err)
	}
}

func TestRanges(t *testing.T) {
	sheet, err := Ranges(madeUpGaps(), kindOfGap, distance, gapSize)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ranges.md", []byte(sheet.Markdown()))
}

// A mean over answers to different questions is an error, wherever it would stand.
func TestOnlySeedsHaveAMean(t *testing.T) {
	few, many := answer(gapOf{"near", 10, 1}, 1), answer(gapOf{"near", 10, 9}, 2)
	few.Question.Distance, many.Question.Distance = 10, 1000
	rows := []answered{few, many}
	_, table := Table(rows, kindOfGap, gapSize)
	_, heat := HeatMap(rows, gapSize, kindOfGap, farness)
	_, statistic := StatisticBy(rows, gapSize, kindOfGap)
	_, plot := Plot(rows, gapSize, distance, By(kindOfGap))
	_, points := Plot(rows, gapSize, distance, PointBy(kindOfGap))
	for want, err := range map[string]error{
		"kind near: runs differ": table, "kind near: runs differ in more than": heat, "report: kind near: runs": statistic,
		"gap, near at distance 10: runs differ in more than the seed": plot, "gap at near: runs differ": points,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if _, err := Ranges(rows, kindOfGap, gapSize); err != nil {
		t.Error(err)
	}
}

func TestClaimsGolden(t *testing.T) {
	x := claims.Sample{Name: "x", Unit: "%", Values: []float64{1, 2, 1}, Seeds: []int64{1, 2, 3}}
	y := claims.Sample{Name: "y <test>", Unit: "%", Values: []float64{3, 5, 4}, Seeds: []int64{1, 2, 3}}
	claim := paper.Claim{ID: "T1", Source: "a paper, table 1", Says: "x is small", Tested: "x ≤ 3% in every run", Page: "01", Anchor: "small"}
	other := claim
	other.ID, other.Page = "T2", ""
	ledger := paper.Ledger{{Claim: claim, Exploratory: true, Verdict: claims.All(claims.EveryAtMost(x, 3), claims.Less(x, y, 2), claims.Equals(y, 9, 1)), Plan: paper.Plan{First: 4, Last: 6, Seed: time.Minute}}, {Claim: other, Verdict: claims.Missing("needs a <GPU>")}}
	sheet, err := Claims(ledger, nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "claims.html", []byte(sheet.HTML()+"\n"))
	golden(t, "claims.md", []byte(sheet.Markdown()))
	ledger[1].Err = errNothing
	if _, err := Claims(ledger, nil); err == nil || !strings.Contains(err.Error(), "claim T2 could not be judged") {
		t.Errorf("error %v", err)
	}
}

func TestPointsKeepTheirOrder(t *testing.T) {
	type setting struct{ x, y float64 }
	row := func(kind string, seed int64, x, y float64) study.Part[setting] {
		return study.Part[setting]{Of: answer(gapOf{kind: kind}, seed), Part: setting{x, y}}
	}
	rows := []study.Part[setting]{row("weak", 1, 100, 40), row("weak", 2, 98, 42), row("strong", 1, 99, 30), row("none", 1, math.NaN(), 1)}
	of := func(name string, of func(setting) float64) study.Statistic { return study.Quantity(name, "", of) }
	word := study.Field{Name: "setting", Of: func(r study.Row) study.Level { return study.Word(r.Setting()) }}
	f, err := Plot(rows, of("y", func(s setting) float64 { return s.y }), of("x", func(s setting) float64 { return s.x }), PointBy(word))
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{{X: 99, Mean: 41, Low: 40, High: 42, N: 2, Of: 2}, {X: 99, Mean: 30, Low: 30, High: 30, N: 1, Of: 1}}
	for i, p := range f.Lines[0].Points {
		p.Seeds = nil
		if !reflect.DeepEqual(p, want[i]) {
			t.Errorf("point %v, not %v", p, want[i])
		}
	}
	if want := "Left out because they have no x: 1 row."; !strings.Contains(f.Caption(), want) {
		t.Errorf("caption %q lacks %q", f.Caption(), want)
	}
}
