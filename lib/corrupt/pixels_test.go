package corrupt_test

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"testing/quick"

	"rethinking/lib/corrupt"
)

// numbered returns images in which every value differs from every other: their positions 0, 1, 2, ...
func numbered(images, pixels, channels int) []float32 {
	x := make([]float32, images*pixels*channels)
	for i := range x {
		x[i] = float32(i)
	}
	return x
}

// origins tells of every pixel of numbered images after a corruption where it came from. It fails the test where a pixel's channels parted, or
// where an image's pixels are not its own, each of them once.
func origins(t *testing.T, x []float32, pixels, channels int) [][]int {
	t.Helper()
	var images [][]int
	dim := pixels * channels
	for image := 0; image < len(x); image += dim {
		from := make([]int, pixels)
		for p := range pixels {
			first := int(x[image+p*channels])
			from[p] = (first - image) / channels
			for c := range channels {
				if int(x[image+p*channels+c]) != first+c || first%channels != 0 {
					t.Fatalf("the channels of pixel %d of image %d parted: %v", p, image/dim, x[image+p*channels:][:channels])
				}
			}
		}
		if !slices.Equal(slices.Sorted(slices.Values(from)), identity(pixels)) {
			t.Fatalf("image %d is not made of its own pixels, each once: %v", image/dim, from)
		}
		images = append(images, from)
	}
	return images
}

func identity(n int) []int {
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	return perm
}

func TestShuffleMovesAllImagesAlike(t *testing.T) {
	property := func(seed uint64, a, b, c uint8) bool {
		images, pixels, channels := int(a%5), 1+int(b%40), 1+int(c%3)
		x := numbered(images, pixels, channels)
		perm := rng(seed).Perm(pixels)
		out, err := corrupt.Shuffle(x, channels, perm)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x, numbered(images, pixels, channels)) {
			t.Fatal("the input was changed")
		}
		for _, from := range origins(t, out, pixels, channels) {
			if !slices.Equal(from, perm) {
				return false
			}
		}
		return len(out) == len(x)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 200, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
}

func TestRandomPixelsMovesEachImageApart(t *testing.T) {
	for _, channels := range []int{1, 3} {
		const images, pixels = 1000, 9
		x := numbered(images, pixels, channels)
		out, err := corrupt.RandomPixels(x, pixels, channels, rng(1))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x, numbered(images, pixels, channels)) {
			t.Fatal("the input was changed")
		}
		var orders []string
		var joint [pixels][pixels]float64
		for _, from := range origins(t, out, pixels, channels) {
			orders = append(orders, fmt.Sprint(from))
			for to := range from {
				joint[to][from[to]]++
			}
		}
		slices.Sort(orders)
		if distinct := len(slices.Compact(orders)); distinct < 990 { // of 9! orders; 1.4 pairs are expected to coincide
			t.Errorf("%d images have %d orders of their pixels", images, distinct)
		}
		for to := range pixels {
			for from := range pixels {
				within(t, fmt.Sprintf("pixel %d to %d", from, to), joint[to][from]/images, 1.0/pixels, images)
			}
		}
	}
}

func TestRandomPixelsBySeed(t *testing.T) {
	x := numbered(3, 100, 1)
	a, _ := corrupt.RandomPixels(x, 100, 1, rng(1))
	b, _ := corrupt.RandomPixels(x, 100, 1, rng(1))
	c, _ := corrupt.RandomPixels(x, 100, 1, rng(2))
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Error("random pixels must depend on the seed, and on it alone")
	}
}

func TestPixelsErrors(t *testing.T) {
	shuffle := func(values, channels int, perm ...int) error {
		_, err := corrupt.Shuffle(make([]float32, values), channels, perm)
		return err
	}
	random := func(values, pixels, channels int) error {
		_, err := corrupt.RandomPixels(make([]float32, values), pixels, channels, rng(1))
		return err
	}
	tests := []struct {
		err  error
		want string
	}{
		{shuffle(13, 3, 1, 0), "13 values are no whole number of images of 2 pixels with 3 channels"},
		{shuffle(12, 0, 1, 0), "2 pixels with 0 channels: an image has at least 1 of each"},
		{shuffle(12, 1), "0 pixels with 1 channels: an image has at least 1 of each"},
		{shuffle(6, 1, 1, 2, 1), "a permutation of 3 pixels has each of 0..2 once: 1 is out of range or appears twice"},
		{shuffle(6, 1, 0, 1, 3), "3 is out of range or appears twice"},
		{shuffle(6, 1, 0, 1, -1), "-1 is out of range or appears twice"},
		{random(785, 784, 1), "785 values are no whole number of images of 784 pixels with 1 channels"},
		{random(784, -784, -1), "-784 pixels with -1 channels: an image has at least 1 of each"},
	}
	for _, tt := range tests {
		says(t, tt.err, tt.want)
	}
}
