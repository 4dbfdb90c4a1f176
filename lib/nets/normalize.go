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
// The first updates count for more than 1-momentum, so that the averages are those of the batches seen so far and not of their
// initial value. It is made of elementary operations: GoMLX's layer has no second derivative, and wrong gradients on the Go backend.
func normalize(scope *model.Scope, x *Node) *Node {
	g, shape := x.Graph(), shapes.Make(x.DType(), x.Shape().Dim(-1))
	gain := scope.WithInitializer(initializer.One).VariableWithShape(gainName, shape).NodeValue(g)
	offset := scope.WithInitializer(initializer.Zero).VariableWithShape(offsetName, shape).NodeValue(g)
	runningMean := scope.WithInitializer(initializer.Zero).VariableWithShape(meanName, shape).SetTrainable(false)
	runningVariance := scope.WithInitializer(initializer.One).VariableWithShape(varianceName, shape).SetTrainable(false)
	updates := scope.WithInitializer(initializer.Zero).VariableWithShape(countName, shapes.Make(x.DType())).SetTrainable(false)
	mean, variance := runningMean.NodeValue(g), runningVariance.NodeValue(g)
	if scope.IsTraining(g) {
		mean, variance = moments(x)
		count := AddScalar(updates.NodeValue(g), 1)
		share := MaxScalar(Reciprocal(count), 1-normMomentum)
		move(runningMean, StopGradient(mean), share)
		move(runningVariance, StopGradient(variance), share)
		updates.SetNodeValue(count)
	}
	scale := Div(gain, Sqrt(AddScalar(variance, normEpsilon)))
	return Add(Mul(x, ExpandLeftToRank(scale, x.Rank())), ExpandLeftToRank(Sub(offset, Mul(mean, scale)), x.Rank()))
}

// moments returns the mean and the population variance over all axes but the last.
func moments(x *Node) (mean, variance *Node) {
	x = Reshape(x, -1, x.Shape().Dim(-1))
	mean = ReduceMean(x, 0)
	return mean, ReduceMean(Square(Sub(x, ExpandLeftToRank(mean, 2))), 0)
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
