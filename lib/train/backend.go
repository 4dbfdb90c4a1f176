package train

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
	_ "github.com/gomlx/gomlx/backends/default" // registers XLA (CPU and CUDA) and the pure-Go backend
)

const cpu, cuda = "xla:cpu", "xla:cuda"

// preferred are the backends to try when none is named, best first.
var preferred = []string{cuda, cpu, "go"}

// Open opens the backend that config names ("xla:cpu", "xla:cuda", "go", ...), or that GOMLX_BACKEND names if config is "", or else the
// first that works of CUDA, XLA on the CPU, and pure Go. The name is that of the configuration opened, without options; the warning is
// "" unless nobody asked for the backend and it is the slow one, or the processor where there is a GPU or CUDA is installed.
func Open(config string) (backend compute.Backend, name, warning string, err error) {
	if config == "" {
		config = os.Getenv(compute.ConfigEnvVar)
	}
	if config != "" {
		backend, err = newBackend(config)
		if err != nil {
			return nil, "", "", fmt.Errorf("train: backend %q does not open: %w; run kernel-setup/doctor, or unset %s", config, err, compute.ConfigEnvVar)
		}
		return backend, withoutOptions(config), "", nil
	}
	var failures error
	for _, config := range preferred {
		if backend, err = newBackend(config); err == nil {
			return backend, config, fallback(config, failures), nil
		}
		failures = errors.Join(failures, fmt.Errorf("%s: %w", config, err))
	}
	return nil, "", "", fmt.Errorf("train: no backend opens: %w", failures)
}

// threads names the environment variable from which the CPU plugin takes the size of its thread pool, when a backend is opened.
const threads = "PJRT_NPROC"

var opening sync.Mutex

// OpenSingle opens a backend as Open does, but one that computes on a single core where it is XLA's on the CPU: several of them run side
// by side. With large batches or convolutions its results differ from those on all cores by rounding, because XLA splits long sums
// between cores.
func OpenSingle(config string) (backend compute.Backend, name, warning string, err error) {
	opening.Lock()
	defer opening.Unlock()
	if before, set := os.LookupEnv(threads); set {
		defer os.Setenv(threads, before)
	} else {
		defer os.Unsetenv(threads)
	}
	if err := os.Setenv(threads, "1"); err != nil {
		return nil, "", "", err
	}
	return Open(config)
}

// newBackend opens one backend; the panic for an unknown one becomes an error. XLA on the CPU would declare four devices and start threads
// for all of them, also where there are fewer cores, which made an epoch of a small net a third slower on two cores.
func newBackend(config string) (backend compute.Backend, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = cmp.Or(unloadable(), fmt.Errorf("%v", p))
		}
	}()
	if config == cpu {
		return xla.NewWithOptions("cpu", pjrt.NamedValuesMap{"cpu_device_count": int64(1)})
	}
	if withoutOptions(config) == cuda {
		return openCUDA(config)
	}
	return compute.NewWithConfig(config)
}

func withoutOptions(config string) string {
	name, _, _ := strings.Cut(config, ",")
	return name
}

// fallback is the warning for a backend that nobody asked for, opened after the better ones failed.
func fallback(config string, failures error) string {
	switch config {
	case cpu:
		return unused(installer.HasNvidiaGPU(), cudaPlugin(), failures)
	case "go":
		return fmt.Sprintf("XLA did not open, so training runs on the pure-Go backend, about 20 times slower; kernel-setup/doctor tells the cure (%s)",
			oneLine(failures))
	}
	return ""
}
