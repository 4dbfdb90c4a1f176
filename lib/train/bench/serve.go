package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"rethinking/lib/train"
)

// greeting is a peer's first line of output, and answer its line for every line of input, the number of a run.
type (
	greeting struct {
		Version string `json:"version"`
	}
	answer struct {
		Seconds float64   `json:"seconds"`
		Values  []float64 `json:"values"` // what a learner's run returns
	}
)

// serve is the process of a peer that is written in Go; the work lies in folder.
func serve(ctx context.Context, peer, folder string, in io.Reader, out io.Writer) error {
	work, err := workOf(ctx, folder)
	if err != nil {
		return err
	}
	backend, _, _, err := train.Open("xla:cpu")
	if err != nil {
		return err
	}
	l, err := newLearner(peer, backend, work)
	if err != nil {
		return err
	}
	replies := json.NewEncoder(out)
	if err := replies.Encode(greeting{goVersion(backend)}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		number, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		start := time.Now()
		values, err := l.Run(number)
		took := time.Since(start)
		if err != nil {
			return fmt.Errorf("run %d: %w", number, err)
		}
		if err := replies.Encode(answer{took.Seconds(), values}); err != nil {
			return err
		}
	}
	return nil
}

var pluginPath = regexp.MustCompile(` \(/[^)]*\)`)

// goVersion tells the versions of what trains in a Go peer.
func goVersion(backend compute.Backend) string {
	versions := []string{runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, d := range build.Deps {
			if d.Path == "github.com/gomlx/gomlx" || d.Path == "github.com/gomlx/go-xla" {
				versions = append(versions, d.Path[strings.LastIndex(d.Path, "/")+1:]+" "+d.Version)
			}
		}
	}
	return strings.Join(append(versions, pluginPath.ReplaceAllString(backend.Description(), "")), ", ")
}
