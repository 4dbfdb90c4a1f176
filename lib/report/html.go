package report

import (
	_ "embed"
	"fmt"
	"html"
	"strings"
)

//go:embed loader.js
var loader string

// HTML returns the interactive figure as a fragment: a div of class rethinking-figure that holds the plotly figure as JSON and the
// script that draws it in the place of the nearest picture before it. Where scripts do not run, or plotly.js is not on the same
// machine (at window.rethinkingPlotly, or in JupyterLab's static files), the fragment shows nothing.
func (f Figure) HTML() (string, error) {
	data, err := f.Plotly()
	return fragment(f.Name, data, err)
}

func fragment(name string, data []byte, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("<div class=\"rethinking-figure\" data-name=\"%s\">\n<script type=\"application/json\">%s</script>\n<script>\n%s</script>\n</div>",
		html.EscapeString(name), data, strings.TrimSpace(loader)+"\n"), nil
}
