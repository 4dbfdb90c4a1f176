package probe

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// compact is a matrix B in the place of a Hessian, after some steps s and changes y of the gradient: B = θI - W M Wᵀ with W = [Y θS] (Byrd, Lu, Nocedal
// and Zhu 1995, equations 3.2 to 3.4). It is positive definite.
type compact struct {
	theta float64
	s, y  [][]float64 // k of each, [k][n], the oldest first
	m     *mat.Dense  // M, [2k, 2k]; nil where k is 0
}

// learn takes a pair in, if the cost curves upwards along the step, and forgets those beyond the memory.
func (b *compact) learn(s, y []float64, memory int) {
	along := floats.Dot(s, y)
	if along <= rounding*floats.Dot(y, y) {
		return
	}
	b.s, b.y = append(b.s, s), append(b.y, y)
	if extra := len(b.s) - memory; extra > 0 {
		b.s, b.y = slices.Clone(b.s[extra:]), slices.Clone(b.y[extra:])
	}
	b.theta = floats.Dot(y, y) / along
	b.solve()
}

// solve finds M, the inverse of [[-D, Lᵀ], [L, θSᵀS]] where D is the diagonal of SᵀY and L what lies below it.
func (b *compact) solve() {
	k := len(b.s)
	inverse := mat.NewDense(2*k, 2*k, nil)
	for i := range k {
		for j := range k {
			inverse.Set(k+i, k+j, b.theta*floats.Dot(b.s[i], b.s[j]))
			if sy := floats.Dot(b.s[i], b.y[j]); i == j {
				inverse.Set(i, i, -sy)
			} else if i > j {
				inverse.Set(k+i, j, sy)
				inverse.Set(j, k+i, sy)
			}
		}
	}
	b.m = &mat.Dense{}
	if b.m.Inverse(inverse) != nil { // so badly conditioned that nothing is known
		*b = compact{theta: 1}
	}
}

// row sets w, [2k], to row i of W.
func (b *compact) row(i int, w []float64) {
	k := len(b.s)
	for j := range k {
		w[j], w[k+j] = b.y[j][i], b.theta*b.s[j][i]
	}
}

// project returns Wᵀv, [2k].
func (b *compact) project(v []float64) []float64 {
	k := len(b.s)
	out := make([]float64, 2*k)
	for j := range k {
		out[j], out[k+j] = floats.Dot(b.y[j], v), b.theta*floats.Dot(b.s[j], v)
	}
	return out
}

// addTo adds a multiple of W c to dst.
func (b *compact) addTo(dst []float64, scale float64, c []float64) {
	k := len(b.s)
	for j := range k {
		floats.AddScaled(dst, scale*c[j], b.y[j])
		floats.AddScaled(dst, scale*b.theta*c[k+j], b.s[j])
	}
}

// times returns M c, [2k].
func (b *compact) times(c []float64) []float64 {
	out := make([]float64, len(c))
	if len(c) > 0 {
		b.timesTo(out, c)
	}
	return out
}

func (b *compact) timesTo(dst, c []float64) {
	blas64.Gemv(blas.NoTrans, 1, b.m.RawMatrix(), blas64.Vector{N: len(c), Inc: 1, Data: c}, 0, blas64.Vector{N: len(c), Inc: 1, Data: dst})
}

// cauchy returns the generalized Cauchy point, the first minimum of the model along the projected gradient, and Wᵀ times the way there (algorithm CP).
func (s *ascent) cauchy() (at, c []float64) {
	w := make([]float64, 2*len(s.b.s))
	mw, at := slices.Clone(w), slices.Clone(s.x)
	times, order := s.breaks()
	d := make([]float64, len(at)) // the way, until each component comes to its bound
	for i := range d {
		if times[i] > 0 {
			d[i] = -s.g[i]
		}
	}
	c, p := make([]float64, len(w)), s.b.project(d)
	slope := -floats.Dot(d, d)
	bend := -s.b.theta*slope - floats.Dot(p, s.b.times(p))
	least, now := rounding*bend, 0.
	for len(order) > 0 && slope < 0 {
		i := order[0]
		wait := times[i] - now
		if -slope/bend < wait {
			break
		}
		order, now = order[1:], times[i]
		floats.AddScaled(c, wait, p)
		at[i], d[i] = s.bound(i), 0
		g, z := s.g[i], at[i]-s.x[i]
		slope += wait*bend + g*g + s.b.theta*g*z
		bend -= s.b.theta * g * g
		if len(w) > 0 {
			s.b.row(i, w)
			s.b.timesTo(mw, w)
			slope -= g * floats.Dot(mw, c)
			bend -= 2*g*floats.Dot(mw, p) + g*g*floats.Dot(mw, w)
			floats.AddScaled(p, g, w)
		}
		bend = max(bend, least)
	}
	if rest := -slope / bend; len(order) > 0 && rest > 0 {
		floats.AddScaled(c, rest, p)
		now += rest
	}
	for _, i := range order {
		at[i] = s.clamped(i, s.x[i]+now*d[i])
	}
	return at, c
}

