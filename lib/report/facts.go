package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rethinking/lib/study"
)

// settingFact names the data, the nets, the training-set sizes, and what else is the same in all runs: "Data: mnist, 60,000 training
// examples; net: mlp 2x512; weight decay 0.0005." Of rows that are no results it says nothing.
func settingFact(groups []group) string {
	runs, ok := results(rowsOf(groups))
	if !ok {
		return ""
	}
	var data, nets, corruptions, regularizations []string
	var sizes []int
	for _, r := range runs {
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

// seedList is "seed 3" or "seeds 0, 1, 2".
func seedList(seeds []int64) string {
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	if len(seeds) == 1 {
		return fmt.Sprintf("seed %d", seeds[0])
	}
	var names []string
	for _, seed := range seeds {
		names = append(names, strconv.FormatInt(seed, 10))
	}
	return "seeds " + strings.Join(names, ", ")
}

const oneSeed = "One seed each, so the spread over seeds is unknown."

// seedsFact tells how many seeds a mean is of and what the spread is, if it is drawn, never claiming a spread that one seed cannot have. Bars stand
// beside dots.
func seedsFact(groups []group, mean, spread string) string {
	low, high := len(groups[0].Rows), 0
	for _, g := range groups {
		low, high = min(low, len(g.Rows)), max(high, len(g.Rows))
	}
	if high == 1 {
		return oneSeed
	}
	fact := fmt.Sprintf("%s: mean of %s seeds", mean, span(low, high))
	if spread != "" {
		fact += "; " + spread + ": lowest to highest seed"
	}
	if fact += "."; low == 1 {
		fact += " Where there is one seed, the spread is unknown."
	}
	if spread == "bars" {
		fact += " Dots: each seed."
	}
	return fact
}

// plotFact tells how many seeds a point is of at most.
func plotFact(most int) string {
	if most < 2 {
		return oneSeed
	}
	return fmt.Sprintf("Lines: mean of up to %d seeds; bars or bands: lowest to highest seed.", most)
}

// leftOutFact counts what is not drawn.
func leftOutFact(n int, noun, why string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("Left out because they %s: %s.", why, Plural(n, noun))
}

// earlyFact is not empty where runs of one group ended at different epochs, so that ended runs enter the mean with their last value.
func earlyFact(groups []group) string {
	last := func(r study.Row) int { return slices.Max(r.(study.Result).Measurements.Curves.Epoch) }
	for _, g := range groups {
		for _, r := range g.Rows[1:] {
			if last(r) != last(g.Rows[0]) {
				return "A run that ended early keeps its last value."
			}
		}
	}
	return ""
}

// scaleFact names the scales at which rows were asked for; it is empty where nothing says so of rows that are no results.
func scaleFact(rows []study.Row) string {
	var scales []string
	for _, r := range rows {
		scales = append(scales, cmp.Or(string(r.Origin().Scale), "not recorded"))
	}
	distinct := unique(scales)
	if _, runs := results(rows); len(distinct) == 1 && (runs || distinct[0] != "not recorded") {
		return "Scale: " + distinct[0] + "."
	}
	if len(distinct) < 2 {
		return ""
	}
	return "Scales, mixed: " + strings.Join(distinct, ", ") + "."
}

func facts(sentences ...string) []string {
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}
