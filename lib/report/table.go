package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"rethinking/lib/study"
)

// Sheet is a table as a value: a row a group, a column a statistic or a published reference.
type Sheet struct {
	Name    string   // slug
	Title   string   // plain text
	Text    string   // what the author says, in Markdown; it follows the title
	Facts   []string // plain sentences that end the caption
	Corner  string   // what the rows are values of: "label corruption"
	Rows    []string // the groups' labels
	Links   []string // where each row leads, "" for nowhere; nil: no row leads anywhere
	Columns []Column // each with a cell a row
}

// Column is one column of a Sheet.
type Column struct {
	Head   string // with its unit: "final test accuracy (%)"
	Source string // of published numbers: "Zhang et al. 2017, table 1"; "" for what was measured here
	Words  bool   // it holds words, not numbers
	Cells  []string
}

// Published are numbers to stand beside the measured ones.
type Published struct {
	Name   string // the quantity
	Unit   string
	Source string            // paper, with the table or figure: "Zhang et al. 2017, figure 1c"
	Values map[string]string // by row label, as the paper prints them; rows without one show a dash
}

// Table has a row for each value of the field, and for each statistic the mean, the standard deviation and the number of seeds.
func Table(results []study.Result, by study.Field, statistics ...study.Statistic) (Sheet, error) {
	groups, err := grouped(results, &by)
	if err != nil {
		return Sheet{}, err
	}
	title := "Runs by " + by.Name
	s := Sheet{Name: slug(title), Title: title, Corner: by.Name, Facts: facts(
		"Each cell: mean ± standard deviation over seeds (number of seeds).", settingFact(groups), scaleFact(groups))}
	for _, g := range groups {
		s.Rows = append(s.Rows, g.Label)
	}
	for _, statistic := range statistics {
		s.Columns = append(s.Columns, measured(groups, statistic))
	}
	return s, nil
}

// With adds columns of published numbers. It is an error if one of them has a value for a row that the table lacks, as after a typing
// mistake.
func (s Sheet) With(references ...Published) (Sheet, error) {
	s.Columns = slices.Clone(s.Columns)
	for _, p := range references {
		if p.Source == "" {
			return Sheet{}, fmt.Errorf("report: published column %q names no source: say which paper, table or figure it is from", p.Name)
		}
		column := Column{Head: axisLabel(p.Name, p.Unit), Source: p.Source}
		found := 0
		for _, row := range s.Rows {
			cell, ok := p.Values[row]
			if !ok {
				cell = "–"
			} else {
				found++
			}
			column.Cells = append(column.Cells, cell)
		}
		if found < len(p.Values) {
			return Sheet{}, fmt.Errorf("report: published column %q has values %v, but the table's rows are %q: write each row's label as the table does", p.Name, p.Values, s.Rows)
		}
		s.Columns = append(s.Columns, column)
	}
	return s, nil
}

func measured(groups []study.Group, statistic study.Statistic) Column {
	c := Column{Head: axisLabel(statistic.Name, statistic.Unit)}
	spreads := make([]study.Spread, len(groups))
	for i, g := range groups {
		spreads[i] = study.SpreadOf(g.Results, statistic)
	}
	digits := decimals(spreads)
	for _, s := range spreads {
		c.Cells = append(c.Cells, cell(s, digits))
	}
	return c
}

// cell writes "97.10 ± 0.12 (3)"; of a single seed it claims no deviation, of missing values it says how many there are.
func cell(s study.Spread, digits int) string {
	n := strconv.Itoa(s.N)
	if s.N < s.Of {
		n = fmt.Sprintf("%d of %d", s.N, s.Of)
	}
	switch {
	case s.N == 0:
		return fmt.Sprintf("not reached (%s)", n)
	case math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0):
		return fmt.Sprintf("not finite (%s)", n)
	case s.N == 1:
		return fmt.Sprintf("%.*f (%s)", digits, s.Mean, n)
	default:
		return fmt.Sprintf("%.*f ± %.*f (%s)", digits, s.Mean, digits, s.SD, n)
	}
}

// decimals gives a column's numbers about four significant digits, and at least two to its smallest deviation, but never more than four
// decimals.
func decimals(spreads []study.Spread) int {
	digits := 0
	for _, s := range spreads {
		for _, v := range []struct {
			value       float64
			significant int
		}{{s.Mean, 4}, {s.SD, 2}} {
			if a := math.Abs(v.value); a > 0 && !math.IsInf(a, 0) && !math.IsNaN(a) {
				digits = max(digits, v.significant-1-int(math.Floor(math.Log10(a))))
			}
		}
	}
	most := 4
	if largest(spreads) >= 10 {
		most = 2
	}
	return min(digits, most)
}

func largest(spreads []study.Spread) float64 {
	most := 0.0
	for _, s := range spreads {
		if a := math.Abs(s.Mean); a > most && !math.IsInf(a, 0) {
			most = a
		}
	}
	return most
}
