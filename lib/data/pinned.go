package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// pinned is a file whose content is known.
type pinned struct {
	name   string
	size   int64
	sha256 string
}

// write makes the file in dir from content, which must be what is known of it.
func (f pinned) write(dir string, content io.Reader) error {
	file, err := os.OpenFile(filepath.Join(dir, f.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(content, f.size+1))
	if err = cmp.Or(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return f.check(f.name, n, sum.Sum(nil))
}

// read returns the file's content, which must be what is known of it.
func (f pinned) read(dir string) ([]byte, error) {
	path := filepath.Join(dir, f.name)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return b, f.check(path, int64(len(b)), sum[:])
}

// verify is read for those who read the file themselves.
func (f pinned) verify(dir string) error {
	_, err := f.read(dir)
	return err
}

func (f pinned) check(path string, size int64, sum []byte) error {
	if got := hex.EncodeToString(sum); got != f.sha256 {
		return fmt.Errorf("%s is truncated or altered (%d bytes, SHA-256 %s, expected %d bytes, SHA-256 %s): delete it and fetch it again",
			path, size, got, f.size, f.sha256)
	}
	return nil
}
