package nets

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// Convolution is a way to compute convolutions and max-pools; all give the same function up to rounding.
type Convolution int

// The ways to convolve.
const (
	Automatic Convolution = iota // Direct on CUDA, and on XLA's CPU outside of loops; Sliced elsewhere
	Direct                       // the backend's own: cuDNN's on CUDA; on the CPU it is the fastest, but 20 times slower than Sliced inside a loop
	Sliced                       // shifted slices of the input, joined, times the kernel as a matrix (im2col); differentiable once
	Gathered                     // the same with the slices gathered: slower, but differentiable any number of times
)

// method resolves Automatic: the one place that decides how to convolve in the part of a graph that is being built.
func (c Convolution) method(g *Graph) Convolution {
	backend, isXLA := g.Backend().(interface{ IsCUDA() bool })
	switch {
	case c == Sliced || c == Gathered:
		return c
	case !isXLA: // the Go backend's own convolutions are slow, and its pools have no gradient
		return Sliced
	case c == Direct || backend.IsCUDA() || g.CurrentFunc().IsMain():
		return Direct
	}
	return Sliced
}

// convolve is a convolution of x [batch, H, W, C] with a kernel of k x k positions and a bias, zero-padded so that the result is
// [batch, ⌈H/stride⌉, ⌈W/stride⌉, channels].
func (b builder) convolve(scope *model.Scope, x *Node, channels, k, stride int) *Node {
	g, in := x.Graph(), x.Shape().Dim(-1)
	kernel := scope.VariableWithShape("kernel", shapes.Make(x.DType(), k, k, in, channels)).NodeValue(g)
	bias := scope.WithInitializer(initializer.Zero).VariableWithShape("bias", shapes.Make(x.DType(), channels)).NodeValue(g)
	switch method := b.Convolution.method(g); {
	case method == Direct:
		x = Convolve(x, kernel).Strides(stride).PaddingPerDim(samePadding(x, k, stride)).Done()
	case method == Sliced && stride == 1 && k > 1 && in != b.Channels:
		x = b.joinedBothWays(x, kernel)
	default:
		x = b.joined(x, kernel, stride)
	}
	return Add(x, ExpandLeftToRank(bias, 4))
}

// joined is a convolution without bias as one matrix product: the windows of x, joined, times the kernel [k, k, C, channels].
func (b builder) joined(x, kernel *Node, stride int) *Node {
	k, in, channels := kernel.Shape().Dim(0), x.Shape().Dim(-1), kernel.Shape().Dim(-1)
	windows := b.windows(x, k, stride, 0)
	d := windows.Shape().Dimensions
	return Reshape(MatMul(Reshape(windows, -1, k*k*in), Reshape(kernel, k*k*in, channels)), d[0], d[1], d[2], channels)
}

// joinedBothWays is joined with stride 1, whose gradient with respect to x is joined too: it is the convolution of the gradient with the
// kernel turned around. The gradient of the windows themselves would be a sum of k·k padded arrays, which takes longer.
//
// The kernel gets its gradient through the value, x through a difference that is zero.
func (b builder) joinedBothWays(x, kernel *Node) *Node {
	in, out := x.Shape().Dim(-1), kernel.Shape().Dim(-1)
	width := max(in, out)
	value := b.joined(StopGradient(x), kernel, 1)
	through := IdentityWithCustomGradient(pad(x, 3, [2]int{0, width - in}, 0), func(_, v *Node) *Node {
		turned := TransposeAllAxes(Reverse(kernel, 0, 1), 0, 1, 3, 2)
		return pad(b.joined(SliceAxis(v, 3, AxisRange(0, out)), turned, 1), 3, [2]int{0, width - in}, 0)
	})
	return Add(value, SliceAxis(Sub(through, StopGradient(through)), 3, AxisRange(0, out)))
}

