package exact

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// KernelOptions say how a kernel fits.
type KernelOptions struct {
	Bandwidth float64 // σ of the Gaussian kernel exp(-|x-x'|²/2σ²), in the unit of the inputs
	Lambda    float64 // added to the kernel matrix's diagonal, ridge regression; 0 interpolates

	Memory   int64               // fails at once if more bytes are needed, see KernelBytes; 0 is no limit
	Progress func(share float64) // is told which share of the work is done, from time to time; may be nil
}

// Interpolant is f(x) = Σ_i α_i exp(-|x-x_i|²/2σ²) of fitted α, for each output.
type Interpolant struct {
	Alpha   []float64 // [n, Outputs]
	Outputs int
	Norms   []float64 // [Outputs], each output's norm in the kernel's Hilbert space, √(αᵀKα)

	sigma   float64
	inputs  blas64.General // [n, dim]
	squares []float64      // [n], |x_i|²
}

// KernelBytes is the memory that a fit of n inputs of dim values takes, but for some that does not grow: the kernel matrix's lower triangle, once,
// which Cholesky's method factors in place, the inputs, and two times the outputs.
func KernelBytes(n, dim, outputs int) int64 {
	return 4*int64(n)*int64(n+panel) + 8*int64(n)*int64(dim+2*outputs)
}

// MedianDistance returns the median Euclidean distance between two inputs of x, [n, dim], over all pairs of at most 1000 inputs that lie evenly in x:
// a unit for bandwidths. It fails if there are fewer than two inputs, or if they are not finite.
func MedianDistance(x []float32, dim int) (float64, error) {
	n, err := rows(x, dim)
	if err != nil {
		return 0, err
	}
	if n < 2 {
		return 0, fmt.Errorf("exact: the median distance of %d input: there must be 2 or more", n)
	}
	m := min(n, 1000)
	sample := make([][]float32, m)
	for i := range sample {
		at := i * n / m * dim
		sample[i] = x[at : at+dim]
	}
	var distances []float64
	for i, a := range sample {
		for _, b := range sample[:i] {
			sum := 0.0
			for k, v := range a {
				d := float64(v) - float64(b[k])
				sum += float64(d * d)
			}
			distances = append(distances, math.Sqrt(sum))
		}
	}
	slices.Sort(distances)
	return distances[len(distances)/2], nil
}

// FitKernel solves (K + λI) α = y for the targets y, [n, outputs], of the inputs x, [n, dim], with the Gaussian kernel's matrix K, by Cholesky's
// method in float64: n³/3 + n² dim operations, in KernelBytes of memory. With λ = 0, the interpolant of smallest norm, it is "solving the kernel
// system without regularization" of Zhang et al. 2017, section 5; classes are targets of 0 and 1, [OneHot], and the class of a new input is
// that of the largest output. More targets, such as random labels beside the true ones, cost next to nothing more.
//
// It fails if x, y or an option does not fit, if it needs more memory than it may, if K + λI is singular but for rounding, or if ctx ends.
func FitKernel(ctx context.Context, x []float32, dim int, y []float64, outputs int, o KernelOptions) (*Interpolant, error) {
	n, err := problem(x, dim, y, outputs)
	if err != nil {
		return nil, err
	}
	if err := o.check(n, KernelBytes(n, dim, outputs)); err != nil {
		return nil, err
	}
	f := &Interpolant{Alpha: slices.Clone(y), Outputs: outputs, Norms: make([]float64, outputs), sigma: o.Bandwidth}
	f.inputs, f.squares = floats64(x, dim)
	k, total := newTriangle(n), float64(n)*float64(n)*(float64(dim)+float64(n)/3)
	progress := func(operations float64) {
		if o.Progress != nil {
			o.Progress(operations / total)
		}
	}
	if err := f.matrix(ctx, k, o.Lambda, progress); err != nil {
		return nil, err
	}
	if err := k.cholesky(ctx, func(done float64) { progress(float64(n)*float64(n)*float64(dim) + done) }); err != nil {
		return nil, err
	}
	if err := k.solve(ctx, blas64.General{Rows: n, Cols: outputs, Stride: outputs, Data: f.Alpha}); err != nil {
		return nil, err
	}
	for i, alpha := range f.Alpha { // αᵀKα = αᵀ(y - λα)
		f.Norms[i%outputs] += alpha * (y[i] - o.Lambda*alpha)
	}
	for i, square := range f.Norms {
		f.Norms[i] = math.Sqrt(max(square, 0))
	}
	return f, nil
}

