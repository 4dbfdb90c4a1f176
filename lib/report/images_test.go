package report

import (
	"bytes"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rethinking/lib/corrupt"
	"rethinking/lib/study"
)

func generator() *rand.Rand { return rand.New(rand.NewPCG(1, 0)) }

// polygons are images in [0,1] of regular polygons, example i with 3+i%10 corners and of class i%10.
func polygons(n, size, channels int) study.Sample {
	s := study.Sample{Height: size, Width: size, Channels: channels, Corrupted: make([]bool, n)}
	s.Experiment.Data.Name = "polygons"
	for i := range n {
		s.Labels = append(s.Labels, uint8(i%10))
		for p := range size * size {
			x, y := float64(p%size)-float64(size-1)/2, float64(p/size)-float64(size-1)/2
			side := 2 * math.Pi / float64(3+i%10)
			angle := math.Mod(math.Atan2(x, -y)+2*math.Pi, side) - side/2
			edge := 0.45 * float64(size) * math.Cos(side/2) / math.Cos(angle)
			for c := range channels {
				inside := min(max(edge-math.Hypot(x, y)+0.5, 0), 1)
				s.X = append(s.X, float32(inside*(1-0.16*float64(c*(i%4))*float64(p)/float64(size*size))))
			}
		}
	}
	return s
}

// kind is the experiment's field in these tests, which tell their samples apart by the seed.
func kind(names ...string) study.Field {
	return study.ByExperiment("corruption", "", func(e study.Experiment) study.Level {
		if x, err := strconv.ParseFloat(names[e.Seed], 64); err == nil {
			return study.Number(x)
		}
		return study.Word(names[e.Seed])
	})
}

func spoilt(t *testing.T) []study.Sample {
	t.Helper()
	samples := make([]study.Sample, 5)
	for i := range samples {
		samples[i] = polygons(10, 28, 1)
		samples[i].Experiment.Seed = int64(i)
	}
	var errs [4]error
	labels, pixels, random, noise := &samples[1], &samples[2], &samples[3], &samples[4]
	labels.Labels, labels.Corrupted, errs[0] = corrupt.Labels(labels.Labels, 10, 0.5, generator())
	pixels.X, errs[1] = corrupt.Shuffle(pixels.X, 1, generator().Perm(28*28))
	random.X, errs[2] = corrupt.RandomPixels(random.X, 28*28, 1, generator())
	noise.X, noise.Corrupted, errs[3] = corrupt.Gaussian(noise.X, 28*28, 0.4, corrupt.Moments(noise.X), true, generator())
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return samples
}

// whitened are colour images of classes with long names, each with mean 0 and standard deviation 1.
func whitened() study.Sample {
	s := polygons(8, 32, 3)
	dim := 32 * 32 * 3
	for i := range s.Labels {
		values := s.X[i*dim:][:dim]
		m := corrupt.Moments(values)
		for j, v := range values {
			values[j] = float32((float64(v) - m.Mean) / m.SD)
		}
	}
	s.ClassNames = []string{"triangle", "square", "pentagon", "hexagon", "heptagon", "octagon", "nonagon", "decagon", "hendecagon", "dodecagon"}
	s.Experiment.Corruption.Labels = 0.3
	s.Labels[1], s.Corrupted[1] = 8, true
	return s
}

func TestImagesGolden(t *testing.T) {
	ways := By(kind("true labels", "labels redrawn with probability 0.5", "shuffled pixels", "random pixels", "0.4"))
	for _, tt := range []struct {
		name    string
		samples []study.Sample
		options []Option
	}{
		{"images", spoilt(t), []Option{ways, Title("What is left of an image"), Caption("Five *ways* to spoil it.")}},
		{"images-colour", []study.Sample{whitened(), polygons(3, 32, 3)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, err := Images(tt.samples, tt.options...)
			if err != nil {
				t.Fatal(err)
			}
			png, err := g.PNG()
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := g.PNG(); !bytes.Equal(png, again) {
				t.Error("the same grid drawn twice gives different bytes")
			}
			golden(t, tt.name+".png", png)
			golden(t, tt.name+".txt", []byte(g.Name+"\n\n"+g.Caption()+"\n\n"+g.Description()+"\n"))
		})
	}
}

// Every pixel of the data is a square of equal pixels of the picture.
func TestImagesAreCrisp(t *testing.T) {
	s := polygons(1, 28, 1)
	copy(s.X, []float32{0, 1, 0, 1}) // the upper left corner
	g, err := Images([]study.Sample{s})
	if err != nil {
		t.Fatal(err)
	}
	l := g.layout()
	if l.scale != 5 {
		t.Fatalf("an image of 28 pixels alone is drawn %d times as large, want 5", l.scale)
	}
	raw, err := g.PNG()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	left := l.left + (l.pitch-28*5)/2
	for x := range 20 {
		for y := range 5 {
			want := uint32(x/5%2) * 0xFFFF
			if got, _, _, _ := picture.At(left+x, l.rows[0].top+y).RGBA(); got != want {
				t.Fatalf("pixel %d,%d is %#x, want %#x", x, y, got, want)
			}
		}
	}
}

