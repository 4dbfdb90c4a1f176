package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestChoices(t *testing.T) {
	peers, err := chosenPeers("torch,loop")
	if diff := cmp.Diff([]string{"ours", "loop", "torch"}, peers); err != nil || diff != "" {
		t.Errorf("error %v, peers (-want +got):\n%s", err, diff)
	}
	sections, err := options{work: "hvp,epochs", epochs: 5}.sections()
	if diff := cmp.Diff([]string{"epochs", "hvp"}, namesOf(sections)); err != nil || diff != "" {
		t.Fatalf("error %v, sections (-want +got):\n%s", err, diff)
	}
	if sections[0].epochs != 5 || sections[1].epochs != 2 {
		t.Errorf("%d epochs and %d products, want 5 and at most 2", sections[0].epochs, sections[1].epochs)
	}
	if sections, _ = (options{work: "hvp", epochs: 1}).sections(); sections[0].epochs != 1 {
		t.Errorf("%d products, want 1", sections[0].epochs)
	}
	for _, work := range []string{"games", ""} {
		if _, err := (options{work: work}).sections(); err == nil || !strings.Contains(err.Error(), "unknown") {
			t.Errorf("%q: error %v", work, err)
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
	sections, err := options{work: strings.Join(namesOf(allSections()), ","), smoke: true}.sections()
	if err != nil || len(sections) != len(allSections()) {
		t.Fatalf("%d sections, error %v", len(sections), err)
	}
	for _, s := range sections {
		for _, task := range s.tasks {
			if task.Examples > 4000 || !task.Product && task.steps() == 0 {
				t.Errorf("%s: %+v is not small, or has no step", s.name, task)
			}
		}
	}
}

// A folder holds every value of the work in the layout that the peers read, and the work is made anew from its task alone.
func TestWorkIsReadAsWritten(t *testing.T) {
	mnist, product, alexnet := fullMNIST(t), mlp("product", 3, 5), allSections()[1].tasks[0].small()
	product.Examples, product.Product = 7, true
	for _, task := range []Task{mlp("epochs", 1024, 5).small(), product, alexnet} {
		want, folder := newWork(t, task, mnist, 2), t.TempDir()
		if err := want.Write(folder); err != nil {
			t.Fatal(err)
		}
		got, err := workOf(t.Context(), folder)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Work{})); err != nil || diff != "" {
			t.Errorf("%s: error %v (-want +got):\n%s", task.Name, err, diff)
		}
		weights, orders := slices.Concat(want.weights...), slices.Concat(want.orders...)
		for name, values := range map[string][2]any{
			"inputs.f32": {want.x, make([]float32, task.Examples*task.dim())}, "labels.u8": {want.labels, make([]uint8, task.Examples)},
			"weights.f32": {weights, make([]float32, len(weights))}, "vector.f32": {want.vector, make([]float32, len(want.vector))},
			"orders.i32": {orders, make([]int32, len(orders))},
		} {
			content, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			n, err := binary.Decode(content, binary.LittleEndian, values[1])
			if diff := cmp.Diff(values[0], values[1], cmpopts.EquateEmpty()); err != nil || n != len(content) || diff != "" {
				t.Errorf("%s, %s: %d of %d bytes, error %v (-want +got):\n%s", task.Name, name, n, len(content), err, diff)
			}
		}
	}
}

// Every epoch has an order of its own, of the full batches.
func TestOrders(t *testing.T) {
	task := mlp("two", 3, 5)
	task.Examples = 7
	orders := newWork(t, task, fullMNIST(t), 2).orders
	if len(orders) != 2 || len(orders[0]) != 6 || len(orders[1]) != 6 || cmp.Equal(orders[0], orders[1]) {
		t.Errorf("orders %v, want two different ones of 6 examples", orders)
	}
}
