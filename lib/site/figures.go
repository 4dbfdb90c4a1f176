package site

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A figure is sent by a cell as two or three outputs, which name it in their metadata, {"rethinking": {"figure": NAME, "part": PART}}:
//
//	picture      image/png with text/plain, its description
//	caption      text/markdown
//	interactive  text/html: the same figure as Plotly's JSON, and a script that draws it
//
// What follows gives it the form that each place understands.

// picturesFolder is where a page finds its pictures.
const picturesFolder = "_static/figures"

// part is a run of a cell's outputs: those of one figure, or others between figures.
type part struct {
	figure string   // its name; "": none
	outs   []output // of a figure: its picture, its caption and, where it was sent, its interactive form
}

func (p part) alt() string     { return p.outs[0].text("text/plain") }
func (p part) caption() string { return p.outs[1].text("text/markdown") }

// label is what an output's metadata says under a key: the "figure" that it is of, or which "part" of that. Other outputs have "".
func (o output) label(key string) string {
	meta, _ := o["metadata"].(object)
	said, _ := meta["rethinking"].(object)
	return text(said[key])
}

// parts splits the outputs of a cell at its figures. A picture that does not say that it is a figure's is somebody's own.
func (c cell) parts() ([]part, error) {
	var parts []part
	for _, o := range c.outputs() {
		figure, last := o.label("figure"), len(parts)-1
		switch {
		case o.label("part") == "picture", figure == "" && (last < 0 || parts[last].figure != ""):
			parts = append(parts, part{figure, []output{o}})
		case last >= 0 && parts[last].figure == figure:
			parts[last].outs = append(parts[last].outs, o)
		default:
			return nil, fmt.Errorf("the %s of figure %q does not follow its picture; send a figure's outputs one after the other", o.label("part"), figure)
		}
	}
	for _, p := range parts {
		if err := p.check(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// check says where a figure is not complete.
func (p part) check() error {
	if p.figure == "" {
		return nil
	}
	if len(p.outs) < 2 || p.outs[1].label("part") != "caption" {
		return fmt.Errorf("the figure %q has no caption", p.figure)
	}
	if strings.TrimSpace(p.caption()) == "" || strings.TrimSpace(p.alt()) == "" {
		return fmt.Errorf("a figure has the caption %q and the description %q; it needs both", p.caption(), p.alt())
	}
	return nil
}

// treat returns an executed notebook with its language declared, and with what a function makes of each of its cells.
func treat(executed []byte, made func(cell) ([]cell, error)) ([]byte, error) {
	nb, err := parseNotebook(executed)
	if err != nil {
		return nil, err
	}
	nb.setGo()
	var cells []cell
	for i, c := range nb.cells() {
		of, err := made(c)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		cells = append(cells, of...)
	}
	nb["cells"] = objects(cells)
	return nb.encode()
}

// forSite returns the executed notebook with every figure numbered, with its caption and alternative text, and the pictures by name.
func forSite(name string, executed []byte) (page []byte, pictures map[string][]byte, err error) {
	pictures = map[string][]byte{}
	page, err = treat(executed, func(c cell) ([]cell, error) { return c.shown(name, pictures) })
	return page, pictures, err
}

// shown splits a cell with figures: one cell keeps the source, and one whose source is hidden follows for each part.
// MyST-NB makes a figure of every output of a cell that has a caption, so such a cell must hold one output alone.
func (c cell) shown(notebook string, pictures map[string][]byte) ([]cell, error) {
	parts, err := c.parts()
	if err != nil {
		return nil, err
	}
	cells := []cell{c}
	if !slices.ContainsFunc(parts, func(p part) bool { return p.figure != "" }) {
		return cells, nil
	}
	given, _ := field(c, "metadata")["mystnb"].(object)
	delete(field(c, "metadata"), "mystnb")
	c["outputs"] = []any{}
	for i, p := range parts {
		switch {
		case p.figure != "":
			name := fmt.Sprintf("fig-%s-%d", notebook, len(pictures)+1)
			if pictures[name], err = base64.StdEncoding.DecodeString(p.outs[0].text("image/png")); err != nil {
				return nil, fmt.Errorf("the picture of a figure is not base64: %w", err)
			}
			drawn := c.sequel([]output{p.drawn(name)}, len(cells))
			field(drawn, "metadata")["mystnb"] = object{"figure": p.figureOptions(name, given)}
			cells = append(cells, drawn)
			given = nil
		case i == 0:
			c["outputs"] = objects(p.outs)
		default:
			cells = append(cells, c.sequel(p.outs, len(cells)))
		}
	}
	return cells, nil
}

// sequel is a cell whose source is hidden (but not empty: MyST-NB would skip it) that shows more outputs of c.
func (c cell) sequel(outs []output, n int) cell {
	tags := []any{"remove-input"}
	for _, t := range list(field(c, "metadata")["tags"]) {
		if t != "hide-input" && t != "hide-cell" {
			tags = append(tags, t)
		}
	}
	return cell{
		"cell_type": "code", "execution_count": c["execution_count"], "metadata": object{"tags": tags}, "source": "// Shown by the cell above.",
		"id": fmt.Sprintf("%.50s-part-%d", text(c["id"]), n), "outputs": objects(outs),
	}
}

// figureOptions are MyST-NB's options for a figure. Those that the notebook's author gave the cell win.
func (p part) figureOptions(name string, given object) object {
	options := object{"name": name, "caption": strings.TrimSpace(p.caption())}
	theirs, _ := given["figure"].(object)
	maps.Copy(options, theirs)
	return options
}

// drawn is the figure as one output: its picture, and the script that puts the interactive figure in the picture's place.
// One output, because the script looks for the picture beside itself.
func (p part) drawn(name string) output {
	var h strings.Builder
	picture.Execute(&h, struct{ Folder, Name, Alt string }{picturesFolder, name, strings.Join(strings.Fields(p.alt()), " ")}) // a Builder takes all
	if len(p.outs) > 2 {
		h.WriteString(p.outs[2].text("text/html"))
	}
	return output{"output_type": "display_data", "metadata": object{}, "data": object{"text/html": h.String()}}
}

// picture is the place of a figure's picture.
var picture = template.Must(template.New("").Parse(`<img class="rethinking-picture" src="{{.Folder}}/{{.Name}}.png" alt="{{.Alt}}">` + "\n"))

// forCommit returns the executed notebook as it is kept under version control: every figure is one picture that also
// carries Plotly's figure, for the editors that draw it; and nothing that changes when the outputs do not.
func forCommit(executed []byte) ([]byte, error) {
	return treat(executed, func(c cell) ([]cell, error) {
		for _, key := range []string{"execution", "collapsed", "ExecuteTime"} {
			delete(field(c, "metadata"), key)
		}
		return []cell{c}, c.mergeFigures()
	})
}

// mergeFigures moves each interactive figure into the bundle of its picture.
func (c cell) mergeFigures() error {
	parts, err := c.parts()
	if err != nil || len(parts) == 0 {
		return err
	}
	var outs []output
	for _, p := range parts {
		if p.figure != "" && len(p.outs) > 2 {
			if p.outs[0].data()["application/vnd.plotly.v1+json"], err = p.plotly(); err != nil {
				return err
			}
			p.outs = p.outs[:2]
		}
		outs = append(outs, p.outs...)
	}
	c["outputs"] = objects(outs)
	return nil
}

var plotlyJSON = regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`)

// plotly is the figure's Plotly object.
func (p part) plotly() (object, error) {
	found := plotlyJSON.FindStringSubmatch(p.outs[2].text("text/html"))
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
