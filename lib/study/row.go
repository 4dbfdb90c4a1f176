package study

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Row is a line of data, which fields tell apart and statistics sum up: an [Experiment], a [Sample], the [Result] of a run, the answer to a
// question ([Answered]), or a [Part] of one of these.
type Row interface {
	// Origin says where the row comes from.
	Origin() Origin
	// Setting tells all choices behind the row but its seed: a mean is over rows of one setting that each have a seed of their own.
	Setting() string
	// Value is what the row holds: a Result, or an answer.
	Value() any
}

// Origin is where a Row comes from.
type Origin struct {
	Seed       int64
	Scale      Scale      // at which it was asked for; "" where nothing says so
	Experiment Experiment // the run that it is of; empty where it is of none
}

// Origin, Setting and Value make an Experiment a Row.
func (e Experiment) Origin() Origin  { return Origin{Seed: e.Seed, Experiment: e} }
func (e Experiment) Setting() string { e.Seed = 0; return e.Key() }
func (e Experiment) Value() any      { return e }

// Origin, Setting and Value make a Result a Row.
func (r Result) Origin() Origin {
	return Origin{r.Experiment.Seed, r.Provenance.Scale, r.Experiment}
}
func (r Result) Setting() string { return r.Experiment.Setting() }
func (r Result) Value() any      { return r }

// Origin, Setting and Value make a Sample a Row.
func (s Sample) Origin() Origin  { return s.Experiment.Origin() }
func (s Sample) Setting() string { return s.Experiment.Setting() }
func (s Sample) Value() any      { return s }

// Part is something that was made of a Row, such as one moment of an answer about a whole run. It comes from where the Row does.
type Part[T any] struct {
	Of   Row
	Part T
}

// Origin, Setting and Value make a Part a Row.
func (p Part[T]) Origin() Origin  { return p.Of.Origin() }
func (p Part[T]) Setting() string { return p.Of.Setting() }
func (p Part[T]) Value() any      { return p.Part }

// Parts makes parts of every row, in their order.
func Parts[R Row, T any](rows []R, of func(R) []T) []Part[T] {
	var all []Part[T]
	for _, r := range rows {
		for _, part := range of(r) {
			all = append(all, Part[T]{r, part})
		}
	}
	return all
}

// Elements are the elements of all answers, where an answer is a slice.
func Elements[Q, T any](answers []Answered[Q, []T]) []Part[T] {
	return Parts(answers, func(a Answered[Q, []T]) []T { return a.Answer })
}

// Where keeps the rows that meet a condition.
func Where[R Row](rows []R, which func(R) bool) []R {
	var kept []R
	for _, r := range rows {
		if which(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// With keeps the rows of one level of a field, named by its label.
func With[R Row](rows []R, field Field, label string) []R {
	return Where(rows, func(r R) bool { return field.Of(r).Label == label })
}

// Level is a value of a Field: a number, or a word.
type Level struct {
	Label  string
	Number float64 // not a number where the Label is a word
}

// Number is the Level of a number.
func Number(x float64) Level { return Level{strconv.FormatFloat(x, 'g', -1, 64), x} }

// Count is the Level of a whole number.
func Count(n int) Level { return Level{strconv.Itoa(n), float64(n)} }

// Word is a Level that is no number.
func Word(label string) Level { return Level{label, math.NaN()} }

// String returns the label.
func (l Level) String() string { return l.Label }

// Field is a choice by which rows are told apart.
type Field struct {
	Name string
	Unit string
	Of   func(Row) Level
}

// ByExperiment is a Field of all rows that are of a run: its results, and the answers to questions about it.
func ByExperiment(name, unit string, of func(Experiment) Level) Field {
	return Field{name, unit, func(r Row) Level { return of(r.Origin().Experiment) }}
}

// Joined is the Field of a choice for each of some fields: "512, labels 1".
func Joined(fields ...Field) Field {
	join := func(text func(Field) string) string {
		var parts []string
		for _, f := range fields {
			parts = append(parts, text(f))
		}
		return strings.Join(parts, ", ")
	}
	name := join(func(f Field) string { return f.Name })
	return Field{name, "", func(r Row) Level { return Word(join(func(f Field) string { return f.Of(r).Label })) }}
}

// ByValue is a Field of rows that hold a T. Another row makes it panic.
func ByValue[T any](name, unit string, of func(T) Level) Field {
	return Field{name, unit, func(r Row) Level { return of(valueOf[T](name, r)) }}
}

// Statistic is a number that sums a row up; ok is false where the row has none, for example epochs to fit when a run never fitted.
type Statistic struct {
	Name  string
	Unit  string
	Of    func(Row) (value float64, ok bool)
	Never bool // a row has none because it would be larger than any: a time to something that never came
}

// Heading is the statistic's name with its unit: "train loss (nats)".
func (s Statistic) Heading() string { return Heading(s.Name, s.Unit) }

// Heading joins a quantity's name and its unit; a unit that the name begins with, as in "epochs to fit", is not said twice.
func Heading(name, unit string) string {
	if unit == "" || name == unit || strings.HasPrefix(name, unit+" ") {
		return name
	}
	return name + " (" + unit + ")"
}

// StatisticOf is a Statistic of rows that hold a T. Another row makes it panic.
func StatisticOf[T any](name, unit string, of func(T) (value float64, ok bool)) Statistic {
	return Statistic{Name: name, Unit: unit, Of: func(r Row) (float64, bool) { return of(valueOf[T](name, r)) }}
}

// OrNever is the statistic, a row without which would have it larger than any: a time to something that never came.
func (s Statistic) OrNever() Statistic { s.Never = true; return s }

// Quantity is a Statistic that all rows which hold a T have, but where it is not a number.
func Quantity[T any](name, unit string, of func(T) float64) Statistic {
	return StatisticOf(name, unit, func(v T) (float64, bool) { x := of(v); return x, !math.IsNaN(x) })
}

func valueOf[T any](name string, r Row) T {
	v, ok := r.Value().(T)
	if !ok {
		panic(fmt.Sprintf("study: %q is asked of a %T, and is a number or field of %v: choose one that fits the rows", name, r.Value(), reflect.TypeFor[T]()))
	}
	return v
}
