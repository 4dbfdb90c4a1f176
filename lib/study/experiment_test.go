package study_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"rethinking/lib/study"
)

// The key names results on disk and in version control: where this changes, every kept result is lost.
func TestKeyStaysAsItIs(t *testing.T) {
	if got, want := tiny(1).Key(), "295efd89992fcfba"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}

func TestEveryFieldChangesTheKey(t *testing.T) {
	start := tiny(1)
	start.Training.DecayAt = []int{2}
	seen := map[string]string{start.Key(): "nothing"}
	var walk func(path string, get func(*study.Experiment) reflect.Value)
	walk = func(path string, get func(*study.Experiment) reflect.Value) {
		e := tiny(1)
		e.Net, e.Training.DecayAt = study.MLP(32), []int{2}
		v := get(&e)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, func(e *study.Experiment) reflect.Value { return get(e).Field(i) })
			}
			return
		case reflect.Slice:
			walk(path+"[0]", func(e *study.Experiment) reflect.Value { return get(e).Index(0) })
			return
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Float64:
			v.SetFloat(v.Float() + 0.125)
		default:
			v.SetInt(v.Int() + 1)
		}
		if before, ok := seen[e.Key()]; ok {
			t.Errorf("changing %s gives the same key as changing %s", path, before)
		}
		seen[e.Key()] = path
	}
	walk("Experiment", func(e *study.Experiment) reflect.Value { return reflect.ValueOf(e).Elem() })
	if len(seen) < 35 {
		t.Errorf("only %d fields were changed", len(seen))
	}
}

