package site

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
)

// Fact is one thing to know about where a report comes from.
type Fact struct {
	Name, Value string
}

// libraries are the modules whose version can change a number or a picture.
var libraries = []struct{ name, path string }{
	{"GoMLX", "github.com/gomlx/gomlx"},
	{"go-xla", "github.com/gomlx/go-xla"},
	{"GoNB", "github.com/janpfeifer/gonb"},
}

// BuildFacts are the facts that need no kernel: the commit of the checkout at root, the versions of Go and of the
// libraries as the running program was built with them, and the kind of machine.
func BuildFacts(root string) []Fact {
	var facts []Fact
	if commit := commitOf(root); commit != "" {
		facts = append(facts, Fact{"Commit", commit})
	}
	facts = append(facts, Fact{"Go", strings.TrimPrefix(runtime.Version(), "go")})
	if info, ok := debug.ReadBuildInfo(); ok {
		facts = append(facts, libraryFacts(info)...)
	}
	return append(facts, Fact{"Machine", runtime.GOOS + "/" + runtime.GOARCH})
}

// facts are those at the foot of every page.
func (o Options) facts() []Fact {
	facts := append(BuildFacts(o.Root), Fact{"Built", o.Date.UTC().Format("2006-01-02 15:04 UTC")})
	if o.Scale != "" {
		facts = append(facts, Fact{"Scale", o.Scale})
	}
	return append(facts, o.Facts...)
}

func libraryFacts(info *debug.BuildInfo) []Fact {
	versions := map[string]string{}
	for _, m := range info.Deps {
		versions[m.Path] = m.Version
	}
	var facts []Fact
	for _, lib := range libraries {
		if v := versions[lib.path]; v != "" {
			facts = append(facts, Fact{lib.name, strings.TrimPrefix(v, "v")})
		}
	}
	return facts
}

// commitOf is the short hash of the commit, with a word when files differ from it. Where git or its folder is missing, it is what
// RETHINKING_COMMIT says, as in a container's image.
func commitOf(root string) string {
	hash, err := exec.Command("git", "-C", root, "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return os.Getenv("RETHINKING_COMMIT")
	}
	commit := strings.TrimSpace(string(hash))
	changes, err := exec.Command("git", "-C", root, "status", "--porcelain").Output()
	if err == nil && len(strings.TrimSpace(string(changes))) > 0 {
		commit += " with changes"
	}
	return commit
}
