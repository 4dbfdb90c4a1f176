package train

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

func TestExact(t *testing.T) {
	const deterministic = "--xla_gpu_deterministic_ops"
	for _, c := range []struct{ config, flags, wantConfig, wantFlags string }{
		{"xla:cuda", "", "xla:cuda,tf32=false,preallocate=false", deterministic + "=true"},
		{"xla:cuda,tf32=true", "--xla_dump_to=x", "xla:cuda,tf32=true,preallocate=false", "--xla_dump_to=x " + deterministic + "=true"},
		{"xla:cuda,preallocate,notf32", deterministic + "=false", "xla:cuda,preallocate,notf32", deterministic + "=false"},
	} {
		t.Setenv("XLA_FLAGS", c.flags)
		got, err := exact(c.config)
		if flags := os.Getenv("XLA_FLAGS"); err != nil || got != c.wantConfig || flags != c.wantFlags {
			t.Errorf("%s with flags %q: %s with flags %q, %v", c.config, c.flags, got, flags, err)
		}
	}
}

// Whoever insists on CUDA is told all that is missing, each with its cure.
func TestMissing(t *testing.T) {
	const noGPU, noPlugin = "start the container with its GPU", "run `make setup CUDA=1`"
	for _, c := range []struct {
		gpu          bool
		plugin       string
		says, saysNo string
	}{
		{false, "plugin", noGPU, noPlugin},
		{true, "", noPlugin, noGPU},
		{false, "", noGPU + "; no CUDA plugin is installed: " + noPlugin, "\n"},
	} {
		if got := missing(c.gpu, c.plugin).Error(); !strings.Contains(got, c.says) || strings.Contains(got, c.saysNo) {
			t.Errorf("GPU %v, plugin %q: %s", c.gpu, c.plugin, got)
		}
	}
}

func TestOpenWithoutGPU(t *testing.T) {
	if installer.HasNvidiaGPU() {
		t.Skip("this machine has a GPU")
	}
	_, _, _, err := Open("xla:cuda,memory_fraction=0.5")
	if err == nil || !strings.Contains(err.Error(), "no NVIDIA GPU") || strings.Contains(err.Error(), "\n") {
		t.Errorf("who insists is not told in one line: %v", err)
	}
	t.Setenv("GOMLX_BACKEND", "")
	for folder, want := range map[string]bool{"": false, folderWithPlugin(t): true} {
		t.Setenv(pjrt.PJRTPluginPathsEnv, folder)
		backend, name, warning, err := Open("")
		if err != nil {
			t.Fatal(err)
		}
		backend.Finalize()
		if name == "xla:cpu" && strings.Contains(warning, "no NVIDIA GPU") != want {
			t.Errorf("CUDA plugin in %q: warning %q", folder, warning)
		}
	}
}

func TestUnused(t *testing.T) {
	cause := errors.New("xla:cuda: PJRT error (code=9):\nNo visible GPU devices.")
	if got := unused(false, "", cause); got != "" {
		t.Errorf("neither GPU nor plugin: %q", got)
	}
	for _, got := range []string{unused(true, "", cause), unused(false, "plugin", cause)} {
		if !strings.Contains(got, "runs on the processor") || !strings.HasSuffix(got, "(xla:cuda: PJRT error (code=9): No visible GPU devices.)") {
			t.Errorf("warning %q", got)
		}
	}
}

// folderWithPlugin is a folder with a CUDA plugin that is none.
func folderWithPlugin(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pjrt_c_api_cuda_plugin.so"), []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The loader's answer takes the place of the panic that go-xla has for a wrong plugin.
func TestUnloadable(t *testing.T) {
	t.Setenv(pjrt.PJRTPluginPathsEnv, folderWithPlugin(t))
	if err := unloadable(); err == nil || !strings.Contains(err.Error(), "file too short") {
		t.Errorf("a text: %v", err)
	}
	t.Setenv(pjrt.PJRTPluginPathsEnv, t.TempDir())
	if err := unloadable(); err != nil {
		t.Errorf("no plugin: %v", err)
	}
}

// What set-up installs loads, and without a GPU says so itself: go-xla, which looks for a GPU first, is passed over.
func TestCUDAPlugin(t *testing.T) {
	path := cudaPlugin()
	if path == "" {
		t.Skip("NOT RUN: no CUDA plugin is installed here: make setup CUDA=1")
	}
	plugin, err := pjrt.GetPlugin(path)
	if err != nil {
		t.Fatal(err)
	}
	if major, _ := plugin.Version(); major != 0 {
		t.Errorf("%s: go-xla is made for major version 0", plugin)
	}
	client, err := plugin.NewClient(pjrt.NamedValuesMap{"preallocate": false})
	switch {
	case err == nil:
		t.Logf("%s opens a client of %s", plugin, client.Platform())
	case installer.HasNvidiaGPU():
		t.Error(err)
	case !strings.Contains(err.Error(), "GPU"):
		t.Errorf("the plugin does not say that there is no GPU: %v", err)
	default:
		t.Logf("%s answers: %v", plugin, err)
	}
}
