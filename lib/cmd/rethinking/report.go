package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rethinking/lib/paper"
	"rethinking/lib/papers"
	"rethinking/lib/report"
	"rethinking/lib/site"
	"rethinking/lib/study"
	libtrain "rethinking/lib/train"
)

// buildReport runs the notebooks, all or those named, and prints where the report is.
func buildReport(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	inPlace := flags.Bool("in-place", false, "also write the executed notebooks back into notebooks/")
	together := flags.Int("together", 1, "run so many notebooks at a time; with a GPU leave it at 1, as each takes most of its memory")
	out := flags.String("o", "", "folder of the report; empty: report/ of this checkout")
	dataDir := dataFlag(flags)
	notebooks, err := parse(flags, args, stderr)
	if err != nil {
		return err
	}
	scale, err := study.ParseScale(os.Getenv("RETHINKING_SCALE"))
	if err != nil {
		return err
	}
	if err := shareData(*dataDir); err != nil {
		return err
	}
	root, err := checkout()
	if err != nil {
		return err
	}
	backend, err := backendFact()
	if err != nil {
		return err
	}
	o := site.Options{
		Root: root, Out: *out, Only: notebooks, InPlace: *inPlace, Together: *together, Scale: string(scale), Facts: []site.Fact{backend}, Progress: stderr,
	}
	if len(notebooks) == 0 { // of some, claims would lead nowhere
		o.Pages = func(ctx context.Context) (string, []site.Page, error) {
			return ledgerPages(ctx, filepath.Join(root, "notebooks", "results"), scale)
		}
	}
	index, err := site.Build(ctx, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, index)
	return err
}

// ledgerPages are the page of all claims, with the same as CSV and JSON, and what the front page says of them.
func ledgerPages(ctx context.Context, results string, scale study.Scale) (front string, pages []site.Page, err error) {
	ledger, err := judge(ctx, results, scale, func(paper.Paper, paper.Claim) bool { return true })
	page, err := report.NewClaimsPage(ledger, err, papers.All...)
	if err != nil {
		return "", nil, err
	}
	var lines []claimLine
	for _, e := range ledger {
		lines = append(lines, lineOf(e))
	}
	var asCSV, asJSON bytes.Buffer
	if err := errors.Join(printClaims(&asCSV, lines, false, true), printClaims(&asJSON, lines, true, false)); err != nil {
		return "", nil, err
	}
	return page.Front(), []site.Page{{Name: "claims", Markdown: page.Markdown(), Files: map[string][]byte{"claims.csv": asCSV.Bytes(), "claims.json": asJSON.Bytes()}}}, nil
}

// shareData names the folder of data sets to the notebooks, which run in a folder of their own.
func shareData(dir string) error {
	if dir == "" {
		return nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	return os.Setenv(dataVariable, dir)
}

// backendFact names the backend that the notebooks will compute on, and what is wrong with it.
func backendFact() (site.Fact, error) {
	backend, name, warning, err := libtrain.Open("")
	if err != nil {
		return site.Fact{}, err
	}
	defer backend.Finalize()
	if warning != "" {
		name += "; " + warning
	}
	return site.Fact{Name: "Backend", Value: name}, nil
}
