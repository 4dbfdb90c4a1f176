package study_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rethinking/lib/study"
)

// The commit is the code's, wherever results are kept: that of a folder which belongs to another repository says nothing about it.
func TestTheCommitIsTheCodes(t *testing.T) {
	t.Setenv("RETHINKING_COMMIT", "of the image")
	other := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "another repository"}} {
		if out, err := exec.Command("git", append([]string{"-C", other}, args...)...).CombinedOutput(); err != nil {
			t.Skipf("git: %v: %s", err, out)
		}
	}
	if got := study.CheckoutCommit(other); got != "of the image" {
		t.Errorf("another repository's commit is told: %q", got)
	}
	r, err := openLab(t, study.Options{Dir: filepath.Join(other, "results")}).Run(t.Context(), tiny(1))
	if err != nil || r.Provenance.Commit != study.Commit() {
		t.Errorf("commit %q, the code's is %q, error %v", r.Provenance.Commit, study.Commit(), err)
	}
	here, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output()
	if err == nil && !strings.HasPrefix(study.Commit(), strings.TrimSpace(string(here))) {
		t.Errorf("commit %q in a checkout of %s", study.Commit(), here)
	}
}
