// Package study runs experiments and keeps their results.
//
// Its stance: an [Experiment] is a plain value that holds every choice that can change a number, and nothing else. A [Lab] turns an
// Experiment into a [Result] once, keeps it on disk under a key made of all its fields, and reads it back ever after. What cannot
// change a number (where results lie, who watches, which scale a study was asked for) belongs to the Lab.
//
// Package study is also the border where the panics of graph code become errors.
package study