func TestImageLevels(t *testing.T) {
	sample := func(values ...float32) study.Sample {
		return study.Sample{Height: 1, Width: len(values), Channels: 1, X: values, Labels: []uint8{7}, Corrupted: []bool{false}}
	}
	colour := sample(-1, 0, 3, 1, 1, 1)
	colour.Width, colour.Channels = 2, 3
	for _, tt := range []struct {
		name   string
		sample study.Sample
		want   []uint8 // red, green and blue of each pixel
		fact   string
	}{
		{"in [0,1]", sample(0.25, 0.5), []uint8{64, 64, 64, 128, 128, 128}, "Pixels: 0 is black, 1 is white."},
		{"stretched", sample(-2, 2), []uint8{0, 0, 0, 255, 255, 255}, "each image is stretched"},
		{"one value", sample(2, 2), []uint8{128, 128, 128, 128, 128, 128}, "each image is stretched"},
		{"colour", colour, []uint8{0, 64, 255, 128, 128, 128}, "each image is stretched"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, err := Images([]study.Sample{tt.sample})
			if err != nil {
				t.Fatal(err)
			}
			var got []uint8
			for i, v := range g.Rows[0].Tiles[0].Image.Pix {
				if i%4 < 3 {
					got = append(got, v)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("levels %v, want %v", got, tt.want)
			}
			if !strings.Contains(g.Caption(), tt.fact) {
				t.Errorf("caption %q lacks %q", g.Caption(), tt.fact)
			}
		})
	}
}

func TestImagesFit(t *testing.T) {
	for _, tt := range []struct{ room, most, size, under, columns, scale int }{
		{940, 10, 28, 30, 10, 3},
		{940, 3, 28, 30, 3, 5},   // no larger than need be
		{940, 20, 28, 30, 10, 3}, // two lines
		{940, 8, 32, 160, 4, 4},  // the labels need the room
		{940, 5, 32, 2000, 1, 2}, // whatever its label, an image is drawn
		{940, 1, 200, 30, 1, 1},
	} {
		var l gridLayout
		l.fit(tt.room, tt.most, tt.size, tt.under)
		if l.columns != tt.columns || l.scale != tt.scale {
			t.Errorf("%+v: %d columns at scale %d", tt, l.columns, l.scale)
		}
		if l.pitch < tt.size*l.scale || l.columns*l.pitch > tt.room {
			t.Errorf("%+v: places %d wide", tt, l.pitch)
		}
	}
}

func TestImagesErrors(t *testing.T) {
	with := func(change func(*study.Sample)) []study.Sample {
		s := polygons(2, 4, 1)
		change(&s)
		return []study.Sample{polygons(2, 4, 1), s}
	}
	for _, tt := range []struct {
		want    string
		samples []study.Sample
		option  Option
	}{
		{"no samples", nil, Title("x")},
		{"no axis for Log", with(func(*study.Sample) {}), Log()},
		{"no axis for Log or Chance", with(func(*study.Sample) {}), Chance(10)},
		{"sample 2 of 2 (polygons", with(func(s *study.Sample) { s.Labels = nil }), Title("x")},
		{"it has no example", with(func(s *study.Sample) { s.Labels = nil }), Title("x")},
		{"4x4 pixels with 2 channels", with(func(s *study.Sample) { s.Channels = 2 }), Title("x")},
		{"0x4 pixels", with(func(s *study.Sample) { s.Height = 0 }), Title("x")},
		{"2 labels, 31 input values and 2 marks", with(func(s *study.Sample) { s.X = s.X[1:] }), Title("x")},
		{"32 input values and 1 marks", with(func(s *study.Sample) { s.Corrupted = s.Corrupted[1:] }), Title("x")},
		{"label 1: there are 1 class names", with(func(s *study.Sample) { s.ClassNames = []string{"x"} }), Title("x")},
		{"not finite", with(func(s *study.Sample) { s.X[3] = float32(math.Inf(1)) }), Title("x")},
	} {
		if _, err := Images(tt.samples, tt.option); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
	}
}

func TestOutputsOfImages(t *testing.T) {
	g, err := Images([]study.Sample{whitened()})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := g.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != 2 || outputs[0].MIME["image/png"] == nil || outputs[0].MIME["text/plain"] == nil || outputs[1].MIME["text/markdown"] == nil {
		t.Errorf("the outputs are %d, or one lacks a type", len(outputs))
	}
}
