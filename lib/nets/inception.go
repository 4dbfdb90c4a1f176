package nets

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// inceptionModules are those of figure 3 of Zhang et al. 2017 (appendix A), between the first convolution and the mean over positions:
// channels of the 1x1 and the 3x3 convolution, or of the strided convolution of a downsampling module, where one is 0.
var inceptionModules = []struct{ one, three int }{
	{32, 32}, {32, 48}, {0, 80}, {112, 48}, {96, 64}, {80, 80}, {48, 96}, {0, 96}, {176, 160}, {176, 160},
}

// inception is the small Inception of Zhang et al. 2017 (appendix A). On 28x28x3 it has 1,649,402 weights without batch normalization,
// and 3,424 more with its gains and offsets.
func (b builder) inception(scope *model.Scope, x *Node) *Node {
	x = b.module(scope.In("conv"), x, 96, 3, 1, b.BatchNorm)
	for i, m := range inceptionModules {
		s := scope.In("module_%d", i)
		if m.one == 0 {
			x = Concatenate([]*Node{b.module(s.In("down"), x, m.three, 3, 2, b.BatchNorm), b.maxPool(x)}, -1)
			continue
		}
		x = Concatenate([]*Node{b.module(s.In("one"), x, m.one, 1, 1, b.BatchNorm), b.module(s.In("three"), x, m.three, 3, 1, b.BatchNorm)}, -1)
	}
	return ReduceMean(x, 1, 2)
}
