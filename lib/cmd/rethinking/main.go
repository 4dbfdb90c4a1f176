// Command rethinking does without a notebook what the notebooks do. `rethinking help` lists what it can.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"rethinking/lib/study"
)

const usage = `rethinking list                     list the studies
rethinking run STUDY [-scale S]     run a study (scale: smoke, quick, standard, paper)
rethinking status STUDY [-scale S]  count a study's experiments: done, running, failed, unfinished, left (-v: a line each)
rethinking slurm STUDY [-scale S]   submit a study's experiments that are not done as an array of Slurm tasks
rethinking claims [-scale S]        what the papers claim, and the verdicts on it (-json, -csv, -paper, -outcome)
rethinking decide CLAIM [-scale S]  what it would take to decide a claim; with -budget 30m, run it
rethinking doctor                   open the backend that will compute and the data, and say what they are
rethinking report [-in-place]       run the notebooks and build report/index.html

run, slurm, decide, doctor and report take -data DIR, a folder that holds data sets (or set RETHINKING_DATA)
run, status, slurm, claims and decide take -results DIR, the folder of results; rethinking COMMAND -h shows every flag
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt) }) // a second Ctrl-C ends the program at once; SIGTERM may well be repeated
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "rethinking:", err)
	if errors.Is(err, errNotJudged) {
		os.Exit(2)
	}
	os.Exit(1)
}

var commands = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{
	"list":   list,
	"run":    runStudy,
	"status": status,
	"slurm":  slurm,
	"claims": listClaims,
	"decide": decide,
	"doctor": doctor,
	"report": buildReport,
}

// run is the whole command: it writes what was asked for to stdout, and progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h" {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	command, ok := commands[args[0]]
	if !ok {
		return fmt.Errorf("unknown command %q; the commands are\n%s", args[0], usage)
	}
	return command(ctx, args[1:], stdout, stderr)
}

// parse parses flags wherever they stand among the arguments, and returns the other arguments.
func parse(flags *flag.FlagSet, args []string, stderr io.Writer) (rest []string, err error) {
	flags.SetOutput(stderr)
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// dataVariable is the environment variable behind -data. The notebooks read it too.
const dataVariable = "RETHINKING_DATA"

func dataFlag(flags *flag.FlagSet) *string {
	return flags.String("data", os.Getenv(dataVariable), "folder that holds data sets; empty: they are downloaded when first needed")
}

// placeFlags declares the flags -scale and -results. What they say can be read once the flags are parsed.
func placeFlags(flags *flag.FlagSet) func() (scale study.Scale, results string, err error) {
	name := flags.String("scale", os.Getenv("RETHINKING_SCALE"), "smoke, quick, standard or paper; empty: quick")
	dir := flags.String("results", "", "results folder; empty: notebooks/results of this checkout")
	return func() (scale study.Scale, results string, err error) {
		if scale, err = study.ParseScale(*name); err != nil {
			return "", "", err
		}
		if *dir != "" {
			results, err = filepath.Abs(*dir)
			return scale, results, err
		}
		root, err := checkout()
		return scale, filepath.Join(root, "notebooks", "results"), err
	}
}

// checkout is the folder of the repository that the working directory lies in.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for d := dir; ; d = filepath.Dir(d) {
		content, err := os.ReadFile(filepath.Join(d, "go.mod"))
		if err == nil && strings.HasPrefix(string(content), "module rethinking\n") {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is not inside a checkout of rethinking: change to one", dir)
		}
	}
}
