package probe_test

import (
	"fmt"
	"testing"

	"github.com/gomlx/compute/dtypes"

	"rethinking/lib/nets"
	"rethinking/lib/probe"
)

// BenchmarkProduct times a Hessian-vector product, exact and by differences, and reports how far each is from the exact one in float64,
// relative to its length.
func BenchmarkProduct(b *testing.B) {
	for n, net := range map[int]nets.Architecture{
		1000: {Kind: "mlp", Hidden: []int{512, 512}, Height: 28, Width: 28, Channels: 1, Classes: 10},
		200:  {Kind: "alexnet", Height: 28, Width: 28, Channels: 3, Classes: 10},
	} {
		p, backend := newProblem(b, net, n, 1), openBackend(b, "xla:cpu")
		var want []float64
		for _, c := range []struct {
			method  string
			dtype   dtypes.DType
			product func(t testing.TB, l *probe.Loss, v []float64) []float64
		}{{"exact", dtypes.Float64, exact}, {"exact", dtypes.Float32, exact}, {"differences", dtypes.Float64, differences}} {
			l := p.loss(b, backend, probe.Options{DType: c.dtype})
			v := direction(l.Len())
			got := c.product(b, l, v) // compiles
			if want == nil {
				want = got
			}
			b.Run(fmt.Sprintf("%s/n=%d/%s/%s", net.Kind, n, c.method, c.dtype), func(b *testing.B) {
				for b.Loop() {
					c.product(b, l, v)
				}
				b.ReportMetric(apart(got, want), "apart")
			})
		}
	}
}

func exact(t testing.TB, l *probe.Loss, v []float64) []float64 { return product(t, l, v) }