// module is a convolution, batch normalization where it is asked for, and ReLU.
func (b builder) module(scope *model.Scope, x *Node, channels, k, stride int, batchNorm bool) *Node {
	x = b.convolve(scope, x, channels, k, stride)
	if batchNorm {
		x = normalize(scope, x, b.GhostBatch)
	}
	return activation.Relu(x)
}

// windows returns the k x k positions around every output position of x [batch, H, W, C], stride apart: [batch, ⌈H/stride⌉,
// ⌈W/stride⌉, k·k·C]. Positions outside x hold fill.
func (b builder) windows(x *Node, k, stride int, fill float64) *Node {
	if k == 1 && stride == 1 {
		return x
	}
	d, padding := x.Shape().Dimensions, samePadding(x, k, stride)
	height, width := (d[1]+stride-1)/stride, (d[2]+stride-1)/stride
	x = pad(pad(x, 1, padding[0], fill), 2, padding[1], fill)
	if b.Convolution.method(x.Graph()) == Gathered {
		return gathered(x, height, width, k, stride)
	}
	if d[3] < fewChannels {
		return slide(slide(x, 2, k, stride, width), 1, k, stride, height)
	}
	var parts []*Node
	for row := range k {
		for column := range k {
			parts = append(parts, Slice(x, AxisRange(),
				AxisRange(row, row+(height-1)*stride+1).Stride(stride), AxisRange(column, column+(width-1)*stride+1).Stride(stride), AxisRange()))
		}
	}
	return Concatenate(parts, -1)
}

// fewChannels is below which windows are joined along the width first, and then along the height: their pieces would be so short that
// copying them takes longer than the additional pass.
const fewChannels = 16

// slide joins, behind each other on the last axis, the k positions of an axis from each stride on.
func slide(x *Node, axis, k, stride, out int) *Node {
	var parts []*Node
	for first := range k {
		parts = append(parts, SliceAxis(x, axis, AxisRange(first, first+(out-1)*stride+1).Stride(stride)))
	}
	return Concatenate(parts, -1)
}

// samePadding is how many positions to add before and behind each of the two axes of positions so that windows of k x k positions,
// stride apart, give ⌈size/stride⌉ of them: half before, and one more behind where the number is odd, as TensorFlow's SAME does.
func samePadding(x *Node, k, stride int) [][2]int {
	var padding [][2]int
	for _, size := range x.Shape().Dimensions[1:3] {
		missing := max(0, (size+stride-1)/stride*stride-stride+k-size)
		padding = append(padding, [2]int{missing / 2, missing - missing/2})
	}
	return padding
}

// pad lengthens an axis before and behind. GoMLX's own Pad has no gradient.
func pad(x *Node, axis int, by [2]int, fill float64) *Node {
	parts := []*Node{x}
	if by[0] > 0 {
		parts = append([]*Node{filled(x, axis, by[0], fill)}, parts...)
	}
	if by[1] > 0 {
		parts = append(parts, filled(x, axis, by[1], fill))
	}
	return Concatenate(parts, axis)
}

// filled is constant, of x's shape but for one axis.
func filled(x *Node, axis, size int, fill float64) *Node {
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = size
	return BroadcastToShape(Scalar(x.Graph(), x.DType(), fill), shape)
}

// gathered takes windows of a padded x by index, with the positions as the first axis: the gradient of Gather is a scatter, and the
// gradient of that is Gather again.
func gathered(x *Node, height, width, k, stride int) *Node {
	d := x.Shape().Dimensions
	positions := Reshape(TransposeAllAxes(x, 1, 2, 0, 3), d[1]*d[2], d[0], d[3])
	var indices [][]int32
	for i := range height * width * k * k {
		window, within := i/(k*k), i%(k*k)
		row, column := window/width*stride+within/k, window%width*stride+within%k
		indices = append(indices, []int32{int32(row*d[2] + column)})
	}
	windows := Gather(positions, Const(x.Graph(), indices))
	windows = Reshape(windows, height, width, k*k, d[0], d[3])
	return Reshape(TransposeAllAxes(windows, 3, 0, 1, 2, 4), d[0], height, width, k*k*d[3])
}
