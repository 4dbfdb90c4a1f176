package paper

import (
	"testing"

	"rethinking/lib/study"
)

// A time that counts on a GPU says so, each GPU once.
func TestPlanSaysWhere(t *testing.T) {
	var p Plan
	for _, ran := range []study.Provenance{{Backend: "xla:cpu", Device: "a processor"}, {Backend: "go", Device: "a processor"}} {
		p.ranOn(ran)
	}
	if got := p.Where(); got != "" {
		t.Errorf("%q of runs on processors", got)
	}
	for _, gpu := range []string{"H200", "H100", "H200"} {
		p.ranOn(study.Provenance{Backend: "xla:cuda", Device: gpu})
	}
	if want := " by runs of which some had a GPU (H100, H200)"; p.Where() != want {
		t.Errorf("%q, not %q", p.Where(), want)
	}
}
