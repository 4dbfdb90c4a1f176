package site

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"rethinking/lib/study"
)

//go:embed execute.py
var executeScript string

// exitCellFailed is an exit status of execute.py.
const exitCellFailed = 3

// stopPatience is how long a stopped notebook may take to save its work before its process is killed.
const stopPatience = 20 * time.Second

// execute runs every notebook, so many together as are asked for, and leaves the treated copies in the book's folder. The first that fails stops the others.
func (b *builder) execute(ctx context.Context) error {
	b.clean = make([][]byte, len(b.names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, b.Together))
	for i, name := range b.names {
		group.Go(func() error {
			if ctx.Err() != nil {
				return fmt.Errorf("notebook %s.ipynb: stopped: %w", name, ctx.Err())
			}
			b.say("%s.ipynb (%d of %d): executing", name, i+1, len(b.names))
			start := time.Now()
			executed, err := b.executeOne(ctx, name)
			if err == nil {
				b.clean[i], err = b.keep(name, executed)
			}
			if err != nil {
				return fmt.Errorf("notebook %s.ipynb: %w", name, err)
			}
			b.say("%s.ipynb: done in %v", name, time.Since(start).Round(100*time.Millisecond))
			return nil
		})
	}
	return group.Wait()
}

// executeOne returns the notebook with its new outputs, as nbclient leaves it.
//
// The process has its own group, so that a Ctrl-C in a terminal reaches it only through the context: it then stops
// because its standard input ends, which also happens when this process dies.
func (b *builder) executeOne(ctx context.Context, name string) ([]byte, error) {
	target := filepath.Join(b.work, name+".executed.ipynb")
	cmd := exec.CommandContext(ctx, filepath.Join(b.Venv, "bin", "python"), "-c", executeScript,
		filepath.Join(b.Notebooks, name+".ipynb"), target, b.Notebooks)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "JUPYTER_PREFER_ENV_PATH=1")
	if b.Scale != "" {
		cmd.Env = append(cmd.Env, "RETHINKING_SCALE="+b.Scale)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	cmd.Cancel, cmd.WaitDelay = stdin.Close, stopPatience
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = b.Progress, &stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("stopped: %w", ctx.Err())
	}
	executed, readErr := os.ReadFile(target)
	switch {
	case cmd.ProcessState.ExitCode() == exitCellFailed && readErr == nil:
		return nil, cellError(executed)
	case err != nil:
		return nil, fmt.Errorf("it could not be executed (%w): %s", err, lastLines(plainText(stderr.String()), 12))
	}
	return executed, readErr
}

// keep writes the copy that becomes a page, and returns the clean one: for the reader to download, and in place for committing.
func (b *builder) keep(name string, executed []byte) (clean []byte, err error) {
	page, pictures, err := forSite(name, executed)
	if err != nil {
		return nil, err
	}
	if clean, err = forCommit(executed); err != nil {
		return nil, err
	}
	err = writeFile(b.book(name+".ipynb"), page)
	for picture, png := range pictures {
		err = errors.Join(err, writeFile(b.book(filepath.FromSlash(picturesFolder), picture+".png"), png))
	}
	if err == nil && b.InPlace {
		err = study.WriteFile(filepath.Join(b.Notebooks, name+".ipynb"), clean, 0o644)
	}
	return clean, err
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
