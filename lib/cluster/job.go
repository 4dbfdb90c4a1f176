package cluster

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"rethinking/lib/study"
)

// Job is a Slurm array over experiments of a study.
type Job struct {
	Study     string // its name
	Scale     study.Scale
	Results   string // the results folder, an absolute path that all machines know
	Data      string // folder of data sets, likewise; "": where package data finds them
	Env       string // the program that sets the environment up, kernel-setup/env of a checkout, likewise
	Batch     int    // experiments a task
	Parallel  int    // tasks at a time; 0: as many as the cluster gives
	CPUs      int    // of a task
	GPUs      int    // of a task; 0: none is asked for
	Memory    string // of a task, as sbatch takes it: "4G"
	Time      string // limit of a task, as sbatch takes it: "04:00:00"; at least shortest
	Partition string // "": the cluster's default
}

//go:embed job.sh
var jobScript string

var jobTemplate = template.Must(template.New("job.sh").Funcs(template.FuncMap{"quote": quote}).Parse(jobScript))

// shortest time limit: stopping may begin three minutes before the end, because Slurm looks at its clock once a minute.
const shortest = 5

var (
	memoryPattern    = regexp.MustCompile(`^[1-9][0-9]*[KMGT]?$`)
	partitionPattern = regexp.MustCompile(`^[\w.,-]*$`)
)

// Validate finds what sbatch would refuse, or a task could not work with.
func (j Job) Validate() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("cluster: "+format, args...))
		}
	}
	refuse(j.Batch < 1, "%d experiments a task: use 1 or more", j.Batch)
	refuse(j.Parallel < 0, "%d tasks at a time: use 1 or more, or 0 for no limit", j.Parallel)
	refuse(j.CPUs < 1, "%d processors a task: use 1 or more", j.CPUs)
	refuse(j.GPUs < 0, "%d GPUs a task: use 0 or more", j.GPUs)
	refuse(!memoryPattern.MatchString(j.Memory), "memory %q: use a number and K, M, G or T, such as 4G", j.Memory)
	refuse(!partitionPattern.MatchString(j.Partition), "partition %q: use a name that sinfo shows", j.Partition)
	refuse(strings.ContainsAny(j.Results+j.Data+j.Env, "\n"), "a folder's name has a line break: choose another")
	if limit, err := minutes(j.Time); err != nil {
		errs = append(errs, err)
	} else {
		refuse(limit < shortest, "a time limit of %s: use %d minutes or more, because a task stops up to 3 minutes before", j.Time, shortest)
	}
	return errors.Join(errs...)
}

// Write makes a folder for the job below the results folder, with its script and its list of experiments, and keeps this program there, so
// that the tasks run what was submitted. It returns the script's path.
func (j Job) Write(work []study.Work) (script string, err error) {
	if err := j.Validate(); err != nil {
		return "", err
	}
	program, err := keepProgram(filepath.Join(j.Results, "jobs"))
	if err != nil {
		return "", err
	}
	folder, err := newFolder(filepath.Join(j.Results, "jobs", strings.ReplaceAll(j.Study, "/", "-")+"-"+string(j.Scale)))
	if err != nil {
		return "", err
	}
	list := filepath.Join(folder, "experiments.txt")
	if err := writeList(list, work); err != nil {
		return "", fmt.Errorf("cluster: %w", err)
	}
	var b bytes.Buffer
	err = jobTemplate.Execute(&b, struct {
		Job
		Experiments, Last  int
		Program, List, Log string
	}{j, len(work), Tasks(len(work), j.Batch) - 1, program, list, filepath.Join(strings.ReplaceAll(folder, "%", "%%"), "%A_%a.log")})
	if err != nil {
		return "", err
	}
	script = filepath.Join(folder, "job.sh")
	return script, study.WriteFile(script, b.Bytes(), 0o755)
}

// keepProgram copies the program that runs into a folder, under a name made of its content, unless it is there.
func keepProgram(dir string) (string, error) {
	from, err := os.Executable()
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return "", fmt.Errorf("cluster: this program: %w", err)
	}
	sum := sha256.Sum256(content)
	path := filepath.Join(dir, fmt.Sprintf("rethinking-%x", sum[:6]))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err = os.MkdirAll(dir, 0o755); err == nil {
		err = study.WriteFile(path, content, 0o755)
	}
	if err != nil {
		return "", fmt.Errorf("cluster: %w: choose a results folder that can be written", err)
	}
	return path, nil
}

// newFolder makes the first folder of PREFIX-1, PREFIX-2, ... that is not there.
func newFolder(prefix string) (string, error) {
	for n := 1; ; n++ {
		dir := fmt.Sprintf("%s-%d", prefix, n)
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// quote quotes a word for the shell, and for sbatch, which reads its options as the shell does.
func quote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
