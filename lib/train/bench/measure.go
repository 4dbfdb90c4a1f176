package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"rethinking/lib/data"
)

// pause is the time before a run: the threads of the peer that worked last look for work for some milliseconds before they sleep.
const pause = 50 * time.Millisecond

// runner measures sections.
type runner struct {
	options
	peers    []string
	mnist    data.Set
	versions map[string]string // of the peers that were started
}

// section measures a section, task by task.
func (r runner) section(ctx context.Context, s section) (Section, error) {
	report := Section{Name: s.name, Title: s.title}
	for _, task := range s.tasks {
		line, err := r.line(ctx, s, task)
		if err != nil {
			return Section{}, fmt.Errorf("%s: %w", task.Name, err)
		}
		report.Lines = append(report.Lines, line)
	}
	return report, nil
}

// line lets the peers do a task in alternation.
func (r runner) line(ctx context.Context, s section, task Task) (Line, error) {
	work, err := NewWork(task, r.mnist, 1+s.epochs)
	if err != nil {
		return Line{}, err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return Line{}, err
	}
	defer os.RemoveAll(folder)
	if err := work.Write(folder); err != nil {
		return Line{}, err
	}
	line := Line{Task: task}
	for _, name := range r.peers {
		if slices.Contains(s.peers, name) {
			line.Peers = append(line.Peers, PeerReport{Peer: name})
		}
	}
	for i := range r.rounds {
		fmt.Fprintf(os.Stderr, "%s: %s, batch %d, round %d of %d\n", s.name, task.Name, task.Batch, i+1, r.rounds)
		if err := r.round(ctx, s, folder, &line); err != nil {
			return Line{}, err
		}
	}
	line.finish()
	return line, nil
}

// round starts the line's peers on the work in folder, lets them do a run each in turn, and adds what they took.
func (r runner) round(ctx context.Context, s section, folder string, line *Line) error {
	running := make([]*peer, len(line.Peers))
	for i := range running {
		p, err := start(ctx, line.Peers[i].Peer, folder)
		if err != nil {
			return err
		}
		defer p.close()
		r.versions[p.name] = p.version
		running[i] = p
	}
	for number := range 1 + s.epochs {
		if err := alternate(s, running, number, line); err != nil {
			return err
		}
	}
	return nil
}

// alternate lets each peer do the run of a number. The time of the first, a warm-up, does not count.
func alternate(s section, running []*peer, number int, line *Line) error {
	var ours answer
	for i, p := range running {
		time.Sleep(pause)
		reply, err := p.run(number)
		if err != nil {
			return err
		}
		if i == 0 {
			ours = reply
		}
		line.Difference = max(line.Difference, difference(reply.Values, ours.Values))
		if s.perStep {
			reply.Seconds /= float64(line.steps())
		}
		if number > 0 {
			line.Peers[i].Seconds = append(line.Peers[i].Seconds, reply.Seconds)
		}
	}
	return nil
}

// difference is the length of the difference of values from ours, relative. It is not a number where the two cannot be compared.
func difference(values, ours []float64) float64 {
	if len(values) != len(ours) {
		return math.NaN()
	}
	var apart, length float64
	for i, want := range ours {
		apart, length = apart+(values[i]-want)*(values[i]-want), length+want*want
	}
	return math.Sqrt(apart / length)
}
