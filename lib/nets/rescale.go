package nets

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Factors are the numbers, by path, that the α-scale transformation T_α multiplies a net's trainable variables with (Dinh et al. 2017, here for
// any depth and with biases): other weights of the same function. Alphas has a factor above 0 for each hidden layer.
//
// ReLU is positively homogeneous: φ(αz) = αφ(z). So the weights of hidden layer k are multiplied with its α, its biases with the product of the α
// up to there, and the weights of the last layer are divided by the product of all. Where layers have batch normalization, which takes the factor out
// again, the weights and biases before it are multiplied with the layer's own α, and nothing else.
//
// With D the diagonal matrix of the inverse factors, the gradient at the new weights is D times that at the old ones, and the Hessian DHD.
//
// It fails for nets whose function would change.
func Factors(a Architecture, alphas []float64) (map[string]float64, error) {
	layers, err := a.scalable()
	switch {
	case err != nil:
		return nil, err
	case len(alphas) != len(layers):
		return nil, fmt.Errorf("nets: %d factors %v: the net has %d hidden layers, give one for each", len(alphas), alphas, len(layers))
	}
	factors, product := map[string]float64{}, 1.
	for i, layer := range layers {
		if !(alphas[i] > 0) || math.IsInf(alphas[i], 1) {
			return nil, fmt.Errorf("nets: factor %g of layer %d: it must be finite and above 0, as ReLU is homogeneous for no other", alphas[i], i)
		}
		product *= alphas[i]
		before := product
		if a.Normalized() {
			before, product = alphas[i], 1
			factors[layer.gain], factors[layer.offset] = 1, 1
		}
		factors[layer.weights], factors[layer.biases] = alphas[i], before
	}
	factors["/logits/dense/weights"], factors["/logits/dense/biases"] = 1/product, 1
	return factors, nil
}

// HiddenLayers is the number of layers that Factors has an α for. It fails for nets whose function would change.
func (a Architecture) HiddenLayers() (int, error) {
	layers, err := a.scalable()
	return len(layers), err
}

// layer is the paths of a hidden layer's trainable variables.
type layer struct{ weights, biases, gain, offset string }

// scalable are the hidden layers of a net that Factors can scale, in their order.
func (a Architecture) scalable() ([]layer, error) {
	if _, err := New(a); err != nil {
		return nil, err
	}
	var names []string
	switch a.Kind {
	case "mlp":
		for i := range a.Hidden {
			names = append(names, fmt.Sprintf("/hidden_%d", i))
		}
	case "cnn":
		names = []string{"/conv_0", "/conv_1", "/hidden_0"}
	case "arpit-cnn", "keskar-c1":
		names = []string{"/conv_0", "/conv_1", "/hidden_0", "/hidden_1"}
	case "alexnet":
		return nil, fmt.Errorf("nets: factors for the layers of %q: its local response normalization is not homogeneous, so its function would change", a.Kind)
	default:
		return nil, fmt.Errorf("nets: factors for the layers of %q: its layers have branches, of which a pool has no weights to scale: use an mlp, cnn, arpit-cnn or keskar-c1", a.Kind)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("nets: factors for the layers of a linear net: it has no hidden layer")
	}
	var layers []layer
	for _, name := range names {
		l := layer{name + "/dense/weights", name + "/dense/biases", name + "/" + gainName, name + "/" + offsetName}
		if strings.HasPrefix(name, "/conv") {
			l.weights, l.biases = name+"/kernel", name+"/bias"
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// Normalized tells whether the net has batch normalization.
func (a Architecture) Normalized() bool { return a.BatchNorm || !slices.Contains(normalizable, a.Kind) }

// Rescale returns other values of a net's variables, by path, for the same function in an evaluation: T_α as in Factors. With powers of two the
// outputs of a net without batch normalization are the same to the bit, with other factors up to rounding.
//
// Running averages go along with what they are averages of. A variance v becomes α²(v+ε)-ε, for the normalization adds ε to it; that may be below 0.
func Rescale(a Architecture, variables map[string][]float32, alphas []float64) (map[string][]float32, error) {
	factors, err := Factors(a, alphas)
	if err != nil {
		return nil, err
	}
	scaled := maps.Clone(variables)
	for _, path := range slices.Sorted(maps.Keys(factors)) {
		values, ok := variables[path]
		if !ok {
			return nil, fmt.Errorf("nets: variable %s is missing: give all of the net's", path)
		}
		if scaled[path], err = times(values, func(x float64) float64 { return factors[path] * x }); err != nil {
			return nil, fmt.Errorf("nets: %s: %w", path, err)
		}
	}
	return scaled, a.rescaleAverages(scaled, alphas)
}

// rescaleAverages moves the running averages of batch normalizations along, in place.
func (a Architecture) rescaleAverages(variables map[string][]float32, alphas []float64) error {
	layers, err := a.scalable()
	if err != nil || !a.Normalized() {
		return err
	}
	for i, layer := range layers {
		alpha, scope := alphas[i], strings.TrimSuffix(layer.gain, gainName)
		for name, of := range map[string]func(float64) float64{
			meanName:     func(mean float64) float64 { return alpha * mean },
			varianceName: func(variance float64) float64 { return alpha*alpha*(variance+normEpsilon) - normEpsilon },
		} {
			if variables[scope+name], err = times(variables[scope+name], of); err != nil {
				return fmt.Errorf("nets: %s%s: %w", scope, name, err)
			}
		}
	}
	return nil
}

// times is a function of every value, rounded to float32.
func times(values []float32, of func(float64) float64) ([]float32, error) {
	out := make([]float32, len(values))
	for i, x := range values {
		if out[i] = float32(of(float64(x))); math.IsInf(float64(out[i]), 0) {
			return nil, fmt.Errorf("%g becomes %g, more than a float32 holds: take a factor nearer to 1", x, of(float64(x)))
		}
	}
	return out, nil
}
