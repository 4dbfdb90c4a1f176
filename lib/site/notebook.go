package site

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// setGo declares the language, which the kernel leaves half empty, without its version and without the state of widgets: these change with the
// machine.
func (nb notebook) setGo() {
	metadata := field(nb, "metadata")
	metadata["language_info"] = object{"name": "go", "file_extension": ".go", "mimetype": "text/x-go", "pygments_lexer": "go"}
	delete(metadata, "widgets")
}

func (nb notebook) cells() []cell { return parsed[cell](nb["cells"]) }

func (c cell) kind() string      { return text(c["cell_type"]) }
func (c cell) source() string    { return text(c["source"]) }
func (c cell) outputs() []output { return parsed[output](c["outputs"]) }

func (o output) kind() string { return text(o["output_type"]) }

// data is the output's MIME bundle; it is nil, and must only be read, for streams and errors.
func (o output) data() object {
	data, _ := o["data"].(object)
	return data
}

// text is one form of the output, such as its "text/html".
func (o output) text(mime string) string { return text(o.data()[mime]) }

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

// parsed are the objects of a list; objects makes a list of them again.
func parsed[T ~map[string]any](v any) (items []T) {
	for _, o := range list(v) {
		if o, ok := o.(object); ok {
			items = append(items, o)
		}
	}
	return items
}

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
