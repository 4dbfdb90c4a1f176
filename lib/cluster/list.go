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

func writeList(path string, experiments []study.Experiment) error {
	var b bytes.Buffer
	for _, e := range experiments {
		fmt.Fprintf(&b, "%s %s\n", e.Key(), e)
	}
	return replace(path, b.Bytes(), 0o644)
}

// Listed returns those of a study's experiments that the list in a file names, in the list's order.
func Listed(path string, experiments []study.Experiment) ([]study.Experiment, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cluster: list of experiments: %w: it lies in the results folder, which all machines must share", err)
	}
	byKey := map[string]study.Experiment{}
	for _, e := range experiments {
		byKey[e.Key()] = e
	}
	var all []study.Experiment
	for line := range strings.Lines(string(content)) {
		key, description, _ := strings.Cut(strings.TrimSpace(line), " ")
		e, ok := byKey[key]
		if !ok {
			return nil, fmt.Errorf("cluster: %s names experiment %s (%s), which the study does not have at this scale: "+
				"name the study and the scale that it was written for; if the program has changed since, submit anew", path, key, description)
		}
		all = append(all, e)
	}
	return all, nil
}

// Tasks is the number of tasks that n experiments take, batch of them each; the last may have fewer.
func Tasks(n, batch int) int { return (n + batch - 1) / batch }

// Task returns the experiments of a task, of which the first has index 0.
func Task(experiments []study.Experiment, index, batch int) ([]study.Experiment, error) {
	if batch < 1 {
		return nil, fmt.Errorf("cluster: a batch of %d experiments: use 1 or more", batch)
	}
	if tasks := Tasks(len(experiments), batch); index < 0 || index >= tasks {
		return nil, fmt.Errorf("cluster: there is no task %d: %d experiments, %d a task, make the tasks 0 to %d", index, len(experiments), batch, tasks-1)
	}
	return experiments[index*batch : min((index+1)*batch, len(experiments))], nil
}
