package probe_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/floats"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// unrolled is a training of a small net in float64, on some examples again and again, and never on the last.
func unrolled(t *testing.T, classes int) probe.Unrolled {
	net := nets.Architecture{Kind: "mlp", Hidden: []int{5, 4}, Height: 1, Width: 6, Channels: 1, Classes: classes}
	p := newProblem(t, net, 9, 8)
	labels := make([]int32, len(p.labels))
	for i := range labels {
		labels[i] = int32(classes - 1 - i%classes)
	}
	return probe.Unrolled{Architecture: net, DType: dtypes.Float64, Variables: p.variables, X: p.x, Labels: labels, Rate: 0.3,
		Batches: [][]int{{0, 1, 2}, {3, 0, 4}, {5, 6, 7}, {2, 0, 7}, {7, 5, 0}, {6, 4, 3}}, Every: 2}
}

func measure(t *testing.T, u probe.Unrolled) probe.SensitivityResult {
	t.Helper()
	s, err := probe.Sensitivity(ctx, openBackend(t, "xla:cpu"), u, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// layer is a dense layer of a host net: weights [in][out] and biases [out].
type layer struct {
	w [][]float64
	b []float64
}

// host is a training of an MLP on the host, by its definition.
type host struct {
	probe.Unrolled
	x      [][]float64
	layers []layer
}

func newHost(u probe.Unrolled) host {
	h := host{Unrolled: u}
	for row := range slices.Chunk(wide(u.X), len(u.X)/len(u.Labels)) {
		h.x = append(h.x, row)
	}
	for i := range len(u.Architecture.Hidden) + 1 {
		scope := "/logits"
		if i < len(u.Architecture.Hidden) {
			scope = fmt.Sprintf("/hidden_%d", i)
		}
		l := layer{b: wide(u.Variables[scope+"/dense/biases"])}
		for row := range slices.Chunk(wide(u.Variables[scope+"/dense/weights"]), len(l.b)) {
			l.w = append(l.w, row)
		}
		h.layers = append(h.layers, l)
	}
	return h
}

func wide(values []float32) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = float64(v)
	}
	return all
}

// forward returns the inputs of each layer, and the logits.
func (h host) forward(x []float64) [][]float64 {
	states := [][]float64{x}
	for i, l := range h.layers {
		z := slices.Clone(l.b)
		for j, v := range states[i] {
			floats.AddScaled(z, v, l.w[j])
		}
		for j := range z {
			if i < len(h.layers)-1 {
				z[j] = max(z[j], 0)
			}
		}
		states = append(states, z)
	}
	return states
}

// update moves the weights by -step times the gradient of an example's loss, taken at the weights of at.
func (h host) update(at host, row int, step float64) {
	states := at.forward(at.x[row])
	slope := slices.Clone(states[len(h.layers)])
	sum := floats.LogSumExp(slope)
	for i, z := range slope {
		slope[i] = math.Exp(z - sum)
	}
	slope[h.Labels[row]]--
	for i := len(h.layers) - 1; i >= 0; i-- {
		floats.AddScaled(h.layers[i].b, -step, slope)
		below := make([]float64, len(states[i]))
		for j, v := range states[i] {
			floats.AddScaled(h.layers[i].w[j], -step*v, slope)
			if v > 0 {
				below[j] = floats.Dot(at.layers[i].w[j], slope)
			}
		}
		slope = below
	}
}

func (h host) clone() host {
	h.layers = slices.Clone(h.layers)
	for i, l := range h.layers {
		h.layers[i].b = slices.Clone(l.b)
		h.layers[i].w = make([][]float64, len(l.w))
		for j, row := range l.w {
			h.layers[i].w[j] = slices.Clone(row)
		}
	}
	return h
}

// losses returns each example's loss, and whether it is classified as labelled, after some updates.
func (h host) losses(updates int, evaluated [][]float64) (losses []float64, right []bool) {
	h = h.clone()
	for _, batch := range h.Batches[:updates] {
		at := h.clone()
		for _, row := range batch {
			h.update(at, row, h.Rate/float64(len(batch)))
		}
	}
	for i, x := range evaluated {
		z := h.forward(x)[len(h.layers)]
		losses = append(losses, floats.LogSumExp(z)-z[h.Labels[i]])
		right = append(right, floats.MaxIdx(z) == int(h.Labels[i]))
	}
	return losses, right
}

// derivatives returns those of each example's loss after some updates, with respect to each value of one input: [dim][n]. Direct takes the part
// through the example's own loss too. The differences are over 2e-6: no unit switches within it, and float64 leaves some 1e-10 of noise.
func (h host) derivatives(updates, row int, direct bool) (all [][]float64) {
	const step = 1e-6
	around := func(i int, by float64) []float64 {
		moved, evaluated := slices.Clone(h.x), h.x
		moved[row] = slices.Clone(h.x[row])
		moved[row][i] += by
		if direct {
			evaluated = moved
		}
		h := h
		h.x = moved
		losses, _ := h.losses(updates, evaluated)
		return losses
	}
	for i := range h.x[row] {
		d := around(i, step)
		floats.Sub(d, around(i, -step))
		floats.Scale(1/(2*step), d)
		all = append(all, d)
	}
	return all
}

