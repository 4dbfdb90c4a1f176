package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rethinking/lib/data"
)

func TestChoices(t *testing.T) {
	peers, err := chosenPeers("torch,loop")
	if diff := cmp.Diff([]string{"ours", "loop", "torch"}, peers); err != nil || diff != "" {
		t.Errorf("error %v, peers (-want +got):\n%s", err, diff)
	}
	sections, err := options{work: "scaling,epochs", nets: "2x512,2x128"}.sections()
	if err != nil || len(sections) != 2 || sections[1].name != "scaling" {
		t.Fatalf("sections %v, error %v", sections, err)
	}
	names := namesOf(sections[0].tasks, func(t Task) string { return t.Name })
	if diff := cmp.Diff([]string{"2x128", "2x512"}, names); diff != "" {
		t.Errorf("nets (-want +got):\n%s", diff)
	}
	for _, o := range []options{{work: "games", nets: "2x128"}, {work: "epochs", nets: "2x129"}, {work: "epochs", nets: ""}} {
		if _, err := o.sections(); err == nil || !strings.Contains(err.Error(), "unknown") {
			t.Errorf("%+v: error %v", o, err)
		}
	}
	if _, err := chosenPeers("keras"); err == nil || !strings.Contains(err.Error(), "keras") {
		t.Errorf("unknown peer: error %v", err)
	}
	if _, err := (options{peers: "ours", epochs: 0, rounds: 1}).prepare(t.Context()); err == nil {
		t.Error("no error for 0 epochs")
	}
}

// A smoke test covers every section, with few examples that make a batch.
func TestSmokeCoversAll(t *testing.T) {
	work := strings.Join(namesOf(allSections(), func(s section) string { return s.name }), ",")
	sections, err := options{work: work, nets: strings.Join(netNames(), ","), smoke: true}.sections()
	if err != nil || len(sections) != len(allSections()) {
		t.Fatalf("%d sections, error %v", len(sections), err)
	}
	for _, s := range sections {
		for _, task := range s.tasks {
			if task.Examples > 4000 || task.Nets > 3 || !task.Product && task.steps() == 0 {
				t.Errorf("%s: %+v is not small, or has no step", s.name, task)
			}
		}
	}
}

func TestEpochsOf(t *testing.T) {
	s := section{epochs: 3, slow: map[string]int{"jax": 2}}
	for peer, want := range map[string][]int{"ours": {1, 3, 3}, "jax": {1, 2, 2}} {
		if got := []int{s.epochsOf(peer, 1), s.epochsOf(peer, 3), s.epochsOf(peer, 5)}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", peer, got, want)
		}
	}
}

// Work keeps every value on its way to the peers, and every epoch of every net has an order of its own of the full batches.
func TestWorkIsReadAsWritten(t *testing.T) {
	set := data.Set{Name: "mnist", Height: 2, Width: 2, Channels: 1, Classes: 3, Images: make([]uint8, 4*7), Labels: []uint8{0, 1, 2, 0, 1, 2, 0}}
	for i := range set.Images {
		set.Images[i] = uint8(i)
	}
	two, product, alexnet := mlp("two", 3, 5), mlp("product", 3, 5), Task{Name: "alexnet", Kind: "alexnet", Batch: 1, Examples: 2, Nets: 1}
	two.Nets, product.Product = 2, true
	for _, task := range []Task{two, product, alexnet} {
		want, folder := newWork(t, task, set, 2), t.TempDir()
		if err := want.Write(folder); err != nil {
			t.Fatal(err)
		}
		got, err := ReadWork(folder)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Work{}, Inputs{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", task.Name, diff)
		}
	}
	orders := newWork(t, two, set, 2).orders
	if len(orders[0][0]) != 6 || cmp.Equal(orders[0][0], orders[0][1]) || cmp.Equal(orders[0][0], orders[1][0]) {
		t.Errorf("orders %v, want different ones of 6 examples", orders)
	}
	if _, err := NewWork(mlp("tiny", 8, 5), set, 1); err == nil || !strings.Contains(err.Error(), "8") {
		t.Errorf("a batch larger than the data: error %v", err)
	}
}
