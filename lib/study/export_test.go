package study

import "rethinking/lib/train"

// What only tests see.

func (m *Measurements) Add(p train.Point, milestones []float64) { m.add(p, milestones) }
func (m Measurements) Thin() Measurements                       { return m.thin() }

var CheckoutCommit = checkoutCommit

func (r Result) Encode() ([]byte, error) { return r.encode() }
