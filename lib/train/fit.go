package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
)

// Point is where a run stands at the end of an epoch; epoch 0 is before any training.
type Point struct {
	Epoch                 int
	Train, Test           Evaluation
	Clean, Corrupted      Evaluation // of the two parts of the training set
	Running               Evaluation // means over the epoch's steps, each of the weights before it; at epoch 0 as Train; zero without Spec.Running
	WeightNorm, FromStart float64    // l2 norm of all trainable weights, and their l2 distance from the initial ones
}

// Sets are what a run trains and is evaluated on.
type Sets struct {
	Steps Examples // what steps train on: Train itself, or the images before augmentation
	Train Examples // evaluated, without augmentation
	Test  Examples
}

// Checkpoint is where an unfinished run stands: what Fit needs to go on.
type Checkpoint struct {
	Epoch   int    // epochs done
	Step    int    // steps done of the next one
	Order   []byte // the generator of the orders as it was before it drew that of the next epoch
	State   State
	Last    Point   // the last evaluation
	Highest float64 // train accuracy of all evaluations

	// A run that is stopped while it is evaluated has yet to be evaluated after Epoch.
	Due     bool
	Running Evaluation // of that epoch, where Due
}

// Hooks are called while a run goes on; an error from one of them ends it. Each may be nil.
type Hooks struct {
	// Evaluated gets the standing before training and after every epoch that is evaluated, in order, each once.
	Evaluated func(Point) error
	// Trained is called after every chunk of steps, with the share done of the plan's epochs. Its second argument copies where the run
	// stands, which takes as long as copying the weights.
	Trained func(share float64, checkpoint func() (Checkpoint, error)) error
}

// fit is a run under way.
type fit struct {
	*Trainer
	plan    Plan
	sets    Sets
	orders  *rand.PCG
	hooks   Hooks
	at      Checkpoint // without State
	running Evaluation // of the last epoch
}

// Fit trains from the present weights, or goes on from a checkpoint of such a run. The examples' order is drawn anew from orders for
// every epoch. It ends early where a hook or ctx says so.
//
// After an epoch that the plan does not evaluate, it looks whether the train accuracy has reached the next milestone, which takes as many
// examples as it takes to find too many wrong ones: the first epoch at each milestone is found as if every epoch were evaluated.
func (t *Trainer) Fit(ctx context.Context, plan Plan, sets Sets, orders *rand.PCG, from *Checkpoint, hooks Hooks) error {
	f := &fit{Trainer: t, plan: plan, sets: sets, orders: orders, hooks: hooks}
	if err := f.begin(ctx, from); err != nil {
		return err
	}
	for f.at.Due || f.at.Epoch < plan.Epochs && !f.reached() {
		if !f.at.Due {
			if err := f.epoch(ctx); err != nil {
				return err
			}
		}
		if err := f.evaluate(ctx); err != nil {
			return fmt.Errorf("after epoch %d: %w", f.at.Epoch, err)
		}
		if err := f.tell(0); err != nil {
			return err
		}
	}
	return nil
}

// begin goes to a checkpoint, or evaluates the initial weights.
func (f *fit) begin(ctx context.Context, from *Checkpoint) (err error) {
	if from == nil {
		if f.at.Order, err = f.orders.MarshalBinary(); err != nil {
			return err
		}
		return f.evaluate(ctx)
	}
	if err := f.SetState(from.State); err != nil {
		return err
	}
	if err := f.orders.UnmarshalBinary(from.Order); err != nil {
		return fmt.Errorf("train: the checkpoint's order: %w", err)
	}
	f.at, f.running = *from, from.Running
	f.at.State = nil
	return nil
}

// checkpoint copies where the run stands.
func (f *fit) checkpoint() (c Checkpoint, err error) {
	c = f.at
	c.State, err = f.State()
	return c, err
}

// reached tells whether the target ends the run.
func (f *fit) reached() bool {
	return f.plan.Target > 0 && f.at.Last.Epoch == f.at.Epoch && f.at.Epoch > 0 && f.at.Last.Train.Accuracy >= f.plan.Target
}

// epoch trains to the end of the next epoch.
func (f *fit) epoch(ctx context.Context) (err error) {
	number, n := f.at.Epoch+1, f.sets.Steps.Len()
	order := shuffled(n, rand.New(f.orders))
	_, err = f.Trainer.epoch(ctx, f.sets.Steps, order, f.plan.Rate(number), f.at.Step, func(steps int) error {
		if steps == f.stepsOf(n) {
			return nil // told after the evaluation
		}
		f.at.Step = steps
		return f.tell(float64(steps) / float64(f.stepsOf(n)))
	})
	if err != nil {
		return fmt.Errorf("epoch %d: %w", number, err)
	}
	if f.running, err = f.takeRunning(n); err != nil {
		return err
	}
	f.at.Epoch, f.at.Step = number, 0
	f.at.Order, err = f.orders.MarshalBinary()
	return err
}

// tell calls the hook for what is trained: the epochs done and a part of the next.
func (f *fit) tell(part float64) error {
	if f.hooks.Trained == nil {
		return nil
	}
	return f.hooks.Trained((float64(f.at.Epoch)+part)/float64(f.plan.Epochs), f.checkpoint)
}

// evaluate measures the standing at the end of an epoch, if that is due or if the next milestone is reached.
func (f *fit) evaluate(ctx context.Context) error {
	threshold := 0.
	if f.at.Epoch > 0 && !f.plan.due(f.at.Epoch, f.at.Last.Epoch) {
		if threshold = f.plan.next(f.at.Highest); f.plan.Evaluate > 0 || threshold > 1 {
			return nil
		}
	}
	train, reached, err := f.standing(ctx, f.sets.Train, threshold)
	var test Evaluation
	if err == nil && reached {
		test, err = f.Evaluate(ctx, f.sets.Test)
	}
	if err != nil {
		return f.interrupted(ctx, err)
	}
	f.at.Due, f.at.Running = false, Evaluation{}
	if !reached {
		return nil
	}
	if f.at.Epoch == 0 && f.spec.Running {
		f.running = train.All
	}
	norm, distance := f.lengths()
	f.at.Last = Point{f.at.Epoch, train.All, test, train.Clean, train.Corrupted, f.running, norm, distance}
	f.at.Highest = max(f.at.Highest, train.All.Accuracy)
	if f.hooks.Evaluated == nil {
		return nil
	}
	return f.hooks.Evaluated(f.at.Last)
}

// interrupted returns the error that ended an evaluation; where ctx ended it, what is trained is told first, as of a run that has yet to be
// evaluated.
func (f *fit) interrupted(ctx context.Context, err error) error {
	if f.at.Epoch == 0 || ctx.Err() == nil {
		return err
	}
	f.at.Due, f.at.Running = true, f.running
	return errors.Join(err, f.tell(0))
}

// shuffled returns 0..n-1 in random order.
func shuffled(n int, rng *rand.Rand) []int32 {
	order := make([]int32, n)
	for i, index := range rng.Perm(n) {
		order[i] = int32(index)
	}
	return order
}
