package dinh2017

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"rethinking/lib/papers/keskar2017"
	"rethinking/lib/probe"
	"rethinking/lib/study"
)

// Surface asks what the loss is like around the end of a run, or around T_α of it: on a line, or a plane, in random directions, raw and filter-normalized
// (Li et al. 2018, sections 3 and 4). All directions are of the same Gaussian numbers, for all runs of one seed and before and after T_α.
type Surface struct {
	Experiment study.Experiment
	Alpha      float64 // of T_α; 1: as the run ends
	Examples   int     // of the training set, in whose loss is measured
	Points     int     // evenly spaced from -1 to 1, in each direction
	Plane      bool    `json:",omitzero"`
}

// Height is the loss at a place: at the weights plus X times one direction and Y times the other, each as long as the weights are, or of each filter as
// long as its weights.
type Height struct {
	Normalized bool // filter-normalized directions
	X, Y       float64
	Loss       float64 // nats
}

// sharpened is the α of T_α that surfaces are drawn before and after.
const sharpened = 0.1

// Lines asks it on lines, at both ends of Keskar et al.'s pairs, and at T_α of the small-batch end.
func Lines(scale study.Scale) []Surface {
	return surfaces(scale, func(study.Experiment) bool { return true }, false)
}

// Planes asks it on planes, of the first seed.
func Planes(scale study.Scale) []Surface {
	return surfaces(scale, func(e study.Experiment) bool { return e.Seed == 1 }, true)
}

func surfaces(scale study.Scale, which func(study.Experiment) bool, plane bool) (all []Surface) {
	small, large := pairs(scale)
	s := pairSizes[scale]
	points := s.line
	if plane {
		points = s.plane
	}
	for _, e := range study.Where(small, which) {
		all = append(all, Surface{e, 1, s.surface, points, plane}, Surface{e, sharpened, s.surface, points, plane},
			Surface{inBatches(e, large), 1, s.surface, points, plane})
	}
	return all
}

// Kind names the question.
func (Surface) Kind() string { return "dinh2017/surface" }

// Validate checks the run before any time is spent.
func (q Surface) Validate() error { return q.Experiment.Validate() }

// Answer returns a Height a place, of raw directions and then of filter-normalized ones.
func (q Surface) Answer(ctx context.Context, lab *study.Lab, done func(float64)) (all []Height, err error) {
	m, err := open(ctx, lab, q.Experiment, q.Examples, probe.Options{}, done)
	defer m.close()
	if err != nil {
		return nil, err
	}
	if err := m.rescale(q.Alpha); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(uint64(q.Experiment.Seed), 2))
	raw := [][]float64{m.loss.RandomDirection(rng), m.loss.RandomDirection(rng)}
	for i, normalized := range []bool{false, true} {
		done(trained + (1-trained)*float64(i)/2)
		directions := raw
		if normalized {
			if directions, err = filterNormalized(m.loss, raw); err != nil {
				return nil, err
			}
		}
		heights, err := q.heights(ctx, m.loss, directions)
		if err != nil {
			return nil, err
		}
		for _, h := range heights {
			h.Normalized = normalized
			all = append(all, h)
		}
	}
	return all, nil
}

func filterNormalized(l *probe.Loss, raw [][]float64) (all [][]float64, err error) {
	for _, d := range raw {
		normalized, err := l.FilterNormalized(d)
		if err != nil {
			return nil, err
		}
		all = append(all, normalized)
	}
	return all, nil
}

// heights are those along the first of two directions, or in the plane of both.
func (q Surface) heights(ctx context.Context, l *probe.Loss, directions [][]float64) (all []Height, err error) {
	at := symmetric(q.Points)
	if !q.Plane {
		losses, err := l.Line(ctx, directions[0], at)
		for i, loss := range losses {
			all = append(all, Height{X: at[i], Loss: loss})
		}
		return all, err
	}
	losses, err := l.Plane(ctx, directions[0], directions[1], at)
	for j, row := range losses {
		for i, loss := range row {
			all = append(all, Height{X: at[i], Y: at[j], Loss: loss})
		}
	}
	return all, err
}

// symmetric are so many numbers, evenly spaced from -1 to 1.
func symmetric(points int) (at []float64) {
	for i := range points {
		at = append(at, float64(2*i-(points-1))/float64(points-1))
	}
	return at
}

// The words of the fields of a Height.
const (
	Raw              = "raw"
	FilterNormalized = "filter-normalized"
)

// The fields and numbers of a Height.
var (
	Directions = study.ByValue("direction", "", func(h Height) study.Level { return study.Word(directions(h)) })
	Along      = study.ByValue("one direction", "", func(h Height) study.Level { return study.Number(h.X) })
	Across     = study.ByValue("another direction", "", func(h Height) study.Level { return study.Number(h.Y) })
	Place      = study.Quantity("step along the direction", "", func(h Height) float64 { return h.X })
	HeightLoss = study.Quantity("train loss", "nats", func(h Height) float64 { return h.Loss })
	// Minimum tells of which minimum a row is: keskar2017.Small, keskar2017.Large, or the first after T_α.
	Minimum = study.Field{Name: "minimum", Of: func(r study.Row) study.Level { return study.Word(minimumOf(r)) }}
)

func directions(h Height) string {
	if h.Normalized {
		return FilterNormalized
	}
	return Raw
}

func minimumOf(r study.Row) string {
	for p, ok := r.(study.Part[Height]); ok; {
		r, ok = p.Of, false
	}
	name := keskar2017.Batch.Of(r).Label
	if a, ok := r.(study.Answered[Surface, []Height]); ok && a.Question.Alpha != 1 {
		name += fmt.Sprintf(", rescaled by α = %g", a.Question.Alpha)
	}
	return name
}

// Rescaled is the Minimum of the small-batch end after T_α.
var Rescaled = fmt.Sprintf("%s, rescaled by α = %g", keskar2017.Small, sharpened)

// Moved is how far T_α moves a line of the small-batch end's.
type Moved struct {
	Normalized bool
	By         float64 // largest difference of the loss, over the range of the loss on the line before
}

// Moves compares the small-batch end's Lines before and after T_α, in each kind of direction: a Moved each.
func Moves(answers []study.Answered[Surface, []Height]) []study.Part[Moved] {
	after := map[int64][]Height{}
	for _, a := range answers {
		if a.Question.Alpha != 1 {
			after[a.Origin().Seed] = a.Answer
		}
	}
	before := study.With(answers, Minimum, keskar2017.Small)
	return study.Parts(before, func(a study.Answered[Surface, []Height]) []Moved {
		rescaled, half := after[a.Origin().Seed], len(a.Answer)/2
		if len(rescaled) != len(a.Answer) {
			return nil
		}
		return []Moved{{false, moved(a.Answer[:half], rescaled[:half])}, {true, moved(a.Answer[half:], rescaled[half:])}}
	})
}

func moved(before, after []Height) float64 {
	low, high, off := math.Inf(1), math.Inf(-1), 0.
	for i, h := range before {
		low, high, off = min(low, h.Loss), max(high, h.Loss), max(off, math.Abs(after[i].Loss-h.Loss))
	}
	return off / (high - low)
}

// The field and number of a Moved.
var (
	MovedIn = study.ByValue("direction", "", func(m Moved) study.Level { return study.Word(directions(Height{Normalized: m.Normalized})) })
	MovedBy = study.Quantity("largest change of the loss on the line", "% of its range", func(m Moved) float64 { return 100 * m.By })
)
