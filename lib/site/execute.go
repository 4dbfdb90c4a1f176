package site

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

//go:embed execute.py
var executeScript string

// Exit statuses of execute.py.
const (
	exitCellFailed = 3
	exitStopped    = 130
)

// stopPatience is how long a stopped notebook may take to save its work before its process is killed.
const stopPatience = 20 * time.Second

// statusEvery is the least time between two lines of progress from within one cell.
const statusEvery = 10 * time.Second

// execute runs every notebook and leaves the treated copies in the book's folder.
func (b *builder) execute(ctx context.Context) error {
	if err := os.MkdirAll(b.book(filepath.FromSlash(picturesFolder)), 0o777); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	for i, name := range b.names {
		b.say("%s.ipynb (%d of %d): executing", name, i+1, len(b.names))
		start := time.Now()
		executed, err := b.executeOne(ctx, name)
		if err != nil {
			return err
		}
		if err := b.keep(name, executed); err != nil {
			return err
		}
		b.say("%s.ipynb: done in %v", name, time.Since(start).Round(100*time.Millisecond))
	}
	return nil
}

// keep writes the copy that becomes a page, and the clean one: for the reader to download, and in place for committing.
func (b *builder) keep(name string, executed []byte) error {
	page, err := forSite(name, executed)
	if err != nil {
		return fmt.Errorf("site: notebook %s.ipynb: %w", name, err)
	}
	clean, err := forCommit(executed)
	if err != nil {
		return fmt.Errorf("site: notebook %s.ipynb: %w", name, err)
	}
	err = errors.Join(os.WriteFile(b.book(name+".ipynb"), page.notebook, 0o666), os.WriteFile(b.clean(name), clean, 0o666))
	for picture, png := range page.pictures {
		err = errors.Join(err, os.WriteFile(b.book(filepath.FromSlash(picturesFolder), picture+".png"), png, 0o666))
	}
	if err == nil && b.InPlace {
		err = replaceFile(filepath.Join(b.Notebooks, name+".ipynb"), clean)
	}
	if err != nil {
		return fmt.Errorf("site: notebook %s.ipynb cannot be written: %w", name, err)
	}
	return nil
}

// clean is the path of a notebook's copy for downloading.
func (b *builder) clean(name string) string {
	return filepath.Join(b.work, name+".clean.ipynb")
}

// executeOne returns the notebook with its new outputs, as nbclient leaves it.
func (b *builder) executeOne(ctx context.Context, name string) ([]byte, error) {
	target := filepath.Join(b.work, name+".executed.ipynb")
	script := filepath.Join(b.work, "execute.py")
	if err := os.WriteFile(script, []byte(executeScript), 0o666); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(b.Venv, "bin", "python"), script,
		filepath.Join(b.Notebooks, name+".ipynb"), target, b.Notebooks)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "JUPYTER_PREFER_ENV_PATH=1")
	if b.Scale != "" {
		cmd.Env = append(cmd.Env, "RETHINKING_SCALE="+b.Scale)
	}
	fatal, err := b.runNotebook(cmd, name)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("site: stopped while executing %s.ipynb: %w", name, ctx.Err())
	}
	executed, readErr := os.ReadFile(target)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == exitCellFailed && readErr == nil {
		return nil, cellError(name, executed)
	}
	if err != nil {
		return nil, fmt.Errorf("site: notebook %s.ipynb could not be executed (%w): %s", name, err, fatal)
	}
	return executed, readErr
}

// runNotebook runs execute.py, turns its events into progress, and returns what it or the kernel said before it gave up.
//
// The process has its own group, so that a Ctrl-C in a terminal reaches it only through the context: it then stops
// because its standard input ends, which also happens when this process dies.
func (b *builder) runNotebook(cmd *exec.Cmd, name string) (fatal string, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	cmd.Cancel = stdin.Close
	cmd.WaitDelay = stopPatience
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	fatal = b.follow(events, name)
	if err = cmd.Wait(); fatal == "" {
		fatal = lastLines(plainText(stderr.String()), 12)
	}
	return fatal, err
}

// follow reads the events until the process ends, and returns the text of a fatal one.
func (b *builder) follow(events io.Reader, name string) (fatal string) {
	var cell, of int
	start := time.Now()
	last := start
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Event, Text string
			Cell, Of    int
		}
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch e.Event {
		case "cell":
			cell, of, start = e.Cell, e.Of, time.Now()
			if time.Since(last) >= statusEvery {
				last = time.Now()
				b.say("%s.ipynb: cell %d of %d", name, cell, of)
			}
		case "status":
			if time.Since(last) >= statusEvery {
				last = time.Now()
				b.say("%s.ipynb: cell %d of %d, %v: %s", name, cell, of, time.Since(start).Round(time.Second), e.Text)
			}
		case "fatal":
			fatal = e.Text
		}
	}
	return fatal
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
