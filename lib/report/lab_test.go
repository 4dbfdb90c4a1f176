package report

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestMustOpenLab(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, lab := MustOpenLab("smoke")
	defer lab.Close()
	if err := ctx.Err(); err != nil {
		t.Fatalf("the context has ended before any interrupt: %v", err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(os.Interrupt); err != nil {
		t.Skip("this system has no interrupts between processes: ", err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Error("an interrupt does not end the context")
	}
}

func TestMustOpenLabSaysWhy(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(ResultsDir, []byte("a file, not a folder"), 0o666); err != nil {
		t.Fatal(err)
	}
	defer func() {
		got, ok := recover().(string)
		if !ok || !strings.HasPrefix(got, "report: cannot open the notebook's lab: ") || strings.Contains(got, "\n") {
			t.Errorf("panic %q, want one paragraph that says why", got)
		}
	}()
	MustOpenLab("smoke")
}
