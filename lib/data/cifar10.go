package data

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// cifar10Archive is CIFAR-10 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images") in its binary version. Its last
// file is the test batch.
var cifar10Archive = archive{
	title:  "CIFAR-10",
	url:    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
	size:   170052171,
	sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
	folder: "cifar-10-batches-bin",
	files: []pinned{
		{"data_batch_1.bin", 30730000, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
		{"data_batch_2.bin", 30730000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
		{"data_batch_3.bin", 30730000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
		{"data_batch_4.bin", 30730000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
		{"data_batch_5.bin", 30730000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
		{"test_batch.bin", 30730000, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
	},
	patience: patience{attempt: 5 * time.Minute, pause: time.Second, attempts: 3},
}

// cifar10Classes are the classes in the order of their labels, as batches.meta.txt lists them.
var cifar10Classes = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

const (
	cifarSide   = 32                    // height and width
	cifarPlane  = cifarSide * cifarSide // values of a colour
	cifarRecord = 1 + cifarPlane*rgb    // bytes: the label, then the red, the green and the blue plane
	rgb         = 3                     // colours
)

// cifar10 reads CIFAR-10: 50,000 train and 10,000 test images of 32 x 32 pixels in three colours, ten classes.
func cifar10(ctx context.Context, o Options) (train, test Set, err error) {
	return readCIFAR10(ctx, cifar10Archive, o)
}

func readCIFAR10(ctx context.Context, a archive, o Options) (train, test Set, err error) {
	dir, err := a.obtain(ctx, o)
	if err != nil {
		return Set{}, Set{}, err
	}
	batches, errs := make([][]byte, len(a.files)), make([]error, len(a.files))
	var group sync.WaitGroup
	for i, f := range a.files {
		group.Go(func() {
			if errs[i] = ctx.Err(); errs[i] == nil {
				batches[i], errs[i] = f.read(dir)
			}
		})
	}
	group.Wait()
	if err := cmp.Or(errs...); err != nil {
		return Set{}, Set{}, fmt.Errorf("data: cifar10: %w", err)
	}
	last := len(batches) - 1
	return decode(batches[:last]), decode(batches[last:]), nil
}

// decode turns records into examples, and planes into pixels: [3, 32, 32] of a record becomes [32, 32, 3].
func decode(batches [][]byte) Set {
	n := 0
	for _, b := range batches {
		n += len(b) / cifarRecord
	}
	s := Set{Name: "cifar10", Height: cifarSide, Width: cifarSide, Channels: rgb, Classes: len(cifar10Classes), ClassNames: cifar10Classes}
	s.Images, s.Labels = make([]uint8, n*s.Dim()), make([]uint8, 0, n)
	for _, b := range batches {
		for ; len(b) > 0; b = b[cifarRecord:] {
			interleave(s.Images[len(s.Labels)*s.Dim():], b[1:cifarRecord])
			s.Labels = append(s.Labels, b[0])
		}
	}
	return s
}

func interleave(pixels, planes []byte) {
	red, green, blue := planes[:cifarPlane], planes[cifarPlane:2*cifarPlane], planes[2*cifarPlane:]
	for i := range cifarPlane {
		p := pixels[rgb*i : rgb*i+rgb]
		p[0], p[1], p[2] = red[i], green[i], blue[i]
	}
}
