package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// object is a JSON object of a notebook. Fields that this package does not know pass through it unchanged.
type object = map[string]any

// notebook is a parsed notebook of format 4.
type notebook object

// cell is one cell, and output one output of a cell.
type (
	cell   object
	output object
)

func parseNotebook(data []byte) (notebook, error) {
	var nb notebook
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // keeps every number as it was written
	if err := d.Decode(&nb); err != nil {
		return nil, fmt.Errorf("is not a notebook: %w", err)
	}
	if format := fmt.Sprint(nb["nbformat"]); format != "4" {
		return nil, fmt.Errorf("has nbformat %s, want 4; save it once with JupyterLab", format)
	}
	for i, c := range list(nb["cells"]) {
		if _, ok := c.(object); !ok {
			return nil, fmt.Errorf("cell %d is not an object", i+1)
		}
	}
	return nb, nil
}

// encode writes the notebook as Jupyter does (sorted keys, indent of one), so that unchanged parts give no difference.
func (nb notebook) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(nb); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (nb notebook) cells() []cell {
	var cells []cell
	for _, c := range list(nb["cells"]) {
		cells = append(cells, cell(c.(object)))
	}
	return cells
}

func (nb notebook) setCells(cells []cell) {
	nb["cells"] = objects(cells)
}

// setGo declares the language, which the kernel leaves half empty. Its version is dropped: it changes with the machine.
func (nb notebook) setGo() {
	info := field(field(nb, "metadata"), "language_info")
	delete(info, "version")
	delete(info, "nbconvert_exporter")
	delete(info, "codemirror_mode")
	info["name"] = "go"
	info["file_extension"] = ".go"
	info["mimetype"] = "text/x-go"
	info["pygments_lexer"] = "go"
}

func (c cell) kind() string   { return text(c["cell_type"]) }
func (c cell) source() string { return text(c["source"]) }

func (c cell) outputs() []output {
	var outs []output
	for _, o := range list(c["outputs"]) {
		if o, ok := o.(object); ok {
			outs = append(outs, output(o))
		}
	}
	return outs
}

func (c cell) setOutputs(outs []output) {
	c["outputs"] = objects(outs)
}

func (o output) kind() string { return text(o["output_type"]) }

// data is the output's MIME bundle; it is nil, and must only be read, for streams and errors.
func (o output) data() object {
	data, _ := o["data"].(object)
	return data
}

// kernelLine is a line that GoNB itself logs when it starts and at each cell; it is no output of the cell.
var kernelLine = regexp.MustCompile(`^[IWEF]\d{4} [\d:.]+ +\d+ (main|kernel|goexec|jpyexec|dispatcher|install)\.go:\d+\]`)

func dropKernelNoise(s string) string {
	var kept strings.Builder
	for line := range strings.Lines(s) {
		if !kernelLine.MatchString(ansi.ReplaceAllString(line, "")) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// dropNoise removes the kernel's own lines from the cell's standard error, and the output when nothing is left.
func (c cell) dropNoise() {
	var kept []output
	for _, o := range c.outputs() {
		if o.kind() == "stream" && o["name"] == "stderr" {
			said := dropKernelNoise(text(o["text"]))
			if said == "" {
				continue
			}
			o["text"] = splitLines(said)
		}
		kept = append(kept, o)
	}
	c.setOutputs(kept)
}

// field returns the object under key, made if it is not there.
func field(o object, key string) object {
	f, ok := o[key].(object)
	if !ok {
		f = object{}
		o[key] = f
	}
	return f
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// objects is a list as JSON knows it.
func objects[T ~map[string]any](items []T) []any {
	all := make([]any, 0, len(items))
	for _, item := range items {
		all = append(all, object(item))
	}
	return all
}

// text is a string that a notebook holds whole or as a list of lines that keep their ends.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b strings.Builder
	for _, line := range list(v) {
		s, _ := line.(string)
		b.WriteString(s)
	}
	return b.String()
}

func splitLines(s string) []any {
	lines := []any{}
	for line := range strings.Lines(s) {
		lines = append(lines, line)
	}
	return lines
}
