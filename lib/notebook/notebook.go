// Package notebook is what the cells of a GoNB notebook call: it runs experiments, asks questions and shows what comes of them. It is the only
// package that knows GoNB.
//
// Its stance: a cell is a line or two. What it calls needs no context, no closing and no check of errors: an error fails the cell, with nothing but
// its text on standard error. A notebook opens in its first cell,
//
//	var nb = notebook.Open()
//
// and a figure is
//
//	%%
//	runs := nb.Run(zhang2017.Figure1MNIST)
//	nb.Show(report.GapBy(runs, study.LabelCorruption, report.Chance(10)))
package notebook

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"rethinking/lib/paper"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

// ResultsDir is where a notebook's runs and answers are kept: beside the notebook, whose folder is the kernel's working directory.
const ResultsDir = "results"

// Notebook runs, asks and shows at one scale. It is not for concurrent use.
type Notebook struct {
	Scale study.Scale

	ctx  context.Context
	lab  *study.Lab // opened when first needed
	fail func(error)
	send func(*protocol.DisplayData)
}

// Open returns the notebook, at the scale that RETHINKING_SCALE names. It does next to nothing, as it is called again in every cell. The Lab is
// opened when first needed: results beside the notebook, data sets from the folder that RETHINKING_DATA names, if it is set, progress in the cell's
// output, and the backend that package study chooses.
func Open() *Notebook { return open(exit, gonbui.SendData) }

func open(fail func(error), send func(*protocol.DisplayData)) *Notebook {
	scale, err := study.ParseScale(os.Getenv("RETHINKING_SCALE"))
	nb := &Notebook{Scale: scale, fail: fail, send: send}
	nb.check(err)
	return nb
}

// exit fails the cell with an error's text, without the stacks of a panic.
func exit(err error) {
	gonbui.Sync()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (nb *Notebook) check(err error) {
	if err != nil {
		nb.fail(err)
	}
}

// open opens the Lab, unless it is. Its context ends when the Stop button interrupts the cell, so that the run writes its checkpoint.
func (nb *Notebook) open() (context.Context, *study.Lab) {
	if nb.lab == nil {
		lab, err := study.Open(study.Options{Dir: ResultsDir, DataDir: os.Getenv("RETHINKING_DATA"), Scale: nb.Scale, Observer: newLive(nb.send)})
		nb.check(err)
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
		nb.ctx, nb.lab = ctx, lab
	}
	return nb.ctx, nb.lab
}

// Run returns the results of studies, or of experiments of one's own (study.These), at the notebook's scale; an experiment that two studies share
// once.
func (nb *Notebook) Run(of ...study.Experiments) []study.Result {
	var wanted []study.Experiment
	for _, experiments := range of {
		wanted = append(wanted, experiments(nb.Scale)...)
	}
	ctx, lab := nb.open()
	results, err := lab.All(ctx, study.Distinct(wanted)...)
	nb.check(err)
	return results
}

// Ask returns the answers to questions at the notebook's scale.
func Ask[Q study.Question[A], A any](nb *Notebook, questions func(study.Scale) []Q) []study.Answered[Q, A] {
	ctx, lab := nb.open()
	answers, err := study.Ask(ctx, lab, questions(nb.Scale)...)
	nb.check(err)
	return answers
}

// Sample returns the first n training examples of an experiment, as its net sees them.
func (nb *Notebook) Sample(e study.Experiment, n int) study.Sample {
	ctx, lab := nb.open()
	sample, err := lab.Sample(ctx, e, n)
	nb.check(err)
	return sample
}

// Claims judges the claims of a paper, those whose figures stand on some pages or all of them, for report.Claims.
func (nb *Notebook) Claims(p paper.Paper, pages ...string) (paper.Ledger, error) {
	ctx, lab := nb.open()
	return paper.Judge(ctx, lab, nb.Scale, func(_ paper.Paper, c paper.Claim) bool { return len(pages) == 0 || slices.Contains(pages, c.Page) }, p)
}

// Provenance tells where the results of studies come from.
func (nb *Notebook) Provenance(of ...study.Experiments) (report.Footer, error) {
	return report.Provenance(nb.Run(of...))
}

// Show shows a figure, table or footer as the output of the cell; outside a notebook it shows nothing. Its two arguments are what package report
// returns.
func (nb *Notebook) Show(v report.Shown, err error) {
	nb.check(err)
	outputs, err := v.Outputs()
	nb.check(err)
	for _, o := range outputs {
		data := map[protocol.MIMEType]any{}
		for mime, content := range o.MIME {
			data[protocol.MIMEType(mime)] = content
		}
		nb.send(&protocol.DisplayData{Data: data, Metadata: o.Metadata})
	}
	gonbui.Sync()
}
