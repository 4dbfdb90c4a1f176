package exact

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Layer is a dense layer: it makes Weights·h + Bias of h, and a ReLU follows it unless it is the last.
type Layer struct {
	Weights *mat.Dense // [out, in]
	Bias    []float64  // [out]
}

// Layers is an ordinary ReLU network.
type Layers []Layer

// Deep returns c as a network of the given depth, 3 or more, which counts the layers of weights as "two-layer" counts those of c: Zhang et al.
// 2017, theorem 1's corollary, by which O(n+d) weights suffice in any depth, at a width of O(n/depth).
//
// The first hidden layer is one unit, the projection u = max(<a,x> - b_1, 0). The others share out the n units of c in order of their biases,
// so that each layer owns an interval of projections. Beside its own units max(u - (b_j - b_1), 0), a layer passes on u, and for each output
// the sum so far as a positive and a negative part: the sum that came in, and the units of the layer before with their weights. The corollary's
// idea is the same, to split the sorted projections and to fit one interval a layer. Here no layer's function has to end with its
// interval: it goes on as a straight line, and the weights of theorem 1 already allow for that, so they are used as they are.
//
// It computes c, but for rounding that depends on the order of its sums. Each hidden layer but the first has (n/(depth-2)) + 1 + 2·outputs units,
// n/(depth-2) rounded up. It fails if depth is below 3, or if there are fewer units than layers to hold them.
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

// evaluated is how many inputs go through a network at once, which bounds its memory.
const evaluated = 256

// Evaluate returns the network's outputs for each input of x, [m, d]: [m, outputs]. It fails if x does not fit, or is not finite.
func (l Layers) Evaluate(x []float32) ([]float64, error) {
	_, dim := l[0].Weights.Dims()
	m, err := rows(x, dim)
	if err != nil {
		return nil, err
	}
	var out []float64
	for at := 0; at < m; at += evaluated {
		h := dense(x[at*dim:min(at+evaluated, m)*dim], dim)
		for i, layer := range l {
			h = layer.forward(h, i < len(l)-1)
		}
		out = append(out, h.RawMatrix().Data...)
	}
	return out, nil
}

// forward returns the layer's units, [m, out], of the inputs h, [m, in].
func (l Layer) forward(h *mat.Dense, relu bool) *mat.Dense {
	var out mat.Dense
	out.Mul(h, l.Weights.T())
	out.Apply(func(_, j int, v float64) float64 {
		if v += l.Bias[j]; relu {
			v = max(v, 0)
		}
		return v
	}, &out)
	return &out
}

// dense returns rows of x as a matrix, [n, dim].
func dense(x []float32, dim int) *mat.Dense {
	values := make([]float64, len(x))
	for i, v := range x {
		values[i] = float64(v)
	}
	return mat.NewDense(len(x)/dim, dim, values)
}
