package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"rethinking/lib/data"
	libtrain "rethinking/lib/train"
)

// doctor prints what the set-up's doctor finds, then opens the backend and the data for real.
func doctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	dataDir := dataFlag(flags)
	if _, err := parse(flags, args, stderr); err != nil {
		return err
	}
	root, err := checkout()
	if err != nil {
		return err
	}
	setup := exec.CommandContext(ctx, filepath.Join(root, "kernel-setup", "doctor"))
	setup.Stdout, setup.Stderr = stdout, stderr
	setup.Env = append(os.Environ(), dataVariable+"="+*dataDir)
	setupErr := setup.Run()
	return errors.Join(setupErr, openBackend(stdout), openData(ctx, data.Options{Dir: *dataDir}, stdout))
}

func openBackend(stdout io.Writer) error {
	backend, name, warning, err := libtrain.Open("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	fmt.Fprintf(stdout, "opened backend %s: %s\n", name, backend.Description())
	if warning != "" {
		fmt.Fprintln(stdout, "warning:", warning)
	}
	return nil
}

// openData reads every data set that is on this machine. It downloads nothing.
func openData(ctx context.Context, o data.Options, stdout io.Writer) error {
	var failed []error
	for _, name := range data.Names() {
		dir, err := data.Present(name, o)
		if dir == "" && err == nil {
			fmt.Fprintf(stdout, "data set %s is not here yet: it is downloaded when it is first needed\n", name)
			continue
		}
		train, test, err := data.Load(ctx, name, o)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		fmt.Fprintf(stdout, "read data set %s in %s: %d train and %d test examples\n", name, dir, train.Len(), test.Len())
	}
	return errors.Join(failed...)
}
