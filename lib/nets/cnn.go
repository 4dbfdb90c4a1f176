package nets

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// arpitCNN is the net for CIFAR-10 of Arpit et al. 2017 (section 2): the central 28x28 of each image, then twice a 5x5 convolution of
// 200 channels with batch normalization, ReLU and a 3x3 max-pool, then dense layers of 384 and 192 with batch normalization and ReLU.
// The paper gives neither padding nor stride: as in the small Alexnet, convolutions keep the size and pools halve it.
func (b builder) arpitCNN(scope *model.Scope, x *Node) *Node {
	return b.twoConvolutions(scope, central(x, 28), 200)
}

// keskarC1 is C1 of Keskar et al. 2017 (appendix B and the authors' code): twice a 5x5 convolution of 64 channels with batch
// normalization, ReLU and a 3x3 max-pool of stride 2, then dense layers of 384 and 192 with batch normalization and ReLU. The
// authors' dropout of 0.5 after each dense layer is a choice of the experiment.
func (b builder) keskarC1(scope *model.Scope, x *Node) *Node {
	return b.twoConvolutions(scope, x, 64)
}

// cnn is a small convolutional net that no paper has, with or without batch normalization: twice a 5x5 convolution, of 8 and of 16 channels, with ReLU and
// a 3x3 max-pool of stride 2, then a dense layer of 64 with ReLU. On MNIST it has 54,314 weights without batch normalization.
func (b builder) cnn(scope *model.Scope, x *Node) *Node {
	for i, channels := range []int{8, 16} {
		x = b.maxPool(b.module(scope.In("conv_%d", i), x, channels, 5, 1, b.BatchNorm))
	}
	return b.hidden(scope.In("hidden_0"), flatten(x), 64, b.BatchNorm)
}

func (b builder) twoConvolutions(scope *model.Scope, x *Node, channels int) *Node {
	for i := range 2 {
		x = b.maxPool(b.module(scope.In("conv_%d", i), x, channels, 5, 1, true))
	}
	x = b.hidden(scope.In("hidden_0"), flatten(x), 384, true)
	return b.hidden(scope.In("hidden_1"), x, 192, true)
}

// central returns the central size x size positions of x [batch, H, W, C], or all of an axis that has no more.
func central(x *Node, size int) *Node {
	ranges := []SliceAxisSpec{AxisRange(), AxisRange(), AxisRange(), AxisRange()}
	for axis := 1; axis <= 2; axis++ {
		if margin := x.Shape().Dim(axis) - size; margin > 0 {
			ranges[axis] = AxisRange(margin/2, margin/2+size)
		}
	}
	return Slice(x, ranges...)
}
