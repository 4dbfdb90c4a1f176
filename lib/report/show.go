package report

import (
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Shown is what a notebook can show: a [Figure], a [Heat], an [ImageGrid], a [Sheet] or a [Footer].
type Shown interface {
	outputs() ([]output, error)
}

// output is one display of a cell, in every type that a front end may choose from.
type output map[protocol.MIMEType]any

// Show shows a figure, table or footer as the output of the notebook's cell; outside a notebook it shows nothing. Its two arguments
// are what the constructors return. With an error it panics, which fails the cell with the error's text, as a cell without a figure
// should.
func Show(v Shown, err error) {
	if err != nil {
		panic(err.Error())
	}
	outputs, err := v.outputs()
	if err != nil {
		panic(err.Error())
	}
	for _, o := range outputs {
		gonbui.SendData(&protocol.DisplayData{Data: o})
	}
	gonbui.Sync()
}

// drawing is a picture in its three faces.
type drawing interface {
	PNG() ([]byte, error)
	HTML() (string, error)
	Description() string
	Caption() string
}

func (f Figure) outputs() ([]output, error) { return drawn(f) }
func (h Heat) outputs() ([]output, error)   { return drawn(h) }

// drawn are three outputs: the picture with its description, which every front end shows and no sanitizer removes; the caption; the
// interactive figure.
func drawn(d drawing) ([]output, error) {
	png, err := d.PNG()
	if err != nil {
		return nil, err
	}
	interactive, err := d.HTML()
	if err != nil {
		return nil, err
	}
	return append(pictured(png, d.Description(), d.Caption()), output{protocol.MIMETextHTML: interactive}), nil
}

func pictured(png []byte, description, caption string) []output {
	return []output{
		{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: description},
		{protocol.MIMETextMarkdown: caption},
	}
}
