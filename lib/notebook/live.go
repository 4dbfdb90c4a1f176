package notebook

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"rethinking/lib/report"
	"rethinking/lib/study"
)

// live is a study.Observer that keeps one line of a cell's output up to date: while runs go on, at most once a second, where they
// stand; at their end, one sentence that sums them up. Several calls to a Lab share the line.
type live struct {
	send func(html string)
	now  func() time.Time
	last time.Time

	wanted                 int // runs of all calls so far
	inCall                 int // finished of the call at hand
	trained, read, stopped int
	took                   time.Duration
	trainedUntil           time.Time
	backends               []string
	failures, unanswered   []string
}

// newLive returns an observer that writes into the running cell; outside a notebook it writes nothing.
func newLive(send func(*protocol.DisplayData)) *live {
	id := gonbui.UniqueId()
	return &live{now: time.Now, send: func(html string) {
		send(&protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: html}, DisplayID: id})
	}}
}

const interval = time.Second // between two updates

// Fetching implements study.Observer.
func (l *live) Fetching(f study.Fetching) {
	l.update(func() string {
		return written("download", study.Fetching{Name: f.Name, Done: f.Done >> 20, Total: f.Total >> 20})
	})
}

// Measuring implements study.Observer.
func (l *live) Measuring(m study.Measuring) {
	if m.Took > 0 {
		l.send(summary(m.Kind + ": measured in " + report.Duration(m.Took)))
		gonbui.Sync()
		return
	}
	l.update(func() string { return bar(m.Fraction, m.Left, m.Kind) })
}

// Progress implements study.Observer.
func (l *live) Progress(p study.Progress) { l.update(func() string { return progressLine(p) }) }

// update sends a line, at most one each interval.
func (l *live) update(line func() string) {
	if now := l.now(); now.Sub(l.last) >= interval {
		l.last = now
		l.send(line())
	}
}

// Finished implements study.Observer.
func (l *live) Finished(f study.Finished) {
	if _, run := f.Work.(study.Experiment); !run {
		l.asked(f)
		return
	}
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

// asked tells of a question that was not answered; the answers have their line from Measuring.
func (l *live) asked(f study.Finished) {
	switch {
	case f.Err == nil:
		return
	case stopped(f.Err):
		l.send(summary("stopped: run the cell again to go on"))
	default:
		l.unanswered = append(l.unanswered, f.Err.Error())
		l.send(summary(report.Plural(len(l.unanswered), "question")+" failed", l.unanswered...))
	}
	gonbui.Sync()
}

func stopped(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (l *live) count(f study.Finished) {
	switch {
	case stopped(f.Err):
		l.stopped++
	case f.Err != nil:
		l.failures = append(l.failures, f.Err.Error())
	case f.FromDisk:
		l.read++
	default:
		now := l.now()
		l.trained++
		l.took += min(f.Took, now.Sub(l.trainedUntil)) // what came after the end of the last run: runs may go side by side
		l.trainedUntil = now
	}
	if f.Err == nil {
		if backend := f.Result.Provenance.Backend; backend != "" && !slices.Contains(l.backends, backend) {
			l.backends = append(l.backends, backend)
		}
	}
}

func progressLine(p study.Progress) string {
	parts := []string{fmt.Sprintf("run %d of %d", p.Index+1, p.Of), p.Experiment.String(), fmt.Sprintf("epoch %d of %d", p.Epoch, p.Epochs)}
	if p.Epoch > 0 || p.Train > 0 || p.Test > 0 {
		parts = append(parts, fmt.Sprintf("train %.1f%%, test %.1f%%", 100*p.Train, 100*p.Test))
	}
	return bar(p.Fraction, p.Left, parts...)
}

// bar says how much time is left, but while that is unknown.
func bar(fraction float64, left time.Duration, parts ...string) string {
	if left > 0 {
		parts = append(parts, report.Duration(left)+" left")
	}
	return written("bar", struct{ Done, Line string }{fmt.Sprintf("%.3f", fraction), strings.Join(parts, " · ")})
}

// lines are the HTML of a live line.
var lines = template.Must(template.New("").Parse(`
{{- define "bar"}}<div class="rethinking-progress"><progress max="1" value="{{.Done}}"></progress> {{.Line}}</div>{{end}}
{{- define "summary"}}<div class="rethinking-summary">{{.Line}}{{range .Failures}}<br><strong>Error:</strong> {{.}}{{end}}</div>{{end}}
{{- define "download"}}<p>Downloading the data set {{.Name}}: {{.Done}} of {{.Total}} MB.</p>{{end}}`))

func written(name string, values any) string {
	var b strings.Builder
	if err := lines.ExecuteTemplate(&b, name, values); err != nil {
		panic(err) // the templates and their values are above
	}
	return b.String()
}

// summary is the line that stays: "18 runs: 6 trained in 2 min 10 s, 12 read from disk; backend xla:cpu".
func (l *live) summary() string {
	var parts []string
	for _, c := range []struct {
		n    int
		said string
	}{
		{l.trained, "trained in " + report.Duration(l.took)},
		{l.read, "read from disk"},
		{l.stopped, "stopped: run the cell again to go on"},
		{len(l.failures), "failed"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprint(c.n, " ", c.said))
		}
	}
	line := report.Plural(l.wanted, "run") + ": " + strings.Join(parts, ", ")
	if runs := l.trained + l.read + l.stopped + len(l.failures); runs < l.wanted {
		line = fmt.Sprintf("%d of ", runs) + line
	}
	if len(l.backends) > 0 {
		line += "; backend " + strings.Join(l.backends, ", ")
	}
	return summary(line, l.failures...)
}

// summary is a line that stays, with errors below it.
func summary(line string, failures ...string) string {
	return written("summary", struct {
		Line     string
		Failures []string
	}{line, failures})
}
