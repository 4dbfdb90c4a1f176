package report

import (
	"fmt"
	"slices"
	"strings"

	"rethinking/lib/study"
)

// settingFact names the data, the nets, the training-set sizes, and what else is the same in all runs: "Data: mnist, 60,000 training
// examples; net: mlp 2x512; weight decay 0.0005."
func settingFact(groups []study.Group) string {
	var data, nets, corruptions, regularizations []string
	var sizes []int
	for _, r := range all(groups) {
		e := r.Experiment
		data, nets = append(data, e.Data.String()), append(nets, e.Net.String())
		corruptions, regularizations = append(corruptions, e.Corruption.String()), append(regularizations, e.Regularization.String())
		sizes = append(sizes, r.Measurements.Train)
	}
	fact := fmt.Sprintf("Data: %s, %s training examples; net: %s",
		listed(data, "data sets"), span(slices.Min(sizes), slices.Max(sizes)), listed(nets, "nets"))
	for _, same := range [][]string{unique(corruptions), unique(regularizations)} {
		if len(same) == 1 && same[0] != "" {
			fact += "; " + same[0]
		}
	}
	return fact + "."
}

// listed joins the distinct values in order of appearance, or counts them where they are many.
func listed(values []string, noun string) string {
	distinct := unique(values)
	if len(distinct) > 4 {
		return fmt.Sprintf("%d %s", len(distinct), noun)
	}
	return strings.Join(distinct, " and ")
}

func unique(values []string) []string {
	var distinct []string
	for _, v := range values {
		if !slices.Contains(distinct, v) {
			distinct = append(distinct, v)
		}
	}
	return distinct
}

// seedsFact tells how many seeds a mean is of and what the spread is, if it is drawn, never claiming a spread that one seed cannot have.
func seedsFact(groups []study.Group, mean, spread string) string {
	low, high := len(groups[0].Results), 0
	for _, g := range groups {
		low, high = min(low, len(g.Results)), max(high, len(g.Results))
	}
	if high == 1 {
		return "One seed each, so the spread over seeds is unknown."
	}
	fact := fmt.Sprintf("%s: mean of %s seeds", mean, span(low, high))
	if spread != "" {
		fact += "; " + spread + ": lowest to highest seed"
	}
	if fact += "."; low == 1 {
		fact += " Where there is one seed, the spread is unknown."
	}
	return fact
}

// dotsFact explains the seeds' own dots, which a single seed has not.
func dotsFact(groups []study.Group) string {
	if slices.ContainsFunc(groups, func(g study.Group) bool { return len(g.Results) > 1 }) {
		return "Dots: each seed."
	}
	return ""
}

// earlyFact is not empty where runs of one group ended at different epochs, so that ended runs enter the mean with their last value.
func earlyFact(groups []study.Group) string {
	for _, g := range groups {
		first := lastEpoch(g.Results[0])
		for _, r := range g.Results[1:] {
			if lastEpoch(r) != first {
				return "A run that ended early keeps its last value."
			}
		}
	}
	return ""
}

func lastEpoch(r study.Result) int {
	epochs := r.Measurements.Curves.Epoch
	return epochs[len(epochs)-1]
}

func scaleFact(groups []study.Group) string {
	var scales []string
	for _, r := range all(groups) {
		scale := string(r.Provenance.Scale)
		if scale == "" {
			scale = "not recorded"
		}
		scales = append(scales, scale)
	}
	distinct := unique(scales)
	if len(distinct) == 1 {
		return "Scale: " + distinct[0] + "."
	}
	return "Scales, mixed: " + strings.Join(distinct, ", ") + "."
}

func all(groups []study.Group) []study.Result {
	var results []study.Result
	for _, g := range groups {
		results = append(results, g.Results...)
	}
	return results
}

func facts(sentences ...string) []string {
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}
