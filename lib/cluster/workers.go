package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
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
	lines, errs := &lineWriter{out: out}, make([]error, len(devices))
	for i, device := range devices {
		worker := exec.CommandContext(ctx, command[0], command[1:]...)
		worker.Cancel = func() error { return worker.Process.Signal(syscall.SIGTERM) }
		if device != "" {
			worker.Env = append(os.Environ(), devicesVariable+"="+device)
		}
		all.Go(func() {
			if err := lines.run(worker, fmt.Sprintf("[%d] ", i)); err != nil {
				errs[i] = fmt.Errorf("cluster: worker %d: %w", i, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// lineWriter takes lines from several processes.
type lineWriter struct {
	mu  sync.Mutex
	out io.Writer
}

// run runs a command, and passes its lines on behind a prefix.
func (w *lineWriter) run(command *exec.Cmd, prefix string) error {
	stderr, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return err
	}
	lines := bufio.NewReader(stderr)
	for err == nil {
		var line string
		if line, err = lines.ReadString('\n'); line != "" {
			w.mu.Lock()
			fmt.Fprintln(w.out, prefix+strings.TrimSuffix(line, "\n"))
			w.mu.Unlock()
		}
	}
	return command.Wait()
}
