// Command bench measures how long training and Hessian-vector products take: in this library, in GoMLX's own train.Loop, in JAX and in
// PyTorch.
//
// Its stance: a comparison of speed is worth something only if the work is equal and the noise is shared.
//
//   - Every peer does the same in float32 on the CPU: it trains the same net from the same weights, on the same full batches in the same
//     order (a short last batch is left out for all), or multiplies the Hessian at the same weights by the same vector. The mean losses of
//     every epoch, or the products, are compared, and a difference above a tolerance is an error.
//   - Every peer is a process of its own, which waits while another works. A run of one is followed by a run of the next, so that a slow
//     moment of the machine hits all of them. The first run, which compiles, does not count. Every round starts new processes.
//
// JAX and PyTorch are installed on demand, pinned by hash, into .venv-bench.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"rethinking/lib/data"
)

// options are the flags.
type options struct {
	work, peers, out string
	epochs, rounds   int
	smoke            bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		exit(serve(ctx, os.Args[2], os.Args[3], os.Stdin, os.Stdout))
	}
	exit(bench(ctx, parse(), os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse() options {
	var o options
	flag.StringVar(&o.work, "work", strings.Join(namesOf(allSections()), ","), "what to measure")
	flag.StringVar(&o.peers, "peers", strings.Join(peerNames, ","), "peers to compare with ours")
	flag.StringVar(&o.out, "o", "bench.json", "file for all that was measured")
	flag.IntVar(&o.epochs, "epochs", 5, "epochs or products to measure in a round at most, after one that does not count")
	flag.IntVar(&o.rounds, "rounds", 2, "times to start every peer anew")
	flag.BoolVar(&o.smoke, "smoke", false, "a small work of every section, with the peers that are installed, in seconds; for tests")
	flag.Parse()
	if o.smoke {
		o.epochs, o.rounds = 1, 1
	}
	return o
}

// bench measures, prints the table to out and writes the report.
func bench(ctx context.Context, o options, out io.Writer) error {
	sections, err := o.sections()
	if err != nil {
		return err
	}
	r := runner{options: o, versions: map[string]string{}}
	if r.peers, err = o.prepare(ctx); err != nil {
		return err
	}
	if r.mnist, _, err = data.Load(ctx, "mnist", data.Options{}); err != nil {
		return err
	}
	report := Report{Date: time.Now().UTC().Truncate(time.Second), Machine: machine(), Rate: Rate, Versions: r.versions}
	for _, s := range sections {
		measured, err := r.section(ctx, s)
		if ctx.Err() != nil {
			return errors.New("interrupted: nothing is written")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		report.Sections = append(report.Sections, measured)
	}
	if err := report.WriteTable(out); err != nil {
		return err
	}
	if err := report.Save(o.out); err != nil {
		return errors.Join(err, report.Unequal())
	}
	fmt.Fprintln(out, "all samples:", o.out)
	return report.Unequal()
}

// prepare returns the peers to run, installed.
func (o options) prepare(ctx context.Context) ([]string, error) {
	if o.epochs < 1 || o.rounds < 1 {
		return nil, fmt.Errorf("-epochs %d -rounds %d: both must be at least 1", o.epochs, o.rounds)
	}
	peers, err := chosenPeers(o.peers)
	if err != nil {
		return nil, err
	}
	if o.smoke {
		return slices.DeleteFunc(peers, absent), nil
	}
	return peers, install(ctx, peers)
}
