package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	text "text/template"
)

// Shown is what a notebook can show: a [Figure], a [Heat], an [ImageGrid], a [Sheet] or a [Footer].
type Shown interface {
	// Outputs are the displays of a notebook's cell, in order.
	Outputs() ([]Output, error)
}

// Output is one display of a cell. Its Metadata name, under "rethinking", what it is of: the "figure" or "table", and of a figure the "part".
type Output struct {
	MIME     map[string]any // in every type that a front end may choose from, such as "image/png"
	Metadata map[string]any
}

// picture is a drawing with its words.
type picture interface {
	PNG() ([]byte, error)
	Description() string
	Caption() string
}

// Drawing is a [Figure] or a [Heat]: a picture that is interactive too.
type Drawing interface {
	picture
	HTML() (string, error)
}

// Outputs are the picture with its description, which every front end shows and no sanitizer removes; the caption; the interactive figure.
func (f Figure) Outputs() ([]Output, error) { return outputs(f.Name, f) }

// Outputs are those of a Figure.
func (h Heat) Outputs() ([]Output, error) { return outputs(h.Name, h) }

// Outputs are the picture and the caption.
func (g ImageGrid) Outputs() ([]Output, error) { return outputs(g.Name, g) }

func outputs(name string, p picture) ([]Output, error) {
	png, err := p.PNG()
	if err != nil {
		return nil, err
	}
	all := []Output{
		part(name, "picture", map[string]any{"image/png": png, "text/plain": p.Description()}),
		part(name, "caption", map[string]any{"text/markdown": p.Caption()}),
	}
	if d, ok := p.(Drawing); ok {
		interactive, err := d.HTML()
		if err != nil {
			return nil, err
		}
		all = append(all, part(name, "interactive", map[string]any{"text/html": interactive}))
	}
	return all, nil
}

func part(figure, part string, mime map[string]any) Output {
	return Output{mime, map[string]any{"rethinking": map[string]string{"figure": figure, "part": part}}}
}

// written is a display of HTML or Markdown.
func written(html, markdown string) Output {
	return Output{MIME: map[string]any{"text/html": html, "text/markdown": markdown, "text/plain": markdown}}
}

var (
	//go:embed loader.js
	loader string
	//go:embed templates.html
	htmlMarkup string
	//go:embed templates.md
	markdownMarkup string

	htmlTemplates     = template.Must(template.New("").Funcs(template.FuncMap{"caption": Sheet.plainCaption}).Parse(htmlMarkup))
	markdownTemplates = text.Must(text.New("").Funcs(text.FuncMap{"md": escapeMarkdown}).Parse(markdownMarkup))
)

// render fills a template of this package, which fits its data.
func render(templates interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}, name string, data any) string {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		panic("report: " + err.Error())
	}
	return b.String()
}

// fragment is the HTML of a plotly figure.
func fragment(name string, data []byte, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return render(htmlTemplates, "figure", struct {
		Name         string
		Data, Loader template.JS // as they are
	}{name, template.JS(data), template.JS(strings.TrimSpace(loader))}), nil
}
