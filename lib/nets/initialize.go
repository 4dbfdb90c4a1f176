package nets

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// initializations draw a weight, by name. A kernel of k x k positions has fans of k·k times its channels.
//
//   - glorot-uniform: in ±sqrt(6/(fan in + fan out)) (Glorot and Bengio 2010, equation 16; the default of Keras, which the seed study and
//     Keskar et al. used).
//   - he-normal: Gaussian with standard deviation sqrt(2/fan in) (He et al. 2015, equation 10).
//   - lecun-normal: Gaussian with standard deviation sqrt(1/fan in) (LeCun et al. 1998, equation 16).
//
// Zhang et al. 2017, Krueger et al. 2017 and Arpit et al. 2017 do not say how they initialize.
var initializations = map[string]func(fanIn, fanOut float64, rng *rand.Rand) float64{
	"glorot-uniform": func(fanIn, fanOut float64, rng *rand.Rand) float64 {
		return math.Sqrt(6/(fanIn+fanOut)) * (2*rng.Float64() - 1)
	},
	"he-normal":    func(fanIn, _ float64, rng *rand.Rand) float64 { return math.Sqrt(2/fanIn) * rng.NormFloat64() },
	"lecun-normal": func(fanIn, _ float64, rng *rand.Rand) float64 { return math.Sqrt(1/fanIn) * rng.NormFloat64() },
}

// Initializations are the names that Initialize knows, sorted. The default is glorot-uniform.
func Initializations() []string { return slices.Sorted(maps.Keys(initializations)) }

// Initialize draws the weights of a store from rng, in the order of their creation: matrices and kernels by the named initialization,
// "" being glorot-uniform; gains and running variances are one, biases and every other variable zero. The state of random numbers
// stays as it is.
func Initialize(store *model.Store, initialization string, rng *rand.Rand) error {
	draw, ok := initializations[cmp.Or(initialization, "glorot-uniform")]
	if !ok {
		return fmt.Errorf("nets: unknown initialization %q: use one of %v", initialization, Initializations())
	}
	for v := range store.IterVariables() {
		if v.Name() == model.RNGStateVariableName {
			continue
		}
		value := tensors.FromShape(v.Shape())
		if v.DType() == dtypes.Float32 {
			tensors.MustMutableFlatData(value, func(flat []float32) { fill(flat, v, draw, rng) })
		}
		if err := v.SetValue(value); err != nil {
			return err
		}
	}
	return nil
}

// fill sets the initial values of a variable, which are zero before.
func fill(flat []float32, v *model.Variable, draw func(fanIn, fanOut float64, rng *rand.Rand) float64, rng *rand.Rand) {
	if strings.HasSuffix(v.Name(), gainName) || strings.HasSuffix(v.Name(), varianceName) {
		for i := range flat {
			flat[i] = 1
		}
		return
	}
	dimensions := v.Shape().Dimensions
	if !v.Trainable || len(dimensions) < 2 {
		return
	}
	in, out := dimensions[len(dimensions)-2], dimensions[len(dimensions)-1]
	window := len(flat) / (in * out)
	for i := range flat {
		flat[i] = float32(draw(float64(window*in), float64(window*out), rng))
	}
}

// Initial draws the variables of a net as Initialize does, and returns their values by path.
func Initial(a Architecture, initialization string, rng *rand.Rand) (map[string][]float32, error) {
	net, err := New(a)
	if err != nil {
		return nil, err
	}
	store, err := Create(net, dtypes.Float32, a.Height*a.Width*a.Channels)
	if err != nil {
		return nil, err
	}
	defer store.Finalize()
	if err := Initialize(store, initialization, rng); err != nil {
		return nil, err
	}
	values := map[string][]float32{}
	for v := range store.IterVariables() {
		if v.Name() != model.RNGStateVariableName {
			values[v.Path()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
	}
	return values, nil
}
