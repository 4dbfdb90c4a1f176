// Package paper makes a paper a value: its studies, what it claims, the numbers that it prints, and where this project does otherwise.
//
// Its stance: a [Claim] is a row of its paper, which can be listed without being judged; what judges it is a function from [Evidence] to verdicts, and
// no verdict is written by hand. An error is never a verdict.
package paper

import (
	"rethinking/lib/claims"
	"rethinking/lib/study"
)

// Paper is a paper whose experiments are run here.
type Paper struct {
	Key        string // that it is cited by: "zhang2017"
	Name       string // "Zhang et al. 2017"
	Title      string
	Studies    []study.Study // in the paper's order
	Claims     []Claim
	Published  []Published
	Deviations []Deviation
	Pictures   []Picture
}

// Claim is a statement of a paper, as an inequality that runs or answers can satisfy or break.
type Claim struct {
	ID     string      // the paper's letter, the statement's number and, where it is tested in several ways, a letter: "Z1", "Z5b"
	Source string      // section, figure or table of the paper: "section 2.2, table 1"
	Says   string      // what the paper claims, in our words
	Tested string      // the inequality that is tested here
	Page   string      // the notebook that shows it: "01-random-labels"
	Anchor string      // of the heading above its figure: "the-gap"
	Needs  study.Scale // the smallest scale that can tell; "": quick
	From   int64       // the first seed that counts, as runs of those before were seen when the rule was set; 0: all count

	// Judge returns a verdict a part: see claims.All. Where the Evidence has an error, what it returns is not looked at.
	Judge func(*Evidence) []claims.Verdict
	// TestedAt is Tested where that depends on the scale; nil: it does not.
	TestedAt func(study.Scale) string
}

// Certainty says how sure a published number is.
type Certainty string

// The certainties.
const (
	Printed Certainty = "printed"           // as the paper prints it
	Logged  Certainty = "from its own logs" // from files that its authors left
	Drawn   Certainty = "read off a figure" // to the width of a line
)

// Published are numbers that a paper prints, to stand beside measured ones: a column of a table.
type Published struct {
	Name      string // the quantity: "paper's train accuracy"
	Unit      string
	Source    string // paper, with the table or figure: "Zhang et al. 2017, table 1"
	Certainty Certainty
	// Of returns what the paper prints for a row's experiment or question, "" where it prints nothing. Rows that a mean is taken of have the same.
	Of func(study.Row) string
}

// Heading is the quantity's name with its unit: "paper's test error (%)".
func (p Published) Heading() string { return study.Heading(p.Name, p.Unit) }

// Picture is a figure that stands outside the notebooks, as on the project's front page. Package report draws it.
type Picture struct {
	File      string // in the folder of the notebooks: "time.png"
	Runs      study.Experiments
	Of        study.Statistic // without Of.Of: train and test accuracy, whose distance is the generalization gap
	X, By     study.Field     // the horizontal axis; a line for each level, or of a Map the vertical axis. Without By.Of: one line
	Map       bool            // a map of colours, and no lines
	Log, LogX bool
	Outlined  string // of a Map: the name of the cells with a border
	Outline   func(study.Experiment) bool
}

// Deviation is where this project does otherwise than a paper.
type Deviation struct {
	Source string // section, figure or table of the paper
	Paper  string // what it does, or leaves open
	Here   string
	Why    string
}
