package study

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// answerRecord is the content of KEY.json where that is no result of a run.
type answerRecord struct {
	Protocol int             `json:"protocol"`
	Kind     string          `json:"kind"`
	Schema   int             `json:"schema"` // 0 stands for 1
	Question json.RawMessage `json:"question"`
	Answer   json.RawMessage `json:"answer"`
	SHA256   string          `json:"sha256"` // of the question's and the answer's JSON, one after the other
}

func questionKey(kind string, question []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s", Protocol, kind, question))
	return hex.EncodeToString(sum[:8])
}

// loadAnswer reads the answer to a question; found is false where there is none. One that is damaged, or of another schema, is an error.
func loadAnswer(dir string, t task) (a keptAnswer, found bool, err error) {
	a.provenance, found, err = kept(dir, t.Key(), func(content []byte) (err error) {
		a.answer, err = decodeAnswer(content, t)
		return err
	})
	if !found {
		a = keptAnswer{}
	}
	return a, found, err
}

func decodeAnswer(content []byte, t task) (any, error) {
	var r answerRecord
	if err := json.Unmarshal(content, &r); err != nil {
		return nil, err
	}
	question, err := t.text()
	if err != nil {
		return nil, err
	}
	switch schema := max(r.Schema, 1); {
	case r.Kind != t.kind() || string(r.Question) != string(question):
		return nil, errors.New("it answers another question")
	case r.SHA256 != digest(r.Question, r.Answer):
		return nil, errors.New("its SHA-256 is another")
	case schema != t.schema():
		return nil, fmt.Errorf("its answer is of schema %d, and %s has schema %d now", schema, r.Kind, t.schema())
	}
	return t.read(r.Answer)
}

// saveAnswer keeps an answer so that another process sees all of it or nothing.
func (l *Lab) saveAnswer(t task, answer any, start time.Time) (p Provenance, err error) {
	question, err := t.text()
	if err != nil {
		return p, err
	}
	content, err := json.Marshal(answer)
	if err != nil {
		return p, fmt.Errorf("study: answer of %s: %w", t.kind(), err)
	}
	p = surroundings(l.options, nil, "go", "")
	if len(l.benches) > 0 {
		p = l.benches[0].provenance
	}
	p.Started, p.Seconds.Total = start.UTC().Truncate(time.Second), time.Since(start).Seconds()
	schema := ""
	if t.schema() > 1 {
		schema = fmt.Sprintf("\"schema\":%d,\n", t.schema())
	}
	file := fmt.Appendf(nil, "{\n\"protocol\":%d,\n\"kind\":%q,\n%s\"question\":%s,\n\"answer\":%s,\n\"sha256\":%q\n}\n",
		Protocol, t.kind(), schema, question, content, digest(question, content))
	return p, keep(l.options.Dir, t.Key(), file, p)
}

// lockOf waits until no other process works on a key.
func (l *Lab) lockOf(ctx context.Context, key string) (*lock, error) {
	for ctx.Err() == nil {
		held, err := tryLock(l.options.Dir, key)
		if held != nil || err != nil {
			return held, err
		}
		wait(ctx)
	}
	return nil, ctx.Err()
}

// A draft is what a question under way has so far: the file KEY.draft beside the checkpoints.
func draftPath(dir, key string) string { return unfinishedPath(dir, key+".draft") }

// draft is the content of KEY.draft.
type draft struct {
	Schema int
	State  []byte // as JSON
}

// Resume fills state with what the question that this Lab was handed to kept when it was last asked, and stopped; found is false where it kept
// nothing, or something that another version of the question kept. It is for a question's method Answer, and an error elsewhere.
func Resume[S any](l *Lab, state *S) (found bool, err error) {
	if l.asked == nil {
		return false, errNotAsked
	}
	var d draft
	if found, err = readSealed(draftPath(l.options.Dir, l.asked.Key()), &d); err != nil || !found || d.Schema != l.asked.schema() {
		return false, err
	}
	var kept S
	if json.Unmarshal(d.State, &kept) != nil {
		return false, nil
	}
	if again, err := json.Marshal(kept); err != nil || !bytes.Equal(again, d.State) { // a field has come or gone
		return false, nil
	}
	*state = kept
	return true, nil
}

// Keep keeps the state of a question as JSON, from which Resume goes on. It may be called after every step: it writes where ctx has ended, and else
// once in the time from one checkpoint of a run to the next.
func Keep[S any](ctx context.Context, l *Lab, state S) error {
	if l.asked == nil {
		return errNotAsked
	}
	if ctx.Err() == nil && time.Since(l.drafted) < l.options.checkpointEvery() {
		return nil
	}
	l.drafted = time.Now()
	content, err := json.Marshal(state)
	if err == nil {
		err = writeSealed(draftPath(l.options.Dir, l.asked.Key()), draft{l.asked.schema(), content})
	}
	if err != nil {
		return fmt.Errorf("study: draft of %s: %w", l.asked.Key(), err)
	}
	return nil
}

var errNotAsked = errors.New("study: Resume and Keep are for a question's method Answer, with the Lab that it is handed")

// forget removes the draft of the question that this Lab was handed to.
func (l *Lab) forget() error { return remove(draftPath(l.options.Dir, l.asked.Key())) }
