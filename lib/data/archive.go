package data

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

// pinned is a file whose content is known.
type pinned struct {
	name   string
	size   int64
	sha256 string
}

// read returns the file's content, which must be what is known of it.
func (f pinned) read(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.name)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != f.sha256 {
		return nil, fmt.Errorf("%s is truncated or altered (%d bytes, SHA-256 %s, expected %d bytes, SHA-256 %s): delete it and fetch it again",
			path, len(b), got, f.size, f.sha256)
	}
	return b, nil
}

// archive is a data set's official download: a tar.gz of one folder of files.
type archive struct {
	title    string // of the data set, for messages
	url      string
	size     int64
	sha256   string
	folder   string   // in the archive
	files    []pinned // of the folder; what else it holds is not unpacked
	patience patience
}

// present returns the folder that holds a's files, or "" where they have to be downloaded to the default place first. If o.Dir is given
// and does not hold them, it fails.
func (a archive) present(o Options) (string, error) {
	if o.Dir != "" {
		if dir := a.find(o.Dir); dir != "" {
			return dir, nil
		}
		return "", fmt.Errorf("data: no %s in %s: unpack %s there, so that %s is in it, or name another folder with RETHINKING_DATA or -data",
			a.title, o.Dir, a.url, filepath.Join(o.Dir, a.folder, a.files[0].name))
	}
	place, err := defaultPlace()
	if err != nil {
		return "", a.elsewhere(err)
	}
	return a.find(place), nil
}

// obtain returns the folder that holds a's files, after downloading them to the default place if o.Dir is "" and they are not there.
func (a archive) obtain(ctx context.Context, o Options) (string, error) {
	dir, err := a.present(o)
	if err != nil || dir != "" {
		return dir, err
	}
	place, err := defaultPlace()
	if err == nil {
		err = a.install(ctx, place, o.Progress)
	}
	switch {
	case err == nil:
		return filepath.Join(place, a.folder), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("data: download of %s: %w", a.title, err)
	}
	return "", a.elsewhere(err)
}

// elsewhere wraps an error of the default place or of the download, and says how to do without.
func (a archive) elsewhere(err error) error {
	return fmt.Errorf("data: no %s from %s: %w; to do without this download, unpack the archive from elsewhere "+
		"and name the folder that then holds %s with RETHINKING_DATA or -data", a.title, a.url, err, a.folder)
}

// defaultPlace is the folder of downloads: the user's cache folder, so that all checkouts share them.
func defaultPlace() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "rethinking"), nil
}

// find returns the folder that holds all of a's files, dir itself or the one in it, else "".
func (a archive) find(dir string) string {
	for _, d := range []string{filepath.Join(dir, a.folder), dir} {
		if !slices.ContainsFunc(a.files, func(f pinned) bool { return !isFile(filepath.Join(d, f.name)) }) {
			return d
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// install downloads and unpacks the archive into place, unless another process, for which it waits, has done so.
func (a archive) install(ctx context.Context, place string, progress func(done, total int64)) error {
	if err := os.MkdirAll(place, 0o777); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(place, a.folder+".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return err
	}
	defer lock.Unlock()
	if a.find(place) != "" {
		return nil
	}
	part := filepath.Join(place, path.Base(a.url)+".part")
	d := &download{archive: a, part: part, progress: progress}
	if err := d.run(ctx); err != nil {
		return err
	}
	packed, err := os.ReadFile(part)
	if err != nil {
		return err
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(packed)); got != a.sha256 {
		err := fmt.Errorf("what came has SHA-256 %s, expected %s: it is deleted, the next start begins anew", got, a.sha256)
		return cmp.Or(os.Remove(part), err) // going on from it would fail for ever
	}
	if err := a.unpack(ctx, packed, place); err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	os.Remove(part) // what stays costs space, nothing else
	return nil
}

// unpack extracts a's files from the tar.gz, which is known to be right, into place/a.folder, which appears whole or not at all.
func (a archive) unpack(ctx context.Context, packed []byte, place string) error {
	target := filepath.Join(place, a.folder)
	work := target + ".unpacking" // only the lock's holder is here, so what lies there was left by a process that was killed
	if err := cmp.Or(os.RemoveAll(work), os.Mkdir(work, 0o777)); err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := a.extract(ctx, packed, work); err != nil {
		return err
	}
	return cmp.Or(os.RemoveAll(target), os.Rename(work, target)) // a target that is there lacks files
}

// extract writes a's files into dir. Every other entry is passed over, whatever its name or kind.
func (a archive) extract(ctx context.Context, packed []byte, dir string) error {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	missing := map[string]string{} // names of files, by that in the archive
	for _, f := range a.files {
		missing[a.folder+"/"+f.name] = f.name
	}
	for entries := tar.NewReader(unzipped); len(missing) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		header, err := entries.Next()
		if err != nil {
			return fmt.Errorf("%d of %d files missing: %w", len(missing), len(a.files), err)
		}
		name, ok := missing[header.Name]
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(entries)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o666)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		delete(missing, header.Name)
	}
	return nil
}
