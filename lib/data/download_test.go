package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// server serves an archive as answer says, and keeps the requests.
type server struct {
	sync.Mutex
	requests []*http.Request
	packed   []byte
	answer   func(s *server, w http.ResponseWriter, r *http.Request, number int)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	s.requests = append(s.requests, r)
	number := len(s.requests)
	s.Unlock()
	s.answer(s, w, r, number)
}

// received returns the requests so far.
func (s *server) received() []*http.Request {
	s.Lock()
	defer s.Unlock()
	return s.requests
}

// well answers as a good server does.
func well(s *server, w http.ResponseWriter, r *http.Request, _ int) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.packed))
}

// breaking breaks the first connection halfway.
func breaking(s *server, w http.ResponseWriter, r *http.Request, number int) {
	if number > 1 {
		well(s, w, r, number)
		return
	}
	half(s, w)
	panic(http.ErrAbortHandler)
}

func half(s *server, w http.ResponseWriter) {
	w.Header().Set("Content-Length", fmt.Sprint(len(s.packed)))
	w.Write(s.packed[:len(s.packed)/2])
	w.(http.Flusher).Flush()
}

// serve starts a server of packed, points a to it, and returns the empty default place as well.
func serve(t *testing.T, a *archive, packed []byte, answer func(*server, http.ResponseWriter, *http.Request, int)) (s *server, place string) {
	t.Helper()
	s = &server{packed: packed, answer: answer}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	a.url = listening.URL + "/cifar-10-binary.tar.gz"
	return s, emptyCache(t)
}

// emptyCache gives the test a cache folder of its own, and returns the default place in it.
func emptyCache(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
	place, err := defaultPlace()
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// checkInstalled checks that the sets come, that they came to the default place, and that nothing else is left there.
func checkInstalled(t *testing.T, a archive, contents map[string][]byte, place string) {
	t.Helper()
	train, test, err := readCIFAR10(t.Context(), a, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkSmall(t, train, test, contents)
	var left []string
	err = filepath.WalkDir(place, func(path string, _ os.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, place))
		return err
	})
	if err != nil || len(left) != 1+1+len(a.files)+1 { // the place, the folder, its files, the lock
		t.Errorf("in the default place: %q, %v", left, err)
	}
}

func TestDownload(t *testing.T) {
	a, contents, packed := packSmall()
	s, place := serve(t, &a, packed, well)
	if dir, err := a.present(Options{}); dir != "" || err != nil {
		t.Errorf("before the download: present in %q, %v", dir, err)
	}
	var told [][2]int64
	o := Options{Progress: func(done, total int64) { told = append(told, [2]int64{done, total}) }}
	if _, _, err := readCIFAR10(t.Context(), a, o); err != nil {
		t.Fatal(err)
	}
	checkInstalled(t, a, contents, place)
	if len(s.received()) != 1 {
		t.Errorf("%d requests, want 1: the second time the files are there", len(s.received()))
	}
	if n := len(told); n < 1 || n > 30 || told[n-1] != [2]int64{a.size, a.size} {
		t.Errorf("progress: %v, want it to end at %d", told, a.size)
	}
	if dir, err := a.present(Options{}); dir != filepath.Join(place, a.folder) || err != nil {
		t.Errorf("after the download: present in %q, %v", dir, err)
	}
}

// The connection breaks halfway; what follows, and what is asked for then, is the server's to say.
func TestBrokenConnection(t *testing.T) {
	later := func(answer func(*server, http.ResponseWriter, *http.Request)) func(*server, http.ResponseWriter, *http.Request, int) {
		return func(s *server, w http.ResponseWriter, r *http.Request, number int) {
			if number == 2 {
				answer(s, w, r)
				return
			}
			breaking(s, w, r, number)
		}
	}
	for name, c := range map[string]struct {
		answer   func(*server, http.ResponseWriter, *http.Request, int)
		requests int
	}{
		"goes on":   {breaking, 2},
		"no ranges": {later(func(s *server, w http.ResponseWriter, _ *http.Request) { w.Write(s.packed) }), 2},
		"wrong range": {later(func(s *server, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 5-%d/%d", len(s.packed)-1, len(s.packed)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(s.packed[5:])
		}), 3},
		"range refused": {later(func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}), 3},
		"busy": {later(func(_ *server, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}), 3},
	} {
		t.Run(name, func(t *testing.T) {
			a, contents, packed := packSmall()
			s, place := serve(t, &a, packed, c.answer)
			checkInstalled(t, a, contents, place)
			if len(s.received()) != c.requests {
				t.Errorf("%d requests, want %d", len(s.received()), c.requests)
			}
			if got, want := s.received()[1].Header.Get("Range"), fmt.Sprintf("bytes=%d-", len(packed)/2); got != want {
				t.Errorf("the second request asks for %q, want %q", got, want)
			}
		})
	}
}

