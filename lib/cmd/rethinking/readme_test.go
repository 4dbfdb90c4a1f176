package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rethinking/lib/papers"
	"rethinking/lib/study"
)

// The commands of lib/cluster's README run, in their order: small, in another folder, and on two processes instead of four GPUs.
func TestManyMachines(t *testing.T) {
	calls, dir := fakeSlurm(t), t.TempDir()
	t.Setenv(asCommand, "1")
	here := strings.NewReplacer("-scale standard", "-scale smoke", "/scratch/results", dir, "-gpus 4", "-workers 2")
	var outputs []string
	var progress string
	page, err := os.ReadFile("../../cluster/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		args, ok := strings.CutPrefix(line, "kernel-setup/env go run ./lib/cmd/rethinking ")
		if !ok {
			continue
		}
		out, said, err := command(t.Context(), strings.Fields(here.Replace(args))...)
		if err != nil {
			t.Fatalf("%s%v", line, err)
		}
		outputs, progress = append(outputs, out), said
	}
	if len(outputs) != 3 {
		t.Fatalf("%d commands", len(outputs))
	}
	submitted := "12 experiments, 12 tasks; script, list and logs are in " + dir + "/jobs/"
	for i, said := range []string{submitted, "  left  mnist[500]", "label corruption  final train accuracy (%)"} {
		if !strings.Contains(outputs[i], said) {
			t.Errorf("command %d does not say %q:\n%s", i+1, said, outputs[i])
		}
	}
	if strings.Count(progress, "\n") != 12 || !strings.Contains(progress, "[0] run ") || !strings.Contains(progress, "[1] run ") {
		t.Errorf("the processes did not share the work:\n%s", progress)
	}
	script, err := os.ReadFile(strings.TrimSpace(strings.TrimPrefix(calls(), "sbatch --parsable ")))
	if err != nil || !strings.Contains(string(script), "\n#SBATCH --array=0-11%6\n") {
		t.Errorf("%s%v", script, err)
	}
	if got := countsOf(t, dir); got != "12 0 0 0 0 12" {
		t.Errorf("at the end: %s", got)
	}
}

// manifest is what a Kubernetes Job says of its work.
type manifest struct {
	Kind string
	Spec struct {
		CompletionMode string
		Completions    int
		Template       struct {
			Spec struct {
				Containers []struct{ Command, Args []string }
			}
		}
	}
}

// The Job has a pod for each experiment, and its command runs the one of its index.
func TestKubernetesJob(t *testing.T) {
	const read = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))"
	root := filepath.Join("..", "..", "..")
	file, err := os.Open(filepath.Join(root, "docker", "kubernetes-job.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := exec.Command(filepath.Join(root, "kernel-setup", "env"), "python", "-c", read)
	reader.Stdin, reader.Stderr = file, os.Stderr
	out, err := reader.Output()
	var all []manifest
	if err == nil {
		err = json.Unmarshal(out, &all)
	}
	if err != nil || len(all) != 2 || all[0].Kind != "PersistentVolumeClaim" || all[1].Kind != "Job" {
		t.Fatalf("%s: %v", out, err)
	}
	job := all[1].Spec
	container := job.Template.Spec.Containers[0]
	words := slices.Concat(container.Command, container.Args)
	s, err := papers.Find(words[2])
	if err != nil || words[0] != "rethinking" || !slices.Contains(words, "standard") {
		t.Fatalf("%v: %v", words, err)
	}
	if job.CompletionMode != "Indexed" || job.Completions != len(s.Experiments(study.Standard)) {
		t.Errorf("%s, %d completions of %d experiments", job.CompletionMode, job.Completions, len(s.Experiments(study.Standard)))
	}
	here := strings.NewReplacer("standard", "smoke", "/results", t.TempDir(), "$(JOB_COMPLETION_INDEX)", "3")
	for i := range words {
		words[i] = here.Replace(words[i])
	}
	_, said, err := command(t.Context(), words[1:]...)
	if err != nil || !strings.Contains(said, "run 1 of 1, mnist[500] mlp 1x64 label corruption 0.2 seed 2") {
		t.Errorf("%s%v", said, err)
	}
}
