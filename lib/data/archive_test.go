package data

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// entry is one of a tar file.
type entry struct {
	tar.Header
	content []byte
}

// pack makes a tar.gz.
func pack(entries ...entry) []byte {
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	w := tar.NewWriter(zipped)
	for _, e := range entries {
		e.Mode, e.Size = 0o644, int64(len(e.content))
		if err := errors.Join(w.WriteHeader(&e.Header), second(w.Write(e.content))); err != nil {
			panic(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func second(_ int, err error) error { return err }

func regular(name string, content []byte) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg}, content}
}

// packSmall is smallCIFAR10's archive, with more entries before its own.
func packSmall(more ...entry) (a archive, contents map[string][]byte, packed []byte) {
	a, contents = smallCIFAR10()
	entries := more
	for _, f := range a.files {
		entries = append(entries, regular(a.folder+"/"+f.name, contents[f.name]))
	}
	packed = pack(entries...)
	a.size, a.sha256 = int64(len(packed)), hash(packed)
	return a, contents, packed
}

func TestArchiveWithMore(t *testing.T) {
	folder := cifar10Archive.folder
	a, contents, packed := packSmall(
		regular("../escaped", []byte("x")), regular("/escaped", []byte("x")), regular(folder+"/../../escaped", []byte("x")),
		regular("escaped", []byte("x")), regular(folder+"/readme.html", []byte("x")), regular("data_batch_1.bin", []byte("x")),
		entry{tar.Header{Name: folder, Typeflag: tar.TypeSymlink, Linkname: "/tmp"}, nil},
		entry{tar.Header{Name: folder + "/data_batch_1.bin", Typeflag: tar.TypeSymlink, Linkname: "/etc/hostname"}, nil},
		entry{tar.Header{Name: folder + "/data_batch_2.bin", Typeflag: tar.TypeLink, Linkname: "/etc/hostname"}, nil},
	)
	_, place := serve(t, &a, packed, well)
	checkInstalled(t, a, contents, place)
	if _, err := os.Stat(filepath.Join(place, "..", "escaped")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file escaped: %v", err)
	}
}

func TestBadArchives(t *testing.T) {
	a, contents, packed := packSmall()
	whole := func(i int) entry { return regular(a.folder+"/"+a.files[i].name, contents[a.files[i].name]) }
	for want, packed := range map[string][]byte{
		"5 of 6 files missing: EOF":                   pack(whole(0)),
		"unpacking: gzip: invalid header":             []byte("a plain text, which is no gzip file"),
		"unpacking: data_batch_1.bin: unexpected EOF": packed[:500],
	} {
		a.size, a.sha256 = int64(len(packed)), hash(packed)
		_, place := serve(t, &a, packed, well)
		_, _, err := readCIFAR10(t.Context(), a, Options{})
		checkHelp(t, err, want)
		for _, name := range []string{a.folder, a.folder + ".unpacking"} {
			if _, err := os.Stat(filepath.Join(place, name)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s: %s is there: %v", want, name, err)
			}
		}
	}
}

func TestTwoAtOnce(t *testing.T) {
	a, contents, packed := packSmall()
	s, place := serve(t, &a, packed, func(s *server, w http.ResponseWriter, r *http.Request, number int) {
		time.Sleep(50 * time.Millisecond)
		well(s, w, r, number)
	})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, _, err := readCIFAR10(t.Context(), a, Options{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	checkInstalled(t, a, contents, place)
	if len(s.received()) != 1 {
		t.Errorf("%d requests, want 1", len(s.received()))
	}
}

// What a killed process or a careless hand left in the default place is no obstacle.
func TestLeftovers(t *testing.T) {
	a, contents, packed := packSmall()
	_, place := serve(t, &a, packed, well)
	for _, file := range []string{a.folder + "/data_batch_1.bin", a.folder + ".unpacking/data_batch_2.bin", "cifar-10-binary.tar.gz.part"} {
		path := filepath.Join(place, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, append(packed, 1), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	checkInstalled(t, a, contents, place)
}
