package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"rethinking/lib/study"
)

// progress shows how a sweep goes: a bar in a terminal, plain lines elsewhere.
type progress struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil where out is no terminal
	last time.Time
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, last: time.Now()}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(1000, progressbar.OptionSetWriter(out), progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false))
	}
	return p
}

// lineEvery is how often a long run writes a line where there is no bar.
const lineEvery = 30 * time.Second

// Fetching shows how a download goes, as Progress does.
func (p *progress) Fetching(at study.Fetching) {
	p.show(float64(at.Done)/float64(at.Total), fmt.Sprintf("downloading %s, %d of %d MB", at.Name, at.Done>>20, at.Total>>20))
}

// Measuring shows how a computation goes, as Progress does.
func (p *progress) Measuring(at study.Measuring) {
	p.show(at.Fraction, at.Kind+left(at.Left))
}

// Progress redraws the bar, at most ten times a second, or writes a line now and then.
func (p *progress) Progress(at study.Progress) {
	p.show(at.Fraction, fmt.Sprintf("run %d of %d, %s, epoch %d of %d, train %.1f%%, test %.1f%%%s",
		at.Index+1, at.Of, at.Experiment, at.Epoch, at.Epochs, 100*at.Train, 100*at.Test, left(at.Left)))
}

// left says how much time is left, "" while that is unknown.
func left(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return ", " + d.Round(time.Second).String() + " left"
}

func (p *progress) show(fraction float64, line string) {
	pause := lineEvery
	if p.bar != nil {
		pause = 100 * time.Millisecond
	}
	if time.Since(p.last) < pause {
		return
	}
	p.last = time.Now()
	if p.bar == nil {
		fmt.Fprintln(p.out, line)
		return
	}
	p.bar.Describe(line)
	p.bar.Set(int(1000 * fraction))
}

// Finished writes a line about a run that was trained, a question that was answered, or one of these that failed.
func (p *progress) Finished(f study.Finished) {
	if f.FromDisk {
		return
	}
	p.end()
	if f.Err != nil {
		fmt.Fprintf(p.out, "run %d of %d, %s: %v\n", f.Index+1, f.Of, f.Work, f.Err)
		return
	}
	if _, run := f.Work.(study.Experiment); !run {
		fmt.Fprintf(p.out, "answer %d of %d, %s: in %s\n", f.Index+1, f.Of, f.Work, f.Took.Round(100*time.Millisecond))
		return
	}
	c := f.Result.Measurements.Curves
	last := len(c.Epoch) - 1
	fmt.Fprintf(p.out, "run %d of %d, %s: %d epochs in %s, train %.2f%%, test %.2f%%\n", f.Index+1, f.Of, f.Work,
		c.Epoch[last], f.Took.Round(100*time.Millisecond), 100*c.TrainAccuracy[last], 100*c.TestAccuracy[last])
}

func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
