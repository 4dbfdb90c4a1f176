package nets

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// alexnet is the small Alexnet of Zhang et al. 2017 (appendix A): twice a 5x5 convolution of 64 channels with ReLU, a 3x3 max-pool of
// stride 2 and local response normalization, then dense layers of 384 and 192. On 28x28x3 it has 1,387,786 weights.
func (b builder) alexnet(scope *model.Scope, x *Node) *Node {
	for i := range 2 {
		x = b.module(scope.In("conv_%d", i), x, 64, 5, 1, false)
		x = localResponseNorm(b.maxPool(x))
	}
	x = b.hidden(scope.In("hidden_0"), flatten(x), 384, false)
	return b.hidden(scope.In("hidden_1"), x, 192, false)
}

// Local response normalization as in TensorFlow's CIFAR-10 tutorial, from which the small Alexnet comes; the paper gives no constants.
const (
	responseRadius = 4
	responseAlpha  = 0.001 / 9
)

// localResponseNorm divides every value of x [batch, H, W, C] by (1 + alpha S)^(3/4), S being the sum of the squares in the channels at
// most a radius away (Krizhevsky et al. 2012, section 3.3).
func localResponseNorm(x *Node) *Node {
	channels := x.Shape().Dim(-1)
	band := make([][]float64, channels)
	for i := range band {
		band[i] = make([]float64, channels)
		for j := range band[i] {
			if math.Abs(float64(i-j)) <= responseRadius {
				band[i][j] = responseAlpha
			}
		}
	}
	flat := Reshape(x, -1, channels)
	sums := MatMul(Square(flat), ConstAsDType(x.Graph(), x.DType(), band))
	root := Reciprocal(Sqrt(AddScalar(sums, 1)))
	return Reshape(Mul(flat, Mul(root, Sqrt(root))), x.Shape().Dimensions...)
}
