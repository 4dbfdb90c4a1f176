// Package keskar2017 holds the experiments of Keskar, Mudigere, Nocedal, Smelyanskiy and Tang, "On Large-Batch Training for Deep Learning: Generalization
// Gap and Sharp Minima" (ICLR 2017, arXiv 1609.04836): one file a figure or table.
package keskar2017
