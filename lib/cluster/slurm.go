package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// FindSlurm says what to do where Slurm is not here.
func FindSlurm() error {
	if _, err := exec.LookPath("sbatch"); err != nil {
		return errors.New("cluster: no sbatch on PATH: submit from a machine of the Slurm cluster, or see the job script with -print")
	}
	return nil
}

// Submit hands a job script to sbatch and returns the job's number.
func Submit(ctx context.Context, script string) (id string, err error) {
	out, err := output(exec.CommandContext(ctx, "sbatch", "--parsable", script))
	if err != nil {
		return "", fmt.Errorf("cluster: sbatch refuses %s: %w", script, err)
	}
	id, _, _ = strings.Cut(out, ";") // then the cluster's name, where there are several
	return id, nil
}

// ErrTimeLimit is the cause of a context whose Slurm task has little time left.
var ErrTimeLimit = errors.New("the time limit of this Slurm task is near")

// UntilTimeLimit returns a context that ends, by ErrTimeLimit, when Slurm says that this task has little time left (SIGUSR1). Outside
// Slurm it is ctx.
func UntilTimeLimit(ctx context.Context) (limited context.Context, stop func()) {
	if os.Getenv(jobVariable) == "" {
		return ctx, func() {}
	}
	near, stop := signal.NotifyContext(ctx, syscall.SIGUSR1)
	limited, cancel := context.WithCancelCause(ctx)
	context.AfterFunc(near, func() {
		if ctx.Err() == nil {
			cancel(ErrTimeLimit)
		}
	})
	return limited, stop
}

// The environment variables by which Slurm numbers a job, an array of jobs, and a job's place in its array.
const jobVariable, arrayVariable, taskVariable = "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"

// Requeue puts the Slurm task that this process belongs to back into the queue. One task of an array has the array's own job number, by
// which scontrol would requeue all tasks, even those that are done: so it is named by its place.
func Requeue(ctx context.Context) error {
	id := os.Getenv(jobVariable)
	if array := os.Getenv(arrayVariable); array != "" {
		id = array + "_" + os.Getenv(taskVariable)
	}
	if _, err := output(exec.CommandContext(ctx, "scontrol", "requeue", id)); err != nil {
		return fmt.Errorf("cluster: task %s is not put back into the queue: %w: submit the script again to go on", id, err)
	}
	return nil
}

// output runs a command; what it writes as it fails becomes part of the error.
func output(command *exec.Cmd) (string, error) {
	out, err := command.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// minutes reads a time limit as sbatch does: M, M:S, H:M:S, D-H, D-H:M or D-H:M:S.
func minutes(limit string) (int, error) {
	days, clock, long := strings.Cut(limit, "-")
	if !long {
		days, clock = "0", limit
	}
	fields := strings.Split(days+":"+clock, ":")
	units := []int{24 * 60, 60, 1, 0} // of a day, an hour, a minute; seconds do not count
	if !long && len(fields) < 4 {
		units = []int{24 * 60, 1, 0}
	}
	total, err := 0, error(nil)
	for i, f := range fields {
		n, bad := strconv.ParseUint(f, 10, 16)
		if err = cmp.Or(err, bad); err != nil || i >= len(units) {
			return 0, fmt.Errorf("cluster: time limit %q: use hours:minutes:seconds, such as 04:00:00, or days-hours:minutes:seconds", limit)
		}
		total += int(n) * units[i]
	}
	return total, nil
}