// norm is the 1-norm of the derivative, [dim][n], of the mean of some examples' losses.
func norm(derivatives [][]float64, of func(row int) bool) (sum float64) {
	for _, d := range derivatives {
		total, count := 0., 0.
		for row, v := range d {
			if of(row) {
				total, count = total+v, count+1
			}
		}
		sum += math.Abs(total / count)
	}
	return sum
}

// hostSensitivities is what Sensitivity measures, from differences of whole trainings.
func hostSensitivities(u probe.Unrolled) (s probe.SensitivityResult) {
	h, n, classes := newHost(u), len(u.Labels), u.Architecture.Classes
	if u.ByClass {
		for range classes {
			s.Class = append(s.Class, make([]float64, classes))
		}
	}
	for range s.Class {
		s.ClassThrough = append(s.ClassThrough, make([]float64, classes))
	}
	measurements := float64(len(u.Batches) / u.Every)
	for updates := u.Every; updates <= len(u.Batches); updates += u.Every {
		losses, right := h.losses(updates, h.x)
		hits := slices.DeleteFunc(right, func(right bool) bool { return !right })
		s.At, s.Loss, s.Accuracy = append(s.At, updates), append(s.Loss, floats.Sum(losses)/float64(n)), append(s.Accuracy, float64(len(hits))/float64(n))
		g, through := make([]float64, n), make([]float64, n)
		for row, label := range u.Labels {
			whole, part := h.derivatives(updates, row, true), h.derivatives(updates, row, false)
			g[row], through[row] = norm(whole, func(int) bool { return true }), norm(part, func(int) bool { return true })
			size := 0.
			for _, other := range u.Labels {
				if other == label {
					size++
				}
			}
			for class := range s.Class {
				of := func(row int) bool { return int(u.Labels[row]) == class }
				s.Class[class][label] += norm(whole, of) / (size * measurements)
				s.ClassThrough[class][label] += norm(part, of) / (size * measurements)
			}
		}
		s.G, s.Through = append(s.G, g), append(s.Through, through)
	}
	return s
}

// The loss sensitivities are those of differences of whole trainings, and have the same bits each time. Every example may have a class of its
// own, more of them than fit in a byte.
func TestSensitivity(t *testing.T) {
	few, many := unrolled(t, 3), unrolled(t, 300)
	few.ByClass, many.DType = true, 0
	got := measure(t, few)
	compare(t, got, hostSensitivities(few), 1e-8)
	if never, later := got.Through[2][8], got.Through[0][5]; never != 0 || later != 0 {
		t.Errorf("through the training, an example that no batch had has the sensitivity %g, one of a later batch %g", never, later)
	}
	got = measure(t, many)
	compare(t, got, hostSensitivities(many), 1e-5) // float32
	if !reflect.DeepEqual(measure(t, many), got) {
		t.Error("the same measurement has other bits")
	}
}

func compare(t *testing.T, got, want probe.SensitivityResult, tolerance float64) {
	t.Helper()
	if !slices.Equal(got.At, want.At) || !slices.Equal(got.Accuracy, want.Accuracy) || !floats.EqualApprox(got.Loss, want.Loss, tolerance) {
		t.Errorf("at %v, losses %v, accuracies %v; want %v, %v, %v", got.At, got.Loss, got.Accuracy, want.At, want.Loss, want.Accuracy)
	}
	for what, pair := range map[string][2][][]float64{
		"sensitivities": {got.G, want.G}, "through the training": {got.Through, want.Through},
		"classes": {got.Class, want.Class}, "classes through the training": {got.ClassThrough, want.ClassThrough},
	} {
		if len(pair[0]) != len(pair[1]) {
			t.Fatalf("%s: %d rows, want %d", what, len(pair[0]), len(pair[1]))
		}
		for i, row := range pair[1] {
			if d := apart(pair[0][i], row); !(d < tolerance) {
				t.Errorf("%s, row %d: %v is %g from the differences %v", what, i, pair[0][i], d, row)
			}
		}
	}
}

// Without a step nothing is left but an example's own term of the loss, which is the proxy and the whole.
func TestSensitivityWithoutSteps(t *testing.T) {
	u := unrolled(t, 3)
	u.Rate, u.Every = 0, 6
	h, s := newHost(u), measure(t, u)
	for row, proxy := range s.Proxy[0] {
		if s.Through[0][row] != 0 || s.G[0][row] != proxy {
			t.Errorf("the sensitivity to row %d is %g, through the training %g, the proxy %g", row, s.G[0][row], s.Through[0][row], proxy)
		}
		if want := norm(h.derivatives(0, row, true), func(int) bool { return true }); math.Abs(proxy-want) > 1e-8*want {
			t.Errorf("the proxy of row %d is %g, by differences %g", row, proxy, want)
		}
	}
}

