package site

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// CellError is a cell that failed.
type CellError struct {
	Notebook string // file name
	Cell     int    // number among the notebook's code cells, from 1
	Source   string
	Reason   string // what the compiler or the program said: plain text, without the frames of the runtime
}

// Error says all: the notebook, the cell, its source and the reason.
func (e *CellError) Error() string {
	return fmt.Sprintf("site: notebook %s: code cell %d failed:\n%s\n%s", e.Notebook, e.Cell, indent(e.Reason, "  "), indent(e.Source, "    | "))
}

// maxReason is the number of lines of a reason: the message comes first, and the rest can be seen in the notebook.
const maxReason = 20

// cellError finds the failed cell of an executed notebook: the last one with an error among its outputs.
func cellError(name string, executed []byte) error {
	nb, err := parseNotebook(executed)
	if err != nil {
		return fmt.Errorf("site: notebook %s.ipynb: %w", name, err)
	}
	failed := &CellError{Notebook: name + ".ipynb", Reason: "the kernel reported an error without a message"}
	number := 0
	for _, cell := range nb.cells() {
		if cell.kind() != "code" || strings.TrimSpace(cell.source()) == "" {
			continue
		}
		number++
		if reason := cell.failure(); reason != "" {
			failed.Cell, failed.Source, failed.Reason = number, cell.source(), reason
		}
	}
	return failed
}

// failure is the readable reason of a cell's error, or nothing where the cell has none.
//
// GoNB writes a panic to standard error. The compiler's messages are in the traceback when it runs with -raw_error, else
// only in an HTML output.
func (c cell) failure() string {
	var stderr, reports, trace string
	failed := false
	for _, out := range c.outputs() {
		switch out.kind() {
		case "stream":
			if out["name"] == "stderr" {
				stderr += text(out["text"])
			}
		case "error":
			failed = true
			trace = traceText(list(out["traceback"]), text(out["evalue"]))
		default:
			if h := text(out.data()["text/html"]); strings.Contains(h, "gonb-err-") {
				reports += h
			}
		}
	}
	if !failed {
		return ""
	}
	stderr = plainText(dropKernelNoise(stderr))
	said := dropFrames(stderr)
	if said != "" {
		said += panicPlace(stderr, reports)
	} else {
		said = compilerText(reports)
	}
	if said == "" || !exitStatus.MatchString(trace) {
		said += "\n" + trace
	}
	return firstLines(plainText(said), maxReason)
}

var (
	ansi       = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")
	style      = regexp.MustCompile(`(?s)<style>.*?</style>`)
	errContext = regexp.MustCompile(`(?s)<div class="gonb-err-context">.*?</div>\s*</div>`)
	errFile    = regexp.MustCompile(`<span class="gonb-err-location">[^<]*</span>`)
	errLine    = regexp.MustCompile(`<span class="gonb-cell-line-info">Cell\[(\d+)\]: Line (\d+)</span>`)
	frameLine  = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	exitStatus = regexp.MustCompile(`^(exit status \d+|failed to run .*)$`)
	tag        = regexp.MustCompile(`<[^>]*>`)
	blankLines = regexp.MustCompile(`\n\s*\n+`)
	goroutine  = regexp.MustCompile(`^goroutine \d+ \[`)
)

// compilerText reduces GoNB's report of a failed compilation to a line for each message: the cell's line, the message.
func compilerText(h string) string {
	h = errFile.ReplaceAllString(errContext.ReplaceAllString(style.ReplaceAllString(h, ""), ""), "")
	var lines []string
	for line := range strings.Lines(tag.ReplaceAllString(h, "")) {
		line = strings.Join(strings.Fields(html.UnescapeString(line)), " ")
		if line != "" && !strings.HasPrefix(line, "# gonb_") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// plainText drops terminal codes and empty lines.
func plainText(s string) string {
	return strings.TrimSpace(blankLines.ReplaceAllString(ansi.ReplaceAllString(s, ""), "\n"))
}

// traceText reduces a traceback to a line for each message. With -raw_error an entry is a line's place in the cell, some
// lines of source around it, and the message.
func traceText(entries []any, value string) string {
	var lines []string
	for _, e := range entries {
		entry := plainText(text(e))
		if place, rest, many := strings.Cut(entry, "\n"); many && strings.HasPrefix(place, "Cell[") {
			entry = place + " " + rest[strings.LastIndex(rest, "\n")+1:]
		}
		if entry != "" && !strings.HasPrefix(entry, "# gonb_") {
			lines = append(lines, entry)
		}
	}
	if len(lines) == 0 {
		return plainText(value)
	}
	return strings.Join(lines, "\n")
}

// panicPlace is the line of the cell that panicked, where GoNB marked it: it misses some frames.
func panicPlace(stderr, reports string) string {
	found := frameLine.FindStringSubmatch(stderr)
	if found == nil {
		found = errLine.FindStringSubmatch(reports)
	}
	if found == nil {
		return ""
	}
	return fmt.Sprintf("\nat Cell[%s]: Line %s", found[1], found[2])
}

// dropFrames drops the stacks of goroutines, and the exit status after them.
func dropFrames(s string) string {
	var kept []string
	inStack := false
	for _, line := range strings.Split(s, "\n") {
		isStatus := strings.HasPrefix(line, "exit status")
		inStack = (inStack || goroutine.MatchString(line)) && !isStatus
		if !inStack && !isStatus {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

func firstLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	if len(lines) <= n {
		return s
	}
	return strings.Join(lines[:n], "\n") + fmt.Sprintf("\n(and %d lines more)", len(lines)-n)
}

func indent(s, prefix string) string {
	return prefix + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+prefix)
}
