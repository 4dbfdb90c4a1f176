package study

// Study is a set of experiments that answers one question of a paper.
type Study struct {
	Name        string // "zhang2017/random-labels-mnist": the paper's package, then the question
	Title       string
	Source      string // figure or table of the paper
	By          Field  // tells the rows or points apart; experiments alike in it differ in their seed alone
	Experiments func(Scale) []Experiment
}

// Seeds returns copies of an experiment with the seeds 1 to n.
func Seeds(e Experiment, n int) []Experiment {
	out := make([]Experiment, n)
	for i := range out {
		out[i] = e
		out[i].Seed = int64(i + 1)
	}
	return out
}
