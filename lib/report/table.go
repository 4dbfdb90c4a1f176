package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// Column is what a [Table] has a column of, a study.Statistic or a paper.Published; or one of the options Title and Caption.
type Column interface {
	// Heading names the column, with its unit.
	Heading() string
}

// Table has a row for each value of the field, and for each statistic the mean, the standard deviation and the number of seeds. Published numbers
// stand beside them as the paper prints them. It is an error if rows of one value differ in more than the seed, or have different published numbers.
func Table[R study.Row](rows []R, by study.Field, what ...Column) (Sheet, error) {
	groups, err := seedsOf(rows, &by)
	if err != nil {
		return Sheet{}, err
	}
	all := rowsOf(groups)
	_, runs := results(all)
	write, title := cell, "Runs by "+by.Name
	if !runs {
		write, title = wideCell, "Measurements by "+by.Name
	}
	facts := facts("Each cell: mean ± standard deviation over seeds (number of seeds).", settingFact(groups), scaleFact(all))
	return sheetOf(Words{Title: title, Facts: facts}, groups, by, what, write)
}

// Ranges is a Table of rows of one value that differ in more than their seed, so that they have no mean: each cell tells the lowest and the highest.
func Ranges[R study.Row](rows []R, by study.Field, what ...Column) (Sheet, error) {
	all, err := asRows(rows)
	if err != nil {
		return Sheet{}, err
	}
	groups := inOrder(study.Split(all, by))
	facts := facts("Each cell: lowest to highest (number of draws).", settingFact(groups), scaleFact(all))
	return sheetOf(Words{Title: "Ranges by " + by.Name, Facts: facts}, groups, by, what, rangeCell)
}

// sheetOf has a row a group, and what is asked for as columns, whose cells write a statistic's spreads with as many decimals as the column needs.
func sheetOf(words Words, groups []group, by study.Field, what []Column, write func(s study.Spread, digits int) string) (Sheet, error) {
	var options []Option
	s := Sheet{Words: words, Corner: by.Name}
	for _, g := range groups {
		s.Rows = append(s.Rows, g.Label)
	}
	for _, w := range what {
		column := SheetColumn{Head: w.Heading()}
		switch w := w.(type) {
		case study.Statistic:
			var spreads []study.Spread
			for _, g := range groups {
				spreads = append(spreads, study.SpreadOf(g.Rows, w))
			}
			digits := decimals(spreads)
			for _, spread := range spreads {
				column.Cells = append(column.Cells, write(spread, digits))
			}
		case paper.Published:
			cells, err := published(w, groups)
			if err != nil {
				return Sheet{}, err
			}
			column.Source, column.Cells = w.Source, cells
		case Option:
			options = append(options, w)
			continue
		default:
			return Sheet{}, fmt.Errorf("report: a table has no column of a %T: give it a study.Statistic or a paper.Published", w)
		}
		s.Columns = append(s.Columns, column)
	}
	var err error
	s.Words, err = tableWords(options, s.Title, s.Facts)
	return s, err
}

// tableWords are the author's where there are some. It is an error if the options are those of a figure.
func tableWords(options []Option, title string, facts []string) (Words, error) {
	o := apply(options)
	if o.by != nil || o.pointBy != nil || o.log || o.logX || o.reference != nil || o.outline != nil || o.contours {
		return Words{}, errors.New("report: a table has no axes or lines: of the options give it Title and Caption alone")
	}
	return o.words(title, facts), nil
}

// published are what a paper prints for groups; a dash where it prints nothing.
func published(p paper.Published, groups []group) ([]string, error) {
	if p.Source == "" {
		return nil, fmt.Errorf("report: published column %q names no source: say which paper, table or figure it is from", p.Name)
	}
	var cells []string
	for _, g := range groups {
		printed := p.Of(g.Rows[0])
		for _, r := range g.Rows {
			if other := p.Of(r); other != printed {
				return nil, fmt.Errorf("report: published column %q has %q and %q for the rows of %q: split them by a field that tells these apart",
					p.Name, printed, other, g.Label)
			}
		}
		cells = append(cells, cmp.Or(printed, "–"))
	}
	return cells, nil
}

// wideCell is a cell whose column may go over many powers of ten.
func wideCell(s study.Spread, digits int) string {
	if a := math.Abs(s.Mean); s.N > 0 && a > 0 && (a < 1e-3 || a >= 1e7) {
		if s.N == 1 {
			return fmt.Sprintf("%.2g (1)", s.Mean)
		}
		return fmt.Sprintf("%.2g ± %.1g (%d)", s.Mean, s.SD, s.N)
	}
	return cell(s, digits)
}

// rangeCell writes "3 to 7 (12)", or "3 (12)" where all are the same.
func rangeCell(s study.Spread, _ int) string {
	value := number(s.Min)
	switch {
	case s.N == 0:
		value = "not reached"
	case s.Min < s.Max:
		value += " to " + number(s.Max)
	}
	return counted(value, s)
}

// cell writes "97.10 ± 0.12 (3)"; of a single seed it claims no deviation.
func cell(s study.Spread, digits int) string {
	value := fmt.Sprintf("%.*f", digits, s.Mean)
	switch {
	case s.N == 0:
		value = "not reached"
	case math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0):
		value = "not finite"
	case s.N > 1:
		value += fmt.Sprintf(" ± %.*f", digits, s.SD)
	}
	return counted(value, s)
}

// counted adds how many rows have the value: "3 (12)", or "3 (11 of 12)" where some have none.
func counted(value string, s study.Spread) string {
	if s.N < s.Of {
		return fmt.Sprintf("%s (%d of %d)", value, s.N, s.Of)
	}
	return fmt.Sprintf("%s (%d)", value, s.N)
}

// decimals gives a column's numbers about four significant digits, and at least two to its smallest deviation, but never more than four
// decimals.
func decimals(spreads []study.Spread) int {
	digits, most := 0, 4
	for _, s := range spreads {
		digits = max(digits, decimalsOf(s.Mean, 4), decimalsOf(s.SD, 2))
		if a := math.Abs(s.Mean); a >= 10 && !math.IsInf(a, 0) {
			most = 2
		}
	}
	return min(digits, most)
}

// decimalsOf is how many decimals show so many significant digits of x.
func decimalsOf(x float64, significant int) int {
	a := math.Abs(x)
	if a == 0 || math.IsInf(a, 0) || math.IsNaN(a) {
		return 0
	}
	return significant - 1 - int(math.Floor(math.Log10(a)))
}
