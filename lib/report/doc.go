// Package report makes figures and tables from []study.Result, and grids of images from []study.Sample, and shows them in a notebook. It
// is the only package that knows GoNB.
//
// Its stance: a [Figure], a [Heat], an [ImageGrid] and a [Sheet] are plain values, made by pure functions that refuse to average runs which
// differ in anything but the seed; every caption says how many seeds, what the band is, which data and which scale. A figure or heat map
// has three faces: a picture that survives everywhere, words for those who cannot see it, and the same lines or cells answering to the
// mouse where scripts run; a grid of images has the first two. Nothing is ever fetched from another machine.
//
// A notebook cell is one line a figure, because a call that returns (Figure, error) is a whole argument list of [Show]:
//
//	report.Show(report.Curves(results, study.TrainLoss, report.By(study.LabelCorruption)))
package report
