package report_test

import (
	"fmt"

	"rethinking/lib/paper"
	"rethinking/lib/report"
	"rethinking/lib/study"
)

// ended is the result of a run, as far as these tables look at it.
func ended(corruption float64, seed int64, testAccuracy float64) study.Result {
	one := []float64{testAccuracy}
	return study.Result{
		Experiment: study.Experiment{
			Data: study.Data{Name: "mnist"}, Corruption: study.Corruption{Labels: corruption}, Net: study.MLP(512), Seed: seed,
		},
		Measurements: study.Measurements{Train: 60000, Curves: study.Curves{
			Epoch: []int{50}, TrainLoss: one, TrainAccuracy: one, TestLoss: one, TestAccuracy: one,
		}},
		Provenance: study.Provenance{Scale: study.Quick},
	}
}

var results = []study.Result{ended(0, 1, 0.984), ended(0, 2, 0.986), ended(1, 1, 0.102), ended(1, 2, 0.098)}

func ExampleTable() {
	printed := paper.Published{
		Name: "paper's test accuracy", Unit: "%", Source: "a paper, table 1",
		Of: func(r study.Row) string {
			return map[float64]string{1: "10.1"}[r.Origin().Experiment.Corruption.Labels]
		},
	}
	sheet, err := report.Table(results, study.LabelCorruption, study.Final(study.TestAccuracy), printed, report.Title("Random labels"))
	if err != nil {
		panic(err)
	}
	fmt.Print(sheet.Markdown())
	// Output:
	// **Random labels.** Each cell: mean ± standard deviation over seeds (number of seeds). Data: mnist, 60,000 training examples; net: mlp 1x512. Scale: quick.
	//
	// | label corruption | final test accuracy (%) | paper's test accuracy (%), a paper, table 1 |
	// |:--|--:|--:|
	// | 0 | 98.50 ± 0.14 (2) | – |
	// | 1 | 10.00 ± 0.28 (2) | 10.1 |
}

// Runs with true and with random labels have no mean, but a range.
func ExampleRanges() {
	sheet, err := report.Ranges(results, study.Architecture, study.Final(study.TestAccuracy))
	if err != nil {
		panic(err)
	}
	fmt.Println(sheet.Columns[0].Cells[0])
	_, err = report.Table(results, study.Architecture, study.Final(study.TestAccuracy))
	fmt.Println(err != nil)
	// Output:
	// 9.8 to 98.6 (4)
	// true
}

func ExamplePlot() {
	f, err := report.Plot(results, study.Final(study.TestAccuracy), study.Final(study.TrainLoss), report.PointBy(study.LabelCorruption))
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Title)
	fmt.Println(f.Caption())
	// Output:
	// Final test accuracy by final train loss
	// Lines: mean of up to 2 seeds; bars or bands: lowest to highest seed. Scale: quick.
}
