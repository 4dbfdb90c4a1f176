package study

import (
	"fmt"
	"slices"
	"strconv"
)

// Curve is a quantity that a run measures at the end of every epoch.
type Curve struct {
	Name string // "train accuracy"
	Unit string // "nats", "%" or ""
	Of   func(Curves) []float64
}

// The curves of every run. Accuracies and the gap are in percent.
var (
	TrainLoss         = Curve{"train loss", "nats", func(c Curves) []float64 { return c.TrainLoss }}
	TestLoss          = Curve{"test loss", "nats", func(c Curves) []float64 { return c.TestLoss }}
	TrainAccuracy     = Curve{"train accuracy", "%", func(c Curves) []float64 { return percent(c.TrainAccuracy) }}
	TestAccuracy      = Curve{"test accuracy", "%", func(c Curves) []float64 { return percent(c.TestAccuracy) }}
	GeneralizationGap = Curve{"generalization gap", "points", gap}
)

func percent(shares []float64) []float64 {
	out := make([]float64, len(shares))
	for i, s := range shares {
		out[i] = 100 * s
	}
	return out
}

// gap is train accuracy minus test accuracy, in percentage points.
func gap(c Curves) []float64 {
	out := make([]float64, len(c.Epoch))
	for i := range out {
		out[i] = 100 * (c.TrainAccuracy[i] - c.TestAccuracy[i])
	}
	return out
}

// Statistic is a number that sums a run up; ok is false where the run has none, for example epochs to fit when it never fitted.
type Statistic struct {
	Name string
	Unit string
	Of   func(Result) (value float64, ok bool)
}

// Final is the last value of a curve.
func Final(c Curve) Statistic {
	return Statistic{"final " + c.Name, c.Unit, func(r Result) (float64, bool) {
		values := c.Of(r.Measurements.Curves)
		if len(values) == 0 {
			return 0, false
		}
		return values[len(values)-1], true
	}}
}

// Fitted is the share of the training labels at which a net counts as having overfitted its training set. The papers do not give their
// threshold; at 100% a run's time would hang on its last one or two labels, which some runs never reach.
const Fitted = 0.999

// EpochsToFit is the first epoch at whose end the train accuracy, a share in [0,1], reaches the threshold.
func EpochsToFit(threshold float64) Statistic {
	name := fmt.Sprintf("epochs to %g%% train accuracy", 100*threshold)
	return Statistic{name, "epochs", func(r Result) (float64, bool) {
		c := r.Measurements.Curves
		i := slices.IndexFunc(c.TrainAccuracy, func(a float64) bool { return a >= threshold })
		if i < 0 {
			return 0, false
		}
		return float64(c.Epoch[i]), true
	}}
}

// Field is a choice of an Experiment by which results are told apart.
type Field struct {
	Name string
	Unit string
	Of   func(Experiment) string
}

// Fields by which figures and tables group their results.
var (
	LabelCorruption = Field{"label corruption", "probability", func(e Experiment) string { return number(e.Corruption.Labels) }}
	Architecture    = Field{"net", "", func(e Experiment) string { return e.Net.String() }}
	TrainExamples   = Field{"training examples", "", func(e Experiment) string { return strconv.Itoa(e.Data.Train) }}
)

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
