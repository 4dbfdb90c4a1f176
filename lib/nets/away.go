package nets

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Away returns the signs of the steps, [rows, dim], that lead inputs x, [rows, dim], away from classes, [rows] int32, where a net gives them the
// logits, [rows, classes]: the step of the Langevin adversarial sample search (Arpit et al. 2017, algorithm 1). The paper takes the derivative of the
// class's probability; that of its log-odds has the same sign, and does not vanish by rounding where the net is sure.
func Away(x, logits, classes *Node) *Node {
	return Sign(Gradient(ReduceAllSum(Mul(logits, StopGradient(oddsAgainst(logits, classes)))), x)[0])
}

// oddsAgainst returns the derivatives by the logits of log((1-p)/p) for the probability p of a class: the softmax over the other classes, and -1 for
// the class.
func oddsAgainst(logits, class *Node) *Node {
	own := OneHot(class, logits.Shape().Dim(-1), logits.DType())
	return Sub(MaskedSoftmax(logits, LogicalNot(ConvertDType(own, dtypes.Bool))), own)
}
