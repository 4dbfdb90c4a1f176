package exact

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Layer is a dense layer: it makes Weights·h + Bias of h, and a ReLU follows it unless it is the last.
type Layer struct {
	Weights *mat.Dense // [out, in]
	Bias    []float64  // [out]
}

// Layers is an ordinary ReLU network.
type Layers []Layer

// Deep returns c as a network of the given depth, 3 or more, which counts the layers of weights, as "two-layer" does of c: the corollary of Zhang et
// al. 2017, theorem 1, by which in any depth O(n+d) weights suffice, at a width of O(n/depth).
//
// The first hidden layer is one unit, the projection u = max(<a,x> - b_1, 0). The others share out the n units of c in order of their biases,
// so that each layer owns an interval of projections. Beside its own units max(u - (b_j - b_1), 0), a layer passes on u, and for each output
// the sum so far as a positive and a negative part: the sum that came in, and the units of the layer before with their weights. To split the
// sorted projections and fit one interval a layer is the corollary's idea too. Here no layer's function has to end with its interval: it
// goes on as a straight line, and the weights of theorem 1 already allow for that, so they are used as they are.
//
// The hidden layers but the first have n/(depth-2), rounded up or down, + 1 + 2·outputs units. The network computes c, but for rounding, which its
// sums do not make up for as those of c do: on 4000 digits with random labels the residual is 1e-6 or less. It fails if depth is below 3, or if there
// are fewer units than layers to hold them.
func (c *Network) Deep(depth int) (Layers, error) {
	n := len(c.B)
	if depth < 3 || depth-2 > n {
		return nil, fmt.Errorf("exact: depth %d of a network of %d hidden units: use 3 to %d", depth, n, n+2)
	}
	layers := Layers{{mat.NewDense(1, len(c.A), slices.Clone(c.A)), []float64{-c.B[0]}}}
	sums := mat.NewDense(c.Outputs, 1, nil) // the outputs so far, as linear functions of the last layer, which ends with u
	blocks := depth - 2
	for i := range blocks {
		var layer Layer
		layer, sums = c.block(i*n/blocks, (i+1)*n/blocks, sums)
		layers = append(layers, layer)
	}
	return append(layers, Layer{sums, make([]float64, c.Outputs)}), nil
}

// block is the hidden layer that owns the units from..to-1: in this order the positive and negative parts of each sum so far, its own units,
// and u. It returns the sums that include them.
func (c *Network) block(from, to int, sums *mat.Dense) (layer Layer, next *mat.Dense) {
	_, in := sums.Dims()
	first := 2 * c.Outputs
	out := first + to - from + 1
	layer = Layer{mat.NewDense(out, in, nil), make([]float64, out)}
	next = mat.NewDense(c.Outputs, out, nil)
	for k := range c.Outputs {
		for i := range in {
			layer.Weights.Set(2*k, i, sums.At(k, i))
			layer.Weights.Set(2*k+1, i, -sums.At(k, i))
		}
		next.Set(k, 2*k, 1)
		next.Set(k, 2*k+1, -1)
		for j := from; j < to; j++ {
			next.Set(k, first+j-from, c.W[k*len(c.B)+j])
		}
	}
	for j := from; j < to; j++ {
		layer.Weights.Set(first+j-from, in-1, 1)
		layer.Bias[first+j-from] = c.B[0] - c.B[j]
	}
	layer.Weights.Set(out-1, in-1, 1)
	return layer, next
}

// Widths are the numbers of units of the hidden layers.
func (l Layers) Widths() []int {
	var widths []int
	for _, layer := range l[:len(l)-1] {
		widths = append(widths, len(layer.Bias))
	}
	return widths
}

// Weights counts weights and biases: all that are stored, and those that are not zero.
func (l Layers) Weights() (stored, nonzero int) {
	for _, layer := range l {
		for _, values := range [][]float64{layer.Weights.RawMatrix().Data, layer.Bias} {
			for _, v := range values {
				if stored++; v != 0 {
					nonzero++
				}
			}
		}
	}
	return stored, nonzero
}

// Evaluate returns the network's outputs for each input of x, [m, d]: [m, outputs]. It fails if x does not fit, or is not finite, or if ctx ends.
func (l Layers) Evaluate(ctx context.Context, x []float32) ([]float64, error) {
	_, dim := l[0].Weights.Dims()
	m, err := rows(x, dim)
	if err != nil {
		return nil, err
	}
	outputs := len(l[len(l)-1].Bias)
	out := make([]float64, m*outputs)
	err = strips(ctx, 0, m, func(i, rows int) {
		h := dense(x[i*dim:(i+rows)*dim], dim).RawMatrix()
		for at, layer := range l {
			h = layer.forward(h, at < len(l)-1)
		}
		copy(out[i*outputs:], h.Data)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// forward returns the layer's units, [m, out], of the inputs h, [m, in].
func (l Layer) forward(h blas64.General, relu bool) blas64.General {
	weights := l.Weights.RawMatrix()
	n := weights.Rows
	out := blas64.General{Rows: h.Rows, Cols: n, Stride: n, Data: make([]float64, h.Rows*n)}
	tiles(0, n, func(j, columns int) {
		tile := blas64.General{Rows: h.Rows, Cols: columns, Stride: n, Data: out.Data[j : (h.Rows-1)*n+j+columns]}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, h, part(weights, j, columns), 0, tile)
	})
	for i, v := range out.Data {
		if v += l.Bias[i%n]; relu {
			v = max(v, 0)
		}
		out.Data[i] = v
	}
	return out
}

// dense returns rows of x as a matrix, [n, dim].
func dense(x []float32, dim int) *mat.Dense {
	values := make([]float64, len(x))
	for i, v := range x {
		values[i] = float64(v)
	}
	return mat.NewDense(len(x)/dim, dim, values)
}
