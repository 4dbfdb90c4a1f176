package study

import "math/rand/v2"

// purpose keeps the random choices of an experiment apart, so that changing one of them leaves the others as they were.
type purpose uint64

const (
	forSubset purpose = iota + 1
	forCorruption
	forWeights
	forOrder
	forPixels
	forTestPixels
	forGaussian
	forNoise
)

// source returns the experiment's source of random numbers for a purpose.
func (e Experiment) source(p purpose) *rand.PCG { return rand.NewPCG(uint64(e.Seed), uint64(p)) }

// rng returns the experiment's generator for a purpose.
func (e Experiment) rng(p purpose) *rand.Rand { return rand.New(e.source(p)) }
