package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rethinking/lib/study"
)

// Failure is the content of KEY.failed.json: why the last try of an experiment failed.
type Failure struct {
	Experiment string    `json:"experiment"` // or question
	Error      string    `json:"error"`
	Machine    string    `json:"machine"`
	Time       time.Time `json:"time"`
}

func failurePath(dir, key string) string { return filepath.Join(dir, key+".failed.json") }

// Failures watches runs for an Observer, and keeps in the results folder which of them fail: it writes an experiment's KEY.failed.json
// when the experiment fails, and removes it when it succeeds or is found done. A run that is stopped has not failed.
type Failures struct {
	study.Observer
	Dir string

	seen bool  // some failure
	err  error // in keeping one
}

// Finished keeps or removes a failure, then tells the Observer.
func (f *Failures) Finished(run study.Finished) {
	if run.Err == nil {
		f.forget(run.Work)
	} else {
		f.keep(run.Work, run.Err)
	}
	f.Observer.Finished(run)
}

// End takes the error of the call that ran experiments. Where that is no experiment's own, as when the backend does not open, it is kept
// for each experiment of the task that is not done; without a task, for none. What it returns is that error, joined with those of keeping
// failures.
func (f *Failures) End(err error, task []study.Work) error {
	if err != nil && !f.seen {
		for _, w := range task {
			if stage, _ := study.StageOf(f.Dir, w); stage == study.Left || stage == study.Unfinished {
				f.keep(w, err)
			}
		}
	}
	return errors.Join(err, f.err)
}

func (f *Failures) keep(w study.Work, cause error) {
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return
	}
	f.seen = true
	machine, _ := os.Hostname()
	content, err := json.MarshalIndent(Failure{w.String(), cause.Error(), machine, time.Now().UTC().Truncate(time.Second)}, "", "  ")
	if err == nil {
		err = study.WriteFile(failurePath(f.Dir, w.Key()), append(content, '\n'), 0o644)
	}
	if err != nil {
		f.err = errors.Join(f.err, fmt.Errorf("cluster: the failure of %s is not kept: %w", w, err))
	}
}

func (f *Failures) forget(w study.Work) {
	if err := os.Remove(failurePath(f.Dir, w.Key())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.err = errors.Join(f.err, fmt.Errorf("cluster: an old failure is not removed: %w", err))
	}
}

// readFailure tells why an experiment failed: nil where nothing says so.
func readFailure(dir, key string) (*Failure, error) {
	path := failurePath(dir, key)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var why Failure
	if err == nil {
		err = json.Unmarshal(content, &why)
	}
	if err != nil {
		return nil, fmt.Errorf("cluster: %s: %w: delete it", path, err)
	}
	return &why, nil
}
