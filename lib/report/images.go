package report

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"rethinking/lib/study"
)

// ImageGrid is rows of training images as a value, a row a way to spoil them. Its renderings are [ImageGrid.PNG],
// [ImageGrid.Description] and its Caption; all are pure and the same bytes every time.
type ImageGrid struct {
	Words
	Rows []ImageRow
}

// ImageRow is a row of an ImageGrid; where it is too long it goes on below.
type ImageRow struct {
	Label string // "label corruption 0.5"
	Tiles []Tile // at least one
	Says  string // what the tiles are like, in words; "" where their labels tell
}

// Tile is one image, in the pixels of the data, with the label under it.
type Tile struct {
	Image     *image.NRGBA
	Label     string
	Corrupted bool // framed, and marked beside the label
}

// Images shows training examples as a net sees them, a row a sample, with the label that each is trained on. A row is named after the
// value of the field that [By] gives, or after its corruption. Corrupted examples are framed and marked by a cross.
//
// Where all inputs of a row lie in [0,1], 0 is drawn black and 1 white; else, as for whitened inputs, every image is stretched from its
// lowest to its highest value. The caption says which.
//
// Of the options [By], [Title] and [Caption] apply. It fails if there is no sample, if one is empty, its fields do not fit each
// other or an input is not finite, and if images have neither 1 nor 3 channels.
func Images(samples []study.Sample, options ...Option) (ImageGrid, error) {
	s := apply(options)
	if s.log || s.reference != nil || s.outline != nil || s.contours {
		return ImageGrid{}, errors.New("report: images have no axis for Log or Chance, and no cells for Outline or Contours: leave these options out")
	}
	if len(samples) == 0 {
		return ImageGrid{}, errors.New("report: no samples: draw some training examples first")
	}
	var g ImageGrid
	var stretched []string
	for i, sample := range samples {
		if err := checkSample(sample); err != nil {
			return ImageGrid{}, fmt.Errorf("report: sample %d of %d (%s): %w", i+1, len(samples), sample.Experiment, err)
		}
		label, unit := s.rowLabel(sample.Experiment), slices.Min(sample.X) >= 0 && slices.Max(sample.X) <= 1
		if !unit {
			stretched = append(stretched, label)
		}
		g.Rows = append(g.Rows, imageRow(label, sample, unit))
	}
	title := "training images as the net sees them"
	if s.by != nil {
		title += ", by " + s.by.Name
	}
	g.Words = s.words(title, facts(sampleFact(samples), g.markFact(), g.pixelFact(stretched)))
	return g, nil
}

// rowLabel names a row. A number alone would say too little.
func (s settings) rowLabel(e study.Experiment) string {
	if s.by == nil {
		return cmp.Or(e.Corruption.String(), "true labels")
	}
	level := s.by.Of(e)
	if math.IsNaN(level.Number) {
		return level.Label
	}
	return s.by.Name + " " + level.Label
}

// sampleFact names the data and the seeds: "Data: mnist; seed 0. Under each image: the label it is trained on."
func sampleFact(samples []study.Sample) string {
	var data []string
	var seeds []int64
	for _, s := range samples {
		data = append(data, s.Experiment.Data.Name)
		seeds = append(seeds, s.Experiment.Seed)
	}
	return fmt.Sprintf("Data: %s; %s. Under each image: the label it is trained on.", listed(data, "data sets"), seedList(seeds))
}

// markFact tells what the frames mean; it is empty where there is none.
func (g ImageGrid) markFact() string {
	marked, of := 0, 0
	for _, row := range g.Rows {
		marked, of = marked+row.corrupted(), of+len(row.Tiles)
	}
	if marked == 0 {
		return ""
	}
	return fmt.Sprintf("Framed and marked ×: corrupted, that is, the label is not the true one or the input was replaced (%d of %d).", marked, of)
}

