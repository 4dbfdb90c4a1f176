package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
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
	CleanLoss         = Curve{"train loss on clean examples", "nats", func(c Curves) []float64 { return orNaN(c, c.CleanLoss) }}
	CleanAccuracy     = Curve{"train accuracy on clean examples", "%", func(c Curves) []float64 { return percent(orNaN(c, c.CleanAccuracy)) }}
	CorruptedLoss     = Curve{"train loss on corrupted examples", "nats", func(c Curves) []float64 { return orNaN(c, c.CorruptedLoss) }}
	CorruptedAccuracy = Curve{"train accuracy on corrupted examples", "%", func(c Curves) []float64 { return percent(orNaN(c, c.CorruptedAccuracy)) }}
	RunningLoss       = Curve{"running train loss", "nats", func(c Curves) []float64 { return orNaN(c, c.RunningLoss) }}
	RunningAccuracy   = Curve{"running train accuracy", "%", func(c Curves) []float64 { return percent(orNaN(c, c.RunningAccuracy)) }}
	WeightNorm        = Curve{"norm of the weights", "", func(c Curves) []float64 { return c.WeightNorm }}
	FromStart         = Curve{"distance from the initial weights", "", func(c Curves) []float64 { return c.FromStart }}
)

// orNaN returns values, or not a number at each evaluation of a run that has none.
func orNaN(c Curves, values []float64) []float64 {
	if values == nil {
		return slices.Repeat([]float64{math.NaN()}, len(c.Epoch))
	}
	return values
}

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

// Final is the last value of a curve.
func Final(c Curve) Statistic {
	return StatisticOf("final "+c.Name, c.Unit, func(r Result) (float64, bool) {
		values := c.Of(r.Measurements.Curves)
		if len(values) == 0 || math.IsNaN(values[len(values)-1]) {
			return 0, false
		}
		return values[len(values)-1], true
	})
}

// BestTestAccuracy is the highest test accuracy along the run: see Best.
var BestTestAccuracy = Quantity("best test accuracy along the run", "%", func(r Result) float64 { return 100 * r.Measurements.Best.TestAccuracy })

// Fitted is the share of the training labels at which a net counts as having overfitted its training set. The papers do not give their
// threshold; at 100% a run's time would hang on its last one or two labels, which some runs never reach.
const Fitted = 0.999

// EpochsToFit is the first epoch at whose end the train accuracy, a share in [0,1], reaches the threshold: one of train.Thresholds or the
// run's target.
func EpochsToFit(threshold float64) Statistic {
	name := fmt.Sprintf("epochs to %g%% train accuracy", 100*threshold)
	return StatisticOf(name, "epochs", func(r Result) (float64, bool) {
		reached := r.Measurements.Reached
		i := slices.IndexFunc(reached, func(r Reached) bool { return r.Accuracy == threshold })
		if i < 0 {
			return 0, false
		}
		return float64(reached[i].Epoch), true
	}).OrNever()
}

// UpdatesToFit is EpochsToFit in steps of the optimizer. Between training sets of different sizes it is another question: with one batch size, an epoch
// of more examples has more steps.
func UpdatesToFit(threshold float64) Statistic {
	epochs := EpochsToFit(threshold)
	return StatisticOf(fmt.Sprintf("updates to %g%% train accuracy", 100*threshold), "updates", func(r Result) (float64, bool) {
		n, ok := epochs.Of(r)
		batch := r.Experiment.Training.Batch
		return n * float64((r.Measurements.Train+batch-1)/batch), ok
	}).OrNever()
}

// Fields by which figures and tables group their results.
var (
	LabelCorruption = ByExperiment("label corruption", "probability", func(e Experiment) Level { return Number(e.Corruption.Labels) })
	Architecture    = ByExperiment("net", "", func(e Experiment) Level { return Word(e.Net.String()) })
	Corrupted       = ByExperiment("corruption", "", func(e Experiment) Level { return Word(cmp.Or(e.Corruption.String(), "none")) })
	GaussianInputs  = ByExperiment("Gaussian inputs", "share", func(e Experiment) Level { return Number(e.Corruption.Gaussian) })
	Regularized     = ByExperiment("regularization", "", func(e Experiment) Level { return Word(cmp.Or(e.Regularization.String(), "none")) })
	HiddenUnits     = ByExperiment("hidden units", "per layer", func(e Experiment) Level { return units(e.Net.Hidden) })
	TrainExamples   = ByExperiment("training examples", "", func(e Experiment) Level { return Count(e.Data.Examples()) })
	BatchSize       = ByExperiment("batch size", "examples", func(e Experiment) Level { return Count(e.Training.Batch) })
)

// units is how many units each hidden layer has: "512", or "512-256" where layers differ.
func units(hidden []int) Level {
	if len(hidden) > 0 && slices.Min(hidden) == slices.Max(hidden) {
		return Count(hidden[0])
	}
	return Word(strings.Trim(strings.ReplaceAll(fmt.Sprint(hidden), " ", "-"), "[]"))
}
