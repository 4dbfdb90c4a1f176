package study

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Question is what is asked without being a training run, or of a run beyond its result: a closed form, the curvature at trained weights. It is a
// plain value that holds every choice that can change the answer, in exported fields. Question and answer are kept as JSON.
//
// Its seed, if it has one, is its field Seed; else that of its field Experiment, or of that experiment's data where the experiment has none.
//
// A Question Q may have four methods more: Validate() error, called before any time is spent; Work() float64, how much work its answer takes, in a
// unit of its kind's, for the time left; and Schema() int, which grows when the answer's type changes, so that older answers are no longer taken for
// it, 1 without the method; and Plain() Q, the same without what only some of its seeds are asked, so that answers count as alike in spite of that.
type Question[A any] interface {
	// Kind names what is asked: "zhang2017/kernel".
	Kind() string
	// Answer computes. It may report the share done, and stops where its context ends. The Lab is the question's own: see Resume.
	Answer(ctx context.Context, l *Lab, done func(share float64)) (A, error)
}

// Answered is a Question with its answer.
type Answered[Q, A any] struct {
	Question   Q
	Answer     A
	Provenance Provenance
}

// Origin, Setting and Value make an Answered a Row.
func (a Answered[Q, A]) Origin() Origin {
	seed, _ := reseeded(a.Question, 0)
	e, _ := experimentOf(a.Question)
	return Origin{seed, a.Provenance.Scale, e}
}

func (a Answered[Q, A]) Setting() string {
	_, rest := reseeded(plain(a.Question), 0)
	text, _ := json.Marshal(rest)
	return string(text)
}

func (a Answered[Q, A]) Value() any { return a.Answer }

// experimentOf is a question's field Experiment.
func experimentOf(q any) (e Experiment, ok bool) {
	v := reflect.ValueOf(q)
	if v.Kind() != reflect.Struct {
		return Experiment{}, false
	}
	field := v.FieldByName("Experiment")
	if !field.IsValid() {
		return Experiment{}, false
	}
	e, ok = field.Interface().(Experiment)
	return e, ok
}

// reseeded returns a question's seed, and the question with another one. One that has no seed, of which that is 0, stays as it is.
func reseeded(q any, seed int64) (was int64, with any) {
	v := reflect.New(reflect.TypeOf(q)).Elem()
	v.Set(reflect.ValueOf(q))
	if v.Kind() != reflect.Struct {
		return 0, q
	}
	if field := v.FieldByName("Seed"); field.IsValid() && field.Kind() == reflect.Int64 {
		was = field.Int()
		field.SetInt(seed)
	} else if e, ok := experimentOf(q); ok {
		place := &e.Seed
		if e.Seed == 0 {
			place = &e.Data.Seed
		}
		was, *place = *place, seed
		v.FieldByName("Experiment").Set(reflect.ValueOf(e))
	}
	return was, v.Interface()
}

// Ask returns the answers to questions of one kind, in their order: each from disk, or by computing it and then keeping it there, as Lab.All does with
// results. A question that another process is answering is waited for. All are validated, and all damaged answers found, before anything is
// computed. A question that fails does not stop the others, and the error names every one that failed. A question that is stopped goes on, in the next
// call, from what it has kept by Keep. Panics in it become errors.
func Ask[Q Question[A], A any](ctx context.Context, l *Lab, questions ...Q) ([]Answered[Q, A], error) {
	tasks := make([]task, len(questions))
	for i, q := range questions {
		tasks[i] = Asked(q).(task)
	}
	kept, err := l.answer(ctx, tasks)
	all := make([]Answered[Q, A], len(questions))
	for i, k := range kept {
		all[i].Question = questions[i]
		if k.answer != nil {
			all[i].Answer, all[i].Provenance = k.answer.(A), k.provenance
		}
	}
	return all, err
}

// KeptAnswers are the answers to those of the questions that are on disk. It computes nothing.
func KeptAnswers[Q Question[A], A any](l *Lab, questions ...Q) (all []Answered[Q, A], err error) {
	for _, q := range questions {
		kept, found, err := loadAnswer(l.options.Dir, Asked(q).(task))
		if err != nil {
			return nil, err
		}
		if found {
			all = append(all, Answered[Q, A]{q, kept.answer.(A), kept.provenance})
		}
	}
	return all, nil
}

// Reseeded is a plain question with another seed.
func Reseeded[Q Question[A], A any](q Q, seed int64) Q {
	_, with := reseeded(plain(q), seed)
	return with.(Q)
}

// plain is a question without what only some of its seeds are asked.
func plain[Q any](q Q) Q {
	if p, ok := any(q).(interface{ Plain() Q }); ok {
		return p.Plain()
	}
	return q
}

// Asked is a question as Work.
func Asked[Q Question[A], A any](q Q) Work { return asked[Q, A]{q} }

// Questions are a function's questions as Work, for a Study.
func Questions[Q Question[A], A any](of func(Scale) []Q) func(Scale) []Work {
	return func(scale Scale) []Work {
		var all []Work
		for _, q := range of(scale) {
			all = append(all, Asked(q))
		}
		return all
	}
}

// asked is a question without its types.
type asked[Q Question[A], A any] struct{ question Q }

// task is what a Lab answers.
type task interface {
	Work
	kind() string
	schema() int
	text() ([]byte, error) // of the question, as JSON
	read(answer []byte) (any, error)
	compute(ctx context.Context, l *Lab, done func(float64)) (any, error)
	validate() error
	work() float64
}

// WithSeed is the question with another seed.
func (a asked[Q, A]) WithSeed(seed int64) Work { return Asked(Reseeded(a.question, seed)) }

func (a asked[Q, A]) kind() string          { return a.question.Kind() }
func (a asked[Q, A]) text() ([]byte, error) { return json.Marshal(a.question) }

