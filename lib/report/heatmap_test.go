package report

import (
	"context"
	"fmt"
	"image/color"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"rethinking/lib/study"
)

var hiddenLayers = study.ByExperiment("hidden layers", "", func(e study.Experiment) study.Level { return study.Count(len(e.Net.Hidden)) })

// netGrid makes results of nets of several widths and depths that fit the slower, the narrower and deeper they are: made-up numbers.
func netGrid(widths, depths []int, seeds, epochs int) []study.Result {
	var results []study.Result
	for _, layers := range depths {
		for _, width := range widths {
			for seed := range seeds {
				hard := min(1, 0.15*float64(layers)*math.Pow(128/float64(width), 0.25)-0.1)
				r := madeUp(hard, int64(seed), epochs)
				r.Experiment.Corruption.Labels = 1
				hidden := make([]int, layers)
				for i := range hidden {
					hidden[i] = width
				}
				r.Experiment.Net = study.MLP(hidden...)
				results = append(results, r)
			}
		}
	}
	return results
}

func wide(e study.Experiment) bool { return len(e.Net.Hidden)*e.Net.Hidden[0]*e.Net.Hidden[0] >= 60000 }

// heats are a full map, one with cells that lack values or runs, and one with logarithmic colours and borders.
var heats = []struct {
	name string
	make func() (Heat, error)
}{
	{"heat", func() (Heat, error) {
		return HeatMap(netGrid([]int{512, 16, 128, 1024}, []int{2, 4, 6}, 3, 80), study.EpochsToFit(0.95), study.HiddenUnits, hiddenLayers,
			Caption("*Wider* nets fit sooner."))
	}},
	{"heat-partly", func() (Heat, error) {
		results := netGrid([]int{16, 128, 512, 1024}, []int{2, 4, 6, 8, 10}, 3, 25)
		return HeatMap(results[:len(results)-3], study.EpochsToFit(0.9), study.HiddenUnits, hiddenLayers)
	}},
	{"heat-log", func() (Heat, error) {
		return HeatMap(netGrid([]int{8, 16, 32, 64, 128, 256, 512, 1024, 2048, 16384}, []int{2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 20),
			study.Final(study.TrainLoss), study.HiddenUnits, hiddenLayers, Log(), Outline("at least 60,000 weights between hidden layers", wide),
			Title("Train loss after 20 epochs on random labels"))
	}},
	{"heat-contours", func() (Heat, error) {
		var widths, depths []int
		for i := range 11 {
			widths, depths = append(widths, 16+100*i), append(depths, 2+i)
		}
		return HeatMap(netGrid(widths, depths, 1, 20), study.Final(study.TrainLoss), study.HiddenUnits, hiddenLayers, Contours(), Log())
	}},
}

func TestHeatMapsGolden(t *testing.T) {
	for _, tt := range heats {
		t.Run(tt.name, func(t *testing.T) {
			h, err := tt.make()
			if err != nil {
				t.Fatal(err)
			}
			goldens(t, tt.name, h.Name, h)
		})
	}
}

// Every run is in the cell of its width and depth, whatever the order of the runs.
func TestHeatMapCells(t *testing.T) {
	results := netGrid([]int{1024, 16, 128}, []int{10, 2}, 3, 25)
	slices.Reverse(results)
	fit := study.EpochsToFit(0.9)
	h, err := HeatMap(results, fit, study.HiddenUnits, hiddenLayers, Outline("wide", wide))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"16", "128", "1024"}, {"2", "10"}}, [][]string{h.X.Categories, h.Y.Categories}); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	if len(h.Cells) != 6 {
		t.Fatalf("%d cells, want 6", len(h.Cells))
	}
	for _, c := range h.Cells {
		width, depth := h.X.Categories[int(c.X)], h.Y.Categories[int(c.Y)]
		if want := "hidden units " + width + ", hidden layers " + depth; c.Name != want {
			t.Errorf("the cell of %s is called %s", want, c.Name)
		}
		sum, n, of, outlined := 0.0, 0, 0, false
		for _, r := range results {
			if hidden := r.Experiment.Net.Hidden; strconv.Itoa(hidden[0]) == width && strconv.Itoa(len(hidden)) == depth {
				v, ok := fit.Of(r)
				of, outlined = of+1, wide(r.Experiment)
				if ok {
					sum, n = sum+v, n+1
				}
			}
		}
		mean := sum / float64(n)
		if n < of {
			mean = math.NaN()
		}
		if c.N != n || c.Of != of || c.Outlined != outlined || !(math.Abs(c.Mean-mean) < 1e-12 || math.IsNaN(c.Mean) && math.IsNaN(mean)) {
			t.Errorf("%+v: want the mean %v of %d of %d runs, outlined %v", c, mean, n, of, outlined)
		}
	}
}

