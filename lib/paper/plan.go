package paper

import (
	"slices"
	"strings"
	"time"

	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Plan is what it would take to decide a claim: seeds more, of each of its settings.
type Plan struct {
	First, Last int64         // seeds; Last is less than First where no more are wanted
	Seed        time.Duration // that a seed takes, by the runs that are kept
	GPUs        []string      // that some of these ran on: without one a seed takes longer
	work        []study.Work  // one a setting
	runs        []float64     // seconds that each takes
	next        int64         // the first seed that some setting lacks
}

// Of short runs, in seconds, five seeds are wanted, of others as many as decide anything; more, up to most, where the verdict so far says that more would.
const short, ofShort, most = 120, 5, 30

// add notes a setting, once: one of its runs, the seed after its last, and the seconds that one takes.
func (p *Plan) add(w study.Work, next int64, seconds float64) {
	if p.next == 0 || next < p.next {
		p.next = next
	}
	if again := func(other study.Work) bool { return other.Key() == w.Key() }; !slices.ContainsFunc(p.work, again) {
		p.work, p.runs = append(p.work, w), append(p.runs, seconds)
		p.Seed += time.Duration(seconds * float64(time.Second))
	}
}

// ranOn notes the GPU that a kept run had, if any.
func (p *Plan) ranOn(by study.Provenance) {
	if by.OnGPU() && !slices.Contains(p.GPUs, by.Device) {
		p.GPUs = append(p.GPUs, by.Device)
		slices.Sort(p.GPUs)
	}
}

// wanted is how many seeds a verdict asks for.
func (p Plan) wanted(v claims.Verdict) int64 {
	switch {
	case len(p.work) == 0:
		return 0
	case v.Needed > claims.Enough && v.Needed <= most:
		return int64(max(v.Needed, p.least()))
	}
	return int64(p.least())
}

func (p Plan) least() int {
	if slices.Max(p.runs) > short {
		return claims.Enough
	}
	return ofShort
}

// Seeds is how many seeds more it takes; none of the zero Plan.
func (p Plan) Seeds() int {
	if p.First == 0 {
		return 0
	}
	return max(0, int(p.Last-p.First+1))
}

// Cost is the time that they take, where the kept runs ran.
func (p Plan) Cost() time.Duration { return time.Duration(p.Seeds()) * p.Seed }

// Where says after a Cost what it hangs on: "" where all ran on processors, else which GPU it counts on.
func (p Plan) Where() string {
	if len(p.GPUs) == 0 {
		return ""
	}
	return " by runs of which some had a GPU (" + strings.Join(p.GPUs, ", ") + ")"
}

// Work is what a seed takes.
func (p Plan) Work(seed int64) []study.Work {
	all := make([]study.Work, len(p.work))
	for i, w := range p.work {
		all[i] = w.WithSeed(seed)
	}
	return all
}
