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
func Figure2(scale study.Scale) []Filtered {
	var all []Filtered
	for _, condition := range []string{"true labels", "random labels"} {
		e := zhang2017.Only(condition, zhang2017.Figure1a(zhang2017.Alexnet)(scale))[0]
		all = append(all, Filtered{e, 20})
	}
	return all
}

// Look answers questions of figure 2, from the lab's results or by training again.
func Look(ctx context.Context, lab *study.Lab, questions []Filtered) ([]Filters, error) {
	return study.MeasureAll(ctx, lab, "arpit2017/filters", questions, Filtered.answer)
}

func (q Filtered) answer(ctx context.Context, lab *study.Lab, done func(share float64)) (Filters, error) {
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return Filters{}, err
	}
	var last map[string][]float32
	err = lab.Replay(ctx, q.Experiment, func(s study.Stand) error {
		done(float64(s.Epoch) / float64(q.Experiment.Training.Epochs))
		last = s.Variables()
		return nil
	})
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
