package nets

import (
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// maxPool is the maximum over windows of 3 x 3 positions, two apart, padded so that H x W positions become ⌈H/2⌉ x ⌈W/2⌉.
func (b builder) maxPool(x *Node) *Node {
	const k, stride = 3, 2
	switch b.Convolution.method(x.Graph()) {
	case Direct:
		return MaxPool(x).Window(k).Strides(stride).PaddingPerDim(samePadding(x, k, stride)).Done()
	case Gathered:
		windows := b.windows(x, k, stride, math.Inf(-1))
		d := windows.Shape().Dimensions
		return ReduceMax(Reshape(windows, d[0], d[1], d[2], k*k, x.Shape().Dim(-1)), 3)
	}
	return poolPlanes(x)
}

// poolPlanes is the same by planes: the positions of even and odd row and column apart, so that each of the nine positions of all windows
// is a slice, and the gradient a sum of slices. The backend's own gradient of a pool visits windows one by one.
func poolPlanes(x *Node) *Node {
	d := x.Shape().Dimensions
	rows, columns, padding := (d[1]+1)/2, (d[2]+1)/2, samePadding(x, 3, 2)
	padding[0][1], padding[1][1] = 2*rows+2-d[1]-padding[0][0], 2*columns+2-d[2]-padding[1][0]
	x = pad(pad(x, 1, padding[0], -math.MaxFloat32), 2, padding[1], -math.MaxFloat32)
	planes := TransposeAllAxes(Reshape(x, d[0], rows+1, 2, columns+1, 2, d[3]), 2, 4, 0, 1, 3, 5)
	position := func(planes *Node, i, j int) *Node {
		s := Slice(planes, AxisElem(i%2), AxisElem(j%2), AxisRange(), AxisRange(i/2, i/2+rows), AxisRange(j/2, j/2+columns), AxisRange())
		return Reshape(s, d[0], rows, columns, d[3])
	}
	fixed := StopGradient(planes)
	greatest := position(fixed, 0, 0)
	which := ZerosLike(greatest) // of the nine positions is the greatest, the first of equals
	for p := 1; p < 9; p++ {
		value := position(fixed, p/3, p%3)
		which = Where(GreaterThan(value, greatest), Scalar(x.Graph(), x.DType(), p), which)
		greatest = Max(greatest, value)
	}
	// The value is the greatest; the gradient passes through the first position alone, which hands it to the one that it belongs to.
	through := position(IdentityWithCustomGradient(planes, func(_, v *Node) *Node {
		return poolGradient(which, position(v, 0, 0))
	}), 0, 0)
	return Add(greatest, Sub(through, StopGradient(through)))
}

// poolGradient gives the gradient v of each window to one of its positions, by planes.
func poolGradient(which, v *Node) *Node {
	g, planes := v.Graph(), make([]*Node, 4)
	for p := range 9 {
		i, j := p/3, p%3
		part := Where(Equal(which, Scalar(g, v.DType(), p)), v, ZerosLike(v))
		part = Pad(part, ScalarZero(g, v.DType()), compute.PadAxis{},
			compute.PadAxis{Start: i / 2, End: 1 - i/2}, compute.PadAxis{Start: j / 2, End: 1 - j/2}, compute.PadAxis{})
		if plane := i%2*2 + j%2; planes[plane] == nil {
			planes[plane] = part
		} else {
			planes[plane] = Add(planes[plane], part)
		}
	}
	stacked := Stack(planes, 0)
	return Reshape(stacked, append([]int{2, 2}, stacked.Shape().Dimensions[1:]...)...)
}
