package train

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// State is the value of every variable of a Trainer by path, as the bytes of its elements: weights, running averages, the optimizer's
// memory and the state of random numbers.
type State map[string][]byte

// State copies the present state.
func (t *Trainer) State() (State, error) {
	state := State{}
	for v := range t.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
		if err := value.ConstBytes(func(b []byte) { state[v.Path()] = append([]byte{}, b...) }); err != nil {
			return nil, fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
	}
	return state, nil
}

// SetState goes back to a state of a Trainer of the same Spec. Where the state is not of that, it returns an error and changes nothing.
func (t *Trainer) SetState(state State) error {
	values := map[*model.Variable]*tensors.Tensor{}
	for v := range t.store.IterVariables() {
		saved, value := state[v.Path()], tensors.FromShape(v.Shape())
		fits := false
		if err := value.MutableBytes(func(b []byte) { fits = copy(b, saved) == len(b) && len(saved) == len(b) }); err != nil {
			return fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
		if !fits {
			return fmt.Errorf("train: the state has %d bytes for variable %s of shape %s: it is not that of this net and optimizer", len(saved), v.Path(), v.Shape())
		}
		values[v] = value
	}
	for v, value := range values {
		if err := v.SetValue(value); err != nil {
			return fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
	}
	return nil
}

// lengths returns the norm of the trainable weights and their distance from those at Start, both l2.
func (t *Trainer) lengths() (norm, distance float64) {
	for v := range t.store.IterVariables() {
		if !v.Trainable {
			continue
		}
		start := t.start[v.Path()]
		tensors.MustConstFlatData(v.MustValue(), func(flat []float32) {
			for i, w := range flat {
				moved := float64(w) - float64(start[i])
				norm, distance = norm+float64(w)*float64(w), distance+moved*moved
			}
		})
	}
	return math.Sqrt(norm), math.Sqrt(distance)
}
