package keskar2017

import (
	"math"
	"slices"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// The regimes of Control, beside Small. Large batches either see the examples as often as small ones, or take as many updates; and in either case batch
// normalization may take its moments of ghosts, as many examples as small batches have, or nearly so.
const (
	EqualEpochs  = "equal epochs"
	EqualUpdates = "equal updates"
	GhostEpochs  = "ghosts"
	GhostUpdates = "both"
)

// controlled are the seeds of Control.
var controlled = map[study.Scale]int{study.Smoke: 1, study.Quick: 1, study.Standard: 3, study.Paper: 5}

// Control asks what Hoffer, Hubara and Soudry 2017 (arXiv 1705.08741), section 3, object: is it the large batch that generalizes worse, or do as many
// epochs have too few updates for it? The third regime goes on in large batches until it has as many as small ones have. Nets with batch normalization are
// trained with ghosts, too. Of the nets on MNIST: as many updates of C1 take an hour.
func Control(scale study.Scale) (all []study.Experiment) {
	for _, p := range pairs[scale] {
		if p.data.Name != "mnist" {
			continue
		}
		longer := p.trained(p.large)
		longer.Training.Epochs = p.longer()
		regimes := []study.Experiment{p.trained(p.small), p.trained(p.large), longer}
		if p.net.BatchNorm {
			regimes = append(regimes, p.inGhosts(regimes[1]), p.inGhosts(longer))
		}
		for _, e := range regimes {
			all = append(all, study.Seeds(e, controlled[scale])...)
		}
	}
	return all
}

// inGhosts is a run in large batches whose batch normalization has ghosts of nearly as many examples as small batches have: the most, up to that, that
// part a large batch.
func (p pair) inGhosts(e study.Experiment) study.Experiment {
	e.Net.GhostBatch = p.small
	for p.large%e.Net.GhostBatch != 0 {
		e.Net.GhostBatch--
	}
	return e
}

// longer is how many epochs in large batches have as many updates as those in small ones, rounded.
func (p pair) longer() int {
	n := p.data.Examples()
	updates := func(batch int) int { return (n + batch - 1) / batch }
	return int(math.Round(float64(p.epochs*updates(p.small)) / float64(updates(p.large))))
}

// ControlSharpness asks how sharp the ends of these runs are.
func ControlSharpness(scale study.Scale) []Sharp { return searched(scale, Control(scale)) }

// The field and numbers that tell the runs of Control apart.
var (
	Regime  = study.ByExperiment("regime", "", func(e study.Experiment) study.Level { return study.Word(regimeOf(e)) })
	Updates = study.Statistic{Name: "updates", Of: func(r study.Row) (float64, bool) {
		e := r.Origin().Experiment
		return float64(e.Training.Epochs * ((e.Data.Examples() + e.Training.Batch - 1) / e.Training.Batch)), true
	}}
)

func regimeOf(e study.Experiment) string {
	ghosts := e.Net.GhostBatch > 0
	switch {
	case batchOf(e) == Small:
		return Small
	case isOfPair(e) && ghosts:
		return GhostEpochs
	case isOfPair(e):
		return EqualEpochs
	case ghosts:
		return GhostUpdates
	}
	return EqualUpdates
}

// isOfPair tells whether a run in large batches sees the examples as often as those of a pair of Table2, at any scale.
func isOfPair(e study.Experiment) bool {
	for _, all := range pairs {
		if slices.ContainsFunc(all, func(p pair) bool {
			return p.data == e.Data && p.large == e.Training.Batch && p.epochs == e.Training.Epochs
		}) {
			return true
		}
	}
	return false
}

// hoffersControl are the claims on the control.
var hoffersControl = []paper.Claim{{
	ID: "B8", Source: "Hoffer et al. 2017, section 3", Page: minima, Anchor: "hoffer-s-control",
	Says:   "Large batches generalize worse because they take fewer updates: with as many, the gap closes",
	Tested: "final test accuracy in large batches, by which the gap to small ones shrinks: equal epochs < equal updates, F1 and F1 without batch norm",
	Judge: func(e *paper.Evidence) (parts []claims.Verdict) {
		for _, net := range study.Split(e.Runs(paper.Any, Control), NetName) {
			at := func(regime string) claims.Sample {
				return paper.Sample(net.Label+", "+regime, study.With(net.Rows, Regime, regime), study.Final(study.TestAccuracy))
			}
			parts = append(parts, claims.Less(at(EqualEpochs), at(EqualUpdates), 0))
		}
		return parts
	},
}, {
	ID: "B9", Source: "Hoffer et al. 2017, section 4", Page: minima, Anchor: "hoffer-s-control",
	Says:   "Batch normalization by ghosts of a large batch closes more of the gap",
	Tested: "final test accuracy of F1 in large batches: as many updates without ghosts < with ghosts",
	Judge: func(e *paper.Evidence) []claims.Verdict {
		runs := study.With(e.Runs(paper.Any, Control), NetName, F1)
		at := func(regime string) claims.Sample {
			return paper.Sample(regime, study.With(runs, Regime, regime), study.Final(study.TestAccuracy))
		}
		return []claims.Verdict{claims.Less(at(EqualUpdates), at(GhostUpdates), 0)}
	},
}}
