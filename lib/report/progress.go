package report

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"rethinking/lib/study"
)

// Live is a study.Observer that keeps one line of a cell's output up to date: while runs go on, at most once a second, where they
// stand; at their end, one sentence that sums them up. Several calls to a Lab share the line.
type Live struct {
	send func(html string)
	now  func() time.Time
	last time.Time

	runs, trained, read, stopped int
	took                         time.Duration
	backends                     []string
	failures                     []string
}

// NewLive returns an observer that writes into the running cell; outside a notebook it writes nothing.
func NewLive() *Live {
	id := gonbui.UniqueID()
	return &Live{send: func(html string) { gonbui.UpdateHTML(id, html) }, now: time.Now}
}

const interval = time.Second // between two updates

// Progress implements study.Observer.
func (l *Live) Progress(p study.Progress) {
	if now := l.now(); now.Sub(l.last) >= interval {
		l.last = now
		l.send(progressLine(p))
	}
}

// Finished implements study.Observer.
func (l *Live) Finished(f study.Finished) {
	l.runs++
	switch {
	case errors.Is(f.Err, context.Canceled) || errors.Is(f.Err, context.DeadlineExceeded):
		l.stopped++
	case f.Err != nil:
		l.failures = append(l.failures, f.Err.Error())
	case f.FromDisk:
		l.read++
	default:
		l.trained++
		l.took += f.Took
	}
	if f.Err == nil {
		l.backends = unique(append(l.backends, f.Result.Provenance.Backend))
	}
	if f.Err != nil || f.Index+1 == f.Of {
		l.send(l.summary(f.Of))
		gonbui.Sync()
	}
}

func progressLine(p study.Progress) string {
	parts := []string{fmt.Sprintf("run %d of %d", p.Index+1, p.Of), p.Experiment.String(), fmt.Sprintf("epoch %d of %d", p.Epoch, p.Epochs)}
	if p.Epoch > 0 || p.Train > 0 || p.Test > 0 {
		parts = append(parts, fmt.Sprintf("train %.1f%%, test %.1f%%", 100*p.Train, 100*p.Test))
	}
	if p.Left > 0 {
		parts = append(parts, words(p.Left)+" left")
	}
	return fmt.Sprintf("<div class=\"rethinking-progress\"><progress max=\"1\" value=\"%.3f\"></progress> %s</div>",
		p.Fraction, html.EscapeString(strings.Join(parts, " · ")))
}

// summary is the line that stays.
func (l *Live) summary(of int) string {
	var parts []string
	if l.trained > 0 {
		parts = append(parts, fmt.Sprintf("%d trained in %s", l.trained, words(l.took)))
	}
	if l.read > 0 {
		parts = append(parts, fmt.Sprintf("%d read from disk", l.read))
	}
	if l.stopped > 0 {
		parts = append(parts, fmt.Sprintf("%d stopped: run the cell again to go on", l.stopped))
	}
	if len(l.failures) > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", len(l.failures)))
	}
	line := fmt.Sprintf("%s: %s", plural(l.runs, "run"), strings.Join(parts, ", "))
	if backends := facts(l.backends...); len(backends) > 0 {
		line += "; backend " + strings.Join(backends, ", ")
	}
	out := "<div class=\"rethinking-summary\">" + html.EscapeString(line)
	for _, failure := range l.failures {
		out += "<br><strong>Error:</strong> " + html.EscapeString(failure)
	}
	return out + "</div>"
}

// words writes a duration for people: "0.4 s", "12 s", "2 min 10 s", "3 h 05 min".
func words(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	}
}
