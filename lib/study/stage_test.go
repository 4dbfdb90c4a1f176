package study_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rethinking/lib/study"
)

// An experiment goes through all stages, and to look at them changes nothing, not even while it runs.
func TestStages(t *testing.T) {
	dir, e := t.TempDir(), longer(1)
	stage := func() study.Stage {
		t.Helper()
		s, err := study.StageOf(dir, e)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := stage(); s != study.Left {
		t.Errorf("before: %s", s)
	}
	if made, _ := os.ReadDir(dir); len(made) > 0 {
		t.Errorf("looking made %v", made)
	}
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	w := &watcher{then: func(p study.Progress) {
		for range 100 {
			if s := stage(); s != study.Running {
				t.Errorf("while it runs: %s", s)
			}
		}
		if looks++; p.Fraction > 0.3 {
			cancel()
		}
	}}
	if _, err := openLab(t, study.Options{Dir: dir, Observer: w}).Run(ctx, e); err == nil || looks == 0 {
		t.Fatalf("the run was not interrupted, but looked at %d times", looks)
	}
	if s := stage(); s != study.Unfinished {
		t.Errorf("interrupted: %s", s)
	}
	resumed, err := openLab(t, study.Options{Dir: dir}).Run(t.Context(), e)
	if s := stage(); err != nil || s != study.Done || resumed.Provenance.Resumed != 1 {
		t.Errorf("at the end: %s, resumed %d times, %v", s, resumed.Provenance.Resumed, err)
	}
	path := filepath.Join(dir, e.Key()+".json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := study.StageOf(dir, e); err == nil || !strings.Contains(err.Error(), path+" is damaged") {
		t.Errorf("damaged: got error %v", err)
	}
}
