package train

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/data"
)

const height, width, channels = 6, 7, 2

// numbered is a batch of n images whose every value tells where it is: 1 + position, with the channel behind the point.
func numbered(n int) []float32 {
	var x []float32
	for range n {
		for i := range height * width {
			x = append(x, float32(1+i), float32(1+i)+0.5)
		}
	}
	return x
}

func augmented(t *testing.T, a Augmentation, x []float32, n int) []float32 {
	t.Helper()
	a.Height, a.Width, a.Channels = height, width, channels
	store := model.NewStore()
	if err := store.SetRNGStateFromSeed(11); err != nil {
		t.Fatal(err)
	}
	exec := model.MustNewExec(open(t, "xla:cpu"), store, func(scope *model.Scope, x *Node) *Node { return a.graph(scope, x) })
	return tensors.MustCopyFlatData[float32](exec.MustCall1(tensors.FromFlatDataAndDimensions(x, n, height*width*channels)))
}

// at is the value of a numbered image, 0 outside.
func at(row, column, channel int) float32 {
	if row < 0 || row >= height || column < 0 || column >= width {
		return 0
	}
	return float32(1+row*width+column) + 0.5*float32(channel)
}

// shows tells whether a window is the image from (top, left) on, or its mirror image.
func shows(window []float32, cropHeight, cropWidth, top, left int, mirrored bool) bool {
	for i := range cropHeight {
		for j := range cropWidth {
			column := left + j
			if mirrored {
				column = left + cropWidth - 1 - j
			}
			for c := range channels {
				if window[(i*cropWidth+j)*channels+c] != at(top+i, column, c) {
					return false
				}
			}
		}
	}
	return true
}

// Every window shows the image from a possible corner, mirrored or not, and all possibilities come up about equally often.
func TestCropAndFlip(t *testing.T) {
	const n = 2000
	for name, c := range map[string]struct {
		a           Augmentation
		tops, lefts [2]int // first and last
		mirrored    int    // possibilities
	}{
		"central":            {Augmentation{CropHeight: 4, CropWidth: 5}, [2]int{1, 1}, [2]int{1, 1}, 1},
		"crop":               {Augmentation{CropHeight: 4, CropWidth: 5, Crop: true}, [2]int{0, 2}, [2]int{0, 2}, 1},
		"crop and flip":      {Augmentation{CropHeight: 4, CropWidth: 5, Crop: true, Flip: true}, [2]int{0, 2}, [2]int{0, 2}, 2},
		"flip":               {Augmentation{CropHeight: height, CropWidth: width, Flip: true}, [2]int{0, 0}, [2]int{0, 0}, 2},
		"crop of whole size": {Augmentation{CropHeight: height, CropWidth: width, Crop: true}, [2]int{-4, 4}, [2]int{-4, 4}, 1},
	} {
		out := augmented(t, c.a, numbered(n), n)
		size := c.a.CropHeight * c.a.CropWidth * channels
		counts := map[[3]int]int{}
		for i := range n {
			window, found := out[i*size:(i+1)*size], false
			for top := c.tops[0]; top <= c.tops[1] && !found; top++ {
				for left := c.lefts[0]; left <= c.lefts[1] && !found; left++ {
					for m := 0; m < c.mirrored && !found; m++ {
						if found = shows(window, c.a.CropHeight, c.a.CropWidth, top, left, m == 1); found {
							counts[[3]int{top, left, m}]++
						}
					}
				}
			}
			if !found {
				t.Fatalf("%s: window %d is none of the image: %v", name, i, window)
			}
		}
		possible := (c.tops[1] - c.tops[0] + 1) * (c.lefts[1] - c.lefts[0] + 1) * c.mirrored
		want := n / possible
		for at, k := range counts { // five standard deviations of a binomial
			if math.Abs(float64(k-want)) > 5*math.Sqrt(float64(want))+1 {
				t.Errorf("%s: %v comes up %d times of %d, expected %d", name, at, k, n, want)
			}
		}
		if len(counts) != possible {
			t.Errorf("%s: %d of %d possibilities came up", name, len(counts), possible)
		}
	}
}

// A linear image rotated by an angle is the linear image with rotated coordinates, wherever the window lies inside: bilinear
// interpolation is exact for it. The angles are within the range and fill it.
func TestRotation(t *testing.T) {
	const n, degrees = 500, 25.
	out := augmented(t, Augmentation{CropHeight: 2, CropWidth: 3, Rotation: degrees}, numbered(n), n)
	least, most := math.Inf(1), math.Inf(-1)
	for i := range n {
		w := out[i*12 : (i+1)*12]
		// Along the window's first row the value changes by sin·width + cos a position, down its first column by cos·width - sin.
		across, down := float64(w[2]-w[0]), float64(w[6]-w[0])
		angle := math.Atan2(across*width-down, across+down*width) // from sin and cos, up to the common factor width²+1
		least, most = min(least, angle), max(most, angle)
		if length := math.Hypot(across*width-down, across+down*width) / (width*width + 1); math.Abs(length-1) > 1e-4 {
			t.Fatalf("window %d is not a rotation: factor %g", i, length)
		}
		if middle := float64(w[2]+w[8]) / 2; math.Abs(middle-(1+2.5*width+3)) > 1e-3 {
			t.Fatalf("window %d has %g in its centre", i, middle)
		}
	}
	if limit := degrees * math.Pi / 180; least < -limit-1e-4 || most > limit+1e-4 || least > -0.95*limit || most < 0.95*limit {
		t.Errorf("angles from %g to %g, want all of ±%g", least, most, limit)
	}
}

func TestWhiteningEqualsThatOfTheData(t *testing.T) {
	x, _ := gaussian(7 * height * width * channels / dim)
	x = x[:7*height*width*channels]
	constant := make([]float32, height*width*channels)
	x = append(x, constant...)
	got := augmented(t, Augmentation{CropHeight: height, CropWidth: width, Whiten: true}, x, 8)
	for i, want := range data.Whiten(append([]float32{}, x...), height*width*channels) {
		if math.Abs(float64(got[i]-want)) > 1e-5 {
			t.Fatalf("value %d: %g, want %g", i, got[i], want)
		}
	}
}
