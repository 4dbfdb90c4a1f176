package papers_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rethinking/lib/claims"
	"rethinking/lib/paper"
	"rethinking/lib/papers"
	"rethinking/lib/study"
)

func every(paper.Paper, paper.Claim) bool { return true }

// keptLab reads the committed results, and trains nothing.
func keptLab(t *testing.T) *study.Lab {
	t.Helper()
	lab, err := study.Open(study.Options{Dir: "../../notebooks/results", Kept: true})
	if err != nil {
		t.Fatal(err)
	}
	return lab
}

// The committed results, judged at standard, give the ledger that is committed: no verdict changes unseen. Every claim has been run, but those that say
// that they are not tested yet.
func TestLedger(t *testing.T) {
	ledger, err := paper.Judge(t.Context(), keptLab(t), study.Standard, every, papers.All...)
	if err != nil || ledger.Err() != nil {
		t.Fatal(err, ledger.Err())
	}
	var b strings.Builder
	for _, e := range ledger {
		if e.Outcome == claims.NotRun && e.Tested != "not tested yet" {
			t.Errorf("%s is not run at standard: %s", e.ID, e.Statistic)
		}
		fmt.Fprintf(&b, "%s, %s, %s: %s (n %d)\n  says: %s\n  tested: %s\n  %s\n", e.ID, e.Paper, e.Source, e.Outcome, e.N, e.Says, e.Tested, e.Statistic)
	}
	golden(t, "testdata/ledger.txt", []byte(b.String()))
}

// At every other scale each claim fares somehow, and none as an error.
func TestEveryClaimIsJudgedAtEveryScale(t *testing.T) {
	for _, scale := range []study.Scale{study.Smoke, study.Quick, study.Paper} {
		ledger, err := paper.Judge(t.Context(), keptLab(t), scale, every, papers.All...)
		if err != nil || ledger.Err() != nil {
			t.Errorf("%s: %v", scale, ledger.Err())
		}
		for _, e := range ledger {
			if !slices.Contains(claims.Outcomes, e.Outcome) || e.Tested == "" {
				t.Errorf("%s at %s: %+v", e.ID, scale, e.Verdict)
			}
		}
	}
}

var idPattern = regexp.MustCompile(`^[A-Z][1-9][0-9]*[a-z]?$`)

// Ids follow one scheme and are unique; every claim says what, where and how; its page has its anchor.
func TestClaimsAreWhole(t *testing.T) {
	seen, anchors := map[string]bool{}, map[string][]string{}
	for _, p := range papers.All {
		if p.Key == "" || p.Name == "" || p.Title == "" || len(p.Studies) == 0 || len(p.Claims) == 0 || len(p.Deviations) == 0 {
			t.Errorf("%s lacks a name, studies, claims or deviations", p.Key)
		}
		for _, c := range p.Claims {
			if !idPattern.MatchString(c.ID) || seen[c.ID] {
				t.Errorf("id %q is twice there, or no letter and number", c.ID)
			}
			seen[c.ID] = true
			if c.Source == "" || c.Says == "" || c.Tested == "" && c.TestedAt == nil || c.Judge == nil {
				t.Errorf("%s lacks a source, a statement, a test or a judge", c.ID)
			}
			if anchors[c.Page] == nil {
				anchors[c.Page] = headings(t, c.Page)
			}
			if !slices.Contains(anchors[c.Page], c.Anchor) {
				t.Errorf("%s: page %s has no heading %q; there are %q", c.ID, c.Page, c.Anchor, anchors[c.Page])
			}
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)

// headings are the addresses of a committed notebook's headings, as its page has them.
func headings(t *testing.T, page string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../notebooks", page+".ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct {
		Cells []struct {
			Kind   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, c := range notebook.Cells {
		for _, found := range heading.FindAllStringSubmatch(strings.Join(c.Source, ""), -1) {
			if c.Kind == "markdown" {
				words := regexp.MustCompile(`[a-z0-9]+`).FindAllString(strings.ToLower(found[1]), -1)
				all = append(all, strings.Join(words, "-"))
			}
		}
	}
	return all
}

func TestFind(t *testing.T) {
	if s, err := papers.Find("zhang2017/random-labels-mnist"); err != nil || len(s.Experiments(study.Standard)) != 18 {
		t.Error(s.Name, err)
	}
	if s, err := papers.Find("krueger2017/sharpness"); err != nil || len(s.Work(study.Standard)) == 0 {
		t.Error(s.Name, err)
	}
	if _, err := papers.Find("zhang2017/x"); err == nil || !strings.Contains(err.Error(), "use one of zhang2017/") {
		t.Errorf("error %v", err)
	}
}

// Every experiment of every study is valid at every scale, has a key of its own within its study, and is alike in the study's field but for its seed.
func TestEveryStudyIsValidAtEveryScale(t *testing.T) {
	names := map[string]bool{}
	for _, s := range papers.Studies() {
		if names[s.Name] || s.Title == "" || s.Source == "" || s.By.Of == nil {
			t.Errorf("%s is twice there, or lacks a title, a source or a field", s.Name)
		}
		names[s.Name] = true
		for _, scale := range study.Scales {
			keys := map[string]bool{}
			var experiments []study.Experiment
			for _, w := range s.Work(scale) {
				if keys[w.Key()] {
					t.Errorf("%s at %s: %s is twice there", s.Name, scale, w)
				}
				keys[w.Key()] = true
				if e, ok := w.(study.Experiment); ok {
					experiments = append(experiments, e)
					if err := e.Validate(); err != nil {
						t.Errorf("%s at %s: %v", s.Name, scale, err)
					}
				}
			}
			if len(keys) == 0 {
				t.Errorf("%s at %s is empty", s.Name, scale)
			}
			if _, err := study.GroupBy(experiments, s.By); err != nil {
				t.Errorf("%s at %s: %v", s.Name, scale, err)
			}
		}
	}
}
