package cluster

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"rethinking/lib/study"
)

// A list names a job's experiments, one a line: the key, and the description for people. A task finds its experiments by their place in
// it, whatever has been run since it was written.

func writeList(path string, work []study.Work) error {
	var b bytes.Buffer
	for _, w := range work {
		fmt.Fprintf(&b, "%s %s\n", w.Key(), w)
	}
	return study.WriteFile(path, b.Bytes(), 0o644)
}

// Listed returns those of a study's experiments that the list in a file names, in the list's order.
func Listed(path string, work []study.Work) ([]study.Work, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cluster: list of experiments: %w: it lies in the results folder, which all machines must share", err)
	}
	byKey := map[string]study.Work{}
	for _, w := range work {
		byKey[w.Key()] = w
	}
	var all []study.Work
	for line := range strings.Lines(string(content)) {
		key, description, _ := strings.Cut(strings.TrimSpace(line), " ")
		w, ok := byKey[key]
		if !ok {
			return nil, fmt.Errorf("cluster: %s names experiment %s (%s), which the study does not have at this scale: "+
				"name the study and the scale that it was written for; if the program has changed since, submit anew", path, key, description)
		}
		all = append(all, w)
	}
	return all, nil
}

// Tasks is the number of tasks that n experiments take, batch of them each; the last may have fewer.
func Tasks(n, batch int) int { return (n + batch - 1) / batch }

// Task returns the experiments of a task, of which the first has index 0.
func Task(work []study.Work, index, batch int) ([]study.Work, error) {
	if batch < 1 {
		return nil, fmt.Errorf("cluster: a batch of %d experiments: use 1 or more", batch)
	}
	if tasks := Tasks(len(work), batch); index < 0 || index >= tasks {
		return nil, fmt.Errorf("cluster: there is no task %d: %d experiments, %d a task, make the tasks 0 to %d", index, len(work), batch, tasks-1)
	}
	return work[index*batch : min((index+1)*batch, len(work))], nil
}