func TestHeatMapErrors(t *testing.T) {
	grid := netGrid([]int{16, 128}, []int{2, 4}, 2, 25)
	twice := append(netGrid([]int{16}, []int{2}, 2, 25), grid[:1]...)
	_, curves := Curves(grid[:2], study.TrainLoss, Outline("wide", wide))
	_, images := Images([]study.Sample{polygons(2, 4, 1)}, Outline("wide", wide))
	heat := func(results []study.Result, options ...Option) error {
		_, err := HeatMap(results, study.EpochsToFit(0.9), study.HiddenUnits, hiddenLayers, options...)
		return err
	}
	for _, tt := range []struct {
		want string
		err  error
	}{
		{"no results: run the experiments first", heat(nil)},
		{"leave By, PointBy, LogX and Chance out", heat(grid, By(study.LabelCorruption))},
		{"leave By, PointBy, LogX and Chance out", heat(grid, LogX())},
		{"leave By, PointBy, LogX and Chance out", heat(grid, Chance(10))},
		{"hidden units 512: runs differ in more than the seed", heat(otherBatch(sweep([]float64{0}, 2, 25)))},
		{"seed 0 appears twice", heat(twice)},
		{"has no evaluation", heat(withoutCurves(netGrid([]int{16}, []int{2}, 2, 25)))},
		{"no value that can be drawn", heat(netGrid([]int{16}, []int{10}, 2, 25))},
		{"an Outline needs a label", heat(grid, Outline("", wide))},
		{"and a condition", heat(grid, Outline("wide", nil))},
		{"no cells for Outline", curves},
		{"no cells for Outline", images},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", tt.err, tt.want)
		}
	}
}

