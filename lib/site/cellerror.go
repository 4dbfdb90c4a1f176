package site

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// cellError tells which cell of an executed notebook failed (its number among the code cells, and its source) and why: the last one with an error
// among its outputs.
func cellError(executed []byte) error {
	nb, err := parseNotebook(executed)
	if err != nil {
		return err
	}
	failed := errors.New("the kernel reported an error without a message")
	number := 0
	for _, cell := range nb.cells() {
		if cell.kind() != "code" || strings.TrimSpace(cell.source()) == "" {
			continue
		}
		number++
		if reason := cell.failure(); reason != "" {
			failed = fmt.Errorf("code cell %d failed:\n%s\n%s", number, indent(reason, "  "), indent(cell.source(), "    | "))
		}
	}
	return failed
}

// failure is the readable reason of a cell's error, or nothing where the cell has none. A program writes to standard error, where the stacks of a
// panic follow its message. The compiler's messages are in the traceback, because the kernel runs with -raw_error.
func (c cell) failure() string {
	var stderr, trace string
	failed := false
	for _, out := range c.outputs() {
		switch {
		case out["name"] == "stderr":
			stderr += text(out["text"])
		case out.kind() == "error":
			failed, trace = true, out.trace()
		}
	}
	if !failed {
		return ""
	}
	message, _, _ := strings.Cut(plainText(stderr), "\ngoroutine ")
	said := exitStatus.ReplaceAllString(message, "")
	if said == "" || !exitStatus.MatchString(trace) {
		said += "\n" + trace
	}
	return firstLines(plainText(said), 20)
}

var (
	ansi        = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")
	blankLines  = regexp.MustCompile(`\n\s*\n+`)
	exitStatus  = regexp.MustCompile(`(?m)^exit status \d+$`)
	sourceLines = regexp.MustCompile(`(?s)^(Cell\[[^\n]*)\n(?:.*\n)?`)
)

// plainText drops terminal codes and empty lines.
func plainText(s string) string {
	return strings.TrimSpace(blankLines.ReplaceAllString(ansi.ReplaceAllString(s, ""), "\n"))
}

// trace reduces the traceback of an error to a line for each message. An entry is a line's place in the cell, some lines of source around it, and the
// message.
func (o output) trace() string {
	var lines []string
	for _, e := range list(o["traceback"]) {
		entry := sourceLines.ReplaceAllString(plainText(text(e)), "$1 ")
		if entry != "" && !strings.HasPrefix(entry, "# gonb_") {
			lines = append(lines, entry)
		}
	}
	if len(lines) == 0 {
		return plainText(text(o["evalue"]))
	}
	return strings.Join(lines, "\n")
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
