package study

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
)

// A result lies in two files of the results folder: KEY.json holds the Experiment and its Measurements (or a question and its
// answer), which are the same bytes every time, and KEY.provenance.json how this run came about. KEY.json is written last: where it exists, the result is whole.
func resultPath(dir, key string) string     { return filepath.Join(dir, key+".json") }
func provenancePath(dir, key string) string { return filepath.Join(dir, key+".provenance.json") }

// record is the content of KEY.json.
type record struct {
	Protocol     int             `json:"protocol"`
	Experiment   json.RawMessage `json:"experiment"`
	Measurements json.RawMessage `json:"measurements"`
	SHA256       string          `json:"sha256"` // of the experiment's and the measurements' JSON, one after the other
}

// openDir makes the results folder if it is missing, and proves that a file can be written there.
func openDir(dir string) error {
	if dir == "" {
		return errors.New("study: no results folder: name one in Options.Dir")
	}
	if err := os.MkdirAll(unfinishedPath(dir, ""), 0o755); err != nil {
		return fmt.Errorf("study: results folder: %w: choose a folder that can be written", err)
	}
	probe := filepath.Join(dir, fmt.Sprintf(".probe-%d", os.Getpid()))
	err := writeFile(probe, make([]byte, 64<<10))
	os.Remove(probe)
	if err != nil {
		return fmt.Errorf("study: results folder %s cannot be written: %w: free some space or choose another folder", dir, err)
	}
	return nil
}

// encode returns the content of KEY.json, a part a line.
func (r Result) encode() ([]byte, error) {
	experiment, err := json.Marshal(r.Experiment)
	if err != nil {
		return nil, err
	}
	measurements, err := json.Marshal(r.Measurements)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"protocol\":%d,\n\"experiment\":%s,\n\"measurements\":%s,\n\"sha256\":%q\n}\n",
		Protocol, experiment, measurements, digest(experiment, measurements))
	return b.Bytes(), nil
}

func digest(experiment, measurements []byte) string {
	sum := sha256.Sum256(append(append([]byte{}, experiment...), measurements...))
	return hex.EncodeToString(sum[:])
}

// save writes a result so that another process sees all of it or nothing.
func save(dir string, r Result) error {
	key := r.Experiment.Key()
	content, err := r.encode()
	if err != nil {
		return fmt.Errorf("study: result %s: %w", key, err)
	}
	return keep(dir, key, content, r.Provenance)
}

// keep writes KEY.json and its provenance, the former last.
func keep(dir, key string, content []byte, p Provenance) error {
	provenance, err := json.MarshalIndent(p, "", "  ")
	if err == nil {
		err = writeFile(provenancePath(dir, key), append(provenance, '\n'))
	}
	if err == nil {
		err = writeFile(resultPath(dir, key), content)
	}
	if err != nil {
		return fmt.Errorf("study: result %s is not kept: %w", key, err)
	}
	return nil
}

// writing ends the names of files that are not whole yet.
const writing = ".writing-*"

// writeFile is WriteFile for everyone to read.
func writeFile(path string, content []byte) error { return WriteFile(path, content, 0o644) }

// WriteFile replaces a file by way of a temporary one in the same folder, so that another process sees all of it or nothing. What a killed process left
// of a file of a run, the next one that works on the run removes.
func WriteFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+writing)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// load reads an experiment's result. Found is false where there is none; a result that is damaged, or not that experiment's, is an error.
func load(dir string, e Experiment) (r Result, found bool, err error) {
	p, found, err := kept(dir, e.Key(), func(content []byte) (err error) {
		r, err = decode(content, e)
		return err
	})
	if err != nil || !found {
		return Result{}, false, err
	}
	r.Provenance = p
	return r, true, nil
}

// kept decodes KEY.json, and then reads its provenance.
func kept(dir, key string, decode func(content []byte) error) (p Provenance, found bool, err error) {
	path := resultPath(dir, key)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err == nil {
		err = decode(content)
	}
	if err == nil {
		path = provenancePath(dir, key)
		if content, err = os.ReadFile(path); err == nil {
			err = json.Unmarshal(content, &p)
		}
	}
	if err != nil {
		return p, false, fmt.Errorf("study: result %s is damaged: %w: restore it, or delete it to train again", path, err)
	}
	return p, true, nil
}

func decode(content []byte, e Experiment) (Result, error) {
	var rec record
	if err := json.Unmarshal(content, &rec); err != nil {
		return Result{}, err
	}
	if got := digest(rec.Experiment, rec.Measurements); got != rec.SHA256 {
		return Result{}, fmt.Errorf("its SHA-256 is %s, not %s as it says", got, rec.SHA256)
	}
	var r Result
	if err := errors.Join(json.Unmarshal(rec.Experiment, &r.Experiment), json.Unmarshal(rec.Measurements, &r.Measurements)); err != nil {
		return Result{}, err
	}
	if r.Experiment.Key() != e.Key() {
		return Result{}, fmt.Errorf("it is the result of another experiment: %s", r.Experiment)
	}
	if again, err := r.encode(); err != nil || !bytes.Equal(again, content) {
		return Result{}, errors.Join(err, errors.New("it has other fields than a result has now"))
	}
	return r, nil
}

// same is an error if the run, trained again, came to other numbers, although all that equal bytes hang on is the same.
func (r Result) same(again Result) error {
	was, is := r.Provenance, again.Provenance
	if was.Backend != is.Backend || was.Device != is.Device || was.Processors != is.Processors || was.Plugin != is.Plugin || !maps.Equal(was.Modules, is.Modules) {
		return nil
	}
	before, err := r.encode()
	after, err2 := again.encode()
	if err = errors.Join(err, err2); err == nil && !bytes.Equal(before, after) {
		err = fmt.Errorf("study: %s, trained again, comes to other numbers than its result, of commit %s: delete %s.json to have it anew",
			r.Experiment, was.Commit, r.Experiment.Key())
	}
	return err
}