func (o KernelOptions) check(n int, need int64) error {
	switch {
	case !(o.Bandwidth > 0) || math.IsInf(o.Bandwidth, 1):
		return fmt.Errorf("exact: bandwidth %g: it must be positive, such as MedianDistance", o.Bandwidth)
	case !(o.Lambda >= 0) || math.IsInf(o.Lambda, 1):
		return fmt.Errorf("exact: lambda %g: it must be 0 or more", o.Lambda)
	case o.Memory > 0 && need > o.Memory:
		return fmt.Errorf("exact: a kernel of %d inputs needs %.1f GB of memory, more than the %.1f GB allowed: use fewer inputs",
			n, float64(need)/1e9, float64(o.Memory)/1e9)
	}
	return nil
}

// matrix sets k to the inputs' kernel and adds lambda to its diagonal.
func (f *Interpolant) matrix(ctx context.Context, k triangle, lambda float64, progress func(operations float64)) error {
	for from := 0; from < k.n; from += panel {
		to := min(from+panel, k.n)
		err := strips(ctx, from, to, func(i, rows int) {
			tiles(0, i+rows, func(j, columns int) {
				f.kernel(k.block(i, j, rows, columns), part(f.inputs, i, rows), f.squares[i:], j)
			})
			for r := i; r < i+rows; r++ {
				k.row(r)[r] = 1 + lambda
			}
		})
		if err != nil {
			return err
		}
		progress(float64(to) * float64(to) * float64(f.inputs.Cols))
	}
	return nil
}

// kernel sets k to the kernel between inputs x, with their squared norms, and those that it was fitted to, from number j on.
func (f *Interpolant) kernel(k, x blas64.General, squares []float64, j int) {
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, x, part(f.inputs, j, k.Cols), 0, k)
	for r := range k.Rows {
		row := k.Data[r*k.Stride : r*k.Stride+k.Cols]
		for c, product := range row {
			row[c] = math.Exp(-max(squares[r]+f.squares[j+c]-2*product, 0) / (2 * f.sigma * f.sigma))
		}
	}
}

// Predict returns f(x) of each input of x, [m, dim]: [m, Outputs]. Progress, which may be nil, is told which share of them is done. It fails if x
// does not fit, or is not finite, or if ctx ends.
func (f *Interpolant) Predict(ctx context.Context, x []float32, progress func(share float64)) ([]float64, error) {
	dim, n := f.inputs.Cols, f.inputs.Rows
	m, err := rows(x, dim)
	if err != nil {
		return nil, err
	}
	out := make([]float64, m*f.Outputs)
	alpha := blas64.General{Rows: n, Cols: f.Outputs, Stride: f.Outputs, Data: f.Alpha}
	for from := 0; from < m; from += panel {
		to := min(from+panel, m)
		inputs, squares := floats64(x[from*dim:to*dim], dim)
		err := strips(ctx, 0, to-from, func(i, rows int) {
			k := make([]float64, rows*tileColumns)
			at := blas64.General{Rows: rows, Cols: f.Outputs, Stride: f.Outputs, Data: out[(from+i)*f.Outputs : (from+i+rows)*f.Outputs]}
			tiles(0, n, func(j, columns int) {
				tile := blas64.General{Rows: rows, Cols: columns, Stride: columns, Data: k[:rows*columns]}
				f.kernel(tile, part(inputs, i, rows), squares[i:], j)
				blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, tile, part(alpha, j, columns), 1, at)
			})
		})
		if err != nil {
			return nil, err
		}
		if progress != nil {
			progress(float64(to) / float64(m))
		}
	}
	return out, nil
}

// floats64 returns the rows x as float64, [n, dim], and their squared norms.
func floats64(x []float32, dim int) (inputs blas64.General, squares []float64) {
	inputs = dense(x, dim).RawMatrix()
	squares = make([]float64, inputs.Rows)
	for i := range squares {
		row := part(inputs, i, 1).Data
		squares[i] = floats.Dot(row, row)
	}
	return inputs, squares
}

// part is the rows i..i+rows-1 of a matrix that has no gaps between its rows.
func part(a blas64.General, i, rows int) blas64.General {
	a.Rows, a.Data = rows, a.Data[i*a.Stride:(i+rows)*a.Stride]
	return a
}