func TestNextStartGoesOn(t *testing.T) {
	a, contents, packed := packSmall()
	a.patience.attempts = 1
	s, place := serve(t, &a, packed, func(s *server, w http.ResponseWriter, r *http.Request, number int) {
		if number == 2 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		breaking(s, w, r, number)
	})
	_, _, err := readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, fmt.Sprintf("gave up at %d of %d bytes", len(packed)/2, len(packed)), "502 Bad Gateway", a.url)
	checkInstalled(t, a, contents, place)
	if got := s.received()[2].Header.Get("Range"); got != fmt.Sprintf("bytes=%d-", len(packed)/2) {
		t.Errorf("the next start asks for %q", got)
	}
}

func TestStalledConnection(t *testing.T) {
	a, contents, packed := packSmall()
	a.patience.attempt = 100 * time.Millisecond
	stalled := func(s *server, w http.ResponseWriter, r *http.Request, number int) {
		if number == 1 {
			half(s, w)
		}
		if number > 4 {
			well(s, w, r, number)
			return
		}
		<-r.Context().Done()
	}
	s, place := serve(t, &a, packed, stalled)
	_, _, err := readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, "deadline exceeded", fmt.Sprintf("gave up at %d", len(packed)/2))
	if n := len(s.received()); n != 4 {
		t.Errorf("%d requests, want one that gets further and three that do not", n)
	}
	a.patience.attempt = 5 * time.Second
	checkInstalled(t, a, contents, place)
}

func TestStopInTheMiddle(t *testing.T) {
	a, contents, packed := packSmall()
	s, place := serve(t, &a, packed, func(s *server, w http.ResponseWriter, r *http.Request, number int) {
		if number > 1 {
			well(s, w, r, number)
			return
		}
		half(s, w)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := readCIFAR10(ctx, a, Options{Progress: func(int64, int64) { time.AfterFunc(20*time.Millisecond, cancel) }})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on from there") {
		t.Errorf("got error %v", err)
	}
	checkInstalled(t, a, contents, place)
	if got := s.received()[1].Header.Get("Range"); got == "" {
		t.Error("the next start does not go on")
	}
}

func TestWrongArchive(t *testing.T) {
	a, contents, packed := packSmall()
	altered := bytes.Clone(packed)
	altered[len(altered)/2] ^= 1
	s, place := serve(t, &a, altered, well)
	_, _, err := readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, "what came has SHA-256 "+hash(altered)+", expected "+a.sha256)
	if _, err := os.Stat(filepath.Join(place, "cifar-10-binary.tar.gz.part")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the wrong archive is still there: %v", err)
	}
	s.packed = packed
	checkInstalled(t, a, contents, place)
}

func TestRefusals(t *testing.T) {
	for want, answer := range map[string]func(*server, http.ResponseWriter, *http.Request, int){
		"the server answers 404 Not Found":  func(_ *server, w http.ResponseWriter, r *http.Request, _ int) { http.NotFound(w, r) },
		"the server offers 13 bytes where ": func(_ *server, w http.ResponseWriter, r *http.Request, _ int) { io.WriteString(w, "please log in") },
		"sends more than the archive's ": func(s *server, w http.ResponseWriter, r *http.Request, _ int) {
			w.(http.Flusher).Flush() // without a length
			w.Write(append(s.packed, 0, 0))
		},
	} {
		a, _, packed := packSmall()
		s, _ := serve(t, &a, packed, answer)
		_, _, err := readCIFAR10(t.Context(), a, Options{})
		checkHelp(t, err, want)
		if len(s.received()) != 1 {
			t.Errorf("%s: %d requests, want 1: asking again is of no use", want, len(s.received()))
		}
	}
}

func TestNoServer(t *testing.T) {
	a, _ := smallCIFAR10()
	emptyCache(t)
	a.url = "http://127.0.0.1:1/cifar-10-binary.tar.gz" // nothing listens there
	_, _, err := readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, a.url, "gave up at 0 of 170052171 bytes", "connection refused")
}

func TestFolderNotWritable(t *testing.T) {
	a, _, packed := packSmall()
	_, place := serve(t, &a, packed, well)
	if err := os.WriteFile(place, []byte("a file, not a folder"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, _, err := readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, place)
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("LocalAppData", "")
	_, _, err = readCIFAR10(t.Context(), a, Options{})
	checkHelp(t, err, "defined")
}
