package site

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// A figure is sent by a cell as two or three outputs, one after the other:
//
//	(a) image/png with text/plain, its description
//	(b) text/markdown, its caption
//	(c) text/html with a div of class rethinking-figure: the same figure as Plotly's JSON, and a script that draws it
//
// What follows gives it the form that each place understands.
const (
	mimePNG      = "image/png"
	mimePlain    = "text/plain"
	mimeMarkdown = "text/markdown"
	mimeHTML     = "text/html"
	mimePlotly   = "application/vnd.plotly.v1+json"
)

// picturesFolder is where a page finds its pictures.
const picturesFolder = "_static/figures"

// part is a run of a cell's outputs: those of one figure, or others between figures.
type part struct {
	figure bool
	outs   []output // of a figure: (a), (b) and, where it was sent, (c)
}

var plotlyJSON = regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`)

// parts splits the outputs of a cell at its figures.
func (c cell) parts() ([]part, error) {
	var parts []part
	outs := c.outputs()
	for i := 0; i < len(outs); {
		if n := figureLength(outs[i:]); n > 0 {
			parts = append(parts, part{figure: true, outs: outs[i : i+n]})
			i += n
			continue
		}
		if outs[i].isInteractive() {
			return nil, errors.New("an interactive figure (class rethinking-figure) does not follow its picture and its caption; send the three outputs one after the other")
		}
		if len(parts) == 0 || parts[len(parts)-1].figure {
			parts = append(parts, part{})
		}
		last := &parts[len(parts)-1]
		last.outs = append(last.outs, outs[i])
		i++
	}
	return parts, nil
}

// figureLength is the number of outputs that make the figure at the start of outs, or 0. A picture without a
// description is somebody's own picture, not a figure of the report.
func figureLength(outs []output) int {
	if len(outs) < 2 || outs[0].data()[mimePNG] == nil || outs[0].data()[mimePlain] == nil || outs[1].data()[mimeMarkdown] == nil {
		return 0
	}
	if len(outs) > 2 && outs[2].isInteractive() {
		return 3
	}
	return 2
}

func (o output) isInteractive() bool {
	return strings.Contains(text(o.data()[mimeHTML]), `class="rethinking-figure"`)
}

// page is a notebook as the book shows it, and the pictures that it refers to: contents by name.
type page struct {
	notebook []byte
	pictures map[string][]byte
}

// forSite returns the executed notebook with every figure numbered, with its caption and alternative text.
func forSite(name string, executed []byte) (page, error) {
	nb, err := parseNotebook(executed)
	if err != nil {
		return page{}, err
	}
	nb.setGo()
	p := page{pictures: map[string][]byte{}}
	var cells []cell
	for i, c := range nb.cells() {
		if c.kind() != "code" {
			cells = append(cells, c)
			continue
		}
		c.dropNoise()
		shown, err := c.shown(name, p.pictures)
		if err != nil {
			return page{}, fmt.Errorf("cell %d: %w", i+1, err)
		}
		cells = append(cells, shown...)
	}
	nb.setCells(cells)
	p.notebook, err = nb.encode()
	return p, err
}

// shown splits a cell with figures: one cell keeps the source, and one whose source is hidden follows for each part.
// MyST-NB makes a figure of every output of a cell that has a caption, so such a cell must hold one output alone.
func (c cell) shown(notebook string, pictures map[string][]byte) ([]cell, error) {
	parts, err := c.parts()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(parts, func(p part) bool { return p.figure }) {
		return []cell{c}, nil
	}
	given, _ := field(c, "metadata")["mystnb"].(object)
	delete(field(c, "metadata"), "mystnb")
	cells := []cell{c}
	if c.setOutputs(nil); !parts[0].figure {
		c.setOutputs(parts[0].outs)
		parts = parts[1:]
	}
	for _, p := range parts {
		var meta object
		if p.figure {
			name := fmt.Sprintf("fig-%s-%d", notebook, len(pictures)+1)
			if pictures[name], err = p.picture(); err != nil {
				return nil, err
			}
			meta = object{"figure": p.figureOptions(name, given)}
			given = nil
			p.outs = []output{p.drawn(name)}
		}
		cells = append(cells, c.sequel(p.outs, meta, len(cells)))
	}
	return cells, nil
}

// sequel is a cell whose source is hidden (but not empty: MyST-NB would skip it) that shows more outputs of c.
func (c cell) sequel(outs []output, mystnb object, n int) cell {
	tags := []any{"remove-input"}
	for _, t := range list(field(c, "metadata")["tags"]) {
		if t != "hide-input" && t != "hide-cell" {
			tags = append(tags, t)
		}
	}
	meta := object{"tags": tags}
	if mystnb != nil {
		meta["mystnb"] = mystnb
	}
	s := cell{
		"cell_type": "code", "execution_count": c["execution_count"], "metadata": meta, "source": "// Shown by the cell above.",
		"id": fmt.Sprintf("%.50s-part-%d", text(c["id"]), n),
	}
	s.setOutputs(outs)
	return s
}

// figureOptions are MyST-NB's options for a figure. Those that the notebook's author gave the cell win.
func (p part) figureOptions(name string, given object) object {
	options := object{"name": name, "caption": strings.TrimSpace(text(p.outs[1].data()[mimeMarkdown]))}
	theirs, _ := given["figure"].(object)
	for k, v := range theirs {
		options[k] = v
	}
	return options
}

// picture decodes the figure's PNG, and says where a figure is not complete.
func (p part) picture() ([]byte, error) {
	caption, alt := text(p.outs[1].data()[mimeMarkdown]), text(p.outs[0].data()[mimePlain])
	if strings.TrimSpace(caption) == "" || strings.TrimSpace(alt) == "" {
		return nil, fmt.Errorf("a figure has the caption %q and the description %q; it needs both", caption, alt)
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text(p.outs[0].data()[mimePNG])), ""))
	if err != nil {
		return nil, fmt.Errorf("the picture of a figure is not base64: %w", err)
	}
	return data, nil
}

// drawn is the figure as one output: its picture, and the script that puts the interactive figure in the picture's place.
// One output, because the script looks for the picture beside itself.
func (p part) drawn(name string) output {
	alt := strings.Join(strings.Fields(text(p.outs[0].data()[mimePlain])), " ")
	h := fmt.Sprintf("<img class=\"rethinking-picture\" src=\"%s/%s.png\" alt=\"%s\">\n", picturesFolder, name, html.EscapeString(alt))
	if len(p.outs) > 2 {
		h += text(p.outs[2].data()[mimeHTML])
	}
	return output{"output_type": "display_data", "metadata": object{}, "data": object{mimeHTML: splitLines(h)}}
}

// forCommit returns the executed notebook as it is kept under version control: every figure is one picture that also
// carries Plotly's figure, for the editors that draw it; and nothing that changes when the outputs do not.
func forCommit(executed []byte) ([]byte, error) {
	nb, err := parseNotebook(executed)
	if err != nil {
		return nil, err
	}
	nb.setGo()
	delete(field(nb, "metadata"), "widgets")
	for i, c := range nb.cells() {
		for _, key := range []string{"execution", "collapsed", "ExecuteTime"} {
			delete(field(c, "metadata"), key)
		}
		if c.kind() != "code" {
			continue
		}
		c.dropNoise()
		if err := c.mergeFigures(); err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	return nb.encode()
}

// mergeFigures moves each interactive figure into the bundle of its picture.
func (c cell) mergeFigures() error {
	parts, err := c.parts()
	if err != nil {
		return err
	}
	var outs []output
	for _, p := range parts {
		if p.figure && len(p.outs) > 2 {
			plotly, err := p.plotly()
			if err != nil {
				return err
			}
			p.outs[0].data()[mimePlotly] = plotly
			p.outs = p.outs[:2]
		}
		outs = append(outs, p.outs...)
	}
	c.setOutputs(outs)
	return nil
}

// plotly is the figure's Plotly object.
func (p part) plotly() (object, error) {
	found := plotlyJSON.FindStringSubmatch(text(p.outs[2].data()[mimeHTML]))
	if found == nil {
		return nil, errors.New(`an interactive figure holds no <script type="application/json"> with its data`)
	}
	var figure object
	d := json.NewDecoder(strings.NewReader(found[1]))
	d.UseNumber()
	if err := d.Decode(&figure); err != nil {
		return nil, fmt.Errorf("the data of an interactive figure are not JSON: %w", err)
	}
	return figure, nil
}
