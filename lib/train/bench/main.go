// Command bench measures the seconds that an epoch of training takes: in lib/train, in GoMLX's own train.Loop, in JAX and in PyTorch.
//
// Its stance: a comparison of speed is worth something only if the work is equal and the noise is shared.
//
//   - Every peer trains the same MLP on MNIST in float32 with plain SGD, from the same weights, on the same full batches in the same
//     order, all on the CPU; a short last batch is left out for all. The mean losses of every epoch are compared, and a difference
//     above a tolerance is an error.
//   - Every peer is a process of its own, which waits while another trains. An epoch of one is followed by an epoch of the next, so that
//     a slow moment of the machine hits all of them. The first epoch, which compiles, does not count. Every round starts new processes.
//
// JAX and PyTorch are installed on demand, pinned by hash, into .venv-bench.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"rethinking/lib/data"
)

// tolerance is how far the mean loss of an epoch may be from ours, relative. Rounding grows from step to step: after five epochs of 2x128
// float32 itself is 4e-5 from float64. A learning rate wrong by 1% is beyond it in the first epoch.
const tolerance = 1e-3

// pause is the time before an epoch: the threads of the peer that trained last look for work for some milliseconds before they sleep.
const pause = 50 * time.Millisecond

// options are the flags.
type options struct {
	nets, peers, out string
	epochs, rounds   int
	examples         int
	smoke            bool
	python           python
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		exit(serve(os.Args[2], os.Args[3], os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
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
	var names []string
	for _, n := range benchNets {
		names = append(names, n.Name)
	}
	flag.StringVar(&o.nets, "nets", strings.Join(names, ","), "nets to train")
	flag.StringVar(&o.peers, "peers", "ours,loop,jax,torch", "peers to compare with ours")
	flag.StringVar(&o.out, "o", "bench.json", "file for all that was measured")
	flag.IntVar(&o.epochs, "epochs", 5, "epochs to measure in a round, after one that does not count")
	flag.IntVar(&o.rounds, "rounds", 2, "times to start every peer anew")
	flag.IntVar(&o.examples, "examples", 0, "train on so many examples only (default: all)")
	flag.BoolVar(&o.smoke, "smoke", false, "a few seconds on 4096 examples, with the peers that are installed; for tests")
	flag.StringVar(&o.python.venv, "venv", ".venv-bench", "virtual environment of JAX and PyTorch")
	flag.Parse()
	o.python.scripts = filepath.Join("lib", "train", "bench")
	if o.smoke {
		o.nets, o.epochs, o.rounds, o.examples = "10x16,2x128", 2, 1, 4096
	}
	return o
}

// bench measures, prints the table to out and writes the report.
func bench(ctx context.Context, o options, out io.Writer) error {
	nets, err := chosenNets(o.nets)
	if err != nil {
		return err
	}
	peers, err := o.prepare(ctx)
	if err != nil {
		return err
	}
	set, _, err := data.Load(ctx, "mnist", data.Options{})
	if err != nil {
		return err
	}
	if o.examples > 0 {
		if set, err = set.Random(o.examples, rand.New(rand.NewPCG(Seed, 1))); err != nil {
			return err
		}
	}
	report := Report{Date: time.Now().UTC().Truncate(time.Second), Machine: thisMachine(), Versions: map[string]string{}, Tolerance: tolerance}
	report.Workload = fmt.Sprintf("%d rounds of %d epochs on the full batches of %d examples of MNIST; plain SGD, rate %v, float32, on the CPU",
		o.rounds, o.epochs, set.Len(), Rate)
	for _, net := range nets {
		measured, err := o.measure(ctx, net, set, peers, report.Versions)
		if ctx.Err() != nil {
			return errors.New("interrupted: nothing is written")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", net.Name, err)
		}
		report.Nets = append(report.Nets, measured)
	}
	if err := report.WriteTable(out); err != nil {
		return err
	}
	if err := report.Save(o.out); err != nil {
		return err
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
	if !o.smoke {
		return peers, o.python.install(ctx, peers)
	}
	var installed []string
	for _, p := range peers {
		if !o.python.needs(p) || o.python.installed(p) {
			installed = append(installed, p)
		}
	}
	return installed, nil
}

// measure lets the peers train a net in alternation. It adds their versions.
func (o options) measure(ctx context.Context, net Net, set data.Set, peers []string, versions map[string]string) (NetReport, error) {
	work, err := NewWork(net, set, 1+o.epochs)
	if err != nil {
		return NetReport{}, err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return NetReport{}, err
	}
	defer os.RemoveAll(folder)
	if err := work.Write(folder); err != nil {
		return NetReport{}, err
	}
	report := NetReport{Net: net, Examples: len(work.orders[0])}
	for _, name := range peers {
		report.Peers = append(report.Peers, PeerReport{Peer: name})
	}
	for r := range o.rounds {
		fmt.Fprintf(os.Stderr, "%s, round %d of %d\n", net.Name, r+1, o.rounds)
		if err := o.round(ctx, folder, report.Peers, versions); err != nil {
			return NetReport{}, err
		}
	}
	report.finish()
	return report, nil
}

// round starts every peer on the work in folder, lets them train an epoch each in turn, and adds what they took.
func (o options) round(ctx context.Context, folder string, reports []PeerReport, versions map[string]string) error {
	running := make([]*peer, len(reports))
	for i := range reports {
		p, err := o.python.start(ctx, reports[i].Peer, folder)
		if err != nil {
			return err
		}
		defer p.close()
		running[i], versions[p.name] = p, p.version
		reports[i].Seconds, reports[i].Losses = append(reports[i].Seconds, nil), append(reports[i].Losses, nil)
	}
	for epoch := range 1 + o.epochs {
		for i, p := range running {
			time.Sleep(pause)
			reply, err := p.epoch(epoch)
			if err != nil {
				return err
			}
			last := len(reports[i].Losses) - 1
			reports[i].Losses[last] = append(reports[i].Losses[last], reply.Loss)
			if epoch > 0 {
				reports[i].Seconds[last] = append(reports[i].Seconds[last], reply.Seconds)
			}
		}
	}
	return nil
}