// breaks are the times at which components come to their bounds along the negative gradient, infinite where it is 0; and the components that move, the
// first to come first.
func (s *ascent) breaks() (times []float64, order []int) {
	times = make([]float64, len(s.x))
	for i, g := range s.g {
		if times[i] = math.Inf(1); g != 0 {
			times[i] = (s.x[i] - s.bound(i)) / g
		}
		if g != 0 && times[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(times[i], times[j]), cmp.Compare(i, j)) })
	return times, order
}

// bound is that to which a component goes along the negative gradient.
func (s *ascent) bound(i int) float64 {
	if s.g[i] > 0 {
		return s.low[i]
	}
	return s.high[i]
}

// subspace returns the minimum of the model over the components that are not at a bound at the generalized Cauchy point, projected to the box (section
// 5.1, and Morales and Nocedal 2011); where that leads upwards, as far on the way to it as the box goes.
func (s *ascent) subspace(cauchy, c []float64) []float64 {
	k := len(s.b.s)
	var free []int
	for i, x := range cauchy {
		if s.low[i] < x && x < s.high[i] {
			free = append(free, i)
		}
	}
	if k == 0 || len(free) == 0 {
		return cauchy
	}
	d := s.newton(cauchy, c, free)
	target, slope := slices.Clone(cauchy), 0.
	for _, i := range free {
		target[i] = s.clamped(i, cauchy[i]+d[i])
	}
	for i, x := range target {
		slope += s.g[i] * (x - s.x[i])
	}
	if slope <= 0 {
		return target
	}
	share := 1.
	for _, i := range free {
		if end := s.clamped(i, cauchy[i]+d[i]); d[i] != 0 {
			share = min(share, (end-cauchy[i])/d[i])
		}
	}
	floats.AddScaledTo(target, cauchy, share, d)
	return target
}

// newton returns the way from the generalized Cauchy point to the model's minimum over the free components, by the Sherman-Morrison-Woodbury formula
// (equation 5.11); 0 in the others.
func (s *ascent) newton(cauchy, c []float64, free []int) []float64 {
	k, theta := 2*len(s.b.s), s.b.theta
	residual := floats.SubTo(make([]float64, len(cauchy)), cauchy, s.x)
	floats.Scale(theta, residual)
	floats.Add(residual, s.g)
	s.b.addTo(residual, -1, s.b.times(c))
	r, w, gram := make([]float64, len(cauchy)), make([]float64, k), blas64.Symmetric{N: k, Stride: k, Uplo: blas.Upper, Data: make([]float64, k*k)}
	for _, i := range free {
		r[i] = residual[i]
		s.b.row(i, w)
		blas64.Syr(1, blas64.Vector{N: k, Inc: 1, Data: w}, gram)
	}
	var n, v mat.Dense
	n.Mul(s.b.m, mat.NewSymDense(k, gram.Data))
	n.Apply(func(i, j int, x float64) float64 {
		if i == j {
			return 1 - x/theta
		}
		return -x / theta
	}, &n)
	full := slices.Clone(r)
	if v.Solve(&n, mat.NewDense(k, 1, s.b.times(s.b.project(r)))) == nil {
		s.b.addTo(full, 1/theta, mat.Col(nil, 0, &v))
	}
	d := make([]float64, len(r))
	for _, i := range free {
		d[i] = -full[i] / theta
	}
	return d
}
