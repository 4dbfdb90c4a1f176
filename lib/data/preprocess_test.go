package data_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rethinking/lib/data"
)

var near = cmpopts.EquateApprox(0, 1e-6)

// numbered is a set of one image whose values are 0, 1, 2 and so on.
func numbered(height, width, channels int) data.Set {
	s := data.Set{Name: "numbered", Height: height, Width: width, Channels: channels, Classes: 2, Labels: []uint8{1}}
	for i := range s.Dim() {
		s.Images = append(s.Images, uint8(i))
	}
	return s
}

func TestCrop(t *testing.T) {
	for _, c := range []struct {
		set           data.Set
		height, width int
		want          []uint8
	}{
		{numbered(4, 4, 1), 2, 2, []uint8{5, 6, 9, 10}},
		{numbered(4, 4, 1), 2, 4, []uint8{4, 5, 6, 7, 8, 9, 10, 11}},
		{numbered(3, 3, 2), 1, 1, []uint8{8, 9}},
		{numbered(3, 2, 1), 2, 1, []uint8{0, 2}}, // no middle: above and left of it
		{numbered(2, 2, 1), 2, 2, []uint8{0, 1, 2, 3}},
	} {
		got, err := c.set.Crop(c.height, c.width)
		if err != nil || got.Height != c.height || got.Width != c.width || got.Len() != 1 {
			t.Errorf("%d x %d of %d examples, %v", got.Height, got.Width, got.Len(), err)
		}
		if diff := cmp.Diff(c.want, got.Images); diff != "" {
			t.Errorf("%d x %d of %d x %d x %d (-want +got):\n%s", c.height, c.width, c.set.Height, c.set.Width, c.set.Channels, diff)
		}
	}
}

func TestCropCIFARSize(t *testing.T) {
	s := data.Set{Height: 32, Width: 32, Channels: 3, Images: make([]uint8, 2*3072), Labels: []uint8{0, 1}}
	s.Image(1)[(2*32+2)*3+1] = 7
	got, err := s.Crop(28, 28)
	if err != nil || got.Dim() != 2352 || len(got.Images) != 2*2352 || got.Image(1)[1] != 7 {
		t.Errorf("the crop of 32 to 28 does not begin at pixel (2, 2): %d values, %v", got.Dim(), err)
	}
}

func TestCropErrors(t *testing.T) {
	for _, size := range [][2]int{{5, 4}, {4, 5}, {0, 4}, {4, -1}} {
		if _, err := numbered(4, 4, 1).Crop(size[0], size[1]); err == nil || !strings.Contains(err.Error(), "ask for 1 x 1 to 4 x 4") {
			t.Errorf("%v: got error %v", size, err)
		}
	}
}

func TestWhiten(t *testing.T) {
	for name, c := range map[string]struct{ in, want []float32 }{
		// Mean 0.5, standard deviation 0.5.
		"two values": {[]float32{0, 1, 0, 1}, []float32{-1, 1, -1, 1}},
		// Mean 0.25, standard deviation sqrt(3)/4 = 0.4330, below the least divisor 1/sqrt(4) = 0.5.
		"least divisor": {[]float32{0, 0, 0, 1}, []float32{-0.5, -0.5, -0.5, 1.5}},
		// Mean 5, standard deviation sqrt(5).
		"four values": {[]float32{2, 4, 6, 8}, []float32{-1.3416408, -0.4472136, 0.4472136, 1.3416408}},
		"constant":    {[]float32{0.3, 0.3, 0.3, 0.3}, []float32{0, 0, 0, 0}},
		"two images":  {[]float32{0, 1, 0, 1, 9, 5, 9, 5}, []float32{-1, 1, -1, 1, 1, -1, 1, -1}},
		"no image":    {nil, nil},
	} {
		if diff := cmp.Diff(c.want, data.Whiten(c.in, 4), near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhitenRandomImages(t *testing.T) {
	const n, dim = 5, 2352
	x, r := make([]float32, n*dim), rng(1)
	for i := range x {
		x[i] = float32(r.IntN(256)) / 255
	}
	once := append([]float32(nil), data.Whiten(x, dim)...)
	for i := range n {
		var sum, squares float64
		for _, v := range once[i*dim : (i+1)*dim] {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		if mean, sd := sum/dim, math.Sqrt(squares/dim); math.Abs(mean) > 1e-6 || math.Abs(sd-1) > 1e-6 {
			t.Errorf("image %d: mean %g, standard deviation %g", i, mean, sd)
		}
	}
	if diff := cmp.Diff(once, data.Whiten(x, dim), near); diff != "" {
		t.Error("whitening twice differs from once:\n" + diff)
	}
}

func TestWhitenPartOfAnImage(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("5 values pass as images of 4")
		}
	}()
	data.Whiten(make([]float32, 5), 4)
}

func TestPreprocess(t *testing.T) {
	s := data.Set{Name: "noise", Height: 32, Width: 32, Channels: 3, Classes: 2, Images: make([]uint8, 2*3072), Labels: []uint8{0, 1}}
	for i := range s.Images {
		s.Images[i] = uint8(rng(uint64(i)).IntN(256))
	}
	same, unit, err := s.Preprocess(data.UnitPixels)
	if err != nil || same.Dim() != 3072 || !cmp.Equal(unit, s.Unit()) {
		t.Errorf("unit pixels: images of %d values, %v", same.Dim(), err)
	}
	cropped, white, err := s.Preprocess(data.CropWhiten)
	if err != nil || cropped.Height != 28 || cropped.Width != 28 || len(white) != 2*28*28*3 {
		t.Fatalf("crop-whiten: %d x %d, %d values, %v", cropped.Height, cropped.Width, len(white), err)
	}
	if diff := cmp.Diff(data.Whiten(cropped.Unit(), cropped.Dim()), white); diff != "" {
		t.Error(diff)
	}
}

func TestPreprocessErrors(t *testing.T) {
	_, _, unknown := numbered(2, 2, 1).Preprocess("zca")
	_, _, small := numbered(2, 2, 1).Preprocess(data.CropWhiten)
	for want, err := range map[string]error{
		`data: unknown preprocessing "zca": use one of ["" "crop-whiten"]`: unknown,
		"data: a crop of 28 x 28 from images of numbered":                  small,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

func TestPreprocessMNIST(t *testing.T) {
	train, _ := loadMNIST(t)
	few, err := train.Random(100, rng(1))
	if err != nil {
		t.Fatal(err)
	}
	cropped, white, err := few.Preprocess(data.CropWhiten)
	if err != nil || cropped.Dim() != 784 || !cmp.Equal(white, data.Whiten(few.Unit(), 784)) {
		t.Errorf("images of %d values, %v; want those of 28 x 28 whitened", cropped.Dim(), err)
	}
}
