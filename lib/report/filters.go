package report

import (
	"errors"
	"fmt"
	"slices"

	"rethinking/lib/study"
)

// Filters are weights of a net's first layer: what each of its units, or channels, looks for in an image.
type Filters struct {
	Label                   string // of the row
	Height, Width, Channels int
	Units                   [][]float32 // [unit][Height*Width*Channels]
}

// FilterImages shows first-layer weights as images, a row a net, each stretched from its lowest to its highest value. Of the options Name,
// Title and Caption apply. It fails if there is no row, or one is empty or does not fit its size.
func FilterImages(rows []Filters, options ...Option) (ImageGrid, error) {
	s := apply(options)
	if len(rows) == 0 {
		return ImageGrid{}, errors.New("report: no filters: give at least one net's")
	}
	g := ImageGrid{Text: s.text, Facts: []string{"Each image is stretched from its lowest to its highest value."}}
	for _, row := range rows {
		n := len(row.Units)
		sample := study.Sample{
			Height: row.Height, Width: row.Width, Channels: row.Channels, ClassNames: []string{""},
			X: slices.Concat(row.Units...), Labels: make([]uint8, n), Corrupted: make([]bool, n),
		}
		if err := checkSample(sample); err != nil {
			return ImageGrid{}, fmt.Errorf("report: filters of %s: %w", row.Label, err)
		}
		tiles := ImageRow{Label: row.Label}
		for i := range n {
			tiles.Tiles = append(tiles.Tiles, tileOf(sample, i, false))
		}
		g.Rows = append(g.Rows, tiles)
	}
	g.Name, g.Title = s.named("filters of the first layer")
	return g, nil
}
