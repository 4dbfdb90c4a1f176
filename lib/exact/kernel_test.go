package exact_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"rethinking/lib/exact"
)

// gaussian is the matrix of the Gaussian kernel between rows, by its definition.
func gaussian(a, b []float32, dim int, sigma float64) *mat.Dense {
	k := mat.NewDense(len(a)/dim, len(b)/dim, nil)
	k.Apply(func(i, j int, _ float64) float64 {
		distance := 0.0
		for l := range dim {
			d := float64(a[i*dim+l]) - float64(b[j*dim+l])
			distance += d * d
		}
		return math.Exp(-distance / (2 * sigma * sigma))
	}, k)
	return k
}

// gonum's solution of the definition, for sizes on both sides of those of tiles and panels: weights, norms, predictions.
func TestFitKernel(t *testing.T) {
	const dim, outputs, sigma = 5, 3, 1.5
	for _, n := range []int{1, 2, 63, 64, 65, 129, 256, 257, 600} {
		for _, lambda := range []float64{0, 0.1} {
			r := rng(uint64(n))
			x, y, others := normal(n*dim, r), targets(n*outputs, r), normal(300*dim, r)
			f := must.M1(exact.FitKernel(ctx, x, dim, y, outputs, exact.KernelOptions{Bandwidth: sigma, Lambda: lambda}))
			k := gaussian(x, x, dim, sigma)
			ridge := mat.DenseCopyOf(k)
			for i := range n {
				ridge.Set(i, i, 1+lambda)
			}
			var alpha, want, norms mat.Dense
			if err := alpha.Solve(ridge, mat.NewDense(n, outputs, y)); err != nil {
				t.Fatal(err)
			}
			scale := mat.Norm(&alpha, 2)
			if got := exact.Residual(f.Alpha, alpha.RawMatrix().Data); !(got < 1e-8*scale) {
				t.Errorf("n %d, lambda %g: alpha differs by %g of %g", n, lambda, got, scale)
			}
			want.Mul(gaussian(others, x, dim, sigma), &alpha)
			if got := exact.Residual(must.M1(f.Predict(ctx, others, nil)), want.RawMatrix().Data); !(got < 1e-8*scale) {
				t.Errorf("n %d, lambda %g: predictions differ by %g", n, lambda, got)
			}
			norms.Product(alpha.T(), k, &alpha)
			for o, got := range f.Norms {
				if want := math.Sqrt(norms.At(o, o)); math.Abs(got/want-1) > 1e-6 {
					t.Errorf("n %d, lambda %g: norm %g, want %g", n, lambda, got, want)
				}
			}
		}
	}
}

// With lambda 0 random labels of digits are fitted to the last one, with lambda 1 they are not; the norm is the larger the less lambda is.
func TestKernelInterpolatesRandomLabels(t *testing.T) {
	const n = 600
	x, _ := digits(t, n)
	labels := labels(n, rng(1))
	y := must.M1(exact.OneHot(labels, 10))
	before := math.Inf(1)
	for _, lambda := range []float64{0, 1e-3, 1} {
		o := exact.KernelOptions{Bandwidth: 0.5 * must.M1(exact.MedianDistance(x, 784)), Lambda: lambda}
		f := must.M1(exact.FitKernel(ctx, x, 784, y, 10, o))
		out := must.M1(f.Predict(ctx, x, nil))
		if got := exact.Residual(out, y); (got < 1e-10) != (lambda == 0) {
			t.Errorf("lambda %g: residual %g", lambda, got)
		}
		if got := slices.Equal(exact.Argmax(out, 10), labels); got != (lambda < 1) {
			t.Errorf("lambda %g: the labels are fitted: %v", lambda, got)
		}
		norm := floats.Norm(f.Norms, 2)
		if !(norm < before) {
			t.Errorf("lambda %g: norm %g, %g with less", lambda, norm, before)
		}
		before = norm
	}
}

func TestKernelIsTheSameOnAnyNumberOfCores(t *testing.T) {
	const n, dim = 700, 20
	x, y := normal(n*dim, rng(1)), targets(n*2, rng(2))
	fit := func(cores int) ([]float64, []float64) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		f := must.M1(exact.FitKernel(ctx, x, dim, y, 2, exact.KernelOptions{Bandwidth: 3}))
		return f.Alpha, must.M1(f.Predict(ctx, normal(99*dim, rng(3)), nil))
	}
	alpha, out := fit(1)
	for _, cores := range []int{2, 5} {
		if a, o := fit(cores); !slices.Equal(a, alpha) || !slices.Equal(o, out) {
			t.Errorf("%d cores: other bytes", cores)
		}
	}
}