func (g ImageGrid) pixelFact(stretched []string) string {
	switch len(stretched) {
	case 0:
		return "Pixels: 0 is black, 1 is white."
	case len(g.Rows):
		return "Pixels: each image is stretched from its lowest to its highest value, because the inputs do not all lie in [0,1]."
	default:
		return fmt.Sprintf("Pixels: 0 is black, 1 is white; but each image is stretched from its lowest to its highest value where the inputs do not all lie in [0,1] (%s).",
			strings.Join(unique(stretched), "; "))
	}
}

func (r ImageRow) corrupted() int {
	n := 0
	for _, t := range r.Tiles {
		if t.Corrupted {
			n++
		}
	}
	return n
}

// Description says in words what the picture shows: each row's name and labels, and which of them are corrupted. It is the alternative
// text of the picture.
func (g ImageGrid) Description() string {
	parts := []string{fmt.Sprintf("Grid of images in %s: %s.", Plural(len(g.Rows), "row"), g.Title)}
	for i, row := range g.Rows {
		says := row.Says
		if says == "" {
			says = fmt.Sprintf("%d of %d corrupted: %s", row.corrupted(), len(row.Tiles), row.labels())
		}
		parts = append(parts, fmt.Sprintf("Row %d, %s, %s.", i+1, row.Label, says))
	}
	return strings.Join(parts, " ")
}

// labels are those of the tiles: "7, 2 (corrupted), 1".
func (r ImageRow) labels() string {
	var labels []string
	for _, t := range r.Tiles {
		label := t.Label
		if t.Corrupted {
			label += " (corrupted)"
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, ", ")
}

func imageRow(label string, s study.Sample, unit bool) ImageRow {
	row := ImageRow{Label: label}
	for i := range s.Labels {
		row.Tiles = append(row.Tiles, tileOf(s, i, unit))
	}
	return row
}

// tileOf makes a tile of example i. Unless the inputs lie in [0,1] the image is stretched from its lowest to its highest value, all
// channels alike; one value alone is a middle grey.
func tileOf(s study.Sample, i int, unit bool) Tile {
	dim := s.Height * s.Width * s.Channels
	values := s.X[i*dim:][:dim]
	low, high := float32(0), float32(1)
	if !unit {
		low, high = slices.Min(values), slices.Max(values)
	}
	level := func(v float32) uint8 {
		if low == high {
			return 0x80
		}
		return uint8(math.Round(255 * (float64(v) - float64(low)) / (float64(high) - float64(low))))
	}
	img := image.NewNRGBA(image.Rect(0, 0, s.Width, s.Height))
	for pixel := range s.Height * s.Width {
		v := values[pixel*s.Channels:][:s.Channels]
		red, last := level(v[0]), s.Channels-1
		img.SetNRGBA(pixel%s.Width, pixel/s.Width, color.NRGBA{red, level(v[last/2]), level(v[last]), 0xFF})
	}
	label := strconv.Itoa(int(s.Labels[i]))
	if len(s.ClassNames) > 0 {
		label = s.ClassNames[s.Labels[i]]
	}
	return Tile{Image: img, Label: label, Corrupted: s.Corrupted[i]}
}

// checkSample refuses samples whose fields do not fit each other.
func checkSample(s study.Sample) error {
	n, dim := len(s.Labels), s.Height*s.Width*s.Channels
	switch {
	case n == 0:
		return errors.New("it has no example")
	case s.Height < 1 || s.Width < 1 || s.Channels != 1 && s.Channels != 3:
		return fmt.Errorf("images of %dx%d pixels with %d channels: only grey (1) and colour (3) can be drawn", s.Height, s.Width, s.Channels)
	case len(s.X) != n*dim || len(s.Corrupted) != n:
		return fmt.Errorf("%d labels, %d input values and %d marks: %d examples have %d values and %d marks", n, len(s.X), len(s.Corrupted), n, n*dim, n)
	case len(s.ClassNames) > 0 && int(slices.Max(s.Labels)) >= len(s.ClassNames):
		return fmt.Errorf("label %d: there are %d class names", slices.Max(s.Labels), len(s.ClassNames))
	case slices.ContainsFunc(s.X, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }):
		return errors.New("an input is not finite")
	}
	return nil
}
