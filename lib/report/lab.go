package report

import (
	"context"
	"os"
	"os/signal"

	"rethinking/lib/study"
)

// ResultsDir is where a notebook's runs are kept: beside the notebook, whose folder is the kernel's working directory.
const ResultsDir = "results"

// MustOpenLab opens the notebook's Lab for a cell: results beside the notebook, progress in the cell's output, the backend that package
// study chooses, data sets from the folder that RETHINKING_DATA names, if it is set. The context ends when the Stop button interrupts the
// cell, so that the run writes its checkpoint. The scale is only recorded with the results. Where the Lab cannot be opened MustOpenLab
// panics with the reason, which fails the cell.
//
//	ctx, lab := report.MustOpenLab(scale)
//	defer lab.Close()
func MustOpenLab(scale study.Scale) (context.Context, *study.Lab) {
	lab, err := study.Open(study.Options{Dir: ResultsDir, DataDir: os.Getenv("RETHINKING_DATA"), Scale: scale, Observer: NewLive()})
	if err != nil {
		panic("report: cannot open the notebook's lab: " + err.Error())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	return ctx, lab
}
