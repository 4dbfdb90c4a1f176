package arpit2017

import (
	"context"
	"fmt"

	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// Filtered asks figure 2: what do the units of the first layer look for after a run?
type Filtered struct {
	Experiment study.Experiment
	Units      int // the first so many
}

// Filters are first-layer weights at the end of a run.
type Filters struct {
	Filtered
	Height, Width, Channels int
	Weights                 [][]float32 // [unit][Height*Width*Channels]
}

// Figure2 asks figure 2 of the small Alexnet of Zhang et al. 2017 on true and on random labels of CIFAR-10, as in that paper's figure 1a, whose
// scales are these; one seed.
func Figure2(scale study.Scale) (all []Filtered) {
	for _, condition := range []string{"true labels", "random labels"} {
		runs := zhang2017.Figure1a(zhang2017.Alexnet).Only(zhang2017.On(condition))(scale)
		all = append(all, Filtered{runs[0], 20})
	}
	return all
}

// Kind names what is asked.
func (q Filtered) Kind() string { return "arpit2017/filters" }

// Answer returns the weights at the end of the run.
func (q Filtered) Answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Filters, error) {
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return Filters{}, err
	}
	last, err := lab.Weights(ctx, q.Experiment)
	if err != nil {
		return Filters{}, err
	}
	out := Filters{Filtered: q, Height: 5, Width: 5, Channels: train.Channels}
	kernel, dim := last["/conv_0/kernel"], out.Height*out.Width*out.Channels // [Height, Width, Channels, units]
	units := len(kernel) / dim
	if units < q.Units {
		return Filters{}, fmt.Errorf("arpit2017: %s has %d units of 5x5 in its first layer: ask for no more than these", q.Experiment.Net, units)
	}
	for unit := range q.Units {
		weights := make([]float32, dim)
		for i := range weights {
			weights[i] = kernel[i*units+unit]
		}
		out.Weights = append(out.Weights, weights)
	}
	return out, nil
}
