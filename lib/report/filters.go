package report

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"rethinking/lib/study"
)

// Filters are weights of a net's first layer: what each of its units, or channels, looks for in an image.
type Filters struct {
	Label                   string // of the row
	Height, Width, Channels int
	Units                   [][]float32 // [unit][Height*Width*Channels]
}

// FilterImages shows first-layer weights as images, a row a net, each stretched from its lowest to its highest value. In words it says how
// much neighbouring weights are alike: in an edge or a patch of colour they are, in noise they are not. Of the options Title and Caption apply. It fails if there is no row, or one is empty or does not fit its size.
func FilterImages(rows []Filters, options ...Option) (ImageGrid, error) {
	s := apply(options)
	if len(rows) == 0 {
		return ImageGrid{}, errors.New("report: no filters: give at least one net's")
	}
	g := ImageGrid{Words: s.words("filters of the first layer", []string{"Each image is stretched from its lowest to its highest value."})}
	for _, row := range rows {
		n := len(row.Units)
		sample := study.Sample{
			Height: row.Height, Width: row.Width, Channels: row.Channels, ClassNames: []string{""},
			X: slices.Concat(row.Units...), Labels: make([]uint8, n), Corrupted: make([]bool, n),
		}
		if err := checkSample(sample); err != nil {
			return ImageGrid{}, fmt.Errorf("report: filters of %s: %w", row.Label, err)
		}
		shown := imageRow(row.Label, sample, false)
		shown.Says = row.says()
		g.Rows = append(g.Rows, shown)
	}
	return g, nil
}

// says tells how many filters there are, and how weights that are next to each other go together.
func (f Filters) says() string {
	words := fmt.Sprintf("%s of %dx%dx%d weights", Plural(len(f.Units), "filter"), f.Height, f.Width, f.Channels)
	if f.Height > 1 && f.Width > 1 {
		words += fmt.Sprintf("; correlation of weights next to each other %.2f", f.correlation(f.Channels, f.Width*f.Channels))
	}
	if f.Channels > 1 {
		words += fmt.Sprintf(", of the channels of a place %.2f", f.correlation(1))
	}
	return words
}

// correlation is that of all pairs of a unit's weights whose places in it are one of the distances apart, within a row or a column of places.
func (f Filters) correlation(distances ...int) float64 {
	var a, b []float64
	for _, unit := range f.Units {
		for i, w := range unit {
			for _, d := range distances {
				if f.apart(i, d) {
					a, b = append(a, float64(w)), append(b, float64(unit[i+d]))
				}
			}
		}
	}
	return stat.Correlation(a, b, nil)
}

// apart tells whether weight i has one d further on: in the next channel of its place, in the next place of its row, or in the next row.
func (f Filters) apart(i, d int) bool {
	channel, column := i%f.Channels, i/f.Channels%f.Width
	switch d {
	case f.Width * f.Channels:
		return i+d < f.Height*f.Width*f.Channels
	case f.Channels:
		return column+1 < f.Width
	default:
		return channel+1 < f.Channels
	}
}