// A measurement takes its way back and one more segment for training, and the share of the work done counts the ways back.
func TestSensitivityStops(t *testing.T) {
	backend := openBackend(t, "xla:cpu")
	for looks, want := range map[int][]float64{0: nil, 6: {1. / 6, 3. / 6}} { // 2 + 3 looks for two measurements, and 1 in the third
		var shares []float64
		_, err := probe.Sensitivity(countdown{ctx, &looks}, backend, unrolled(t, 3), func(share float64) { shares = append(shares, share) })
		if !errors.Is(err, context.Canceled) || !slices.Equal(shares, want) {
			t.Errorf("cancelled with the shares %v done, want %v: %v", shares, want, err)
		}
	}
}

func TestSensitivityRefuses(t *testing.T) {
	backend := openBackend(t, "xla:cpu")
	for want, spoil := range map[string]func(u *probe.Unrolled){
		"probe: nets: unknown kind": func(u *probe.Unrolled) { u.Architecture.Kind = "mpl" },
		"probe: a net of kind \"alexnet\": only the training of an mlp ": func(u *probe.Unrolled) {
			u.Architecture = nets.Architecture{Kind: "alexnet", Height: 1, Width: 6, Channels: 1, Classes: 3}
		},
		"probe: batch normalization makes an example's gradient depend on":    func(u *probe.Unrolled) { u.Architecture.BatchNorm = true },
		"probe: a net with noise, {InputDropout:0.5 ":                         func(u *probe.Unrolled) { u.Architecture.Noise.InputDropout = 0.5 },
		"probe: arithmetic in Int32: use Float32 or Float64":                  func(u *probe.Unrolled) { u.DType = dtypes.Int32 },
		"probe: no examples: give at least one":                               func(u *probe.Unrolled) { u.X, u.Labels = nil, nil },
		"probe: 53 input values for 9 labels: the net takes 6 values an exa":  func(u *probe.Unrolled) { u.X = u.X[1:] },
		"probe: a learning rate of -1: it must be finite and at least 0":      func(u *probe.Unrolled) { u.Rate = -1 },
		"probe: a learning rate of NaN: ":                                     func(u *probe.Unrolled) { u.Rate = math.NaN() },
		"probe: 6 updates, measured every 4: ":                                func(u *probe.Unrolled) { u.Every = 4 },
		"probe: 6 updates, measured every 0: ":                                func(u *probe.Unrolled) { u.Every = 0 },
		"probe: 0 updates, measured every 2: ":                                func(u *probe.Unrolled) { u.Batches = nil },
		"probe: label 3 of example 2: the net has 3 classes, so use 0 to 2":   func(u *probe.Unrolled) { u.Labels[2] = 3 },
		"probe: label -1 of example 0: ":                                      func(u *probe.Unrolled) { u.Labels[0] = -1 },
		"probe: class 1 has no example, so no loss: leave ByClass out":        func(u *probe.Unrolled) { u.Labels, u.ByClass = make([]int32, 9), true },
		"probe: 2 rows in batch 1, 3 in batch 0: use as many in all":          func(u *probe.Unrolled) { u.Batches[1] = u.Batches[1][1:] },
		"probe: row 9 in batch 2: the examples are the rows 0 to 8":           func(u *probe.Unrolled) { u.Batches[2][0] = 9 },
		"probe: row 7 twice in batch 2: name it once":                         func(u *probe.Unrolled) { u.Batches[2][0] = 7 },
		"probe: variable /logits/dense/biases is missing":                     func(u *probe.Unrolled) { delete(u.Variables, "/logits/dense/biases") },
		"probe: after 2 updates: a loss of NaN and sensitivities that sum to": func(u *probe.Unrolled) { u.Rate = 1e200 },
	} {
		u := unrolled(t, 3)
		spoil(&u)
		if _, err := probe.Sensitivity(ctx, backend, u, func(float64) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
	_, err := probe.Sensitivity(ctx, openBackend(t, "go"), unrolled(t, 3), func(float64) {})
	if want := "which takes loops: use XLA's"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want %q", err, want)
	}
}

// Batches go through all examples before any comes again, but for those that are left over.
func TestShuffled(t *testing.T) {
	draw := func(seed uint64) [][]int {
		batches, err := probe.Shuffled(11, 3, 8, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return batches
	}
	batches := draw(1)
	if len(batches) != 8 {
		t.Fatalf("%d batches, want 8", len(batches))
	}
	for epoch := range slices.Chunk(batches, 3) {
		rows := slices.Concat(epoch...)
		slices.Sort(rows)
		if len(slices.Compact(slices.Clone(rows))) != 3*len(epoch) || rows[0] < 0 || rows[len(rows)-1] > 10 {
			t.Errorf("an epoch has the rows %v", rows)
		}
	}
	if !reflect.DeepEqual(draw(1), batches) || reflect.DeepEqual(draw(2), batches) || slices.Equal(batches[0], batches[3]) {
		t.Error("a seed must give the same batches again, another seed others, and so must another epoch")
	}
	for _, batch := range []int{0, 12} {
		_, err := probe.Shuffled(11, batch, 1, rand.New(rand.NewPCG(1, 1)))
		if err == nil || !strings.Contains(err.Error(), "of 11 examples: use at least 0 batches of 1 to 11") {
			t.Errorf("batches of %d: got error %v", batch, err)
		}
	}
}
