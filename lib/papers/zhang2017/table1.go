package zhang2017

import (
	"fmt"
	"reflect"

	"rethinking/lib/paper"
	"rethinking/lib/study"
)

// WeightDecay is the coefficient taken where the paper has weight decay: it says "default" and no number; 0.0005 is the common choice for nets of
// this kind (Krizhevsky, Sutskever and Hinton 2012, section 5). It is the L2 penalty in the loss.
const WeightDecay = 5e-4

// What regularizes the rows of tables 1 and 4.
var (
	none           study.Regularization
	decayed        = study.Regularization{WeightDecay: WeightDecay}
	tutorial       = study.Regularization{WeightDecay: 0.004, HiddenDecay: true} // of TensorFlow's CIFAR-10 tutorial, whose net the small Alexnet is like
	cropped        = study.Regularization{Crop: true}
	croppedDecayed = study.Regularization{Crop: true, WeightDecay: WeightDecay}
	transformed    = study.Regularization{Crop: true, Flip: true, Rotation: 25} // all augmentation of appendix E
)

// row is a row of table 1 or 4: what is trained, and the accuracies that the paper prints for it, in percent.
type row struct {
	net            study.Net
	regularization study.Regularization
	corruption     study.Corruption
	train, test    string
	seeds          int // of table 1 at the standard scale
}

// table1 are the rows of table 1. Without a GPU, a run of Inception on 5,000 images takes an hour or more.
var table1 = []row{
	{Inception, croppedDecayed, clean, "100.0", "89.05", 3},
	{Inception, cropped, clean, "100.0", "89.31", 3},
	{Inception, decayed, clean, "100.0", "86.03", 3},
	{Inception, none, clean, "100.0", "85.75", 3},
	{Inception, none, random, "100.0", "9.78", 3},
	{InceptionPlain, decayed, clean, "100.0", "83.00", 1},
	{InceptionPlain, none, clean, "100.0", "82.00", 3},
	{InceptionPlain, none, random, "100.0", "10.12", 1},
	{Alexnet, croppedDecayed, clean, "99.90", "81.22", 3},
	{Alexnet, cropped, clean, "99.82", "79.66", 3},
	{Alexnet, decayed, clean, "100.0", "77.36", 3},
	{Alexnet, none, clean, "100.0", "76.07", 3},
	{Alexnet, none, random, "99.82", "9.86", 3},
	{MLP3x512, decayed, clean, "100.0", "53.35", 3},
	{MLP3x512, none, clean, "100.0", "52.39", 3},
	{MLP3x512, none, random, "100.0", "10.48", 3},
	{MLP512, decayed, clean, "99.80", "50.39", 3},
	{MLP512, none, clean, "100.0", "50.51", 3},
	{MLP512, none, random, "99.34", "10.61", 3},
}

// What table 1 prints, for runs on CIFAR-10 of any size.
var (
	Table1Train = printed("paper's train accuracy", "Zhang et al. 2017, table 1", table1, func(r row) string { return r.train })
	Table1Test  = printed("paper's test accuracy", "Zhang et al. 2017, table 1", table1, func(r row) string { return r.test })
)

// OfAllImages says in the source of published numbers that they are of all images, to stand beside those of fewer.
func OfAllImages(p paper.Published) paper.Published {
	p.Source += ", all images"
	return p
}

// printed are the numbers of a column of rows.
func printed(name, source string, rows []row, column func(row) string) paper.Published {
	return paper.Published{Name: name, Unit: "%", Source: source, Certainty: paper.Printed, Of: func(of study.Row) string {
		for _, r := range rows {
			if r.is(of.Origin().Experiment) {
				return column(r)
			}
		}
		return ""
	}}
}

// is tells whether an experiment is of the row. The paper does not say how strong its weight decay is, so that any counts.
func (r row) is(e study.Experiment) bool {
	if e.Regularization.WeightDecay > 0 && !e.Regularization.HiddenDecay {
		e.Regularization.WeightDecay = WeightDecay
	}
	return e.Data.Name == cifar.Name && reflect.DeepEqual(e.Net, r.net) && e.Regularization == r.regularization && e.Corruption == r.corruption
}

// experiments are those of rows on CIFAR-10, each at a size.
func experiments(rows []row, of func(row) size) (all []study.Experiment) {
	for _, r := range rows {
		s := of(r)
		e := experiment(r.net, s)
		e.Regularization = r.regularization
		all = append(all, study.SeedsOn(e, s.seeds, r.corruption)...)
	}
	return all
}

// Table1Row names the row of table 1 that an experiment belongs to: net, regularization, labels.
var Table1Row = study.ByExperiment("net, regularization, labels", "", func(e study.Experiment) study.Level {
	name := e.Net.String()
	if e.Regularization.Crop {
		name += ", crop"
	}
	if e.Regularization.WeightDecay > 0 {
		name += ", weight decay"
	}
	return study.Word(name + ", " + Condition.Of(e).Label)
})

// Table1 asks the rows of table 1 for some of its nets: do they fit random labels as well as true ones, and what does explicit regularization
// add? Scales are those of Figure1a, but that standard trains the MLPs on all examples, and has one seed of some rows.
func Table1(nets ...study.Net) study.Experiments {
	all := func(scale study.Scale) []study.Experiment {
		return experiments(table1, func(r row) size {
			s := tableSize(scale, r.net)
			if scale == study.Standard {
				s.seeds = r.seeds
			}
			return s
		})
	}
	return study.Experiments(all).Only(isNet(nets...))
}

// tableSize is the size of a net in the tables: that of the figures, but for the MLPs, which train on all of CIFAR-10 from the standard scale on.
func tableSize(scale study.Scale, net study.Net) size {
	if scale == study.Standard && net.Kind == "mlp" {
		return whole
	}
	return sizes[net.Kind][scale]
}

// Table1Whole asks the rows without regularization for the convolutional nets on all of CIFAR-10. On a GPU such a run takes minutes; on a
// processor Alexnet takes hours and Inception weeks. The standard scale has one seed, and leaves out the Inception that has no batch norm; the others
// are as in Table1.
func Table1Whole(scale study.Scale) []study.Experiment {
	all := experiments(table1, func(r row) size {
		if scale == study.Standard {
			return size{seeds: 1}
		}
		return sizes[r.net.Kind][scale]
	})
	return study.Where(all, func(e study.Experiment) bool {
		leftOut := scale == study.Standard && isNet(InceptionPlain)(e)
		return e.Net.Kind != "mlp" && e.Regularization == none && !leftOut
	})
}

// Pace names how often an experiment's learning rate shrinks.
var Pace = study.ByExperiment("learning rate", "", func(e study.Experiment) study.Level {
	if e.Training.DecayEvery > 1 {
		return study.Word(fmt.Sprintf("shrinks every %d epochs", e.Training.DecayEvery))
	}
	return study.Word("shrinks every epoch")
})

// Plateau asks table 1's row of Inception without batch norm on random labels, on few images, twice: with the learning rate shrinking every epoch, and
// after as many steps as an epoch of the paper has, 391 of 128 images: every 50th epoch of 1,000. The scales are those of Table4's Inception, but
// that the second has up to 400 epochs at standard; at the scale paper the two are one.
func Plateau(scale study.Scale) []study.Experiment {
	s := fewImages[scale]
	e := experiment(InceptionPlain, s)
	e.Corruption = random
	all := study.Seeds(e, s.seeds)
	if scale == study.Paper {
		return all
	}
	e.Training.DecayEvery = 50
	if scale == study.Standard {
		e.Training.Epochs = 400
	}
	return append(all, study.Seeds(e, s.seeds)...)
}