func TestValidate(t *testing.T) {
	if err := tiny(1).Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*study.Experiment){
		`unknown data set "imagenet"`:                                func(e *study.Experiment) { e.Data.Name = "imagenet" },
		`Net: nets: unknown kind "resnet": use one of [alexnet`:      func(e *study.Experiment) { e.Net.Kind = "resnet" },
		`Net: nets: hidden units [8]: the layers of "alexnet" are`:   func(e *study.Experiment) { e.Net = study.Net{Kind: "alexnet", Hidden: []int{8}} },
		`Net.Initialization is "ones": it must be "" or one of [gl`:  func(e *study.Experiment) { e.Net.Initialization = "ones" },
		`unknown preprocessing "zca"`:                                func(e *study.Experiment) { e.Data.Preprocessing = "zca" },
		`Corruption.Pixels is "mixed": it must be "", "shuffled" or`: func(e *study.Experiment) { e.Corruption.Pixels = "mixed" },
		`Corruption.Gaussian is 2: it must be a share in [0,1]`:      func(e *study.Experiment) { e.Corruption.Gaussian = 2 },
		`Corruption.Noise is -1: it must be a standard deviation`:    func(e *study.Experiment) { e.Corruption.Noise = -1 },
		`Corruption.Clipped is true: it must be false where no in`:   func(e *study.Experiment) { e.Corruption.Clipped = true },
		`Corruption.WrongClass is true: it must be false where no`:   func(e *study.Experiment) { e.Corruption = study.Corruption{WrongClass: true} },
		`Corruption.Signs is true: it must be false but where all`:   func(e *study.Experiment) { e.Corruption = study.Corruption{Labels: 0.5, Signs: true} },
		`Regularization.Dropout is 1: it must be a probability in`:   func(e *study.Experiment) { e.Regularization.Dropout = 1 },
		`Regularization.InputDropout is NaN`:                         func(e *study.Experiment) { e.Regularization.InputDropout = math.NaN() },
		`Regularization.WeightDecay is -1: it must be finite and`:    func(e *study.Experiment) { e.Regularization.WeightDecay = -1 },
		`Regularization.HiddenNoise is +Inf`:                         func(e *study.Experiment) { e.Regularization.HiddenNoise = math.Inf(1) },
		`Regularization.Rotation is 181: it must be degrees in [0`:   func(e *study.Experiment) { e.Regularization.Rotation = 181 },
		`Regularization.AdversarialRadius is 0: it must be above`:    func(e *study.Experiment) { e.Regularization.Adversarial = 0.5 },
		`Regularization.AdversarialRadius is 1: it must be above`:    func(e *study.Experiment) { e.Regularization.AdversarialRadius = 1 },
		`Regularization.Adversarial is 1: it must be a probabilit`:   func(e *study.Experiment) { e.Regularization.Adversarial = 1 },
		`Regularization.HiddenDecay is true: it must be false wit`:   func(e *study.Experiment) { e.Regularization.HiddenDecay = true },
		`Regularization.Decoupled is true: it must be false witho`:   func(e *study.Experiment) { e.Regularization.Decoupled = true },
		`Corruption is Gaussian inputs 1, Regularization is flip:`: func(e *study.Experiment) {
			e.Corruption.Labels, e.Corruption.Gaussian, e.Regularization.Flip = 0, 1, true
		},
		`Training.Optimizer is "adagrad": it must be "" (stochast`: func(e *study.Experiment) { e.Training.Optimizer = "adagrad" },
		`Training.Momentum is 0.9: it must be 0 with Adam`:         func(e *study.Experiment) { e.Training.Optimizer = "adam" },
		`Training.DecayEvery is 2: it must be at least 0, and 0 b`: func(e *study.Experiment) { e.Training.DecayEvery, e.Training.DecayAt = 2, []int{3} },
		`Training.DecayAt is [3 2]: it must be ascending epochs`:   func(e *study.Experiment) { e.Training.DecayAt = []int{3, 2} },
		`Training.Evaluate is -1: it must be at least 0, where 0`:  func(e *study.Experiment) { e.Training.Evaluate = -1 },
		`Net.Hidden[1] is -3: it must be at least 1 unit`:          func(e *study.Experiment) { e.Net = study.MLP(8, -3) },
		`Net.Hidden[0] is 0`:                                         func(e *study.Experiment) { e.Net = study.MLP(0) },
		`Data.Train is -1: it must be 0 (all) to 60000`:              func(e *study.Experiment) { e.Data.Train = -1 },
		`Data.Train is 60001`:                                        func(e *study.Experiment) { e.Data.Train = 60001 },
		`Data.Test is 10001: it must be 0 (all) to 10000`:            func(e *study.Experiment) { e.Data.Test = 10001 },
		`Corruption.Labels is 1.5: it must be a probability in [0,`:  func(e *study.Experiment) { e.Corruption.Labels = 1.5 },
		`Corruption.Labels is -0.1`:                                  func(e *study.Experiment) { e.Corruption.Labels = -0.1 },
		`Corruption.Labels is NaN`:                                   func(e *study.Experiment) { e.Corruption.Labels = math.NaN() },
		`Training.Epochs is 0: it must be at least 1`:                func(e *study.Experiment) { e.Training.Epochs = 0 },
		`Training.Batch is 0: it must be 1 to 200, the number of`:    func(e *study.Experiment) { e.Training.Batch = 0 },
		`Training.Batch is 201`:                                      func(e *study.Experiment) { e.Training.Batch = 201 },
		`Training.LearningRate is 0: it must be a finite number abo`: func(e *study.Experiment) { e.Training.LearningRate = 0 },
		`Training.LearningRate is +Inf`:                              func(e *study.Experiment) { e.Training.LearningRate = math.Inf(1) },
		`Training.LearningRate is NaN`:                               func(e *study.Experiment) { e.Training.LearningRate = math.NaN() },
		`Training.Momentum is 1: it must be in [0,1)`:                func(e *study.Experiment) { e.Training.Momentum = 1 },
		`Training.Decay is 0: it must be in (0,1]`:                   func(e *study.Experiment) { e.Training.Decay = 0 },
		`Training.Target is 1.01`:                                    func(e *study.Experiment) { e.Training.Target = 1.01 },
	} {
		e := tiny(1)
		spoil(&e)
		if err := e.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

// Bad input is refused before any time is spent, also where it comes last.
func TestBadInputIsRefusedAtOnce(t *testing.T) {
	bad, w := tiny(2), &watcher{}
	bad.Training.Epochs = 0
	start := time.Now()
	_, err := openLab(t, study.Options{Observer: w}).All(context.Background(), tiny(1), bad)
	if err == nil || !strings.Contains(err.Error(), "experiment 2 of 2: study: Training.Epochs is 0") {
		t.Errorf("got error %v", err)
	}
	if took := time.Since(start); took > time.Second || len(w.progress) > 0 {
		t.Errorf("took %v and %d progress reports", took, len(w.progress))
	}
}

func TestParseScale(t *testing.T) {
	for name, want := range map[string]study.Scale{"": study.Quick, "smoke": study.Smoke, "quick": study.Quick, "standard": study.Standard, "paper": study.Paper} {
		if got, err := study.ParseScale(name); got != want || err != nil {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	if _, err := study.ParseScale("huge"); err == nil || !strings.Contains(err.Error(), `unknown scale "huge": use one of [smoke quick standard paper]`) {
		t.Errorf("got error %v", err)
	}
}

func TestNetString(t *testing.T) {
	for want, net := range map[string]study.Net{"mlp": study.MLP(), "mlp 1x512": study.MLP(512), "mlp 3x512": study.MLP(512, 512, 512), "mlp 512-256": study.MLP(512, 256),
		"alexnet he-normal": {Kind: "alexnet", Initialization: "he-normal"}, "inception with batch norm": {Kind: "inception", BatchNorm: true}} {
		if got := net.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestExperimentString(t *testing.T) {
	for want, e := range map[string]study.Experiment{
		"mnist mlp 1x8 seed 1":                           {Data: study.Data{Name: "mnist"}, Net: study.MLP(8), Seed: 1},
		"mnist[200] mlp 1x8 label corruption 0.5 seed 2": {Data: study.Data{Name: "mnist", Train: 200}, Net: study.MLP(8), Corruption: study.Corruption{Labels: 0.5}, Seed: 2},
		"cifar10 alexnet weight decay 0.004 of dense hidden layers seed 1": {
			Data: study.Data{Name: "cifar10"}, Net: study.Net{Kind: "alexnet"}, Regularization: study.Regularization{WeightDecay: 0.004, HiddenDecay: true}, Seed: 1},
		"mnist mlp 1x8 label corruption 1 to two classes seed 1": {
			Data: study.Data{Name: "mnist"}, Net: study.MLP(8), Corruption: study.Corruption{Labels: 1, Signs: true}, Seed: 1},
		"cifar10 alexnet label corruption 1 to wrong classes, clipped Gaussian inputs 0.2, shuffled pixels decoupled weight decay 0.1, dropout 0.5, random crop, flip seed 3": {
			Data: study.Data{Name: "cifar10"}, Net: study.Net{Kind: "alexnet"}, Seed: 3,
			Corruption:     study.Corruption{Labels: 1, WrongClass: true, Gaussian: 0.2, Clipped: true, Pixels: "shuffled"},
			Regularization: study.Regularization{WeightDecay: 0.1, Decoupled: true, Dropout: 0.5, Crop: true, Flip: true},
		},
	} {
		if got := e.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Ghosts must part every step's batch, and belong to a batch normalization.
func TestValidateGhosts(t *testing.T) {
	e := study.Experiment{
		Data: study.Data{Name: "mnist", Train: 200, Test: 100}, Net: study.MLP(8), Seed: 1,
		Training: study.Training{Epochs: 1, Batch: 20, LearningRate: 0.1, Decay: 1},
	}
	check := func(batchNorm bool, ghost, batch int, want string) {
		t.Helper()
		e.Net.BatchNorm, e.Net.GhostBatch, e.Training.Batch = batchNorm, ghost, batch
		err := e.Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("ghosts of %d in batches of %d: error %v, want %q", ghost, batch, err, want)
		}
	}
	check(true, 10, 20, "")
	check(false, 10, 20, "Net.GhostBatch is 10: it must be 0, as the mlp has no batch normalization")
	check(true, 3, 20, "Net.GhostBatch is 3: it must be a part of every step's batch")
	check(true, 1, 20, "Net.GhostBatch is 1")
	check(true, 20, 20, "Net.GhostBatch is 20")
	check(true, 30, 60, "of 60, and of 20 in the last step") // 200 examples leave 20
}
