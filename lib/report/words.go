package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// number writes x with four significant digits, without exponent where that is readable, thousands set off by commas.
func number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "not finite"
	}
	rounded := round(x, 4)
	if a := math.Abs(rounded); a != 0 && (a < 1e-4 || a >= 1e7) {
		return strconv.FormatFloat(rounded, 'g', -1, 64)
	}
	if math.Abs(x) >= 1e4 {
		return thousands(int(math.Round(x)))
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// round keeps the given number of significant digits.
func round(x float64, digits int) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	if err != nil {
		return x
	}
	return rounded + 0 // no negative zero
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	digits := strings.TrimPrefix(s, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return s[:len(s)-len(strings.TrimPrefix(s, "-"))] + digits
}

func withUnit(x float64, unit string) string {
	switch unit {
	case "":
		return number(x)
	case "%":
		return number(x) + "%"
	default:
		return number(x) + " " + unit
	}
}

// axisLabel joins a quantity and its unit; a unit that the name already ends with, as in "epochs", is not said twice.
func axisLabel(name, unit string) string {
	if unit == "" || name == unit || strings.HasPrefix(name, unit+" ") {
		return name
	}
	return name + " (" + unit + ")"
}

// plural writes "1 seed", "3 seeds".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	runes := []rune(s)
	return string(unicode.ToUpper(runes[0])) + string(runes[1:])
}

// slug keeps the letters and digits of s in lower case, everything else becoming single hyphens.
func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "$", `\$`, "~", `\~`,
)

func escapeMarkdown(s string) string { return markdownEscaper.Replace(s) }

// span writes a range of counts: "3", "2 to 3".
func span(low, high int) string {
	if low == high {
		return thousands(low)
	}
	return fmt.Sprintf("%s to %s", thousands(low), thousands(high))
}
