package data_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/data"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func loadMNIST(t *testing.T) (train, test data.Set) {
	t.Helper()
	train, test, err := data.Load(t.Context(), "mnist", data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return train, test
}

// counts returns how many examples each class has.
func counts(s data.Set) []int {
	n := make([]int, s.Classes)
	for _, l := range s.Labels {
		n[l]++
	}
	return n
}

func TestMNIST(t *testing.T) {
	train, test := loadMNIST(t)
	if train.Len() != 60000 || test.Len() != 10000 || train.Dim() != 784 || len(test.Images) != 10000*784 {
		t.Fatalf("got %d train and %d test examples of %d values", train.Len(), test.Len(), train.Dim())
	}
	// Class counts and the mean grey value as torchvision and Keras find them.
	if diff := cmp.Diff([]int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, counts(train)); diff != "" {
		t.Error("train class counts (-want +got):\n" + diff)
	}
	if diff := cmp.Diff([]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts(test)); diff != "" {
		t.Error("test class counts (-want +got):\n" + diff)
	}
	var sum float64
	for _, v := range train.Unit() {
		sum += float64(v)
	}
	if mean := sum / 60000 / 784; mean < 0.13065 || mean > 0.13067 {
		t.Errorf("mean pixel %.5f, want 0.13066", mean)
	}
}

func TestUnit(t *testing.T) {
	s := data.Set{Height: 1, Width: 3, Channels: 1, Images: []uint8{0, 51, 255}, Labels: []uint8{0}}
	if diff := cmp.Diff([]float32{0, 0.2, 1}, s.Unit()); diff != "" {
		t.Error(diff)
	}
}

func TestBalanced(t *testing.T) {
	train, _ := loadMNIST(t)
	for _, n := range []int{1, 10, 1003, 50000} {
		s, err := train.Balanced(n, rng(1))
		if err != nil {
			t.Fatal(err)
		}
		if c := counts(s); s.Len() != n || slices.Max(c)-slices.Min(c) > 1 {
			t.Errorf("n %d: %d examples, class counts %v", n, s.Len(), c)
		}
	}
}

func TestSubsetsAreDeterministicAndDistinct(t *testing.T) {
	train, _ := loadMNIST(t)
	for name, draw := range map[string]func(int, *rand.Rand) (data.Set, error){"balanced": train.Balanced, "random": train.Random} {
		a, _ := draw(500, rng(1))
		b, _ := draw(500, rng(1))
		c, _ := draw(500, rng(2))
		if !bytes.Equal(a.Images, b.Images) || !bytes.Equal(a.Labels, b.Labels) {
			t.Errorf("%s: the same seed gave different subsets", name)
		}
		if bytes.Equal(a.Images, c.Images) {
			t.Errorf("%s: two seeds gave the same subset", name)
		}
		if n := distinct(a); n != 500 {
			t.Errorf("%s: %d distinct images of 500", name, n)
		}
	}
}

// distinct counts different images; all of MNIST's train images differ.
func distinct(s data.Set) int {
	seen := map[string]bool{}
	for i := range s.Len() {
		seen[string(s.Image(i))] = true
	}
	return len(seen)
}

func TestErrors(t *testing.T) {
	train, _ := loadMNIST(t)
	_, _, unknown := data.Load(t.Context(), "imagenet", data.Options{})
	incomplete := copyMNIST(t)
	if err := os.Remove(filepath.Join(incomplete, "t10k-labels-idx1-ubyte.gz")); err != nil {
		t.Fatal(err)
	}
	_, _, missing := data.Load(t.Context(), "mnist", data.Options{Dir: incomplete})
	_, none := train.Random(0, rng(1))
	_, many := train.Random(60001, rng(1))
	_, unbalanced := train.Balanced(60000, rng(1))
	for want, err := range map[string]error{
		`unknown data set "imagenet": use one of [cifar10 mnist]`: unknown,
		"t10k-labels-idx1-ubyte.gz: no such file":                 missing,
		"ask for 1 to 60000":                                      none,
		"a subset of 60001":                                       many,
		"no class-balanced subset of ":                            unbalanced,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"altered":   func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"empty":     func([]byte) []byte { return nil },
	}
	for name, damage := range damages {
		for _, file := range []string{"train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"} {
			dir := copyMNIST(t)
			path := filepath.Join(dir, file)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(b), 0o644); err != nil {
				t.Fatal(err)
			}
			_, _, err = data.Load(t.Context(), "mnist", data.Options{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), path+" is truncated or altered") {
				t.Errorf("%s %s: got error %v", name, file, err)
			}
		}
	}
}

func TestMNISTFolders(t *testing.T) {
	dir := copyMNIST(t)
	for o, want := range map[string]string{"": data.ModuleData(), t.TempDir(): data.ModuleData(), dir: dir} {
		if got, err := data.Present("mnist", data.Options{Dir: o}); err != nil || got != want {
			t.Errorf("folder %q: found in %q, %v, want %q", o, got, err, want)
		}
	}
	parent := t.TempDir()
	if err := os.Rename(dir, filepath.Join(parent, "mnist")); err != nil {
		t.Fatal(err)
	}
	train, _, err := data.Load(t.Context(), "mnist", data.Options{Dir: parent})
	if err != nil || train.Len() != 60000 || len(train.ClassNames) != train.Classes {
		t.Errorf("%d examples, %v", train.Len(), err)
	}
}

func copyMNIST(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(data.ModuleData(), "*.gz"))
	if err != nil || len(files) != 4 {
		t.Fatalf("MNIST's files: %v %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
