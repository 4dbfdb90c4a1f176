// Package dinh2017 asks what Dinh, Pascanu, S. Bengio and Y. Bengio, "Sharp Minima Can Generalize For Deep Nets" (ICML 2017, arXiv 1703.04933), prove: a
// ReLU net has other weights of the same function whose minimum is as sharp as one likes. The paper trains no nets and prints no numbers.
package dinh2017
