package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rethinking/lib/site"
	"rethinking/lib/study"
	libtrain "rethinking/lib/train"
)

// buildReport runs the notebooks, all or those named, and prints where the report is.
func buildReport(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	inPlace := flags.Bool("in-place", false, "also write the executed notebooks back into notebooks/")
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
	index, err := site.Build(ctx, site.Options{
		Root: root, Out: *out, Only: notebooks, InPlace: *inPlace, Scale: string(scale), Facts: []site.Fact{backend}, Progress: stderr,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, index)
	return err
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
