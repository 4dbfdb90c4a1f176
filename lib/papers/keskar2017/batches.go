package keskar2017

import (
	"slices"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// minima is the notebook that shows the claims.
const minima = "08-sharp-minima"

// ofBatches are the claims on how batches and their sharpness go together: figures 4 to 6, and the control of Hoffer et al. 2017.
var ofBatches = slices.Concat(theKnee, warmStarts, []paper.Claim{alongARun}, hoffersControl)

// studiesOfBatches are theirs.
var studiesOfBatches = []study.Study{
	{Name: "keskar2017/knee", Title: "Batch sizes up to all of the data", Source: "figure 4", By: study.BatchSize, Experiments: Figure4},
	{Name: "keskar2017/knee-sharpness", Title: "Sharpness by batch size", Source: "figure 4", By: study.BatchSize, Questions: study.Questions(KneeSharpness)},
	{Name: "keskar2017/warm", Title: "Large batches after small ones", Source: "figure 5", By: WarmEpochs, Experiments: Figure5},
	{Name: "keskar2017/warm-sharpness", Title: "Sharpness of large batches after small ones", Source: "figure 5", By: WarmEpochs,
		Questions: study.Questions(WarmSharpness)},
	{Name: "keskar2017/course", Title: "Sharpness and loss along a run", Source: "figure 6", By: Batch, Questions: study.Questions(Figure6)},
	{Name: "keskar2017/control", Title: "Large batches with as many updates", Source: "Hoffer et al. 2017, section 3", By: study.Joined(NetName, Regime),
		Experiments: Control},
	{Name: "keskar2017/control-sharpness", Title: "Sharpness after as many updates", Source: "Hoffer et al. 2017, section 3",
		By: study.Joined(NetName, Regime), Questions: study.Questions(ControlSharpness)},
}
