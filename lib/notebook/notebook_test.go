package notebook

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

// opened is a notebook in a folder of its own, which panics where a cell would fail, and what it sends.
func opened(t *testing.T) (*Notebook, *[]*protocol.DisplayData) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("RETHINKING_SCALE", "smoke")
	sent := []*protocol.DisplayData{}
	nb := open(func(err error) { panic(err) }, func(d *protocol.DisplayData) { sent = append(sent, d) })
	t.Cleanup(func() {
		if nb.lab != nil {
			nb.lab.Close()
		}
	})
	return nb, &sent
}

// failure is how a cell fails.
func failure(cell func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	cell()
	return nil
}

// doubling is a question whose answer is twice its number.
type doubling struct{ Of int }

func (doubling) Kind() string { return "test/doubling" }
func (d doubling) Answer(context.Context, *study.Lab, func(float64)) (int, error) {
	if d.Of < 0 {
		return 0, errors.New("below zero")
	}
	return 2 * d.Of, nil
}

func TestAsk(t *testing.T) {
	nb, sent := opened(t)
	answers := Ask(nb, func(s study.Scale) []doubling { return []doubling{{len(s)}, {21}} })
	if answers[0].Answer != 10 || answers[1].Answer != 42 || answers[0].Provenance.Scale != "smoke" {
		t.Errorf("answers %+v", answers)
	}
	if last := (*sent)[len(*sent)-1]; !strings.Contains(last.Data[protocol.MIMETextHTML].(string), "test/doubling: measured in") {
		t.Errorf("the cell says %v", last.Data)
	}
	if _, err := os.Stat(ResultsDir); err != nil {
		t.Error(err)
	}
	err := failure(func() { Ask(nb, func(study.Scale) []doubling { return []doubling{{-1}} }) })
	if err == nil || !strings.Contains(err.Error(), "below zero") {
		t.Errorf("the cell fails with %v", err)
	}
}

func TestRunFailsReadably(t *testing.T) {
	nb, _ := opened(t)
	if runs := nb.Run(study.These()); len(runs) != 0 {
		t.Errorf("%d runs", len(runs))
	}
	if err := failure(func() { nb.Run(study.These(study.Experiment{})) }); err == nil {
		t.Error("an experiment of nothing does not fail")
	}
	if err := failure(func() { nb.Sample(study.Experiment{}, 1) }); err == nil {
		t.Error("a sample of nothing does not fail")
	}
}

func TestShow(t *testing.T) {
	nb, sent := opened(t)
	nb.Show(report.Sheet{Words: report.Words{Name: "made-up", Title: "Made up"}, Corner: "x"}, nil)
	if diff := cmp.Diff(map[string]any{"rethinking": map[string]string{"table": "made-up"}}, (*sent)[0].Metadata); len(*sent) != 1 || diff != "" {
		t.Errorf("%d outputs: %s", len(*sent), diff)
	}
	if err := failure(func() { nb.Show(report.Curves(nil, study.TrainLoss)) }); err == nil || !strings.Contains(err.Error(), "run the experiments first") {
		t.Errorf("the cell fails with %v", err)
	}
	if err := failure(func() { nb.Show(nb.Provenance()) }); err == nil {
		t.Error("the provenance of nothing does not fail")
	}
}

func TestClaimsOfAPage(t *testing.T) {
	nb, _ := opened(t)
	nb.Scale = study.Quick
	judge := func(*paper.Evidence) []claims.Verdict {
		return []claims.Verdict{{Outcome: claims.Reproduced, Statistic: "1"}}
	}
	p := paper.Paper{Key: "p", Claims: []paper.Claim{{ID: "P1", Page: "01", Judge: judge}, {ID: "P2", Page: "02", Judge: judge}}}
	sheet, err := report.Claims(nb.Claims(p, "02"))
	if err != nil || len(sheet.Rows) != 1 || sheet.Rows[0] != "P2" {
		t.Errorf("rows %v, error %v", sheet.Rows, err)
	}
}

func TestInterruptEndsTheContext(t *testing.T) {
	nb, _ := opened(t)
	ctx, _ := nb.open()
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

// A cell that fails says why in plain words, and ends with status 1.
func TestExit(t *testing.T) {
	if os.Getenv("RETHINKING_SCALE") == "huge" {
		Open()
		return
	}
	self := exec.Command(os.Args[0], "-test.run=^TestExit$")
	self.Env = append(os.Environ(), "RETHINKING_SCALE=huge")
	var said strings.Builder
	self.Stderr = &said
	err := self.Run()
	if status := new(exec.ExitError); !errors.As(err, &status) || status.ExitCode() != 1 {
		t.Errorf("it ends with %v", err)
	}
	if want := "study: unknown scale \"huge\": use one of [smoke quick standard paper]\n"; said.String() != want {
		t.Errorf("it says %q", said.String())
	}
}

func TestLabThatCannotBeOpened(t *testing.T) {
	nb, _ := opened(t)
	if err := os.WriteFile(ResultsDir, []byte("a file, not a folder"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := failure(func() { nb.Run() }); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("the cell fails with %v, want one paragraph that says why", err)
	}
}
