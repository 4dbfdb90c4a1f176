package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"rethinking/lib/data"
	libtrain "rethinking/lib/train"
)

// doctor prints what the set-up's doctor finds, then opens the backend and the data for real.
func doctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if _, err := parse(flag.NewFlagSet("doctor", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	root, err := checkout()
	if err != nil {
		return err
	}
	setup := exec.CommandContext(ctx, filepath.Join(root, "kernel-setup", "doctor"))
	setup.Stdout, setup.Stderr = stdout, stderr
	setupErr := setup.Run()
	return errors.Join(setupErr, openBackend(stdout), openData(stdout))
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

func openData(stdout io.Writer) error {
	for _, name := range data.Names() {
		train, test, err := data.Load(name, "")
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "read data set %s: %d train and %d test examples\n", name, train.Len(), test.Len())
	}
	return nil
}