// Key identifies the question: the first 16 hexadecimal digits of the SHA-256 of its kind, all its fields and the Protocol.
func (a asked[Q, A]) Key() string {
	text, err := a.text()
	if err != nil {
		panic(err) // validate refuses what cannot be marshalled
	}
	return questionKey(a.kind(), text)
}

// String describes the question in a line, for people.
func (a asked[Q, A]) String() string {
	if s, ok := any(a.question).(fmt.Stringer); ok {
		return a.kind() + " " + s.String()
	}
	if e, ok := experimentOf(a.question); ok {
		return a.kind() + " of " + e.String()
	}
	return fmt.Sprintf("%s %+v", a.kind(), a.question)
}

// DataSet names the data set that the question needs, "" where nothing says so.
func (a asked[Q, A]) DataSet() string {
	if e, ok := experimentOf(a.question); ok {
		return e.Data.Name
	}
	if v := reflect.ValueOf(a.question); v.Kind() == reflect.Struct {
		if field := v.FieldByName("Data"); field.IsValid() {
			if d, ok := field.Interface().(Data); ok {
				return d.Name
			}
		}
	}
	return ""
}

func (a asked[Q, A]) schema() int {
	if s, ok := any(a.question).(interface{ Schema() int }); ok {
		return s.Schema()
	}
	return 1
}

func (a asked[Q, A]) validate() error {
	if _, err := a.text(); err != nil {
		return fmt.Errorf("study: question of %s: %w", a.kind(), err)
	}
	if v, ok := any(a.question).(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

// work of less than 1, of a question that cannot be answered, counts as 1.
func (a asked[Q, A]) work() float64 {
	if s, ok := any(a.question).(interface{ Work() float64 }); ok {
		return max(1, s.Work())
	}
	return 1
}

// read decodes an answer. Where the type would write it otherwise, it has gained or lost a field since.
func (a asked[Q, A]) read(content []byte) (any, error) {
	var answer A
	if err := json.Unmarshal(content, &answer); err != nil {
		return nil, err
	}
	again, err := json.Marshal(answer)
	if err == nil && string(again) != string(content) {
		err = fmt.Errorf("its answer has other fields than %T has now, though both are of schema %d", answer, a.schema())
	}
	return answer, err
}

// compute answers, with panics as errors.
func (a asked[Q, A]) compute(ctx context.Context, l *Lab, done func(float64)) (answer any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("study: %v", p)
		}
	}()
	return a.question.Answer(ctx, l, done)
}

// keptAnswer is an answer without its type; nil while there is none.
type keptAnswer struct {
	answer     any
	provenance Provenance
}

// answer reads or computes the answers to questions.
func (l *Lab) answer(ctx context.Context, tasks []task) ([]keptAnswer, error) {
	for i, t := range tasks {
		if err := t.validate(); err != nil {
			return nil, fmt.Errorf("question %d of %d: %w", i+1, len(tasks), err)
		}
	}
	all, missing := make([]keptAnswer, len(tasks)), []int{}
	for i, t := range tasks {
		kept, found, err := loadAnswer(l.options.Dir, t)
		if err != nil {
			return nil, err
		}
		if all[i] = kept; !found {
			missing = append(missing, i)
		}
	}
	if l.options.Kept && len(missing) > 0 {
		return nil, &NotKept{len(missing), len(tasks)}
	}
	w := newWatch(l.options.Observer, tasks, missing)
	l.library.observer = w.fetching
	var errs []error
	for left := missing; len(left) > 0 && ctx.Err() == nil; {
		i, held, err := l.free(ctx, tasks, left)
		if i < 0 {
			break
		}
		left = slices.DeleteFunc(left, func(j int) bool { return i == j })
		w.begin(tasks[i])
		took := time.Duration(0)
		if err == nil {
			all[i], took, err = l.obtainAnswer(ctx, tasks[i], held, w.share)
		}
		w.finish(Finished{Work: tasks[i], Index: i, Of: len(tasks), Took: took, Err: err})
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", tasks[i], err))
		}
	}
	if err := ctx.Err(); err != nil {
		return all, fmt.Errorf("stopped while answering %d questions; ask again to go on: %w", len(missing), errors.Join(append(errs, err)...))
	}
	w.end()
	return all, errors.Join(errs...)
}

// free returns the first of the questions left that no other process is answering, with its lock, or whose lock cannot be taken at all. While others
// answer all of them, it waits; -1 when ctx ends.
func (l *Lab) free(ctx context.Context, tasks []task, left []int) (i int, held *lock, err error) {
	for ctx.Err() == nil {
		for _, i := range left {
			if held, err := tryLock(l.options.Dir, tasks[i].Key()); held != nil || err != nil {
				return i, held, err
			}
		}
		wait(ctx)
	}
	return -1, nil, nil
}

// obtainAnswer computes an answer whose lock is held and keeps it, unless another process has; it took no time if it was read.
func (l *Lab) obtainAnswer(ctx context.Context, t task, held *lock, done func(float64)) (kept keptAnswer, took time.Duration, err error) {
	whole := false
	defer func() { held.done(whole) }()
	if kept, whole, err = loadAnswer(l.options.Dir, t); whole || err != nil { // another process was faster
		return kept, 0, err
	}
	start, own := time.Now(), &Lab{lab: l.lab, asked: t, drafted: time.Now()}
	if kept.answer, err = t.compute(ctx, own, done); err != nil {
		return keptAnswer{}, time.Since(start), err
	}
	if kept.provenance, err = l.saveAnswer(t, kept.answer, start); err != nil {
		return kept, time.Since(start), err
	}
	whole = true
	return kept, time.Since(start), own.forget()
}
