package study

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// Stage is how far an experiment is in a results folder.
type Stage string

// The stages of an experiment.
const (
	Left       Stage = "left"       // nothing of it is there
	Unfinished Stage = "unfinished" // it has a checkpoint, and nobody works on it
	Running    Stage = "running"    // a process works on it
	Done       Stage = "done"       // its result is there, and whole
)

// StageOf tells how far an experiment or a question is. A result that is damaged is an error, as it is for a Lab.
//
// It writes nothing, and disturbs no process at work: of a lock file that is there it takes a share, for an instant, which it does not
// get where a process holds the lock. A process that wants the lock at that very instant tries again, as it would with any lock held.
func StageOf(dir string, w Work) (Stage, error) {
	running, err := held(lockPath(dir, w.Key())) // before the result, which is written before the lock goes
	if err != nil {
		return "", err
	}
	done, err := isKept(dir, w)
	switch {
	case err != nil:
		return "", err
	case done:
		return Done, nil
	case running:
		return Running, nil
	}
	for _, path := range []string{checkpointPath(dir, w.Key()), draftPath(dir, w.Key())} {
		if _, err := os.Stat(path); err == nil {
			return Unfinished, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("study: checkpoint: %w", err)
		}
	}
	return Left, nil
}

// isKept tells whether the result or the answer is there, and whole.
func isKept(dir string, w Work) (done bool, err error) {
	if e, ok := w.(Experiment); ok {
		_, done, err = load(dir, e)
	} else {
		_, done, err = loadAnswer(dir, w.(task))
	}
	return done, err
}

// held tells whether a process has a lock.
func held(path string) (bool, error) {
	f := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := f.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("study: lock %s: %w", path, err)
	}
	return !free, f.Unlock()
}
