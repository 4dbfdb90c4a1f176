package study

import (
	"context"
	"slices"
	"sync"
)

// queue hands out the experiments of a sweep that are to be trained, each once, locked against other processes.
type queue struct {
	*sweep
	dir     string
	mu      sync.Mutex
	waiting []int // in order
}

// next returns an experiment and its lock: one that shares the executables of the given name if there is one, else the first that no
// other process is training. While others train all that is left, it waits. The number is -1 when all are done, or when ctx ends.
func (q *queue) next(ctx context.Context, compiled string) (i int, key *lock, err error) {
	for ctx.Err() == nil {
		i, key, err = q.take(compiled)
		if i >= 0 || q.empty() {
			return i, key, err
		}
		wait(ctx)
	}
	return -1, nil, nil
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0
}

// take returns the next experiment whose lock is free, or whose lock cannot be taken at all, or -1.
func (q *queue) take(compiled string) (i int, key *lock, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	alike := func(i int) int {
		if q.experiments[i].compiled() == compiled {
			return 0
		}
		return 1
	}
	candidates := slices.Clone(q.waiting)
	slices.SortStableFunc(candidates, func(a, b int) int { return alike(a) - alike(b) })
	for _, i := range candidates {
		key, err := tryLock(q.dir, q.experiments[i].Key())
		if key != nil || err != nil {
			q.waiting = slices.DeleteFunc(q.waiting, func(j int) bool { return j == i })
			return i, key, err
		}
	}
	return -1, nil, nil
}
