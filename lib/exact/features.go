package exact

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Shape is that of an image, [Height, Width, Channels] in row-major order.
type Shape struct{ Height, Width, Channels int }

// Len is the number of values of an image.
func (s Shape) Len() int { return s.Height * s.Width * s.Channels }

// Filters are a convolutional layer whose filters are fixed. Each filter sees every patch p of Size x Size pixels of an image; positive and negative
// responses beyond a threshold are kept apart, and averaged over the cells of a grid. The features are the roots of
//
//	mean over a cell's patches of max(±(<filter, p> + bias) - Threshold, 0)
//
// The root keeps a few strong features from deciding all distances. It lowers a kernel's error as much as scaling each feature to variance 1 does,
// which would need a training set. All is computed in float32.
type Filters struct {
	Shape     Shape
	Size      int
	Grid      int       // patches are averaged over Grid x Grid cells, of sizes as equal as can be
	Weights   []float32 // [count, Size, Size, Channels]
	Biases    []float32 // [count]
	Threshold float32
	Contrast  float32 // if positive, each patch is first scaled to mean 0 and variance 1, with Contrast added to the variance
}

// Dim is the number of features of an image.
func (f Filters) Dim() int { return f.Grid * f.Grid * len(f.Biases) * 2 }

// imagesAtOnce is how many images a core works on with the same buffers.
const imagesAtOnce = 16

// Apply returns the features of images, [n, Height, Width, Channels]: [n, Grid, Grid, count, 2] in row-major order. It fails if the filters are
// inconsistent, if the images do not fit or are not finite, or if ctx ends.
func (f Filters) Apply(ctx context.Context, images []float32) ([]float32, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	n, err := rows(images, f.Shape.Len())
	if err != nil {
		return nil, err
	}
	out := make([]float32, n*f.Dim())
	err = parallel(ctx, (n+imagesAtOnce-1)/imagesAtOnce, func(group int) {
		first := group * imagesAtOnce
		patches, responses := make([]float32, f.down()*f.across()*f.patch()), make([]float32, tileRows*tileColumns)
		for i := first; i < min(first+imagesAtOnce, n); i++ {
			f.cutAll(patches, images[i*f.Shape.Len():(i+1)*f.Shape.Len()])
			f.image(out[i*f.Dim():(i+1)*f.Dim()], patches, responses)
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (f Filters) check() error {
	if err := f.checkSizes(); err != nil {
		return err
	}
	if len(f.Biases) == 0 || len(f.Weights) != len(f.Biases)*f.patch() {
		return fmt.Errorf("exact: %d filters with %d weights: there must be one or more, with %d weights each", len(f.Biases), len(f.Weights), f.patch())
	}
	return nil
}

func (f Filters) checkSizes() error {
	s := f.Shape
	switch {
	case s.Height < 1 || s.Width < 1 || s.Channels < 1:
		return fmt.Errorf("exact: filters for images of shape %+v: all three must be positive", s)
	case f.Size < 1 || f.Size > min(s.Height, s.Width):
		return fmt.Errorf("exact: filters of %d x %d pixels for images of %d x %d: they must fit", f.Size, f.Size, s.Height, s.Width)
	case f.Grid < 1 || f.Grid > min(f.down(), f.across()):
		return fmt.Errorf("exact: a grid of %d x %d cells: there are %d x %d patches", f.Grid, f.Grid, f.down(), f.across())
	}
	return nil
}

// down and across are the numbers of patches in an image's column and row.
func (f Filters) down() int   { return f.Shape.Height - f.Size + 1 }
func (f Filters) across() int { return f.Shape.Width - f.Size + 1 }

// patch is the number of values of a patch.
func (f Filters) patch() int { return f.Size * f.Size * f.Shape.Channels }

// image sets out to the features of an image, from its patches, [down, across, patch]; responses hold a tile.
func (f Filters) image(out, patches, responses []float32) {
	count, n := len(f.Biases), f.down()*f.across()
	for i := 0; i < n; i += tileRows {
		rows := min(tileRows, n-i)
		tiles(0, count, func(j, columns int) {
			tile := blas32.General{Rows: rows, Cols: columns, Stride: columns, Data: responses[:rows*columns]}
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, f.matrix(patches, i, rows), f.matrix(f.Weights, j, columns), 0, tile)
			for r := range rows {
				cell := (i+r)/f.across()*f.Grid/f.down()*f.Grid + (i+r)%f.across()*f.Grid/f.across()
				f.pool(out[(cell*count+j)*2:(cell*count+j+columns)*2], tile.Data[r*columns:(r+1)*columns], f.Biases[j:])
			}
		})
	}
	for cell := range f.Grid * f.Grid {
		patches := float64(f.span(cell/f.Grid, f.down()) * f.span(cell%f.Grid, f.across()))
		features := out[cell*count*2 : (cell+1)*count*2]
		for i, sum := range features {
			features[i] = float32(math.Sqrt(float64(sum) / patches))
		}
	}
}

// matrix is the patches, or filters, i..i+rows-1 of data.
func (f Filters) matrix(data []float32, i, rows int) blas32.General {
	d := f.patch()
	return blas32.General{Rows: rows, Cols: d, Stride: d, Data: data[i*d : (i+rows)*d]}
}

// span counts the positions, of length in all, that are in a row or column of cells.
func (f Filters) span(cell, length int) int {
	first := func(cell int) int { return (cell*length + f.Grid - 1) / f.Grid } // position i is in cell i*Grid/length
	return first(cell+1) - first(cell)
}

// pool adds one patch's rectified responses to the sums of its cell.
func (f Filters) pool(sums, responses, biases []float32) {
	for i, v := range responses {
		v += biases[i]
		sums[2*i] += max(v-f.Threshold, 0)
		sums[2*i+1] += max(-v-f.Threshold, 0)
	}
}

// cutAll sets patches to those of an image.
func (f Filters) cutAll(patches, image []float32) {
	for y := range f.down() {
		for x := range f.across() {
			at := (y*f.across() + x) * f.patch()
			f.cut(patches[at:at+f.patch()], image, y, x)
		}
	}
}

// cut sets patch to that of an image at row y and column x, and scales it if that is asked for.
func (f Filters) cut(patch, image []float32, y, x int) {
	row := f.Size * f.Shape.Channels
	for r := range f.Size {
		at := ((y+r)*f.Shape.Width + x) * f.Shape.Channels
		copy(patch[r*row:(r+1)*row], image[at:at+row])
	}
	if f.Contrast <= 0 {
		return
	}
	var sum, squares float32
	for _, v := range patch {
		sum += v
	}
	mean := sum / float32(len(patch))
	for i := range patch {
		patch[i] -= mean
		squares += float32(patch[i] * patch[i]) // the conversion keeps machines from fusing the two operations, which would round otherwise
	}
	scale := 1 / float32(math.Sqrt(float64(squares/float32(len(patch))+f.Contrast)))
	for i := range patch {
		patch[i] *= scale
	}
}