func TestMedianDistance(t *testing.T) {
	if got := must.M1(exact.MedianDistance([]float32{0, 0, 3, 4, 0, 1}, 2)); math.Abs(got-math.Sqrt(18)) > 1e-15 { // of 1, √18 and 5
		t.Errorf("median %g, want √18", got)
	}
	// The squared distance of normal vectors is 2χ² with dim degrees of freedom; the median of χ² with 100 is 99.334.
	if got, want := must.M1(exact.MedianDistance(normal(5000*100, rng(1)), 100)), math.Sqrt(2*99.334); math.Abs(got/want-1) > 0.01 {
		t.Errorf("median %g, want %g", got, want)
	}
	_, err := exact.MedianDistance([]float32{1}, 1)
	fails(t, err, "the median distance of 1 input")
}

// Progress rises to 1, and work ends when ctx does.
func TestKernelProgressAndStop(t *testing.T) {
	const n, dim = 1000, 10
	x, y := normal(n*dim, rng(1)), targets(n, rng(2))
	var shares []float64
	watch := func(share float64) { shares = append(shares, share) }
	f := must.M1(exact.FitKernel(ctx, x, dim, y, 1, exact.KernelOptions{Bandwidth: 2, Progress: watch}))
	checkShares(t, "fit", shares)
	fitting := len(shares)
	shares = nil
	must.M1(f.Predict(ctx, x, watch))
	checkShares(t, "prediction", shares)
	for stop := range fitting {
		ctx, cancel := context.WithCancel(ctx)
		told := 0
		_, err := exact.FitKernel(ctx, x, dim, y, 1, exact.KernelOptions{Bandwidth: 2, Progress: func(float64) {
			if told++; told > stop {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || told != stop+1 {
			t.Errorf("stopped at report %d: error %v after %d", stop, err, told)
		}
		cancel()
		if _, err := f.Predict(ctx, x, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("prediction: error %v", err)
		}
	}
}

func checkShares(t *testing.T, what string, shares []float64) {
	t.Helper()
	if len(shares) < 3 || !slices.IsSorted(shares) || !(shares[0] > 0) || math.Abs(shares[len(shares)-1]-1) > 1e-12 {
		t.Errorf("%s: shares %v, want them to rise to 1", what, shares)
	}
}

func TestKernelErrors(t *testing.T) {
	fit := func(x []float32, o exact.KernelOptions) error {
		_, err := exact.FitKernel(ctx, x, 1, make([]float64, len(x)), 1, o)
		return err
	}
	two := []float32{1, 2}
	fails(t, fit(two, exact.KernelOptions{}), "bandwidth 0: it must be positive")
	fails(t, fit(two, exact.KernelOptions{Bandwidth: math.NaN()}), "bandwidth NaN")
	fails(t, fit(two, exact.KernelOptions{Bandwidth: 1, Lambda: -1}), "lambda -1: it must be 0 or more")
	fails(t, fit(nil, exact.KernelOptions{Bandwidth: 1}), "0 values are no whole number")
	fails(t, fit([]float32{1, 2, 1}, exact.KernelOptions{Bandwidth: 1}), "the kernel matrix of 3 inputs is singular but for rounding")
	if err := fit([]float32{1, 2, 1}, exact.KernelOptions{Bandwidth: 1, Lambda: 1e-3}); err != nil {
		t.Error("with a positive lambda inputs may be equal:", err)
	}
	fails(t, fit(two, exact.KernelOptions{Bandwidth: 1, Memory: 2111}), "needs 0.0 GB of memory, more than the 0.0 GB allowed")
	if err := fit(two, exact.KernelOptions{Bandwidth: 1, Memory: exact.KernelBytes(2, 1, 1)}); err != nil {
		t.Error(err)
	}
	if got := exact.KernelBytes(20000, 784, 10); got != 8*(20000*20256/2+20000*784+2*20000*10) {
		t.Errorf("20,000 images need %d bytes", got)
	}
	f := must.M1(exact.FitKernel(ctx, two, 1, []float64{1, 2}, 1, exact.KernelOptions{Bandwidth: 1}))
	_, err := f.Predict(ctx, []float32{float32(math.NaN())}, nil)
	fails(t, err, "value 0 of input 0 is NaN")
}

// Cholesky's method by tiles, with the kernel's matrix before it, and gonum's: in GFLOP/s.
func BenchmarkCholesky(b *testing.B) {
	const n, dim = 3000, 10
	x, y := normal(n*dim, rng(1)), targets(n, rng(2))
	report := func(b *testing.B) {
		b.ReportMetric(n*n*n/3*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	}
	b.Run("tiles", func(b *testing.B) {
		for b.Loop() {
			must.M1(exact.FitKernel(ctx, x, dim, y, 1, exact.KernelOptions{Bandwidth: 1}))
		}
		report(b)
	})
	b.Run("gonum", func(b *testing.B) {
		k := mat.NewSymDense(n, gaussian(x, x, dim, 1).RawMatrix().Data)
		for b.Loop() {
			var c mat.Cholesky
			c.Factorize(k)
		}
		report(b)
	})
}
