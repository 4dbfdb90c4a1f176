// Package corrupt spoils training data as the randomization tests of the papers do.
//
// Its stance: what is drawn comes from the caller's generator, once, before training; inputs are never changed in place; and every
// function says what it changed, so that clean and corrupted examples can be told apart later. Test sets are not its business, but for
// the one permutation of [Shuffle], which belongs to both sets.
package corrupt

import (
	"fmt"
	"math/rand/v2"
)

// Labels returns a copy of labels in which each one, independently with probability p, is replaced by a class drawn uniformly from all
// classes, which may be the true one; and whether each label changed (Zhang et al. 2017, section 2.1, "partially corrupted labels"; p = 1
// is their "random labels"). A share p(classes-1)/classes of the labels is expected to change.
//
// The generator is drawn from twice for each label whatever p is, so that with one seed a label corrupted at a smaller p is corrupted to
// the same class at every larger one.
//
// It fails if p is not in [0,1], or if a label is not below classes.
func Labels(labels []uint8, classes int, p float64, rng *rand.Rand) (corrupted []uint8, changed []bool, err error) {
	return redraw(labels, classes, p, rng, func(uint8) uint8 { return uint8(rng.IntN(classes)) })
}

// WrongLabels returns a copy of labels in which each one, independently with probability p, is replaced by a class drawn uniformly from
// the other classes; and whether each label changed, which is whether it was replaced (the label noise of Nakkiran et al. 2020,
// "Deep Double Descent"). A share p of the labels is expected to change; p = (classes-1)/classes makes them independent of the true ones,
// and at p = 1 every label is wrong.
//
// As in [Labels], what is drawn does not depend on p: with one seed a label corrupted at a smaller p is corrupted to the same class at
// every larger one.
//
// It fails if p is not in [0,1], if classes is not in 2..256, or if a label is not below classes.
func WrongLabels(labels []uint8, classes int, p float64, rng *rand.Rand) (corrupted []uint8, changed []bool, err error) {
	if classes < 2 || classes > 256 {
		return nil, nil, fmt.Errorf("corrupt: wrong labels of %d classes: there must be 2 to 256", classes)
	}
	return redraw(labels, classes, p, rng, func(label uint8) uint8 {
		class := uint8(rng.IntN(classes - 1))
		if class >= label {
			class++
		}
		return class
	})
}

// Signs returns a copy of labels in which each one is the first class or the second, at random, and whether each label changed: the random signs of
// the empirical Rademacher complexity (Zhang et al. 2017, equation 1). It fails as [Labels] does.
func Signs(labels []uint8, classes int, rng *rand.Rand) (corrupted []uint8, changed []bool, err error) {
	return redraw(labels, classes, 1, rng, func(uint8) uint8 { return uint8(rng.IntN(2)) })
}

// redraw replaces each label with probability p by a class that draw returns for it; draw is called for every label.
func redraw(labels []uint8, classes int, p float64, rng *rand.Rand, draw func(label uint8) uint8) (corrupted []uint8, changed []bool, err error) {
	if !(p >= 0 && p <= 1) {
		return nil, nil, fmt.Errorf("corrupt: label corruption %g: a probability lies in [0,1]", p)
	}
	corrupted, changed = make([]uint8, len(labels)), make([]bool, len(labels))
	for i, label := range labels {
		if int(label) >= classes {
			return nil, nil, fmt.Errorf("corrupt: label %d of example %d: with %d classes labels lie in 0..%d", label, i, classes, classes-1)
		}
		replaced, class := rng.Float64() < p, draw(label)
		if corrupted[i] = label; replaced {
			corrupted[i] = class
		}
		changed[i] = corrupted[i] != label
	}
	return corrupted, changed, nil
}
