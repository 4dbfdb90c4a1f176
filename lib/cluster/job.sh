#!/bin/bash
# {{.Experiments}} experiments of {{.Study}} at scale {{.Scale}}, {{.Batch}} a task, in the order of experiments.txt beside this file.
# It is safe to submit this again: what is done is not run again, what is unfinished goes on, and what another task runs is waited for.
#SBATCH --job-name={{.Study}}
#SBATCH --array=0-{{.Last}}{{with .Parallel}}%{{.}}{{end}}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{.CPUs}}
#SBATCH --mem={{.Memory}}
#SBATCH --time={{.Time}}
{{- with .GPUs}}
#SBATCH --gpus={{.}}
{{- end}}
{{- with .Partition}}
#SBATCH --partition={{.}}
{{- end}}
#SBATCH --output={{quote .Log}}
#SBATCH --open-mode=append
# A task that is told to end (SIGTERM: preempted, requeued or cancelled) writes a checkpoint first. So does one whose time is nearly up
# (SIGUSR1, two minutes before), and puts itself back into the queue.
#SBATCH --requeue
#SBATCH --signal=B:USR1@120

exec {{quote .Env}} {{quote .Program}} run {{.Study}} -scale {{.Scale}} \
  -results {{quote .Results}} {{with .Data}}-data {{quote .}} {{end}}{{if gt .GPUs 1}}-gpus {{.GPUs}} {{end}}\
  -only {{quote .List}} -batch {{.Batch}} -index "$SLURM_ARRAY_TASK_ID"
