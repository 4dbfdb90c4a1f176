package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

type peerName struct{ name, title string }

// peerNames are the peers with the names of the table, in its order.
var peerNames = []peerName{
	{"ours", "ours"},
	{"loop", "train.Loop"},
	{"jax", "JAX scan"},
	{"torch", "PyTorch"},
}

// chosenPeers returns the peers of a comma-separated list, in the order of the table. Ours is always among them.
func chosenPeers(list string) ([]string, error) {
	return choose("peer", "ours,"+list, namesOf(peerNames, func(p peerName) string { return p.name }))
}

// python is the environment of the peers written in Python.
type python struct{ venv, scripts string }

func (p python) installed(peer string) bool {
	_, err := os.Stat(filepath.Join(p.venv, peer+".stamp"))
	return err == nil
}

// needs tells whether a peer is written in Python.
func (p python) needs(peer string) bool { return peer == "jax" || peer == "torch" }

// install installs those of the peers that need it.
func (p python) install(ctx context.Context, peers []string) error {
	arguments := []string{"-B", filepath.Join(p.scripts, "install.py"), p.venv}
	for _, name := range peers {
		if p.needs(name) {
			arguments = append(arguments, name)
		}
	}
	if len(arguments) == 3 {
		return nil
	}
	command := exec.CommandContext(ctx, "python3", arguments...)
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
	errors  *bytes.Buffer
}

// start starts a peer's process on the work in folder.
func (p python) start(ctx context.Context, name, folder string) (*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, self, "-serve", name, folder)
	if p.needs(name) {
		command = exec.CommandContext(ctx, filepath.Join(p.venv, "bin", "python"), "-B", filepath.Join(p.scripts, "peers.py"), name, folder)
	}
	command.Env = append(os.Environ(), "JAX_PLATFORMS=cpu", "CUDA_VISIBLE_DEVICES=")
	started := &peer{name: name, command: command, errors: &bytes.Buffer{}}
	command.Stderr = started.errors
	if started.input, err = command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	started.replies = json.NewDecoder(output)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("peer %s: %w", name, err)
	}
	return started, nil
}

// ready waits until the peer is ready.
func (p *peer) ready() error {
	var hello greeting
	if err := p.replies.Decode(&hello); err != nil {
		return p.failure(err)
	}
	p.version = hello.Version
	return nil
}

// run lets the peer do its next run.
func (p *peer) run(number int) (answer, error) {
	var reply answer
	if _, err := fmt.Fprintln(p.input, number); err != nil {
		return reply, p.failure(err)
	}
	if err := p.replies.Decode(&reply); err != nil {
		return reply, p.failure(err)
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
