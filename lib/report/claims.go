package report

import "rethinking/lib/claims"

// Claims lists what a paper claims, how it was tested here, what was measured, and the verdict; a claim leads to its figure. Its arguments are
// what the papers' packages return; an error is passed on.
func Claims(judged []claims.Judged, err error) (Sheet, error) {
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{
		Name: "claims", Title: "Claims and verdicts", Corner: "claim",
		Facts: []string{"A verdict follows from the statistic beside it: means by 95% confidence intervals over seeds."},
	}
	says, tested, measured, verdict := wordColumn("the paper says"), wordColumn("tested as"), wordColumn("measured"), wordColumn("verdict")
	for _, j := range judged {
		s.Rows, s.Links = append(s.Rows, j.ID), append(s.Links, j.Figure)
		says.Cells = append(says.Cells, j.Says+" ("+j.Source+")")
		tested.Cells = append(tested.Cells, j.Tested)
		measured.Cells = append(measured.Cells, j.Statistic)
		verdict.Cells = append(verdict.Cells, string(j.Outcome))
	}
	s.Columns = []Column{says, tested, verdict, measured}
	return s, nil
}

func wordColumn(head string) Column { return Column{Head: head, Words: true} }
