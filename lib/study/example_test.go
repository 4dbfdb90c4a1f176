package study_test

import (
	"context"
	"fmt"
	"os"

	"rethinking/lib/study"
)

// Roots asks for the square root of N, by so many of Newton's steps.
type Roots struct {
	N     float64
	Steps int
}

// Kind names what is asked.
func (Roots) Kind() string { return "mine/roots" }

// Answer computes it.
func (q Roots) Answer(_ context.Context, _ *study.Lab, done func(float64)) (float64, error) {
	x := 1.
	for i := range q.Steps {
		x = (x + q.N/x) / 2
		done(float64(i+1) / float64(q.Steps))
	}
	return x, nil
}

// A question of one's own is a plain value with two methods. Its answer is kept: asked again, it is read.
func ExampleAsk() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	lab, err := study.Open(study.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	answers, err := study.Ask(context.Background(), lab, Roots{2, 2}, Roots{2, 5})
	if err != nil {
		panic(err)
	}
	for _, a := range answers {
		fmt.Printf("%d steps: %.9f\n", a.Question.Steps, a.Answer)
	}
	// Output:
	// 2 steps: 1.416666667
	// 5 steps: 1.414213562
}

// Rows are told apart by fields; a mean is taken of those alone that differ in their seed.
func ExampleGroupBy() {
	e := study.Experiment{Data: study.Data{Name: "mnist"}, Net: study.MLP(512)}
	var all []study.Experiment
	for _, e.Corruption.Labels = range []float64{0, 1} {
		all = append(all, study.Seeds(e, 3)...)
	}
	groups, err := study.GroupBy(all, study.LabelCorruption)
	if err != nil {
		panic(err)
	}
	for _, g := range groups {
		fmt.Println(g.Label, len(g.Rows))
	}
	e.Corruption.Labels, e.Net = 1, study.MLP(64)
	_, err = study.GroupBy(append(all, e), study.LabelCorruption)
	fmt.Println(err)
	// Output:
	// 0 3
	// 1 3
	// label corruption 1: runs differ in more than the seed (mnist mlp 1x512 label corruption 1 seed 1; mnist mlp 1x64 label corruption 1 seed 0): split them by another field before taking a mean
}
