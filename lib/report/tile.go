package report

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"

	"rethinking/lib/study"
)

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// inUnit reports whether all inputs lie in [0,1].
func inUnit(x []float32) bool { return slices.Min(x) >= 0 && slices.Max(x) <= 1 }

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
