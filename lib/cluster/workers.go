package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// devicesVariable names, to CUDA, the GPUs that a process sees.
const devicesVariable = "CUDA_VISIBLE_DEVICES"

// Devices returns n of the GPUs that this process sees, as CUDA_VISIBLE_DEVICES names them.
func Devices(n int) ([]string, error) {
	var names []string
	if visible, limited := os.LookupEnv(devicesVariable); limited {
		names = strings.FieldsFunc(visible, func(r rune) bool { return r == ',' })
	} else {
		found, _ := filepath.Glob("/dev/nvidia[0-9]*")
		for i := range found {
			names = append(names, strconv.Itoa(i))
		}
	}
	if n > len(names) {
		return nil, fmt.Errorf("cluster: %d GPUs are asked for, and %d are here: ask for fewer; one process uses all processors", n, len(names))
	}
	return names[:n], nil
}

// RunWorkers runs a command once for each device at the same time, as processes that see that device alone; "" leaves the devices as they
// are. What the processes write to stderr goes to out line by line, behind the worker's number. When ctx ends they get SIGTERM, and are
// waited for. The error names the workers that fail; the others go on.
func RunWorkers(ctx context.Context, command, devices []string, out io.Writer) error {
	var all sync.WaitGroup
	lines, errs := log.New(out, "", 0), make([]error, len(devices))
	for i, device := range devices {
		worker := exec.CommandContext(ctx, command[0], command[1:]...)
		worker.Cancel = func() error { return worker.Process.Signal(syscall.SIGTERM) }
		if device != "" {
			worker.Env = append(os.Environ(), devicesVariable+"="+device)
		}
		all.Go(func() {
			if err := runTold(worker, lines, fmt.Sprintf("[%d] ", i)); err != nil {
				errs[i] = fmt.Errorf("cluster: worker %d: %w", i, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// runTold runs a command, and passes its lines on behind a prefix.
func runTold(command *exec.Cmd, lines *log.Logger, prefix string) error {
	stderr, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return err
	}
	said := bufio.NewReader(stderr)
	for err == nil {
		var line string
		if line, err = said.ReadString('\n'); line != "" {
			lines.Print(prefix + line)
		}
	}
	return command.Wait()
}
