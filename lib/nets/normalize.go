package nets

import (
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// The variables of a batch normalization by name.
const (
	gainName     = "gain"
	offsetName   = "offset"
	meanName     = "running_mean"
	varianceName = "running_variance"
	countName    = "updates"
)

// What Keras uses by default.
const (
	normEpsilon  = 1e-3
	normMomentum = 0.99
)

// normalize is batch normalization over all axes but the last (Ioffe and Szegedy 2015, algorithm 1), with a trainable gain and offset:
// by the batch's mean and variance while training, which also moves the running averages, and by those averages in an evaluation.
//
// With a ghost size over 0 each so many examples of a batch are normalized apart while training, by moments of their own, whose means the running averages
// follow (Hoffer et al. 2017, algorithm 1). A batch that is no multiple of that size is normalized as a whole.
//
// The first updates count for more than 1-momentum, so that the averages are those of the batches seen so far and not of their
// initial value. It is made of elementary operations: GoMLX's layer has no second derivative, and wrong gradients on the Go backend.
func normalize(scope *model.Scope, x *Node, ghost int) *Node {
	g, units, dimensions := x.Graph(), x.Shape().Dim(-1), x.Shape().Dimensions
	shape := shapes.Make(x.DType(), units)
	gain := scope.WithInitializer(initializer.One).VariableWithShape(gainName, shape).NodeValue(g)
	offset := scope.WithInitializer(initializer.Zero).VariableWithShape(offsetName, shape).NodeValue(g)
	running := averages{
		mean:     scope.WithInitializer(initializer.Zero).VariableWithShape(meanName, shape).SetTrainable(false),
		variance: scope.WithInitializer(initializer.One).VariableWithShape(varianceName, shape).SetTrainable(false),
		updates:  scope.WithInitializer(initializer.Zero).VariableWithShape(countName, shapes.Make(x.DType())).SetTrainable(false),
	}
	mean, variance := running.mean.NodeValue(g), running.variance.NodeValue(g)
	switch n := dimensions[0]; {
	case !scope.IsTraining(g):
	case ghost > 0 && n > ghost && n%ghost == 0:
		x = Reshape(x, n/ghost, -1, units)
		mean, variance = momentsOver(x, 1)
		running.follow(ReduceMean(mean, 0), ReduceMean(variance, 0))
		mean, variance = InsertAxes(mean, 1), InsertAxes(variance, 1)
		gain, offset = ExpandLeftToRank(gain, 3), ExpandLeftToRank(offset, 3)
		return Reshape(affine(x, mean, variance, gain, offset), dimensions...)
	default:
		mean, variance = momentsOver(Reshape(x, -1, units), 0)
		running.follow(mean, variance)
	}
	return affine(x, mean, variance, gain, offset)
}

// affine makes a mean 0 and a variance 1, or as good as, before the gain and the offset.
func affine(x, mean, variance, gain, offset *Node) *Node {
	scale := Div(gain, Sqrt(AddScalar(variance, normEpsilon)))
	return Add(Mul(x, ExpandLeftToRank(scale, x.Rank())), ExpandLeftToRank(Sub(offset, Mul(mean, scale)), x.Rank()))
}

// momentsOver returns the mean and the population variance over an axis.
func momentsOver(x *Node, axis int) (mean, variance *Node) {
	mean = ReduceMean(x, axis)
	return mean, ReduceMean(Square(Sub(x, InsertAxes(mean, axis))), axis)
}

// averages are the running ones of a batch normalization.
type averages struct{ mean, variance, updates *model.Variable }

// follow moves the averages towards a batch's moments.
func (a averages) follow(mean, variance *Node) {
	count := AddScalar(a.updates.NodeValue(mean), 1)
	share := MaxScalar(Reciprocal(count), 1-normMomentum)
	move(a.mean, StopGradient(mean), share)
	move(a.variance, StopGradient(variance), share)
	a.updates.SetNodeValue(count)
}

// move takes a running average the given share of the way to a value.
func move(average *model.Variable, value, share *Node) {
	old := average.NodeValue(value)
	average.SetNodeValue(Add(old, Mul(share, Sub(value, old))))
}

// ForgetAverages makes the next pass in training mode replace the running averages of all batch normalizations of a store, instead of moving them: after
// passes over up to 100 batches they are the means of the batches' moments.
func ForgetAverages(store *model.Store) error {
	for v := range store.IterVariables() {
		if v.Name() != countName || v.Trainable {
			continue
		}
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return err
		}
	}
	return nil
}
