package main

import (
	"encoding/binary"
	"encoding/json"
	"math"
)

// greeting is a peer's first line of output, and answer its line for every line of input, the number of a run.
type (
	greeting struct {
		Version string `json:"version"`
	}
	answer struct {
		Seconds float64   `json:"seconds"`
		Losses  []float64 `json:"losses,omitempty"`  // of every net: the mean over the epoch's steps of the batch's mean loss before the step, in nats
		Product vector    `json:"product,omitempty"` // of all parameters in turn, in the order of the Work
	}
)

// vector is written in JSON as a string, the base64 of float32 values, little-endian.
type vector []float64

func (v vector) MarshalJSON() ([]byte, error) {
	raw := make([]byte, 0, 4*len(v))
	for _, value := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(value)))
	}
	return json.Marshal(raw)
}

func (v *vector) UnmarshalJSON(text []byte) error {
	var raw []byte
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*v = make(vector, len(raw)/4)
	for i := range *v {
		(*v)[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
	}
	return nil
}

// difference is how far an answer is from ours, relative: the greatest difference of a loss, or the length of that of the products. It is
// not a number where the two cannot be compared.
func (a answer) difference(ours answer) float64 {
	if len(a.Losses) != len(ours.Losses) || len(a.Product) != len(ours.Product) {
		return math.NaN()
	}
	greatest := 0.
	for i, want := range ours.Losses {
		greatest = worse(greatest, math.Abs(a.Losses[i]-want)/math.Abs(want))
	}
	if len(ours.Product) > 0 {
		var apart, length float64
		for i, want := range ours.Product {
			apart, length = apart+(a.Product[i]-want)*(a.Product[i]-want), length+want*want
		}
		greatest = math.Sqrt(apart / length)
	}
	return greatest
}

// worse is the greater of two differences, where not a number is the worst.
func worse(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return max(a, b)
}
