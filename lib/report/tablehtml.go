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
		fmt.Fprintf(&b, "<th scope=\"col\" align=\"%s\">%s</th>", c.align(), strings.ReplaceAll(html.EscapeString(c.head()), "\n", "<br>"))
	}
	b.WriteString("</tr>\n</thead>\n<tbody>\n")
	for i, row := range s.Rows {
		head := html.EscapeString(row)
		if link := s.link(i); link != "" {
			head = fmt.Sprintf("<a href=\"%s\">%s</a>", html.EscapeString(link), head)
		}
		fmt.Fprintf(&b, "<tr><th scope=\"row\" align=\"left\">%s</th>", head)
		for _, c := range s.Columns {
			fmt.Fprintf(&b, "<td align=\"%s\">%s</td>", c.align(), html.EscapeString(c.Cells[i]))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n</div>")
	return b.String()
}

func (c Column) align() string {
	if c.Words {
		return "left"
	}
	return "right"
}

// link is where row i leads, or "".
func (s Sheet) link(i int) string {
	if s.Links == nil {
		return ""
	}
	return s.Links[i]
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
	b.WriteString("\n|:--|")
	for _, c := range s.Columns {
		b.WriteString(map[bool]string{true: ":--|", false: "--:|"}[c.Words])
	}
	b.WriteString("\n")
	for i, row := range s.Rows {
		head := escapeMarkdown(row)
		if link := s.link(i); link != "" {
			head = "[" + head + "](" + link + ")"
		}
		b.WriteString("| " + head + " |")
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
