package study

import (
	"context"

	"rethinking/lib/train"
)

// Replay trains an experiment from its beginning and shows a visitor where the run stands, before training and after every epoch that is evaluated:
// for short runs, of which it keeps nothing; a long one is better asked for by Trail. It ends with the run, or with the visitor's error.
func (l *Lab) Replay(ctx context.Context, e Experiment, visit func(Stand) error) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if l.options.Kept {
		return &NotKept{1, 1}
	}
	b, err := l.benchOf(e)
	if err != nil {
		return err
	}
	from, err := l.begin(ctx, e)
	if err != nil {
		return err
	}
	x, err := l.library.examples(ctx, e)
	if err != nil {
		return err
	}
	_, err = b.train(ctx, run{
		experiment: e, examples: x, from: from, observe: func(_, _ float64, _ Measurements) {},
		visit: func(p train.Point) error {
			return visit(Stand{p, func() (map[string][]float32, error) { return b.trainer.Variables(), nil }})
		},
	})
	return err
}
