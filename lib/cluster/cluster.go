// Package cluster spreads a study's experiments or questions over machines that share a results folder: as an array of Slurm tasks, or as processes of
// one machine with several GPUs.
//
// Its stance: the results folder is all the state there is. What an experiment's result, checkpoint and lock say to a study.Lab is enough
// for any number of tasks to be started, killed, put back into the queue and started twice. This package adds two kinds of files: jobs/,
// a folder a job with its script, its list of experiments and its logs; and KEY.failed.json, beside the results, for an experiment whose
// last try failed.
package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"rethinking/lib/study"
)

// Failed is the stage of an experiment whose last try failed, or whose result is damaged.
const Failed study.Stage = "failed"

// Stages are all stages, in the order of a table's columns.
var Stages = []study.Stage{study.Done, study.Running, Failed, study.Unfinished, study.Left}

// Standing is how far an experiment or a question is.
type Standing struct {
	Work    study.Work
	Stage   study.Stage
	Failure *Failure // where the Stage is Failed; else nil
}

// Stand tells how far experiments or questions are in a results folder, in their order. It disturbs no process at work: see study.StageOf. A folder
// that is not there is an error.
func Stand(dir string, work []study.Work) ([]Standing, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cluster: there is no results folder %s: name the one that the experiments were run with", dir)
	}
	all := make([]Standing, len(work))
	for i, w := range work {
		stage, err := study.StageOf(dir, w)
		s := Standing{Work: w, Stage: stage}
		if err != nil {
			s.Failure = &Failure{Error: err.Error()}
		} else if stage == study.Left || stage == study.Unfinished {
			if s.Failure, err = readFailure(dir, w.Key()); err != nil {
				return nil, err
			}
		}
		if s.Failure != nil {
			s.Stage = Failed
		}
		all[i] = s
	}
	return all, nil
}
