package train

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

// openCUDA opens a CUDA configuration. Where something is missing for it, the error says what, with the cure; else it is the plugin's own.
func openCUDA(config string) (compute.Backend, error) {
	if !installer.HasNvidiaGPU() {
		return nil, missing(false, cudaPlugin())
	}
	config, err := exact(config)
	if err != nil {
		return nil, err
	}
	backend, err := compute.NewWithConfig(config)
	if err != nil && cudaPlugin() == "" {
		err = fmt.Errorf("%w (%w)", missing(true, ""), err)
	}
	return backend, err
}

// missing says what CUDA lacks on this machine, and how to get it.
func missing(gpu bool, plugin string) error {
	var lacks []string
	if !gpu {
		lacks = append(lacks, "this machine shows no NVIDIA GPU (no /dev/nvidia0, no nvidia-smi that answers): "+
			"install NVIDIA's driver 580 or newer, or start the container with its GPU")
	}
	if plugin == "" {
		lacks = append(lacks, "no CUDA plugin is installed: run `make setup CUDA=1`")
	}
	return errors.New(strings.Join(lacks, "; "))
}

// cudaPlugin is the path of the CUDA plugin in the folders that PJRT_PLUGIN_LIBRARY_PATH names; "" where there is none.
func cudaPlugin() string {
	for _, folder := range filepath.SplitList(os.Getenv(pjrt.PJRTPluginPathsEnv)) {
		if found, _ := filepath.Glob(filepath.Join(folder, "pjrt_c_api_cuda*_plugin.so")); found != nil {
			return found[0]
		}
	}
	return ""
}

// exact makes a CUDA configuration repeat its results, and leave memory to others: TF32 is off, because it changes results by more than
// float32 rounding; memory is taken when it is needed; XLA takes none of its kernels that add in an order of chance. What the configuration,
// or XLA_FLAGS, says otherwise stands.
func exact(config string) (string, error) {
	const flags, deterministic = "XLA_FLAGS", "--xla_gpu_deterministic_ops"
	if before := os.Getenv(flags); !strings.Contains(before, deterministic) {
		if err := os.Setenv(flags, strings.TrimSpace(before+" "+deterministic+"=true")); err != nil {
			return "", err
		}
	}
	for _, option := range []string{"tf32", "preallocate"} {
		if !strings.Contains(config, option) {
			config += "," + option + "=false"
		}
	}
	return config, nil
}

// unloadable is the error of a CUDA plugin that does not load, or nil. Where there is a GPU, go-xla panics over it, whatever it is asked for.
func unloadable() error {
	path := cudaPlugin()
	if path == "" {
		return nil
	}
	if _, err := pjrt.GetPlugin(path); err != nil {
		return fmt.Errorf("the CUDA plugin is wrong, and keeps go-xla from every plugin: %w", err)
	}
	return nil
}

// unused is a warning, in one line, that training runs on the processor though the machine has a GPU or CUDA is installed; "" where neither is.
func unused(gpu bool, plugin string, cause error) string {
	if !gpu && plugin == "" {
		return ""
	}
	return fmt.Sprintf("CUDA did not open, so training runs on the processor; kernel-setup/doctor tells more (%s)", oneLine(cause))
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
