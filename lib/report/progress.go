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

	wanted, runs           int // of all calls so far
	inCall                 int // finished of the call at hand
	trained, read, stopped int
	took                   time.Duration
	trainedUntil           time.Time
	backends               []string
	failures               []string
}

// NewLive returns an observer that writes into the running cell; outside a notebook it writes nothing.
func NewLive() *Live {
	id := gonbui.UniqueId()
	return &Live{send: func(html string) { gonbui.UpdateHTML(id, html) }, now: time.Now}
}

const interval = time.Second // between two updates

// Fetching implements study.Observer.
func (l *Live) Fetching(f study.Fetching) {
	l.update(func() string {
		return fmt.Sprintf("<p>Downloading the data set %s: %d of %d MB.</p>", html.EscapeString(f.Name), f.Done>>20, f.Total>>20)
	})
}

// Measuring implements study.Observer.
func (l *Live) Measuring(m study.Measuring) {
	if m.Took > 0 {
		l.send(summary(m.Kind + ": measured in " + words(m.Took)))
		gonbui.Sync()
		return
	}
	l.update(func() string { return bar(m.Fraction, facts(m.Kind, left(m.Left))...) })
}

// Progress implements study.Observer.
func (l *Live) Progress(p study.Progress) { l.update(func() string { return progressLine(p) }) }

// update sends a line, at most one each interval.
func (l *Live) update(line func() string) {
	if now := l.now(); now.Sub(l.last) >= interval {
		l.last = now
		l.send(line())
	}
}

// Finished implements study.Observer.
func (l *Live) Finished(f study.Finished) {
	if l.inCall == 0 {
		l.wanted += f.Of
	}
	l.inCall++
	l.count(f)
	last := stopped(f.Err) || l.inCall == f.Of // a stopped call reports no more runs
	if last {
		l.inCall = 0
	}
	now := l.now()
	if last || f.Err != nil || !f.FromDisk && now.Sub(l.last) >= interval {
		l.last = now
		l.send(l.summary())
	}
	if last {
		gonbui.Sync()
	}
}

func stopped(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// sinceLast is how much of a run's time, which ends now, came after the end of the last run: runs may go side by side.
func (l *Live) sinceLast(took time.Duration) time.Duration {
	now := l.now()
	alone := min(took, now.Sub(l.trainedUntil))
	l.trainedUntil = now
	return alone
}

func (l *Live) count(f study.Finished) {
	l.runs++
	switch {
	case stopped(f.Err):
		l.stopped++
	case f.Err != nil:
		l.failures = append(l.failures, f.Err.Error())
	case f.FromDisk:
		l.read++
	default:
		l.trained++
		l.took += l.sinceLast(f.Took)
	}
	if f.Err == nil {
		l.backends = unique(append(l.backends, f.Result.Provenance.Backend))
	}
}

func progressLine(p study.Progress) string {
	parts := []string{fmt.Sprintf("run %d of %d", p.Index+1, p.Of), p.Experiment.String(), fmt.Sprintf("epoch %d of %d", p.Epoch, p.Epochs)}
	if p.Epoch > 0 || p.Train > 0 || p.Test > 0 {
		parts = append(parts, fmt.Sprintf("train %.1f%%, test %.1f%%", 100*p.Train, 100*p.Test))
	}
	return bar(p.Fraction, facts(append(parts, left(p.Left))...)...)
}

// left says how much time is left, "" while that is unknown.
func left(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return words(d) + " left"
}

func bar(fraction float64, parts ...string) string {
	return fmt.Sprintf("<div class=\"rethinking-progress\"><progress max=\"1\" value=\"%.3f\"></progress> %s</div>",
		fraction, html.EscapeString(strings.Join(parts, " · ")))
}

// summary is the line that stays: "18 runs: 6 trained in 2 min 10 s, 12 read from disk; backend xla:cpu".
func (l *Live) summary() string {
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
	line := plural(l.wanted, "run") + ": " + strings.Join(parts, ", ")
	if l.runs < l.wanted {
		line = fmt.Sprintf("%d of ", l.runs) + line
	}
	if backends := facts(l.backends...); len(backends) > 0 {
		line += "; backend " + strings.Join(backends, ", ")
	}
	return summary(line, l.failures...)
}

// summary is a line that stays, with errors below it.
func summary(line string, failures ...string) string {
	out := "<div class=\"rethinking-summary\">" + html.EscapeString(line)
	for _, failure := range failures {
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
