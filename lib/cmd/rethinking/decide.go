package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// decide runs the seeds that a claim's verdict waits for, as many as its plan asks for and no more, and judges it anew.
func decide(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("decide", flag.ContinueOnError)
	place, dataDir := placeFlags(flags), dataFlag(flags)
	budget := flags.Duration("budget", 0, "no seed is begun that would not end in this time, such as 30m; 0: say what it takes, and run nothing")
	ids, err := parse(flags, args, stderr)
	if err != nil {
		return err
	}
	if len(ids) != 1 {
		return fmt.Errorf("decide takes one claim, not %d: see `rethinking claims`", len(ids))
	}
	scale, results, err := place()
	if err != nil {
		return err
	}
	entry, err := judgeOne(ctx, results, scale, ids[0])
	if err != nil {
		return err
	}
	printPlan(stdout, entry)
	if *budget == 0 || entry.Plan.Seeds() == 0 {
		return nil
	}
	watch := newProgress(stderr)
	o := study.Options{Dir: results, DataDir: *dataDir, Scale: scale, Observer: watch, Workers: cores()}
	err = runSeeds(ctx, o, entry.Plan, *budget)
	watch.end()
	if err != nil {
		return err
	}
	if entry, err = judgeOne(ctx, results, scale, ids[0]); err == nil {
		printPlan(stdout, entry)
	}
	return err
}

// judgeOne is a claim's entry in the ledger.
func judgeOne(ctx context.Context, results string, scale study.Scale, id string) (paper.Entry, error) {
	var ids []string
	ledger, err := judge(ctx, results, scale, func(_ paper.Paper, c paper.Claim) bool {
		ids = append(ids, c.ID)
		return c.ID == id
	})
	if err != nil {
		return paper.Entry{}, err
	}
	if len(ledger) == 0 {
		return paper.Entry{}, fmt.Errorf("no claim %q: there are %s", id, strings.Join(ids, ", "))
	}
	return ledger[0], ledger.Err()
}

// printPlan says how a claim stands, and what it would take to decide it.
func printPlan(stdout io.Writer, e paper.Entry) {
	fmt.Fprintf(stdout, "%s: %s\n  %s\n", e.ID, e.Standing(), e.Statistic)
	switch n := e.Plan.Seeds(); {
	case e.Outcome == claims.NotRun:
		fmt.Fprintln(stdout, "  run its study first")
	case n > 0:
		fmt.Fprintf(stdout, "  wants seeds %d to %d: %d runs or answers each, about %v in all where the others ran%s\n",
			e.Plan.First, e.Plan.Last, len(e.Plan.Work(1)), e.Plan.Cost().Round(time.Second), e.Plan.Where())
	case e.Needed > claims.Most:
		fmt.Fprintf(stdout, "  no difference is to be expected: it would take more than %d seeds\n", claims.Most)
	case e.Needed > 0:
		fmt.Fprintf(stdout, "  its seeds are in; with a spread like theirs %d would decide it\n", e.Needed)
	default:
		fmt.Fprintln(stdout, "  no further seed is planned")
	}
}

// runSeeds runs a plan's seeds, until the time is over.
func runSeeds(ctx context.Context, o study.Options, p paper.Plan, budget time.Duration) error {
	lab, err := study.Open(o)
	if err != nil {
		return err
	}
	defer lab.Close()
	begun := time.Now()
	for seed := p.First; seed <= p.Last && time.Since(begun)+p.Seed <= budget; seed++ {
		if err := lab.Do(ctx, p.Work(seed)...); err != nil {
			return err
		}
	}
	return nil
}
