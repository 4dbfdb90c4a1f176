package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers"
	"rethinking/lib/study"
)

// errNotJudged is of claims that could not be judged because of an error; the command's exit status is then 2.
var errNotJudged = errors.New("not every claim could be judged")

// claimLine is a claim as it is printed.
type claimLine struct {
	ID        string         `json:"id"`
	Paper     string         `json:"paper"`
	Source    string         `json:"source"`
	Says      string         `json:"says"`
	Tested    string         `json:"tested"`
	Outcome   claims.Outcome `json:"outcome"`
	Statistic string         `json:"statistic"`
	N         int            `json:"n"`        // values that the statistic is of, one a run
	Standing  string         `json:"standing"` // the outcome, and whether it is exploratory: the rule was set when the runs had been seen
	Seeds     int            `json:"wanted"`   // further seeds that would decide it
	Seconds   float64        `json:"seconds"`  // that they take
	Scale     study.Scale    `json:"scale"`
	Page      string         `json:"page"`
	Figure    string         `json:"figure"` // the heading above it, as an address on the page
}

func lineOf(e paper.Entry) claimLine {
	return claimLine{
		e.ID, e.Paper, e.Source, e.Says, e.Tested, e.Outcome, e.Statistic, e.N, e.Standing(), e.Plan.Seeds(), math.Round(e.Plan.Cost().Seconds()),
		e.Scale, e.Page, e.Anchor,
	}
}

// listClaims prints the ledger: the claims of the papers, and the verdicts that the kept results give. It runs nothing.
func listClaims(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("claims", flag.ContinueOnError)
	place := placeFlags(flags)
	ofPaper := flags.String("paper", "", "claims of this paper alone: zhang2017, krueger2017, ...")
	outcome := flags.String("outcome", "", "claims that fare so alone: reproduced, contradicted, undecided, \"not run\", error")
	asJSON, asCSV := flags.Bool("json", false, "print an array in JSON"), flags.Bool("csv", false, "print CSV")
	rest, err := parse(flags, args, stderr)
	if err != nil {
		return err
	}
	if err := checkClaimFlags(rest, *ofPaper, *outcome, *asJSON && *asCSV); err != nil {
		return err
	}
	scale, results, err := place()
	if err != nil {
		return err
	}
	ledger, err := judge(ctx, results, scale, func(p paper.Paper, _ paper.Claim) bool { return *ofPaper == "" || p.Key == *ofPaper })
	if err != nil {
		return err
	}
	lines := []claimLine{}
	for _, e := range ledger {
		if *outcome == "" || string(e.Outcome) == *outcome {
			lines = append(lines, lineOf(e))
		}
	}
	if err := printClaims(stdout, lines, *asJSON, *asCSV); err != nil {
		return err
	}
	if err := ledger.Err(); err != nil {
		return fmt.Errorf("%w: %w", errNotJudged, err)
	}
	return nil
}

// judge judges those claims that meet a condition by the results in a folder.
func judge(ctx context.Context, results string, scale study.Scale, which func(paper.Paper, paper.Claim) bool) (paper.Ledger, error) {
	if info, err := os.Stat(results); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no results folder %s: name the one that the experiments were run with by -results, or run them first", results)
	}
	lab, err := study.Open(study.Options{Dir: results, Kept: true})
	if err != nil {
		return nil, err
	}
	defer lab.Close()
	return paper.Judge(ctx, lab, scale, which, papers.All...)
}

func checkClaimFlags(rest []string, ofPaper, outcome string, both bool) error {
	var keys []string
	for _, p := range papers.All {
		keys = append(keys, p.Key)
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("claims takes no argument %q: choose by -paper and -outcome", rest[0])
	case ofPaper != "" && !slices.Contains(keys, ofPaper):
		return fmt.Errorf("unknown paper %q: use one of %s", ofPaper, strings.Join(keys, ", "))
	case outcome != "" && !slices.Contains(claims.Outcomes, claims.Outcome(outcome)):
		return fmt.Errorf("unknown outcome %q: use one of %q", outcome, claims.Outcomes)
	case both:
		return errors.New("-json and -csv: use one of them")
	}
	return nil
}

// printCSV prints the columns that JSON has, under the same names.
func printCSV(stdout io.Writer, lines []claimLine) error {
	w := csv.NewWriter(stdout)
	var head []string
	for field := range reflect.TypeFor[claimLine]().Fields() {
		head = append(head, field.Tag.Get("json"))
	}
	w.Write(head)
	for _, l := range lines {
		var row []string
		for _, value := range reflect.ValueOf(l).Fields() {
			row = append(row, fmt.Sprint(value))
		}
		w.Write(row)
	}
	w.Flush()
	return w.Error()
}

func printClaims(stdout io.Writer, lines []claimLine, asJSON, asCSV bool) error {
	switch {
	case asJSON:
		e := json.NewEncoder(stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(lines)
	case asCSV:
		return printCSV(stdout, lines)
	}
	counts := map[string]int{}
	for _, l := range lines {
		counts[l.Standing]++
		fmt.Fprintf(stdout, "%-4s %-12s %s (%s, %s)\n     %s\n", l.ID, l.Standing, l.Says, l.Paper, l.Source, l.Statistic)
	}
	var parts []string
	for _, o := range claims.Outcomes {
		for _, standing := range []string{string(o), string(o) + ", exploratory"} {
			if counts[standing] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", counts[standing], standing))
			}
		}
	}
	_, err := fmt.Fprintf(stdout, "%d claims: %s\n", len(lines), strings.Join(parts, "; "))
	return err
}
