package study

import (
	"context"
	"errors"
)

// Options of a Lab: nothing here changes a number.
type Options struct {
	Dir      string   // results folder, made if missing
	DataDir  string   // folder of the data set's files; "": where package data finds them itself
	Backend  string   // GoMLX backend configuration, such as "xla:cpu" or "go"; "": GOMLX_BACKEND, else CUDA, else XLA CPU, else Go
	Scale    string   // recorded in each result: smoke, quick, standard, paper
	Observer Observer // may be nil
}

// Lab turns Experiments into Results, each of them once. Close it to free the backend.
type Lab struct{ options Options }

// Open makes the results folder if it is missing and checks that it can be written.
func Open(o Options) (*Lab, error) { return &Lab{o}, nil }

// Run returns the Experiment's result: from disk, or by training.
func (l *Lab) Run(ctx context.Context, e Experiment) (Result, error) {
	return Result{}, errors.New("study: Run is being written")
}

// All runs the experiments one after another and returns their results in the same order.
func (l *Lab) All(ctx context.Context, experiments ...Experiment) ([]Result, error) {
	return nil, errors.New("study: All is being written")
}

// Close frees the backend.
func (l *Lab) Close() error { return nil }
