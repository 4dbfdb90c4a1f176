package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Measure returns the answer to a question that is not a training run, such as a closed form or the curvature at trained weights: from disk, or
// by computing it and then keeping it there, as Lab.All does with results. The question is a plain value that holds every choice that can
// change the answer; kind names what is asked of it, "zhang2017/kernel". Question and answer are kept as JSON.
//
// The computation is told to whom it may report the share done, which an Observer sees. It stops where its context ends. A question that
// another process is computing is waited for. Panics in it become errors.
func Measure[A any](ctx context.Context, l *Lab, kind string, question any, compute func(ctx context.Context, done func(share float64)) (A, error)) (answer A, err error) {
	answer, took, err := measure(ctx, l, kind, question, compute)
	l.measured(kind, took, err)
	return answer, err
}

// measure is Measure, and how long the computation took, 0 if the answer was read.
func measure[A any](ctx context.Context, l *Lab, kind string, question any, compute func(context.Context, func(float64)) (A, error)) (answer A, took time.Duration, err error) {
	m, err := newMeasurement(kind, question)
	if err != nil {
		return answer, 0, err
	}
	path := resultPath(l.options.Dir, m.key)
	if found, err := m.read(path, &answer); found || err != nil {
		return answer, 0, err
	}
	key, err := l.lockOf(ctx, m.key)
	if err != nil {
		return answer, 0, err
	}
	kept := false
	defer func() { key.done(kept) }()
	if kept, err = m.read(path, &answer); kept || err != nil { // another process was faster
		return answer, 0, err
	}
	start := time.Now()
	if answer, err = guarded(ctx, compute, l.measuring(kind)); err != nil {
		return answer, 0, fmt.Errorf("%s: %w", kind, err)
	}
	err = m.write(l, path, answer, start)
	kept = err == nil
	return answer, time.Since(start), err
}

// Sized is a question that says how much work its answer takes, in a unit of its kind's; less than 1, of a question that cannot be answered, counts
// as 1.
type Sized interface{ Work() float64 }

// MeasureAll returns the answers to questions of one kind, as Measure does, in their order; the share done that an Observer sees is that of all,
// by their work where they are Sized, else by their number. It fails with the first question that fails, and names it.
func MeasureAll[Q, A any](ctx context.Context, l *Lab, kind string, questions []Q, answer func(q Q, ctx context.Context, l *Lab, done func(share float64)) (A, error)) ([]A, error) {
	all, total, before := make([]A, len(questions)), time.Duration(0), workBefore(questions)
	whole := before[len(questions)]
	for i, q := range questions {
		one, took, err := measure(ctx, l, kind, q, func(ctx context.Context, done func(float64)) (A, error) {
			done(before[i] / whole)
			return answer(q, ctx, l, func(share float64) { done((before[i] + share*(before[i+1]-before[i])) / whole) })
		})
		if err != nil {
			return nil, fmt.Errorf("%+v: %w", q, err)
		}
		all[i], total = one, total+took
	}
	l.measured(kind, total, nil)
	return all, nil
}

// workBefore returns the work before each question, and behind the last that of all.
func workBefore[Q any](questions []Q) []float64 {
	before := []float64{0}
	for i, q := range questions {
		work := 1.0
		if s, ok := any(q).(Sized); ok {
			work = max(work, s.Work())
		}
		before = append(before, before[i]+work)
	}
	return before
}

// measurement is the content of KEY.json where that is no result of a run.
type measurement struct {
	Protocol int             `json:"protocol"`
	Kind     string          `json:"kind"`
	Question json.RawMessage `json:"question"`
	Answer   json.RawMessage `json:"answer"`
	SHA256   string          `json:"sha256"` // of the question's and the answer's JSON, one after the other
	key      string
}

func newMeasurement(kind string, question any) (measurement, error) {
	q, err := json.Marshal(question)
	if err != nil {
		return measurement{}, fmt.Errorf("study: question of %s: %w", kind, err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", Protocol, kind, q))
	return measurement{Protocol: Protocol, Kind: kind, Question: q, key: hex.EncodeToString(sum[:8])}, nil
}

// read fills answer from a file; found is false where there is none.
func (m measurement) read(path string, answer any) (found bool, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var kept measurement
	if err == nil {
		err = json.Unmarshal(content, &kept)
	}
	if err == nil && (kept.Kind != m.Kind || string(kept.Question) != string(m.Question) || kept.SHA256 != digest(kept.Question, kept.Answer)) {
		err = errors.New("its question or its SHA-256 is another")
	}
	if err == nil {
		err = json.Unmarshal(kept.Answer, answer)
	}
	if err != nil {
		return false, damaged(path, err)
	}
	return true, nil
}

// write keeps an answer so that another process sees all of it or nothing.
func (m measurement) write(l *Lab, path string, answer any, start time.Time) (err error) {
	if m.Answer, err = json.Marshal(answer); err != nil {
		return fmt.Errorf("study: answer of %s: %w", m.Kind, err)
	}
	p := surroundings(l.options, nil, "go", "")
	if len(l.benches) > 0 {
		p = l.benches[0].provenance
	}
	p.Started, p.Seconds.Total = start.UTC().Truncate(time.Second), time.Since(start).Seconds()
	provenance, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	content := fmt.Appendf(nil, "{\n\"protocol\":%d,\n\"kind\":%q,\n\"question\":%s,\n\"answer\":%s,\n\"sha256\":%q\n}\n",
		Protocol, m.Kind, m.Question, m.Answer, digest(m.Question, m.Answer))
	return keep(l.options.Dir, m.key, content, append(provenance, '\n'))
}

// lockOf waits until no other process works on a key.
func (l *Lab) lockOf(ctx context.Context, key string) (*lock, error) {
	for ctx.Err() == nil {
		held, err := tryLock(l.options.Dir, key)
		if held != nil || err != nil {
			return held, err
		}
		wait(ctx)
	}
	return nil, ctx.Err()
}

// measuring tells the observer how far a computation is. The time left is by the pace since it was first told.
func (l *Lab) measuring(kind string) func(share float64) {
	var begun time.Time
	var first float64
	return func(share float64) {
		if begun.IsZero() {
			begun, first = time.Now(), share
		}
		m := Measuring{Kind: kind, Fraction: share}
		if share > first+0.01 { // before, it would be a guess
			m.Left = time.Duration(float64(time.Since(begun)) * (1 - share) / (share - first))
		}
		if o := l.options.Observer; o != nil {
			o.Measuring(m)
		}
	}
}

// measured tells the observer that a computation has ended, unless nothing was computed.
func (l *Lab) measured(kind string, took time.Duration, err error) {
	if o := l.options.Observer; o != nil && took > 0 && err == nil {
		o.Measuring(Measuring{Kind: kind, Fraction: 1, Took: took})
	}
}

// guarded computes, with panics as errors.
func guarded[A any](ctx context.Context, compute func(context.Context, func(float64)) (A, error), done func(float64)) (answer A, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("study: %v", p)
		}
	}()
	return compute(ctx, done)
}
