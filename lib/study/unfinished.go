package study

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"rethinking/lib/train"
)

// The folder .unfinished of a results folder holds the locks and the checkpoints of runs under way.
func unfinishedPath(dir, name string) string { return filepath.Join(dir, ".unfinished", name) }
func checkpointPath(dir, key string) string  { return unfinishedPath(dir, key+".checkpoint") }
func lockPath(dir, key string) string        { return unfinishedPath(dir, key+".lock") }

// checkpoint is an unfinished run.
type checkpoint struct {
	Key          string
	Backend      string // on which the run was begun
	Measurements Measurements
	Train        train.Checkpoint
	Training     time.Duration // spent in steps so far
	Total        time.Duration
	Started      time.Time
	Sessions     int // processes that worked on the run, before the present one

	Points []train.Point // of a run with a trail, all evaluations so far
	Epochs []int         // and those of which the weights are kept
}

// loadCheckpoint reads an experiment's checkpoint; nil where there is none. One that is damaged, or from another backend, is an
// error: a run must not be made of two halves that do not belong together.
func loadCheckpoint(path, key, backend string) (*checkpoint, error) {
	var c checkpoint
	if found, err := readSealed(path, &c); err != nil || !found {
		return nil, err
	}
	if c.Key != key || c.Backend != backend {
		return nil, fmt.Errorf("study: checkpoint %s is of run %s on backend %s, this is run %s on %s: open that backend, or delete the checkpoint to start over",
			path, c.Key, c.Backend, key, backend)
	}
	return &c, nil
}

// Sealed files begin with the SHA-256 of what follows, in gob.

func writeSealed(path string, value any) error {
	var b bytes.Buffer
	b.Write(make([]byte, sha256.Size))
	if err := gob.NewEncoder(&b).Encode(value); err != nil {
		return err
	}
	content := b.Bytes()
	sum := sha256.Sum256(content[sha256.Size:])
	copy(content, sum[:])
	return writeFile(path, content)
}

// readSealed fills value from a file; found is false where there is none.
func readSealed(path string, value any) (found bool, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && len(content) < sha256.Size {
		err = fmt.Errorf("it has %d bytes", len(content))
	}
	if err == nil {
		if sum := sha256.Sum256(content[sha256.Size:]); !bytes.Equal(sum[:], content[:sha256.Size]) {
			err = errors.New("its SHA-256 is not what it says")
		}
	}
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(content[sha256.Size:])).Decode(value)
	}
	if err != nil {
		return false, fmt.Errorf("study: %s is damaged: %w: delete it to start the run over", path, err)
	}
	return true, nil
}

// remove deletes a file, if it is there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

// lock is held by the one process that works on a run. It ends with its process.
type lock struct {
	*flock.Flock
	path string
}

// tryLock takes an experiment's lock; nil where another process, or another Lab of this one, has it.
func tryLock(dir, key string) (*lock, error) {
	path := lockPath(dir, key)
	f := flock.New(path)
	taken, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("study: lock %s: %w", path, err)
	}
	if !taken {
		return nil, nil
	}
	for _, place := range []string{filepath.Join(dir, key+".*"), unfinishedPath(dir, key+".*"), trailPath(dir, key, "*")} {
		left, _ := filepath.Glob(place + writing) // by a process that was killed while it wrote
		for _, file := range left {
			os.Remove(file)
		}
	}
	return &lock{f, path}, nil
}

// done removes the lock of a run whose result is on disk: who gets it after all finds the result. Otherwise only the lock is given back,
// because two processes could hold a lock file that was removed and made anew.
func (l *lock) done(finished bool) {
	if finished {
		os.Remove(l.path)
	}
	l.Unlock()
}

// wait sleeps until another process may have finished a run.
func wait(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(200 * time.Millisecond):
	}
}
