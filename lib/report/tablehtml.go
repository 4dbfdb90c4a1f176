package report

import (
	"fmt"
	"html"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// HTML returns the table as a plain HTML table of class rethinking-table: caption, header cells with scope, numbers to the right. It
// needs neither script nor style, so it survives sanitizers.
func (s Sheet) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<div class=\"rethinking-scroll\" style=\"overflow-x: auto\">\n<table class=\"rethinking-table\" data-name=\"%s\">\n", html.EscapeString(s.Name))
	fmt.Fprintf(&b, "<caption>%s</caption>\n<thead>\n<tr><th scope=\"col\" align=\"left\">%s</th>", s.captionHTML(), html.EscapeString(s.Corner))
	for _, c := range s.Columns {
		fmt.Fprintf(&b, "<th scope=\"col\" align=\"right\">%s</th>", strings.ReplaceAll(html.EscapeString(c.head()), "\n", "<br>"))
	}
	b.WriteString("</tr>\n</thead>\n<tbody>\n")
	for i, row := range s.Rows {
		fmt.Fprintf(&b, "<tr><th scope=\"row\" align=\"left\">%s</th>", html.EscapeString(row))
		for _, c := range s.Columns {
			fmt.Fprintf(&b, "<td align=\"right\">%s</td>", html.EscapeString(c.Cells[i]))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n</div>")
	return b.String()
}

// head is the column's name, and on a second line its source.
func (c Column) head() string {
	if c.Source == "" {
		return c.Head
	}
	return c.Head + "\n" + c.Source
}

// captionHTML leaves the author's Markdown as text: the caption of a table is best kept plain.
func (s Sheet) captionHTML() string {
	parts := append([]string{s.Title + "."}, s.Text)
	return html.EscapeString(strings.Join(facts(append(parts, s.Facts...)...), " "))
}

// Caption returns the title and the caption in Markdown.
func (s Sheet) Caption() string {
	return "**" + escapeMarkdown(s.Title) + ".** " + caption(s.Text, s.Facts)
}

// Markdown returns the table with its caption above it.
func (s Sheet) Markdown() string {
	var b strings.Builder
	b.WriteString(s.Caption() + "\n\n| " + escapeMarkdown(s.Corner) + " |")
	for _, c := range s.Columns {
		b.WriteString(" " + strings.ReplaceAll(escapeMarkdown(c.head()), "\n", ", ") + " |")
	}
	b.WriteString("\n|:--|" + strings.Repeat("--:|", len(s.Columns)) + "\n")
	for i, row := range s.Rows {
		b.WriteString("| " + escapeMarkdown(row) + " |")
		for _, c := range s.Columns {
			b.WriteString(" " + escapeMarkdown(c.Cells[i]) + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (s Sheet) outputs() ([]output, error) {
	for _, c := range s.Columns {
		if len(c.Cells) != len(s.Rows) {
			return nil, fmt.Errorf("report: column %q of table %q has %d cells for %d rows: give it one a row", c.Head, s.Title, len(c.Cells), len(s.Rows))
		}
	}
	return []output{{
		protocol.MIMETextHTML:     s.HTML(),
		protocol.MIMETextMarkdown: s.Markdown(),
		protocol.MIMETextPlain:    s.Markdown(),
	}}, nil
}
