package report

import (
	"math"
	"time"

	"rethinking/lib/study"
	"rethinking/lib/train"
)

// sweep makes results of nets that fit the slower and generalize the worse, the more labels are corrupted: made-up numbers of a
// believable shape.
func sweep(levels []float64, seeds, epochs int) []study.Result {
	var results []study.Result
	for _, p := range levels {
		for seed := range seeds {
			results = append(results, madeUp(p, int64(seed), epochs))
		}
	}
	return results
}

func madeUp(p float64, seed int64, epochs int) study.Result {
	e := study.Experiment{
		Data:       study.Data{Name: "mnist"},
		Corruption: study.Corruption{Labels: p},
		Net:        study.MLP(512, 512),
		Training:   study.Training{Epochs: epochs, Batch: 128, LearningRate: 0.1, Decay: 1},
		Seed:       seed,
	}
	var c study.Curves
	var reached []study.Reached
	tau := 1 + 12*p*p + 0.4*float64(seed)
	for epoch := range epochs + 1 {
		fit := 1 - math.Exp(-float64(epoch)/tau)
		c.Epoch = append(c.Epoch, epoch)
		c.TrainLoss = append(c.TrainLoss, 2.303*math.Exp(-float64(epoch)/tau)+0.002)
		c.TrainAccuracy = append(c.TrainAccuracy, min(1, 0.1+0.905*fit))
		for _, a := range train.Thresholds[len(reached):] {
			if c.TrainAccuracy[epoch] >= a {
				reached = append(reached, study.Reached{Accuracy: a, Epoch: epoch})
			}
		}
		c.TestLoss = append(c.TestLoss, 2.303-2.2*fit*(1-p)+3*p*fit)
		c.TestAccuracy = append(c.TestAccuracy, 0.1+(0.88*(1-p*p)+0.005*float64(seed)*p)*fit)
	}
	return study.Result{
		Experiment:   e,
		Measurements: study.Measurements{Parameters: 669706, Train: 60000, Test: 10000, Corrupted: int(54000 * p), Reached: reached, Curves: c},
		Provenance: study.Provenance{
			Scale: "standard", Backend: "xla:cpu", Platform: "linux/amd64", Device: "a processor", Plugin: "pjrt 0.115", Go: "go1.26.5",
			Modules: map[string]string{"github.com/gomlx/gomlx": "v0.28.2", "github.com/gomlx/go-xla": "v0.4.1"}, Commit: "0123abc",
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seconds: study.Seconds{Total: 7.5, Training: 6, Epoch: 0.12},
		},
	}
}

var levels = []float64{0, 0.2, 0.4, 0.6, 0.8, 1}
