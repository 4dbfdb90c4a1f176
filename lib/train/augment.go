package train

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Augmentation transforms the inputs of a training step at random, anew each time an example is seen. Training inputs are then images
// [Height, Width, Channels], of which the net gets CropHeight x CropWidth positions.
type Augmentation struct {
	Height, Width, Channels int
	CropHeight, CropWidth   int
	// Crop takes a window at a random place. Where the window is as large as the image, the image is first padded with zeros, four
	// positions to each side (He et al. 2016, section 4.2). Otherwise the window is the central one.
	Crop     bool
	Flip     bool    // left to right, with probability 1/2
	Rotation float64 // by an angle drawn uniformly from ±Rotation degrees around the window's centre, with bilinear interpolation
	Whiten   bool    // scale each image to mean 0 and standard deviation 1 afterwards, as data.Whiten does
}

// padding is how far a window of the image's own size may be moved.
const padding = 4

// dim is the number of values of a training input, for a net that takes dim.
func (a *Augmentation) dim(dim int) int {
	if a == nil {
		return dim
	}
	return a.Height * a.Width * a.Channels
}

// graph returns the net's inputs [batch, dim] for the training inputs x [batch, Height·Width·Channels].
func (a *Augmentation) graph(scope *model.Scope, x *Node) *Node {
	if a == nil {
		return x
	}
	row, column := a.positions(scope, x)
	var images *Node
	if a.Rotation == 0 {
		images = a.at(x, Round(row), Round(column))
	} else {
		images = a.interpolated(x, row, column)
	}
	images = Reshape(images, x.Shape().Dim(0), -1)
	if a.Whiten {
		images = whiten(images)
	}
	return StopGradient(images) // Floor and Round have no gradient
}

// positions returns where in the image each position of the window lies, in rows and columns, [batch, CropHeight, CropWidth].
func (a *Augmentation) positions(scope *model.Scope, x *Node) (row, column *Node) {
	g, batch := x.Graph(), x.Shape().Dim(0)
	window := shapes.Make(x.DType(), batch, a.CropHeight, a.CropWidth)
	uniform := func() *Node { return scope.RandomUniform(g, shapes.Make(x.DType(), batch, 1, 1)) }
	u := AddScalar(Iota(g, window, 1), -float64(a.CropHeight-1)/2)
	v := AddScalar(Iota(g, window, 2), -float64(a.CropWidth-1)/2)
	if a.Flip {
		v = Mul(v, BroadcastToShape(Sign(AddScalar(uniform(), -0.5)), window))
	}
	if a.Rotation > 0 {
		angle := MulScalar(AddScalar(MulScalar(uniform(), 2), -1), a.Rotation*math.Pi/180)
		cos, sin := BroadcastToShape(Cos(angle), window), BroadcastToShape(Sin(angle), window)
		u, v = Sub(Mul(cos, u), Mul(sin, v)), Add(Mul(sin, u), Mul(cos, v))
	}
	centre := func(size, crop int) *Node { return BroadcastToShape(a.centre(uniform, size, crop), window) }
	return Add(u, centre(a.Height, a.CropHeight)), Add(v, centre(a.Width, a.CropWidth))
}

// centre returns the position of the window's centre along an axis.
func (a *Augmentation) centre(uniform func() *Node, size, crop int) *Node {
	first, places := (size-crop)/2, 1
	if a.Crop && size > crop {
		first, places = 0, size-crop+1
	} else if a.Crop {
		first, places = -padding, 2*padding+1
	}
	return AddScalar(Floor(MulScalar(uniform(), places)), float64(first)+float64(crop-1)/2)
}

// at returns the values of x at whole positions, 0 outside the image: [batch, CropHeight, CropWidth, Channels].
func (a *Augmentation) at(x, row, column *Node) *Node {
	d := row.Shape().Dimensions
	inside := LogicalAnd(
		LogicalAnd(GreaterOrEqual(row, ScalarZero(x.Graph(), x.DType())), LessOrEqual(row, Scalar(x.Graph(), x.DType(), a.Height-1))),
		LogicalAnd(GreaterOrEqual(column, ScalarZero(x.Graph(), x.DType())), LessOrEqual(column, Scalar(x.Graph(), x.DType(), a.Width-1))))
	image := Iota(x.Graph(), shapes.Make(dtypes.Int32, d...), 0)
	position := Add(MulScalar(ClipScalar(row, 0, float64(a.Height-1)), a.Width), ClipScalar(column, 0, float64(a.Width-1)))
	index := Add(MulScalar(image, a.Height*a.Width), ConvertDType(position, dtypes.Int32))
	values := Gather(Reshape(x, -1, a.Channels), Reshape(index, -1, 1))
	values = Reshape(values, d[0], d[1], d[2], a.Channels)
	return Mul(values, InsertAxes(ConvertDType(inside, x.DType()), -1))
}

// interpolated returns the values of x between positions, from the four around each.
func (a *Augmentation) interpolated(x, row, column *Node) *Node {
	top, left := Floor(row), Floor(column)
	down, right := InsertAxes(Sub(row, top), -1), InsertAxes(Sub(column, left), -1)
	between := func(one, other, share *Node) *Node { return Add(Mul(one, OneMinus(share)), Mul(other, share)) }
	above := between(a.at(x, top, left), a.at(x, top, AddScalar(left, 1)), right)
	below := between(a.at(x, AddScalar(top, 1), left), a.at(x, AddScalar(top, 1), AddScalar(left, 1)), right)
	return between(above, below, down)
}

// whiten scales each image [batch, dim] to mean 0 and standard deviation 1, or less where its standard deviation is below 1/sqrt(dim).
func whiten(x *Node) *Node {
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	deviation := Sqrt(ReduceAndKeep(Square(centred), ReduceMean, -1))
	return Div(centred, MaxScalar(deviation, 1/math.Sqrt(float64(x.Shape().Dim(-1)))))
}
