package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// records is how many examples a batch of smallCIFAR10 has.
const records = 3

// smallCIFAR10 is like CIFAR-10 with three examples a batch: random pixels, and labels that count on from batch to batch.
func smallCIFAR10() (a archive, contents map[string][]byte) {
	a, contents = cifar10Archive, map[string][]byte{}
	a.files, a.patience = nil, patience{attempt: 5 * time.Second, pause: time.Millisecond, attempts: 3}
	noise := rand.NewChaCha8([32]byte{1})
	for i, f := range cifar10Archive.files {
		b := make([]byte, records*cifarRecord)
		noise.Read(b)
		for r := range records {
			b[r*cifarRecord] = byte((i*records + r) % 10)
		}
		contents[f.name] = b
		a.files = append(a.files, pin(f.name, b))
	}
	return a, contents
}

func pin(name string, b []byte) pinned { return pinned{name, int64(len(b)), hash(b)} }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// lay writes files into a new folder called name, and returns it.
func lay(t *testing.T, name string, contents map[string][]byte) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, b := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCIFAR10Decodes(t *testing.T) {
	a, contents := smallCIFAR10()
	dir := lay(t, a.folder, contents)
	for _, d := range []string{dir, filepath.Dir(dir)} {
		train, test, err := readCIFAR10(t.Context(), a, Options{Dir: d})
		if err != nil {
			t.Fatal(err)
		}
		checkSmall(t, train, test, contents)
	}
}

// checkSmall checks sets against the files of smallCIFAR10, value by value.
func checkSmall(t *testing.T, train, test Set, contents map[string][]byte) {
	t.Helper()
	if train.Len() != 5*records || test.Len() != records || train.Dim() != 3072 || test.ClassNames[9] != "truck" {
		t.Fatalf("%d train and %d test examples of %d values", train.Len(), test.Len(), train.Dim())
	}
	for i := range train.Len() + test.Len() {
		set, at := train, i
		if i >= train.Len() {
			set, at = test, i-train.Len()
		}
		record := contents[cifar10Archive.files[i/records].name][i%records*cifarRecord:][:cifarRecord]
		if set.Labels[at] != record[0] {
			t.Errorf("example %d: label %d, want %d", i, set.Labels[at], record[0])
		}
		for _, c := range []struct{ y, x, colour int }{{0, 0, 0}, {0, 0, 1}, {0, 1, 2}, {31, 31, 2}, {17, 5, 1}} {
			got, want := set.Image(at)[(c.y*32+c.x)*3+c.colour], record[1+c.colour*1024+c.y*32+c.x]
			if got != want {
				t.Fatalf("example %d, %+v: %d, want %d", i, c, got, want)
			}
		}
	}
}

func TestCIFAR10Damaged(t *testing.T) {
	const file = "data_batch_3.bin"
	for want, damage := range map[string]func(b []byte) []byte{
		file + " is truncated or altered (100 bytes": func(b []byte) []byte { return b[:100] },
		file + " is truncated or altered (9219 byte": func(b []byte) []byte { b[5000] ^= 1; return b },
	} {
		a, contents := smallCIFAR10()
		contents[file] = damage(contents[file])
		dir := lay(t, a.folder, contents)
		train, test, err := readCIFAR10(t.Context(), a, Options{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, want)) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("got error %v, want one with %q", err, want)
		}
		if train.Len()+test.Len() > 0 {
			t.Error("examples in spite of an error")
		}
	}
}

func TestCIFAR10NotInFolder(t *testing.T) {
	a, contents := smallCIFAR10()
	delete(contents, "test_batch.bin")
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none"), lay(t, a.folder, contents)} {
		_, _, err := readCIFAR10(t.Context(), a, Options{Dir: dir})
		_, presentErr := a.present(Options{Dir: dir})
		checkHelp(t, err, "data: no CIFAR-10 in "+dir)
		checkHelp(t, presentErr, "data: no CIFAR-10 in "+dir)
	}
}

// checkHelp checks that an error says in one line how to get the data set.
func checkHelp(t *testing.T, err error, wants ...string) {
	t.Helper()
	for _, want := range append(wants, cifar10Archive.folder, "RETHINKING_DATA", "-data") {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got error %v, want one line with %q", err, want)
		}
	}
}

func TestCIFAR10Stopped(t *testing.T) {
	a, contents := smallCIFAR10()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := readCIFAR10(ctx, a, Options{Dir: lay(t, a.folder, contents)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}

func TestCIFAR10Real(t *testing.T) {
	o := Options{Dir: os.Getenv("RETHINKING_DATA")}
	if dir, err := Present("cifar10", o); err != nil || dir == "" {
		t.Skip("CIFAR-10 is not here: name a folder that holds it with RETHINKING_DATA")
	}
	train, test, err := Load(t.Context(), "cifar10", o)
	if err != nil {
		t.Fatal(err)
	}
	for set, want := range map[*Set]int{&train: 5000, &test: 1000} {
		counts := make([]int, set.Classes)
		for _, l := range set.Labels {
			counts[l]++
		}
		if diff := cmp.Diff(slices.Repeat([]int{want}, 10), counts); diff != "" {
			t.Error("class counts (-want +got):\n" + diff)
		}
	}
	// The mean and standard deviation of each colour over the train set, as commonly published for torchvision's Normalize.
	mean, sd := moments(train)
	if got := fmt.Sprintf("%.4f %.4f", mean, sd); got != "[0.4914 0.4822 0.4465] [0.2470 0.2435 0.2616]" {
		t.Errorf("mean and standard deviation of the colours: %s", got)
	}
	// The first image of the test set is a cat whose first pixel is (158, 112, 49), as torchvision and Keras show it.
	if test.ClassNames[test.Labels[0]] != "cat" || !bytes.Equal(test.Image(0)[:3], []byte{158, 112, 49}) {
		t.Errorf("first test image: %s, first pixel %v", test.ClassNames[test.Labels[0]], test.Image(0)[:3])
	}
}

// moments returns the mean and the standard deviation of each colour, of values from 0 to 1.
func moments(s Set) (mean, sd [rgb]float64) {
	var sum, squares [rgb]float64
	for i, v := range s.Images {
		x := float64(v) / 255
		sum[i%rgb] += x
		squares[i%rgb] += x * x
	}
	n := float64(len(s.Images) / rgb)
	for c := range rgb {
		mean[c] = sum[c] / n
		sd[c] = math.Sqrt(squares[c]/n - mean[c]*mean[c])
	}
	return mean, sd
}