// Letters are readable on every colour (WCAG 2.2 asks for a contrast of at least 4.5), and a higher value is a lighter colour.
func TestHeatColors(t *testing.T) {
	h := Heat{Color: Axis{Max: 255}}
	for v := range 256 {
		h.Cells = append(h.Cells, HeatCell{Point: Point{Mean: float64(v), N: 1, Of: 1}})
	}
	_, fills, err := h.paint()
	if err != nil {
		t.Fatal(err)
	}
	luminance := func(c color.Color) float64 { // relative, WCAG 2.2
		r, g, b, _ := c.RGBA()
		linear := func(v uint32) float64 {
			if s := float64(v) / 0xFFFF; s > 0.04045 {
				return math.Pow((s+0.055)/1.055, 2.4)
			}
			return float64(v) / 0xFFFF / 12.92
		}
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	before := 0.0
	for v, fill := range append(fills, blank) {
		high, low := luminance(fill), luminance(inkOn(fill))
		if contrast := (max(high, low) + 0.05) / (min(high, low) + 0.05); contrast < 4.5 {
			t.Errorf("%s: the contrast is %.2f", css(fill), contrast)
		}
		if v%8 == 0 && v < len(fills) { // nearer ones may differ by no more than the rounding
			if high <= before {
				t.Errorf("%s is no lighter than the colour of a lower value", css(fill))
			}
			before = high
		}
	}
}

func TestHeatRange(t *testing.T) {
	for _, tt := range []struct {
		name      string
		means     []float64
		log       bool
		low, high float64
	}{
		{"lowest to highest", []float64{3, 17.5, 5}, false, 3, 17.5},
		{"below zero", []float64{-3, -1}, false, -3, -1},
		{"all but equal", []float64{99.99, 100}, false, 0, 100},
		{"zero", []float64{0, 0}, false, 0, 1},
		{"logarithmic", []float64{0.002, 0.5}, true, 0.002, 0.5},
		{"logarithmic, with too few numbers", []float64{2.1, 4.9}, true, 2, 5},
		{"logarithmic, equal", []float64{3, 3}, true, 2, 5},
		{"what cannot be drawn", []float64{0, -1, 2, 20, math.NaN(), math.Inf(1)}, true, 2, 20},
		{"nothing", []float64{math.NaN()}, false, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := Heat{X: Axis{Label: "x"}, Y: Axis{Categories: []string{"y"}, Min: -0.5, Max: 0.5}, Color: Axis{Log: tt.log}}
			for i, m := range tt.means {
				h.X.Categories = append(h.X.Categories, "x")
				h.Cells = append(h.Cells, HeatCell{Point: Point{X: float64(i), Mean: m, N: 1, Of: 1}})
			}
			h.X.Min, h.X.Max = -0.5, float64(len(tt.means))-0.5
			h.setColors()
			if h.Color.Min != tt.low || h.Color.Max != tt.high {
				t.Errorf("colours from %v to %v, want %v to %v", h.Color.Min, h.Color.Max, tt.low, tt.high)
			}
			if _, err := h.PNG(); err != nil {
				t.Error(err)
			}
			if _, err := h.HTML(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Means that have no colour are shown, and only some runs' value is enough for a map.
func TestHeatMapWithoutColors(t *testing.T) {
	signed := study.StatisticOf("sign", "", func(r study.Result) (float64, bool) {
		return float64(r.Experiment.Seed) - 1, r.Experiment.Seed > 0 || len(r.Experiment.Net.Hidden) == 2
	})
	h, err := HeatMap(netGrid([]int{16}, []int{2, 4}, 2, 5), signed, study.HiddenUnits, hiddenLayers, Log())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := h.Cells[0].text(), h.Cells[1].text(); a != "-0.5" || b != "1 of 2" {
		t.Errorf("the cells say %q and %q", a, b)
	}
	want := "Grey: only some runs (1 of 2) have the value; runs without it: 1 of 4. Grey because they are not finite or not above zero: 1 mean."
	if got := h.Caption(); !strings.Contains(got, want) {
		t.Errorf("caption %q lacks %q", got, want)
	}
	plotly, err := h.Plotly()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(plotly), "colorbar") {
		t.Error("a scale of colours is drawn although no cell has one")
	}
	if outputs, err := h.Outputs(); err != nil || len(outputs) != 3 {
		t.Errorf("%d outputs, error %v", len(outputs), err)
	}
}

func TestHeatMapNamesTheWholeTrainingSet(t *testing.T) {
	results := sweep([]float64{0, 1}, 1, 9)
	small := madeUp(0, 0, 9)
	small.Experiment.Data.Train = 1000
	h, err := HeatMap(append(results, small), study.Final(study.TrainLoss), study.LabelCorruption, study.TrainExamples)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1000", "60,000"}, h.Y.Categories); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	counted := madeUp(0, 0, 9)
	counted.Experiment.Data.Train = 60000
	_, err = HeatMap(append(results, counted), study.Final(study.TrainLoss), study.TrainExamples, study.LabelCorruption)
	if err == nil || !strings.Contains(err.Error(), "training examples 60000: runs differ in more than the seed") {
		t.Errorf("error %v, where two cells would cover each other", err)
	}
	if want := "Empty: not run (1 of 4 cells)."; !strings.Contains(h.Caption(), want) {
		t.Errorf("caption %q lacks %q", h.Caption(), want)
	}
}

// In a browser the map says in every cell, and on hover, what the picture says.
func TestInteractiveHeatMap(t *testing.T) {
	ctx := browser(t)
	results := netGrid([]int{16, 512}, []int{2, 6}, 3, 25)[:11]
	h, err := HeatMap(results, study.EpochsToFit(0.9), study.HiddenUnits, hiddenLayers, Outline("wide & <deep>", wide))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/static/plotly.min.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, *plotlyFile) })
	text := pages[0].html(t, h)
	mux.HandleFunc("/map", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		fmt.Fprint(w, text)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	var cells, legend string
	var hovers, complaints []string
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(server.URL+"/map"),
		chromedp.WaitReady(`.rethinking-figure[data-state="drawn"]`), page{name: "heat"}.screenshot("interactive"),
		into(&cells, `Array.from(document.querySelectorAll(".heatmap-label")).map((e) => e.textContent).join(";")`),
		into(&legend, `document.querySelector(".legendtext").textContent`),
		hover(&hovers, 0, 0), hover(&hovers, 1, 0), hover(&hovers, 0, 1), hover(&hovers, 1, 1),
		into(&complaints, `complaints`)); err != nil {
		t.Fatal(err)
	}
	if len(complaints) > 0 {
		t.Errorf("the page complains: %q", complaints)
	}
	if cells != "–;4;8;10.5" || legend != "wide & <deep>" {
		t.Errorf("the cells say %q, the legend %q", cells, legend)
	}
	want := []string{
		"hidden units 16, hidden layers 28 epochs (7 to 9 over 3 seeds)", "hidden units 512, hidden layers 24 epochs (3 to 5 over 3 seeds)",
		"hidden units 16, hidden layers 6value in 0 of 3 runs", "hidden units 512, hidden layers 610.5 epochs (10 to 11 over 2 seeds)",
	}
	if diff := cmp.Diff(want, hovers); diff != "" {
		t.Errorf("on hover (-want +got):\n%s", diff)
	}
}

// hover adds what the map says when the mouse is on a cell.
func hover(said *[]string, x, y int) step {
	var drawn bool
	var words string
	return chromedp.Steps(
		into(&drawn, fmt.Sprintf(`{
			const map = document.querySelector(".js-plotly-plot"), axes = map._fullLayout;
			Plotly.Fx.hover(map, {xpx: axes.xaxis.l2p(%d), ypx: axes.yaxis.l2p(%d)});
			true
		}`, x, y)),
		chromedp.Sleep(100*time.Millisecond), // plotly looks at the mouse so often at most
		into(&words, `document.querySelector(".hoverlayer").textContent`),
		func(context.Context, *chromedp.Target) (chromedp.Void, error) {
			*said = append(*said, words)
			return chromedp.Void{}, nil
		},
	)
}
