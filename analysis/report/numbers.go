package report

import (
	"fmt"
	"math"
	"strconv"
)

// number writes three digits of a value, a dash if it has none.
func number(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "–"
	case v == 0:
		return "0"
	case math.Abs(v) >= 100 && math.Abs(v) < 1e6:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// ms writes a time in s as ms.
func ms(s float64) string { return fmt.Sprintf("%.4g ms", 1e3*s) }

// seconds writes a time in s.
func seconds(s float64) string {
	if s != 0 && math.Abs(s) < 1 {
		return ms(s)
	}
	return fmt.Sprintf("%.6g s", s)
}

// share writes a part of 1, a dash if it has no value.
func share(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

// plural writes a noun for a number.
func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
