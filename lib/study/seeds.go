package study

import (
	"cmp"
	"math/rand/v2"
)

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

// dataSeed draws the examples and their corruption.
func (e Experiment) dataSeed() int64 { return cmp.Or(e.Data.Seed, e.Seed) }

// source returns the experiment's source of random numbers for a purpose.
func (e Experiment) source(p purpose) *rand.PCG {
	seed := e.dataSeed()
	if p == forWeights || p == forOrder {
		seed = e.Seed
	}
	return rand.NewPCG(uint64(seed), uint64(p))
}

// rng returns the experiment's generator for a purpose.
func (e Experiment) rng(p purpose) *rand.Rand { return rand.New(e.source(p)) }
