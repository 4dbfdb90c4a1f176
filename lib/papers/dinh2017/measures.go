package dinh2017

import (
	"slices"

	"rethinking/lib/papers/keskar2017"
	"rethinking/lib/papers/seed2017"
	"rethinking/lib/papers/zhang2017"
	"rethinking/lib/study"
)

// Measures asks what a minimum is like, as it was found, of runs of other studies: does any of it go with how well they generalize? They are the student
// report's nets in batches of every size; its grid of widths and depths as far as a net has no more weights than largestMeasured, of one seed; and Keskar et
// al.'s F1 in batches of every size, of one seed. True and random labels are asked apart, as a net that fits random labels has nothing to generalize.
func Measures(scale study.Scale) []Invariance {
	s := sizes[scale]
	return study.About(measured(scale), func(e study.Experiment) Invariance {
		return Invariance{e, []float64{1}, min(s.examples, e.Data.Examples()), s.steps, s.samples}
	})
}

// largestMeasured is the number of weights up to which the report's nets are measured: a measurement of the largest takes as long as their run.
func largestMeasured(scale study.Scale) int {
	if scale == study.Smoke {
		return 20_000
	}
	return 1_000_000
}

func measured(scale study.Scale) []study.Experiment {
	ofGrid := study.Where(slices.Concat(seed2017.Grid(study.Corruption{})(scale), seed2017.Grid(study.Corruption{Labels: 1})(scale)),
		func(e study.Experiment) bool { return e.Seed == 1 && seed2017.WeightsOf(e) <= largestMeasured(scale) })
	ofKnee := study.Where(keskar2017.Figure4(scale), func(e study.Experiment) bool { return e.Seed == 1 })
	if scale == study.Smoke {
		ofKnee = ofKnee[:1]
	}
	return slices.Concat(seed2017.BatchSizes(scale), ofGrid, ofKnee)
}

// The studies that Measures takes its runs from.
const (
	Batches = "batch sizes"
	Grid    = "widths and depths"
	Knee    = "batch sizes of F1"
)

// The fields that tell the runs of Measures apart: by their labels, and by the study that they are from.
var (
	Labels = zhang2017.Condition
	From   = study.ByExperiment("study", "", func(e study.Experiment) study.Level { return study.Word(fromOf(e)) })
)

func fromOf(e study.Experiment) string {
	switch {
	case e.Net.BatchNorm:
		return Knee
	case seed2017.IsOfBatchSizes(e):
		return Batches
	}
	return Grid
}

// What is held against the measures: how much worse a net does on new examples than on those it was trained on.
var (
	Gap     = study.Quantity("generalization gap", "points", func(s Scaled) float64 { return s.TrainAccuracy - s.TestAccuracy })
	LossGap = study.Quantity("gap of the loss", "nats", func(s Scaled) float64 { return s.TestLoss - s.TrainLoss })
)
