package study

import "time"

// watch tells an observer how a call to Ask goes.
type watch struct {
	observer   Observer
	all, done  float64 // work: of all that is to be answered, and of what is
	now        task    // the question at hand
	began      time.Time
	first      float64 // share when it was first told
	took       time.Duration
	unanswered bool
}

func newWatch(o Observer, tasks []task, missing []int) *watch {
	w := &watch{observer: o}
	for _, i := range missing {
		w.all += tasks[i].work()
	}
	return w
}

func (w *watch) fetching(name string, done, total int64) {
	if w.observer != nil {
		w.observer.Fetching(Fetching{name, done, total})
	}
}

func (w *watch) begin(t task) {
	w.now = t
	w.share(0)
}

// share takes the share done of the question at hand. The time left is by the pace since it was first told.
func (w *watch) share(of float64) {
	share := (w.done + of*w.now.work()) / w.all
	if w.began.IsZero() {
		w.began, w.first = time.Now(), share
	}
	m := Measuring{Kind: w.now.kind(), Fraction: share}
	if share > w.first+0.01 { // before, it would be a guess
		m.Left = time.Duration(float64(time.Since(w.began)) * (1 - share) / (share - w.first))
	}
	if w.observer != nil {
		w.observer.Measuring(m)
	}
}

func (w *watch) finish(f Finished) {
	w.done += w.now.work()
	w.took, w.unanswered = w.took+f.Took, w.unanswered || f.Err != nil
	f.FromDisk = f.Took == 0 && f.Err == nil
	if w.observer != nil {
		w.observer.Finished(f)
	}
}

// end tells that all is answered, unless nothing was computed.
func (w *watch) end() {
	if w.observer != nil && w.took > 0 && !w.unanswered {
		w.observer.Measuring(Measuring{Kind: w.now.kind(), Fraction: 1, Took: w.took})
	}
}
