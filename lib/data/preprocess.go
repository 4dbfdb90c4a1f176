package data

import (
	"fmt"
	"math"
)

// Preprocessing names what is done to images before a net sees them.
type Preprocessing string

const (
	// UnitPixels divides every value by 255.
	UnitPixels Preprocessing = ""

	// CropWhiten crops the central 28 x 28 pixels, divides by 255, and scales every image to mean 0 and standard deviation 1: what Zhang et
	// al. 2017, appendix A, did to CIFAR-10.
	CropWhiten Preprocessing = "crop-whiten"
)

// cropSide is the height and width that CropWhiten crops to.
const cropSide = 28

// Validate fails if p is no known preprocessing.
func (p Preprocessing) Validate() error {
	if p != UnitPixels && p != CropWhiten {
		return fmt.Errorf("data: unknown preprocessing %q: use one of %q", p, []Preprocessing{UnitPixels, CropWhiten})
	}
	return nil
}

// Preprocess returns the images as p crops them, and the values that a net sees: [n, Dim] of the returned set, in row-major order. It
// fails if p is unknown, or if the images are too small for it.
func (s Set) Preprocess(p Preprocessing) (cropped Set, values []float32, err error) {
	if err := p.Validate(); err != nil {
		return Set{}, nil, err
	}
	if p == UnitPixels {
		return s, s.Unit(), nil
	}
	if s, err = s.Crop(cropSide, cropSide); err != nil {
		return Set{}, nil, err
	}
	return s, Whiten(s.Unit(), s.Dim()), nil
}

// Crop returns the central height x width part of every image; where the part cannot lie in the middle, it lies half a pixel above or
// left of it. It fails if the images are smaller than that.
func (s Set) Crop(height, width int) (Set, error) {
	if height < 1 || height > s.Height || width < 1 || width > s.Width {
		return Set{}, fmt.Errorf("data: a crop of %d x %d from images of %s: ask for 1 x 1 to %d x %d", height, width, s.Name, s.Height, s.Width)
	}
	if height == s.Height && width == s.Width {
		return s, nil
	}
	out := s
	out.Height, out.Width = height, width
	out.Images = make([]uint8, 0, s.Len()*out.Dim())
	top, left := (s.Height-height)/2, (s.Width-width)/2
	for i := range s.Len() {
		image := s.Image(i)
		for y := top; y < top+height; y++ {
			at := (y*s.Width + left) * s.Channels
			out.Images = append(out.Images, image[at:at+width*s.Channels]...)
		}
	}
	return out, nil
}

// Whiten scales every image of x, [n, dim] in row-major order, in place to mean 0 and standard deviation 1 over all its values, and returns
// x. As in TensorFlow's tf.image.per_image_standardization, which Zhang et al. 2017 (appendix A) used, the divisor is at least
// 1/sqrt(dim), so that an image of one value becomes zeros. It panics if dim does not divide len(x).
func Whiten(x []float32, dim int) []float32 {
	if dim < 1 || len(x)%dim != 0 {
		panic(fmt.Sprintf("data: Whiten: %d values are no images of %d", len(x), dim))
	}
	for at := 0; at < len(x); at += dim {
		whiten(x[at : at+dim])
	}
	return x
}

func whiten(image []float32) {
	n := float64(len(image))
	var sum, squares float64
	for _, v := range image {
		sum += float64(v)
	}
	mean := sum / n
	for _, v := range image {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	scale := 1 / max(math.Sqrt(squares/n), 1/math.Sqrt(n))
	for i, v := range image {
		image[i] = float32((float64(v) - mean) * scale)
	}
}
