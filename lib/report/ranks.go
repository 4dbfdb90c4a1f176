package report

import (
	"fmt"
	"math"

	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Ranks has a row for each measure, and a column for each value of the field: Kendall's tau between the measure and y, with its 95% interval, over the
// settings of that value's rows. Rows that differ in their seed alone are one setting, and count by their mean, as [claims.Kendall] asks. A dash stands
// where all settings have the same y or the same measure, one is not finite, or fewer than four have both; fewer than ten have no interval.
func Ranks[R study.Row](rows []R, y study.Statistic, by study.Field, measures []study.Statistic, options ...Option) (Sheet, error) {
	all, err := asRows(rows)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Corner: "Kendall's tau with " + y.Name}
	for _, m := range measures {
		s.Rows = append(s.Rows, m.Name)
	}
	for _, g := range inOrder(study.Split(all, by)) {
		column, settings := SheetColumn{Head: g.Label}, bySetting(g.Rows)
		for _, m := range measures {
			column.Cells = append(column.Cells, rank(settings, y, m))
		}
		s.Columns = append(s.Columns, column)
	}
	f := facts("Each cell: tau, its 95% interval from ten settings on, the number of settings (means over seeds).", scaleFact(all))
	s.Words, err = tableWords(options, "What goes with "+y.Name, f)
	return s, err
}

// bySetting are rows that differ in their seed alone, a slice a setting, in order of first appearance.
func bySetting(rows []study.Row) (all [][]study.Row) {
	at := map[string]int{}
	for _, r := range rows {
		i, ok := at[r.Setting()]
		if !ok {
			i = len(all)
			at[r.Setting()], all = i, append(all, nil)
		}
		all[i] = append(all[i], r)
	}
	return all
}

// rank writes "0.43, 0.12 to 0.66 (25)".
func rank(settings [][]study.Row, y, measure study.Statistic) string {
	var xs, ys []float64
	for _, rows := range settings {
		a, b := study.SpreadOf(rows, measure), study.SpreadOf(rows, y)
		if a.N > 0 && b.N > 0 {
			xs, ys = append(xs, a.Mean), append(ys, b.Mean)
		}
	}
	c, err := claims.Kendall(xs, ys)
	switch {
	case err != nil || c.N < 4:
		return "–"
	case math.IsNaN(c.Low):
		return fmt.Sprintf("%.2f (%d)", c.Tau, c.N)
	}
	return fmt.Sprintf("%.2f, %.2f to %.2f (%d)", c.Tau, c.Low, c.High, c.N)
}
