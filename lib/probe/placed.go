package probe

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"rethinking/lib/nets"
)

// placed is a net whose variables lie on a backend. What fails to be placed leaves its tensors to the garbage collector.
type placed struct {
	backend compute.Backend
	net     nets.Net
	dim     int               // values of an input
	dtype   dtypes.DType      // of the arithmetic
	store   *model.Store      // the variables
	trained []*model.Variable // those that are trained, in the order of their creation
	execs   []*model.Exec
	kept    []*tensors.Tensor // what else lies on the device until Close
}

// place declares the variables of a net; load gives them values.
func place(backend compute.Backend, a nets.Architecture, dtype dtypes.DType) (p placed, err error) {
	p = placed{backend: backend, dim: dim(a), dtype: dtype}
	if p.net, err = nets.New(a); err != nil {
		return p, err
	}
	if p.store, err = nets.Create(p.net, dtype, p.dim); err != nil {
		return p, err
	}
	for v := range p.store.IterVariables() {
		if v.Trainable {
			p.trained = append(p.trained, v)
		}
	}
	return p, nil
}

// Close frees the device's memory. What is closed must not be used after it.
func (p *placed) Close() error {
	for _, exec := range p.execs {
		exec.Finalize()
	}
	if p.store != nil {
		p.store.Finalize()
	}
	return free(p.kept)
}

// free gives back what lies on the device.
func free(placed []*tensors.Tensor) (err error) {
	for _, t := range placed {
		err = errors.Join(err, t.FinalizeAll())
	}
	return err
}

// compile prepares an executable. It is compiled when it is first called, once for each number of examples.
func (p *placed) compile(graph func(*model.Scope, []*Node) []*Node) *model.Exec {
	exec := model.MustNewExec(p.backend, p.store, graph).SetMaxCache(-1)
	p.execs = append(p.execs, exec)
	return exec
}

// load sets every variable of the net to its value by path, after it has found that all are there and fit.
func (p *placed) load(values map[string][]float32) error {
	var paths []string
	for v := range p.store.IterVariables() {
		path, size := v.Path(), v.Shape().Size()
		given, ok := values[path]
		if !ok {
			return fmt.Errorf("variable %s is missing: give its %d values", path, size)
		}
		if len(given) != size {
			return fmt.Errorf("variable %s with %d values: it is %s, so give %d", path, len(given), v.Shape(), size)
		}
		paths = append(paths, path)
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(paths, path) {
			return fmt.Errorf("variable %s is none of the net's: leave it out; they are %v", path, paths)
		}
	}
	for v := range p.store.IterVariables() {
		value, err := p.upload(widened(values[v.Path()]), v.Shape().Dimensions...)
		if err == nil {
			err = v.SetValue(value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// upload puts values on the device in the net's arithmetic.
func (p *placed) upload(flat []float64, dimensions ...int) (*tensors.Tensor, error) {
	if p.dtype == dtypes.Float64 {
		return upload(p.backend, flat, dimensions...)
	}
	rounded := make([]float32, len(flat))
	for i, value := range flat {
		rounded[i] = float32(value)
	}
	return upload(p.backend, rounded, dimensions...)
}

// upload makes a tensor that lies on the device alone.
func upload[T float32 | float64 | int32](backend compute.Backend, flat []T, dimensions ...int) (*tensors.Tensor, error) {
	buffer, err := backend.BufferFromFlatData(0, flat, shapes.Make(dtypes.FromGenericsType[T](), dimensions...))
	if err != nil {
		return nil, err
	}
	return tensors.FromBuffer(buffer)
}

func widened(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, value := range values {
		wide[i] = float64(value)
	}
	return wide
}

// nodes are the trainable variables.
func (p *placed) nodes(g *Graph) []*Node {
	nodes := make([]*Node, len(p.trained))
	for i, v := range p.trained {
		nodes[i] = v.NodeValue(g)
	}
	return nodes
}

// at returns what f makes of weights in place of the trainable variables.
func (p *placed) at(weights []*Node, f func() *Node) *Node {
	variables := p.nodes(weights[0].Graph())
	for i, v := range p.trained {
		v.SetNodeValue(weights[i])
	}
	result := f()
	for i, v := range p.trained {
		v.SetNodeValue(variables[i]) // or a call would return the weights as the variables' new values
	}
	return result
}

// dim is the number of values of an input.
func dim(a nets.Architecture) int { return a.Height * a.Width * a.Channels }

// checkExamples tells what is wrong with examples for a net, or with its arithmetic.
func checkExamples[L uint8 | int32](a nets.Architecture, dtype dtypes.DType, x []float32, labels []L) error {
	n := len(labels)
	switch {
	case dtype != dtypes.Float32 && dtype != dtypes.Float64:
		return fmt.Errorf("arithmetic in %s: use Float32 or Float64", dtype)
	case n == 0:
		return errors.New("no examples: give at least one")
	case len(x) != n*dim(a):
		return fmt.Errorf("%d input values for %d labels: the net takes %d values an example, so give %d", len(x), n, dim(a), n*dim(a))
	}
	if i := slices.IndexFunc(labels, func(label L) bool { return label < 0 || int(label) >= a.Classes }); i >= 0 {
		return fmt.Errorf("label %d of example %d: the net has %d classes, so use 0 to %d", labels[i], i, a.Classes, a.Classes-1)
	}
	return nil
}
