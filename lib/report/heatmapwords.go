package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Caption returns the caption in Markdown: the author's text, then the facts.
func (h Heat) Caption() string { return caption(h.Text, h.Facts) }

// widestFact tells the spread, which the picture cannot show: that of the cell where it is widest.
func (h Heat) widestFact() string {
	spread := func(c HeatCell) float64 {
		if !h.colored(c) || c.N < 2 {
			return -1
		}
		return c.High - c.Low
	}
	widest := slices.MaxFunc(h.Cells, func(a, b HeatCell) int { return cmp.Compare(spread(a), spread(b)) })
	switch w := spread(widest); {
	case w < 0:
		return ""
	case w == 0:
		return "All seeds of a cell agree."
	default:
		return fmt.Sprintf("Widest range over seeds: %s to %s at %s.", number(widest.Low), withUnit(widest.High, h.Color.Unit), widest.Name)
	}
}

// greyFact explains cells that are grey because runs lack the value, and counts these.
func (h Heat) greyFact() string {
	missing, runs, some, none := 0, 0, "", ""
	for _, c := range h.Cells {
		missing, runs = missing+c.Of-c.N, runs+c.Of
		switch {
		case c.N == 0:
			none = "no runs (–)"
		case c.partial():
			some = cmp.Or(some, "only some runs ("+c.text()+")")
		}
	}
	if missing == 0 {
		return ""
	}
	grey := strings.Join(facts(some, none), " or ")
	return fmt.Sprintf("Grey: %s have the value; runs without it: %s of %s.", grey, thousands(missing), thousands(runs))
}

// offFact counts means that are grey although all runs have the value.
func (h Heat) offFact() string {
	off := h.count(func(c HeatCell) bool { return c.N == c.Of && !h.colored(c) })
	if off == 0 {
		return ""
	}
	why := "not finite"
	if h.Color.Log {
		why += " or not above zero"
	}
	return fmt.Sprintf("Grey because they are %s: %s.", why, plural(off, "mean"))
}

func (h Heat) emptyFact() string {
	all := len(h.X.Categories) * len(h.Y.Categories)
	if empty := all - len(h.Cells); empty > 0 {
		return fmt.Sprintf("Empty: not run (%d of %d cells).", empty, all)
	}
	return ""
}

func (h Heat) outlineFact(o *border) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf("Outlined: %s (%d of %s).", o.label, h.count(func(c HeatCell) bool { return c.Outlined }), plural(len(h.Cells), "cell"))
}

// Description says in words what the picture shows: its kind, axes with their values, the lowest and the highest cell, and those without
// a mean, outlined or empty. It is the alternative text of the picture.
func (h Heat) Description() string {
	parts := []string{
		fmt.Sprintf("Heat map: %s.", h.Title),
		"Horizontal axis: " + h.X.describe() + ".",
		"Vertical axis, upwards: " + h.Y.describe() + ".",
	}
	if h.Color.Min < h.Color.Max {
		parts = append(parts, "Colour: "+h.Color.describe()+".", h.extremes())
	}
	some := h.listed(HeatCell.partial, func(c HeatCell) string { return fmt.Sprintf("%s (%s)", c.Name, c.text()) })
	none := h.listed(func(c HeatCell) bool { return c.N == 0 }, HeatCell.name)
	outlined := h.listed(func(c HeatCell) bool { return c.Outlined }, HeatCell.name)
	for _, part := range [][2]string{
		{"Only some runs have a value: ", some}, {"No run has a value: ", none}, {"Outlined, " + h.Outline + ": ", outlined},
	} {
		if part[1] != "" {
			parts = append(parts, part[0]+part[1]+".")
		}
	}
	if empty := h.emptyFact(); empty != "" {
		parts = append(parts, empty)
	}
	return strings.Join(parts, " ")
}

func (c HeatCell) name() string { return c.Name }

// extremes names the lowest and the highest mean.
func (h Heat) extremes() string {
	colored := slices.DeleteFunc(slices.Clone(h.Cells), func(c HeatCell) bool { return !h.colored(c) })
	byMean := func(a, b HeatCell) int { return cmp.Compare(a.Mean, b.Mean) }
	low, high := slices.MinFunc(colored, byMean), slices.MaxFunc(colored, byMean)
	return fmt.Sprintf("Lowest: %s at %s. Highest: %s at %s.", h.Color.value(low.Point), low.Name, h.Color.value(high.Point), high.Name)
}

func (h Heat) listed(which func(HeatCell) bool, words func(HeatCell) string) string {
	var found []string
	for _, c := range h.Cells {
		if which(c) {
			found = append(found, words(c))
		}
	}
	return listed(found, "cells")
}
