package probe

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/floats"
)

// tape trains, keeps the weights on its way, and takes derivatives back along it. It works on segments of Every updates, one call of the
// backend each.
type tape struct {
	Unrolled
	placed   // the net and its variables, which have the present weights
	x, y     *tensors.Tensor
	segments []segment
	forward  *model.Exec
	start    *model.Exec
	backward *model.Exec
	norms    *model.Exec
}

// segment is what Every updates leave behind.
type segment struct {
	rows *tensors.Tensor   // [Every, batch] int32
	path []*tensors.Tensor // of each part of the weights, the values before each update, [Every, ...]
}

// newTape places the initial weights and the examples, inputs in the net's arithmetic. The tape is to be closed after an error too.
func newTape(backend compute.Backend, u Unrolled) (t *tape, err error) {
	t = &tape{Unrolled: u}
	if t.placed, err = place(backend, u.Architecture, u.DType); err != nil {
		return t, err
	}
	if err = t.load(u.Variables); err != nil {
		return t, err
	}
	if t.x, err = t.upload(widened(u.X), len(u.Labels), t.dim); err != nil {
		return t, err
	}
	if t.y, err = upload(backend, u.Labels, len(u.Labels)); err != nil {
		return t, err
	}
	t.kept = append(t.kept, t.x, t.y)
	t.forward, t.start = t.compile(t.forwardGraph), t.compile(t.startGraph)
	t.backward, t.norms = t.compile(t.backwardGraph), t.compile(normsGraph)
	return t, nil
}

// train goes on by a segment.
func (t *tape) train(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var flat []int32
	for _, batch := range t.Batches[len(t.segments)*t.Every : (len(t.segments)+1)*t.Every] {
		for _, row := range batch {
			flat = append(flat, int32(row))
		}
	}
	rows, err := upload(t.backend, flat, t.Every, len(t.Batches[0]))
	if err != nil {
		return err
	}
	t.kept = append(t.kept, rows)
	path, err := t.forward.Exec(t.x, t.y, rows)
	t.kept, t.segments = append(t.kept, path...), append(t.segments, segment{rows, path})
	return err
}

// standing is what is known at the present weights.
type standing struct {
	loss     float64   // the mean of the examples' losses times weights
	accuracy float64   // share of examples that are classified as labelled
	g        []float64 // [n] 1-norms of the derivatives of that mean with respect to the examples
	through  []float64 // [n] of their parts through the training
	direct   []float64 // [n] of the other parts: the mean's gradient with respect to the examples, the weights being fixed
}

// sensitivities measures at the present weights, with weights, [n], of the examples' losses.
func (t *tape) sensitivities(ctx context.Context, weights []float64) (s standing, err error) {
	w, err := t.upload(weights, len(weights))
	if err != nil {
		return s, err
	}
	outputs, err := t.start.Exec(t.x, t.y, w)
	if err = errors.Join(err, w.FinalizeAll()); err != nil {
		return s, err
	}
	defer free(outputs[:3])
	s.loss, s.accuracy = tensors.ToScalar[float64](outputs[0]), tensors.ToScalar[float64](outputs[1])/float64(len(weights))
	adjoints, err := t.back(ctx, outputs[3:])
	defer free(adjoints)
	if err != nil {
		return s, err
	}
	norms, err := t.norms.Exec(adjoints[0], outputs[2])
	if err != nil {
		return s, err
	}
	defer free(norms)
	for i, to := range []*[]float64{&s.g, &s.through, &s.direct} {
		if *to, err = tensors.CopyFlatData[float64](norms[i]); err != nil {
			return s, err
		}
	}
	if sum := s.loss + floats.Sum(s.g); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return s, fmt.Errorf("a loss of %g and sensitivities that sum to %g: the training diverges; lower the rate", s.loss, floats.Sum(s.g))
	}
	return s, nil
}

// class returns the mean sensitivities, to the examples of each class, of the mean loss over one class, and those of their parts through the training,
// [classes] each.
func (t *tape) class(ctx context.Context, class int) (g, through []float64, err error) {
	sizes, weights := t.sizes(), make([]float64, len(t.Labels))
	for i, label := range t.Labels {
		if int(label) == class {
			weights[i] = float64(len(weights)) / float64(sizes[class])
		}
	}
	s, err := t.sensitivities(ctx, weights)
	if err != nil {
		return nil, nil, err
	}
	g, through = make([]float64, len(sizes)), make([]float64, len(sizes))
	for i, label := range t.Labels {
		g[label] += s.g[i] / float64(sizes[label])
		through[label] += s.through[i] / float64(sizes[label])
	}
	return g, through, nil
}

// back takes adjoints, of the examples and of the parts of the weights, back to the training's start.
func (t *tape) back(ctx context.Context, adjoints []*tensors.Tensor) ([]*tensors.Tensor, error) {
	for i := len(t.segments) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return adjoints, err
		}
		s := t.segments[i]
		inputs := append([]*tensors.Tensor{t.x, t.y, s.rows}, adjoints...)
		next, err := t.backward.Exec(append(inputs, s.path...))
		if err != nil {
			return adjoints, err
		}
		if err := free(adjoints); err != nil {
			return next, err
		}
		adjoints = next
	}
	return adjoints, nil
}
