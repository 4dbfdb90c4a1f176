package study

import "fmt"

// Scale names how much of a paper's size a study is run at. Each study states what a scale changes.
type Scale string

// The scales, smallest first.
const (
	Smoke    Scale = "smoke"    // seconds: for tests
	Quick    Scale = "quick"    // minutes on a laptop
	Standard Scale = "standard" // hours on a laptop
	Paper    Scale = "paper"    // the paper's own sizes
)

// Scales are all scales, smallest first.
var Scales = []Scale{Smoke, Quick, Standard, Paper}

// ParseScale returns the scale of that name; "" stands for quick.
func ParseScale(name string) (Scale, error) {
	if name == "" {
		return Quick, nil
	}
	for _, s := range Scales {
		if name == string(s) {
			return s, nil
		}
	}
	return "", fmt.Errorf("study: unknown scale %q: use one of %v", name, Scales)
}
