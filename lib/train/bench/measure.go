package main

import (
	"context"
	"fmt"
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
	report := Section{Name: s.name, Title: s.title, Compared: s.compared}
	for _, task := range s.tasks {
		line, err := r.line(ctx, s, task)
		if err != nil {
			return Section{}, fmt.Errorf("%s: %w", task.title(), err)
		}
		report.Lines = append(report.Lines, line)
	}
	report.finish()
	return report, nil
}

// line lets the peers do a task in alternation.
func (r runner) line(ctx context.Context, s section, task Task) (Line, error) {
	work, err := NewWork(task, r.mnist, 1+r.epochs)
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
	line := Line{Task: work.Task}
	for _, name := range r.peers {
		if slices.Contains(s.peers, name) {
			line.Peers = append(line.Peers, PeerReport{Peer: name})
		}
	}
	for i := range r.rounds {
		fmt.Fprintf(os.Stderr, "%s: %s, %d examples, round %d of %d\n", s.name, task.title(), work.Examples, i+1, r.rounds)
		if err := r.round(ctx, s, folder, &line); err != nil {
			return Line{}, err
		}
	}
	return line, nil
}

// round starts the line's peers on the work in folder, lets them do a run each in turn, and adds what they took.
func (r runner) round(ctx context.Context, s section, folder string, line *Line) error {
	running := make([]*peer, len(line.Peers))
	for i := range running {
		p, err := r.python.start(ctx, line.Peers[i].Peer, folder)
		if err != nil {
			return err
		}
		defer p.close()
		running[i] = p
	}
	for i, p := range running {
		if err := p.ready(); err != nil {
			return err
		}
		r.versions[p.name] = p.version
		line.Peers[i].begin()
	}
	for number := range 1 + s.epochsOf("ours", r.epochs) {
		if err := r.alternate(s, running, number, line); err != nil {
			return err
		}
	}
	return nil
}

// alternate lets each peer do the run of a number, except those that have done all of theirs.
func (r runner) alternate(s section, running []*peer, number int, line *Line) error {
	var ours answer
	for i, p := range running {
		if number > s.epochsOf(p.name, r.epochs) {
			continue
		}
		time.Sleep(pause)
		reply, err := p.run(number)
		if err != nil {
			return err
		}
		if i == 0 {
			ours = reply
		}
		if s.perStep {
			reply.Seconds /= float64(line.steps())
		}
		line.Peers[i].add(reply, reply.difference(ours), number > 0)
	}
	return nil
}
