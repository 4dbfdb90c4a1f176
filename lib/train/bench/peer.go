package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// peerNames are the peers in the order of the table.
var peerNames = []string{"ours", "loop", "jax", "torch"}

// title is a peer's name in the table.
func title(peer string) string {
	return cmp.Or(map[string]string{"loop": "train.Loop", "jax": "JAX scan", "torch": "PyTorch"}[peer], peer)
}

// The folders of the peers that are written in Python, in the checkout: their virtual environment and their sources.
const venv, scripts = ".venv-bench", "lib/train/bench"

func inPython(peer string) bool { return peer == "jax" || peer == "torch" }

// chosenPeers returns the peers of a comma-separated list, in the order of the table. Ours is always among them.
func chosenPeers(list string) ([]string, error) { return choose("peer", "ours,"+list, peerNames) }

// absent tells whether a peer would have to be installed.
func absent(peer string) bool {
	_, err := os.Stat(filepath.Join(venv, peer+".stamp"))
	return inPython(peer) && err != nil
}

// install installs those of the peers that need it.
func install(ctx context.Context, peers []string) error {
	missing := slices.DeleteFunc(slices.Clone(peers), func(peer string) bool { return !inPython(peer) })
	if len(missing) == 0 {
		return nil
	}
	command := exec.CommandContext(ctx, "python3", append([]string{"-B", filepath.Join(scripts, "install.py"), venv}, missing...)...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	return command.Run()
}

// peer is a running process that does a Work.
type peer struct {
	name    string
	version string
	command *exec.Cmd
	input   io.WriteCloser
	replies *json.Decoder
	errors  bytes.Buffer
}

// start starts a peer's process on the work in folder, and waits until it is ready.
func start(ctx context.Context, name, folder string) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &peer{name: name, command: exec.CommandContext(ctx, self, "-serve", name, folder)}
	if inPython(name) {
		p.command = exec.CommandContext(ctx, filepath.Join(venv, "bin", "python"), "-B", filepath.Join(scripts, "peers.py"), name, folder)
	}
	p.command.Env = append(os.Environ(), "JAX_PLATFORMS=cpu", "CUDA_VISIBLE_DEVICES=")
	p.command.Stderr = &p.errors
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.replies = json.NewDecoder(output)
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("peer %s: %w", name, err)
	}
	var hello greeting
	if err := p.replies.Decode(&hello); err != nil {
		return nil, p.failure(err)
	}
	p.version = hello.Version
	return p, nil
}

// run lets the peer do the run of a number.
func (p *peer) run(number int) (reply answer, err error) {
	if _, err = fmt.Fprintln(p.input, number); err == nil {
		err = p.replies.Decode(&reply)
	}
	if err != nil {
		return answer{}, p.failure(err)
	}
	return reply, nil
}

// failure ends the process and tells what it said last.
func (p *peer) failure(cause error) error {
	p.close()
	said := strings.TrimSpace(p.errors.String())
	if len(said) > 2000 {
		said = "... " + said[len(said)-2000:]
	}
	return fmt.Errorf("peer %s ended, %v: %w\n%s", p.name, p.command.ProcessState, cause, said)
}

func (p *peer) close() {
	p.input.Close()
	p.command.Wait()
}
