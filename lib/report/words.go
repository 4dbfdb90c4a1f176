package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
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
	if -1000 < n && n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), max(n%1000, -n%1000))
}

func withUnit(x float64, unit string) string {
	if unit == "" || unit == "%" {
		return number(x) + unit
	}
	return number(x) + " " + unit
}

// Duration writes a duration for people: "0.4 s", "12 s", "2 min 10 s", "3 h 05 min".
func Duration(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	}
}

// Plural writes "1 seed", "3 seeds".
func Plural(n int, noun string) string {
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

var escapeMarkdown = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "$", `\$`, "~", `\~`,
).Replace

// span writes a range of counts: "3", "2 to 3".
func span(low, high int) string {
	if low == high {
		return thousands(low)
	}
	return fmt.Sprintf("%s to %s", thousands(low), thousands(high))
}
