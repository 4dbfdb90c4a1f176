package train

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// Adversarial is training on adversarial samples beside the examples (Arpit et al. 2017, section 5). Where x are the inputs of a step and x' samples
// near them, the step minimizes (1-Weight) times the loss at x plus Weight times that at x', under the labels of x. The zero value is off.
//
// The samples come from adversarialSteps steps of the Langevin adversarial sample search (algorithm 1), with the paper's proportions of radius, step and
// noise: away from the class that the net gives to x, be it right or wrong, as it is without dropout and noise. The paper says neither how many steps
// its training takes nor how large its box is.
type Adversarial struct {
	Weight float64 // in [0,1)
	Radius float64 // half the width of the box around an input in which the samples are, in units of an input value
}

const (
	adversarialSteps = 2          // of 100, after which a search finds little more, these find nine tenths: see probe.ArpitLASS
	adversarialStep  = 0.25 / 0.3 // in radii, section 4.1
	adversarialNoise = 0.2 / 0.3  // likewise
)

// samplesGraph returns samples near the inputs x, [rows, dim], in the box. The net's variables are below the root; a scope lets none be used twice.
func (a Adversarial) samplesGraph(scope *model.Scope, net nets.Net, x *Node) *Node {
	scope.Store().SetTraining(x.Graph(), false)
	defer scope.Store().SetTraining(x.Graph(), true)
	low, high := AddScalar(x, -a.Radius), AddScalar(x, a.Radius)
	at, own := x, (*Node)(nil)
	for range adversarialSteps {
		at = Identity(StopGradient(at)) // of the one there is no derivative
		logits := net(scope.Store().RootScope(), at)
		if own == nil {
			own = ArgMax(logits, -1, dtypes.Int32)
		}
		step := MulScalar(nets.Away(at, logits, own), adversarialStep*a.Radius)
		noise := MulScalar(scope.RandomNormal(x.Graph(), x.Shape()), adversarialNoise*a.Radius)
		at = Clip(Add(at, Add(step, noise)), low, high)
	}
	return StopGradient(at)
}

// lossGraph is the mean loss of a step, from the net's loss at inputs and that of the examples as they are.
func (a Adversarial) lossGraph(scope *model.Scope, net nets.Net, x, mean *Node, loss func(logits *Node) *Node) *Node {
	if a.Weight == 0 {
		return mean
	}
	return Add(MulScalar(mean, 1-a.Weight), MulScalar(loss(net(scope.Store().RootScope(), a.samplesGraph(scope, net, x))), a.Weight))
}
