package krueger2017

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"rethinking/lib/study"
)

// Angles asks whether Gaussian inputs are fitted sooner than digits because they are nearer to right angles to each other. The paper does not ask it.
type Angles struct{ Experiment study.Experiment }

// Angled are the cosines of the angles between the inputs of an Angles, root mean square over all pairs, as the inputs are and less their mean; and the
// epochs that it takes to fit them, 0 where they never are.
type Angled struct{ Cosine, Centred, Epochs float64 }

var (
	Cosine        = study.Quantity("cosine between inputs", "", func(a Angled) float64 { return a.Cosine })
	CentredCosine = study.Quantity("cosine between centred inputs", "", func(a Angled) float64 { return a.Centred })
	AngledEpochs  = study.StatisticOf("epochs to fit", "epochs", func(a Angled) (float64, bool) { return a.Epochs, a.Epochs > 0 }).OrNever()
)

// InputAngles asks it of digits and of Gaussian inputs, as they are and clipped to the range of pixels: of the widest nets of Capacity, of at most
// 1,000 digits, with 5 seeds.
func InputAngles(scale study.Scale) []Angles {
	g := capacity[scale]
	g.sizes, g.units, g.seeds = []int{min(g.sizes[0], 1000)}, g.units[len(g.units)-1:], 5
	g.noises = []study.Corruption{{}, {Gaussian: 1}, {Gaussian: 1, Clipped: true}}
	return study.About(g.experiments(), func(e study.Experiment) Angles { return Angles{e} })
}

// Kind names what is asked.
func (q Angles) Kind() string { return "krueger2017/angles" }

// Answer measures the cosines, and trains.
func (q Angles) Answer(ctx context.Context, lab *study.Lab, _ func(share float64)) (Angled, error) {
	train, _, err := lab.Examples(ctx, q.Experiment)
	if err != nil {
		return Angled{}, err
	}
	run, err := lab.Run(ctx, q.Experiment)
	epochs, _ := study.EpochsToFit(study.Fitted).Of(run)
	return Angled{cosine(train, false), cosine(train, true), epochs}, err
}

// cosine is that of the angle between two inputs, root mean square over all pairs.
func cosine(s study.Sample, centred bool) float64 {
	x := mat.NewDense(s.Len(), s.Dim(), nil)
	x.Apply(func(i, j int, _ float64) float64 { return float64(s.X[i*s.Dim()+j]) }, x)
	for j := range s.Dim() {
		if column := mat.Col(nil, j, x); centred {
			floats.AddConst(-stat.Mean(column, nil), column)
			x.SetCol(j, column)
		}
	}
	for i := range s.Len() {
		floats.Scale(1/floats.Norm(x.RawRowView(i), 2), x.RawRowView(i))
	}
	var gram mat.SymDense
	gram.SymOuterK(1, x)
	n := float64(s.Len()) // and the share of the diagonal in Frobenius' norm
	return math.Sqrt((math.Pow(mat.Norm(&gram, 2), 2) - n) / (n * (n - 1)))
}
