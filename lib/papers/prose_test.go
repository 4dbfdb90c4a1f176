package papers_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// page is a notebook as it is committed, executed at standard.
type page struct {
	Cells []struct {
		Type    string `json:"cell_type"`
		Source  text
		Outputs []struct{ Data map[string]text }
	}
}

// text is written as a string or as its lines. What is neither, as the data of an interactive figure, is none.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		*t = text(strings.Join(lines, ""))
	} else {
		json.Unmarshal(raw, (*string)(t))
	}
	return nil
}

// section is what stands under a heading: its sentences, and what its cells printed and described of what they drew.
type section struct{ title, prose, shown string }

func sections(t *testing.T, path string) (all []section) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var p page
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	all = []section{{}}
	for _, c := range p.Cells {
		if c.Type == "markdown" {
			for line := range strings.Lines(string(c.Source) + "\n") {
				if title := aHeading.FindStringSubmatch(line); title != nil {
					all = append(all, section{title: title[1]})
				} else {
					all[len(all)-1].prose += line
				}
			}
		}
		for _, o := range c.Outputs {
			all[len(all)-1].shown += string(o.Data["text/plain"]+"\n"+o.Data["text/markdown"]) + "\n"
		}
	}
	return all
}

var aHeading = regexp.MustCompile(`^#+ (.*)\n$`)

// noSentence is what is none: formulas, code, rows of tables, addresses, citations.
var noSentence = regexp.MustCompile("(?s)\\$\\$.*?\\$\\$|\\$[^$]*\\$|`[^`]*`|(?m:^\\|.*$)|\\]\\([^)]*\\)|\\{cite\\}")

// number is a number of a sentence: its value, how many decimals it has, and where it stands.
type number struct {
	value    float64
	decimals int
	percent  bool
	context  string
}

var aNumber = regexp.MustCompile(`^[-−]?\d[\d,]*(\.\d+)?%?$`)

// numbers are those of a text that may be results: not the small ones that count things, nor years.
func numbers(prose string) (all []number) {
	words := strings.Fields(strings.NewReplacer("–", " ", "(", " ", ")", " ").Replace(noSentence.ReplaceAllString(prose, " ")))
	for i, w := range words {
		w = strings.Trim(w, `.,;:?!"'*[]`)
		if !aNumber.MatchString(w) {
			continue
		}
		n := number{percent: strings.HasSuffix(w, "%"), context: strings.Join(words[max(0, i-4):min(len(words), i+3)], " ")}
		w = strings.NewReplacer(",", "", "%", "", "−", "-").Replace(w)
		_, decimals, _ := strings.Cut(w, ".")
		n.value, _ = strconv.ParseFloat(w, 64)
		if n.decimals = len(decimals); n.decimals > 0 || n.value > 10 && (n.value < 1990 || n.value > 2030) {
			all = append(all, n)
		}
	}
	return all
}

// shows tells whether a text shows a number, rounded as the sentence has it; of what is no percentage there, the sentence may make one.
func shows(shown []number, n number) bool {
	for _, s := range shown {
		for _, value := range []float64{s.value, 100 * s.value} {
			if math.Abs(value-n.value) <= 0.5001*math.Pow(10, -float64(n.decimals)) && (value == s.value || n.percent) {
				return true
			}
		}
	}
	return false
}

// A number in a sentence is one that its section shows, or stands in a list of those that are not: settings, what papers print, sums made by hand. A
// result that changes, or a number that nothing carries, changes the list.
func TestNumbersInSentencesAreShown(t *testing.T) {
	pages, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	checked := 0
	for _, path := range pages {
		for _, s := range sections(t, path) {
			if s.title == "For a class" {
				continue
			}
			shown := everyNumber(s.shown)
			for _, n := range numbers(s.prose) {
				if checked++; !shows(shown, n) {
					fmt.Fprintf(&b, "%s, %s: %s\n", strings.TrimSuffix(filepath.Base(path), ".ipynb"), s.title, n.context)
				}
			}
		}
	}
	if checked < 120 {
		t.Errorf("only %d numbers were found", checked)
	}
	golden(t, "testdata/prose.txt", []byte(b.String()))
}

var inText = regexp.MustCompile(`[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?`)

// everyNumber are all numbers of a text.
func everyNumber(shown string) (all []number) {
	for _, w := range inText.FindAllString(shown, -1) {
		value, err := strconv.ParseFloat(strings.NewReplacer(",", "", "−", "-").Replace(w), 64)
		if err == nil {
			all = append(all, number{value: value})
		}
	}
	return all
}
