package site

import (
	"runtime"
	"runtime/debug"
	"strings"

	"rethinking/lib/study"
)

// Fact is one thing to know about where a report comes from.
type Fact struct {
	Name, Value string
}

// libraries are the modules whose version can change a number or a picture, with their names for people.
var libraries = map[string]string{
	"github.com/gomlx/gomlx":     "GoMLX",
	"github.com/gomlx/go-xla":    "go-xla",
	"github.com/janpfeifer/gonb": "GoNB",
}

// facts are those at the foot of every page: the commit of the code, the versions of Go and of the libraries as the running program was built with
// them, the kind of machine, the build's date, and what the options add.
func (o Options) facts() []Fact {
	facts := []Fact{{"Commit", study.Commit()}, {"Go", strings.TrimPrefix(runtime.Version(), "go")}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if name := libraries[m.Path]; name != "" {
				facts = append(facts, Fact{name, strings.TrimPrefix(m.Version, "v")})
			}
		}
	}
	facts = append(facts, Fact{"Machine", runtime.GOOS + "/" + runtime.GOARCH}, Fact{"Built", o.Date.UTC().Format("2006-01-02 15:04 UTC")})
	if o.Scale != "" {
		facts = append(facts, Fact{"Scale", o.Scale})
	}
	return append(facts, o.Facts...)
}
