package study_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/go-xla/installer"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

// onCUDA skips a test, or a benchmark, where there is no GPU that XLA can use. Under `make test-cuda` it fails if there is a GPU.
func onCUDA(t testing.TB) {
	t.Helper()
	backend, _, _, err := train.Open("xla:cuda")
	if err == nil {
		backend.Finalize()
		return
	}
	if os.Getenv("RETHINKING_NEEDS_CUDA") != "" && installer.HasNvidiaGPU() {
		t.Fatal(err)
	}
	t.Skipf("***** NOT RUN ***** this needs an NVIDIA GPU and XLA's CUDA plugin: %v", err)
}

// gpuExperiments are a net of each kind on 300 digits, and one with crops, which the device draws. Their steps are so short that rounding
// is not yet blown up: at ten times the learning rate, nets with batch normalization differ by a percent between one thread and two.
func gpuExperiments() map[string]study.Experiment {
	all := map[string]study.Experiment{}
	for _, net := range []study.Net{study.MLP(64, 64), {Kind: "alexnet"}, {Kind: "inception", BatchNorm: true}, {Kind: "arpit-cnn"}, {Kind: "keskar-c1"}} {
		e := tiny(1)
		e.Data.Train, e.Net, e.Training.Epochs, e.Training.LearningRate = 300, net, 2, 0.001
		all[net.String()] = e
	}
	e := all["alexnet"]
	e.Data, e.Regularization.Crop, e.Regularization.WeightDecay = study.Data{Name: "mnist", Train: 300, Test: 100}, true, 1e-4
	all["alexnet with crops"] = e
	return all
}

// A GPU gives the losses that a processor gives, up to rounding, and the same bytes every time.
func TestCUDA(t *testing.T) {
	onCUDA(t)
	for name, e := range gpuExperiments() {
		t.Run(name, func(t *testing.T) {
			first, dir := runOn(t, "xla:cuda", e)
			_, again := runOn(t, "xla:cuda", e)
			if a, b := readResult(t, dir, e), readResult(t, again, e); a != b {
				t.Errorf("two runs on the GPU differ:\n%s\n%s", a, b)
			}
			if e.Regularization.Crop {
				return // drawn on the device, each kind of which has its own generator
			}
			reference, _ := runOn(t, "xla:cpu", e)
			for i, want := range reference.Measurements.Curves.TrainLoss {
				if got := first.Measurements.Curves.TrainLoss[i]; math.Abs(got-want) > 5e-3*want {
					t.Errorf("train loss at epoch %d is %g on the GPU, %g on the processor", i, got, want)
				}
			}
			t.Logf("train losses on the GPU %.6f, on the processor %.6f", first.Measurements.Curves.TrainLoss, reference.Measurements.Curves.TrainLoss)
		})
	}
}

func runOn(t testing.TB, backend string, e study.Experiment) (r study.Result, dir string) {
	t.Helper()
	dir = t.TempDir()
	lab, err := study.Open(study.Options{Dir: dir, Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	if r, err = lab.Run(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return r, dir
}

func readResult(t testing.TB, dir string, e study.Experiment) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, e.Key()+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Seconds an epoch of 12,800 images with batch 128, without compilation, and those of a whole run of two epochs with it.
func BenchmarkCUDA(b *testing.B) {
	onCUDA(b)
	for _, net := range []study.Net{study.MLP(512, 512, 512), {Kind: "alexnet"}, {Kind: "inception", BatchNorm: true}, {Kind: "inception"}} {
		b.Run(net.String(), func(b *testing.B) {
			e := tiny(1)
			e.Data, e.Net, e.Training.Batch, e.Training.LearningRate = study.Data{Name: "mnist", Train: 12800, Test: 2000}, net, 128, 0.01
			for range b.N {
				r, _ := runOn(b, "xla:cuda", e)
				b.ReportMetric(r.Provenance.Seconds.Epoch, "s/epoch")
				b.ReportMetric(r.Provenance.Seconds.Total, "s/run")
			}
		})
	}
}
