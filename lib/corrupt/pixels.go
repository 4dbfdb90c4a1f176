package corrupt

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Shuffle returns a copy of the images x, [n, pixels, channels] in row-major order, in which pixel i of every image is pixel perm[i] of
// the original (Zhang et al. 2017, section 2.1, "shuffled pixels"). A pixel's channels stay together. One permutation is for training and
// test set alike: it hides from a net which pixels are neighbours and leaves everything else as it was.
//
// It fails if perm is not a permutation of 0, 1, ..., len(perm)-1, or if x is no whole number of images of len(perm) pixels.
func Shuffle(x []float32, channels int, perm []int) ([]float32, error) {
	if err := checkImages(x, len(perm), channels); err != nil {
		return nil, err
	}
	if err := checkPermutation(perm); err != nil {
		return nil, err
	}
	out, dim := make([]float32, len(x)), len(perm)*channels
	for image := 0; image < len(x); image += dim {
		for to, from := range perm {
			copy(out[image+to*channels:][:channels], x[image+from*channels:])
		}
	}
	return out, nil
}

// RandomPixels returns a copy of the images x, [n, pixels, channels] in row-major order, in which the pixels of each image are in an order
// of their own, all orders being equally likely (Zhang et al. 2017, section 2.1, "random pixels"). A pixel's channels stay together.
// The pixels of every image are shuffled.
//
// It fails if x is no whole number of images.
func RandomPixels(x []float32, pixels, channels int, rng *rand.Rand) ([]float32, error) {
	if err := checkImages(x, pixels, channels); err != nil {
		return nil, err
	}
	out, dim := slices.Clone(x), pixels*channels
	for image := 0; image < len(x); image += dim {
		values := out[image:][:dim]
		rng.Shuffle(pixels, func(i, j int) {
			for c := range channels {
				values[i*channels+c], values[j*channels+c] = values[j*channels+c], values[i*channels+c]
			}
		})
	}
	return out, nil
}

func checkImages(x []float32, pixels, channels int) error {
	if pixels < 1 || channels < 1 {
		return fmt.Errorf("corrupt: images of %d pixels with %d channels: an image has at least 1 of each", pixels, channels)
	}
	if len(x)%(pixels*channels) != 0 {
		return fmt.Errorf("corrupt: %d values are no whole number of images of %d pixels with %d channels", len(x), pixels, channels)
	}
	return nil
}

func checkPermutation(perm []int) error {
	seen := make([]bool, len(perm))
	for _, from := range perm {
		if from < 0 || from >= len(perm) || seen[from] {
			return fmt.Errorf("corrupt: a permutation of %d pixels has each of 0..%d once: %d is out of range or appears twice", len(perm), len(perm)-1, from)
		}
		seen[from] = true
	}
	return nil
}
