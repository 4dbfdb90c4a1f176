package report

import (
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// chance is the accuracy of guessing one of the papers' ten classes, in percent.
const chance = 10

// Picture draws a paper's picture of the results of its runs.
func Picture(p paper.Picture, results []study.Result) (Drawing, error) {
	var options []Option
	if p.Log {
		options = append(options, Log())
	}
	if p.LogX {
		options = append(options, LogX())
	}
	switch {
	case p.Map:
		if p.Outline != nil {
			options = append(options, Outline(p.Outlined, p.Outline))
		}
		return HeatMap(results, p.Of, p.X, p.By, options...)
	case p.Of.Of == nil:
		return GapBy(results, p.X, append(options, Chance(chance))...)
	case p.By.Of != nil:
		options = append(options, By(p.By))
	}
	return StatisticBy(results, p.Of, p.X, options...)
}
