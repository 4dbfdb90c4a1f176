// Package report makes figures and tables from results and answers, from every study.Row alike, and grids of images from samples. It knows no
// notebook: a [Shown] has outputs, which package notebook sends.
//
// Its stance: a [Figure], a [Heat], an [ImageGrid] and a [Sheet] are plain values, made by pure functions that refuse to average rows which
// differ in anything but the seed; every caption says how many seeds, what the band is, which data and which scale. A figure or heat map
// has three faces: a picture that survives everywhere, words for those who cannot see it, and the same lines or cells answering to the
// mouse where scripts run; a grid of images has the first two. Nothing is ever fetched from another machine.
package report
