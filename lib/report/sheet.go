package report

import (
	"fmt"
	"html/template"
	"strings"

	"rethinking/lib/paper"
)

// Sheet is a table as a value: a row a group, a column a statistic or a published reference.
type Sheet struct {
	Words                     // the text follows the title
	Corner  string            // what the rows are values of: "label corruption"
	Rows    []string          // the groups' labels
	Links   map[string]string // where rows lead, if anywhere
	Columns []SheetColumn     // each with a cell a row
}

// SheetColumn is one column of a Sheet.
type SheetColumn struct {
	Head   string // with its unit: "final test accuracy (%)"
	Source string // of published numbers: "Zhang et al. 2017, table 1"; "" for what was measured here
	Words  bool   // it holds words, not numbers
	Cells  []string
	Drawn  []template.HTML // of the cells, which HTML shows instead of them; nil: the cells
}

// HTML returns the table as a plain HTML table of class rethinking-table: caption, header cells with scope, numbers to the right. It
// needs neither script nor style, so it survives sanitizers.
func (s Sheet) HTML() string { return render(htmlTemplates, "table", s) }

// sentence is the title with a full stop, but after a question mark.
func (s Sheet) sentence() string { return strings.ReplaceAll(s.Title+".", "?.", "?") }

// plainCaption leaves the author's Markdown as text: the caption of a table is best kept plain.
func (s Sheet) plainCaption() string {
	return strings.Join(facts(append([]string{s.sentence(), s.Text}, s.Facts...)...), " ")
}

// Caption returns the title and the caption in Markdown.
func (s Sheet) Caption() string {
	return "**" + escapeMarkdown(s.sentence()) + "** " + s.Words.Caption()
}

// Markdown returns the table with its caption above it.
func (s Sheet) Markdown() string { return render(markdownTemplates, "table", s) }

// Outputs are one, in all three types.
func (s Sheet) Outputs() ([]Output, error) {
	for _, c := range s.Columns {
		if len(c.Cells) != len(s.Rows) {
			return nil, fmt.Errorf("report: column %q of table %q has %d cells for %d rows: give it one a row", c.Head, s.Title, len(c.Cells), len(s.Rows))
		}
	}
	o := written(s.HTML(), s.Markdown())
	o.Metadata = map[string]any{"rethinking": map[string]string{"table": s.Name}}
	return []Output{o}, nil
}

// Claims lists what a paper claims, how it was tested here, what was measured, and the verdict; a claim leads to its figure. An error is passed
// on, and a claim that could not be judged is one.
func Claims(l paper.Ledger, err error) (Sheet, error) {
	if err == nil {
		err = l.Err()
	}
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{
		Words: Words{
			Name: "claims", Title: "Claims and verdicts",
			Facts: []string{"A part of a claim holds in the grey region. A bar is a 95% interval around a mean or, where the part is of every run, goes from the lowest run to the highest around the median; of a trend it is the last level less the first, and Page's test over all levels decides. Blue is reproduced, orange contradicted, a grey hollow point neither; several parts are corrected together, so that one may miss the region and be undecided. A diamond is the paper's number. Exploratory: its rule was set when these runs had been seen, and counts for later seeds."},
		},
		Corner: "claim",
		Links:  map[string]string{},
		Columns: []SheetColumn{
			claimColumn(l, "the paper says", func(e paper.Entry) string { return e.Says + " (" + e.Source + ")" }),
			claimColumn(l, "tested as", func(e paper.Entry) string { return e.Tested }),
			claimColumn(l, "verdict", verdictOf),
			claimColumn(l, "measured", func(e paper.Entry) string { return e.Statistic }),
		},
	}
	measured := &s.Columns[len(s.Columns)-1]
	for _, entry := range l {
		measured.Drawn = append(measured.Drawn, drawn(entry.Intervals, entry.Statistic))
	}
	for _, entry := range l {
		s.Rows = append(s.Rows, entry.ID)
		if entry.Page != "" {
			s.Links[entry.ID] = entry.Page + ".html#" + entry.Anchor
		}
	}
	return s, nil
}

// verdictOf is a verdict with the seeds that it waits for, and the time that they take.
func verdictOf(e paper.Entry) string {
	if e.Plan.Seeds() == 0 {
		return e.Standing()
	}
	return fmt.Sprintf("%s; wants seeds %d to %d, %s%s", e.Standing(), e.Plan.First, e.Plan.Last, Duration(e.Plan.Cost()), e.Plan.Where())
}

func claimColumn(l paper.Ledger, head string, cell func(paper.Entry) string) SheetColumn {
	c := SheetColumn{Head: head, Words: true}
	for _, entry := range l {
		c.Cells = append(c.Cells, cell(entry))
	}
	return c
}
