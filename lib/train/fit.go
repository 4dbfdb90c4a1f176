package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// Plan is how a run goes.
type Plan struct {
	Epochs       int
	LearningRate float64
	Decay        float64 // factor on the learning rate after every epoch
	Target       float64 // end after the first epoch whose train accuracy reaches it; 0: never early
}

// Rate is the learning rate of an epoch, counted from 1.
func (p Plan) Rate(epoch int) float64 { return p.LearningRate * math.Pow(p.Decay, float64(epoch-1)) }

// Point is where a run stands at the end of an epoch; epoch 0 is before any training.
type Point struct {
	Epoch       int
	Train, Test Evaluation
}

// Fit trains from the present weights. The examples' order is drawn anew from rng for every epoch. It calls observe with the standing
// before training and at the end of every epoch, and ends early where observe's error or ctx says so.
func (t *Trainer) Fit(ctx context.Context, plan Plan, train, test Examples, rng *rand.Rand, observe func(Point) error) error {
	point, err := t.standing(0, train, test)
	if err != nil {
		return err
	}
	if err := observe(point); err != nil {
		return err
	}
	for epoch := 1; epoch <= plan.Epochs; epoch++ {
		if _, err := t.Epoch(ctx, train, shuffled(train.Len(), rng), plan.Rate(epoch)); err != nil {
			return fmt.Errorf("epoch %d: %w", epoch, err)
		}
		if point, err = t.standing(epoch, train, test); err != nil {
			return fmt.Errorf("after epoch %d: %w", epoch, err)
		}
		if err := observe(point); err != nil {
			return err
		}
		if plan.Target > 0 && point.Train.Accuracy >= plan.Target {
			return nil
		}
	}
	return nil
}

func (t *Trainer) standing(epoch int, train, test Examples) (Point, error) {
	onTrain, err := t.Evaluate(train)
	if err != nil {
		return Point{}, err
	}
	onTest, err := t.Evaluate(test)
	return Point{epoch, onTrain, onTest}, err
}

// shuffled returns 0..n-1 in random order.
func shuffled(n int, rng *rand.Rand) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
