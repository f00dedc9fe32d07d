package experiment

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Unit is the unit a parameter is kept in: "s", "ms", "pA", "mV", "Hz", "nS",
// "pF" and their decimal relatives, or "" for a number without dimension.
type Unit string

// unitScale places a unit among those of its dimension: 1 unit is
// times · 10^exp10 of the dimension's base unit.
type unitScale struct {
	dimension string
	times     float64
	exp10     int
}

// scale looks the unit up; ok is false for an unknown one.
func (u Unit) scale() (s unitScale, ok bool) {
	switch u {
	case "us", "µs", "μs":
		return unitScale{"time", 1, -6}, true
	case "ms":
		return unitScale{"time", 1, -3}, true
	case "s":
		return unitScale{"time", 1, 0}, true
	case "min":
		return unitScale{"time", 60, 0}, true
	case "fA":
		return unitScale{"current", 1, -15}, true
	case "pA":
		return unitScale{"current", 1, -12}, true
	case "nA":
		return unitScale{"current", 1, -9}, true
	case "uA", "µA", "μA":
		return unitScale{"current", 1, -6}, true
	case "mV":
		return unitScale{"voltage", 1, -3}, true
	case "V":
		return unitScale{"voltage", 1, 0}, true
	case "Hz":
		return unitScale{"rate", 1, 0}, true
	case "kHz":
		return unitScale{"rate", 1, 3}, true
	case "pS":
		return unitScale{"conductance", 1, -12}, true
	case "nS":
		return unitScale{"conductance", 1, -9}, true
	case "uS", "µS", "μS":
		return unitScale{"conductance", 1, -6}, true
	case "pF":
		return unitScale{"capacitance", 1, -12}, true
	case "nF":
		return unitScale{"capacitance", 1, -9}, true
	}
	return unitScale{}, false
}

// accepted names the units that convert to u, for error lines and describe.
func (u Unit) accepted() string {
	s, _ := u.scale()
	switch s.dimension {
	case "time":
		return "us, ms, s, min"
	case "current":
		return "fA, pA, nA, uA"
	case "voltage":
		return "mV, V"
	case "rate":
		return "Hz, kHz"
	case "conductance":
		return "pS, nS, uS"
	case "capacitance":
		return "pF, nF"
	}
	return ""
}

// article gives "a time" or "a current" for error lines.
func (u Unit) article() string {
	s, _ := u.scale()
	return "a " + s.dimension
}

// wanted gives "a time such as 2s (us, ms, s, min)" for error lines.
func (u Unit) wanted() string {
	if u == "" {
		return "a number such as 0.1"
	}
	return fmt.Sprintf("%s such as 2%s (%s)", u.article(), u, u.accepted())
}

// ParseQuantity reads a decimal number with its unit, such as "16ms" or
// "-350 pA", and returns it in unit want. Powers of ten are shifted in the
// decimal text, so 16ms is the float64 nearest to 0.016 s. A bare 0 needs no
// unit; any other bare number, a unit of another dimension, and numbers that
// float64 cannot hold are refused. NaN, infinities and hexadecimal are no
// numbers here.
func ParseQuantity(text string, want Unit) (float64, error) {
	mantissa, exponent, unit, err := splitQuantity(text)
	if err != nil {
		return 0, fmt.Errorf("%w, want %s", err, want.wanted())
	}
	zero := strings.Trim(mantissa, "+-0.") == ""
	if want == "" {
		if unit != "" {
			return 0, fmt.Errorf("has unit %q, want a bare number", unit)
		}
		return parseDecimal(text, mantissa, exponent)
	}
	to, ok := want.scale()
	if !ok {
		panic(fmt.Sprintf("experiment: unknown unit %q", want))
	}
	if unit == "" {
		if zero {
			return 0, nil
		}
		return 0, fmt.Errorf("%s has no unit, want %s such as %s%s (%s)",
			text, want.article(), strings.TrimSpace(text), want, want.accepted())
	}
	from, ok := Unit(unit).scale()
	if !ok || from.dimension != to.dimension {
		return 0, fmt.Errorf("unit %q is not %s, want %s", unit, want.article(), want.accepted())
	}
	x, err := parseDecimal(text, mantissa, exponent+from.exp10-to.exp10)
	if err != nil {
		return 0, err
	}
	if from.times != to.times {
		if x = x * from.times / to.times; math.IsInf(x, 0) {
			return 0, fmt.Errorf("%q is too large", text)
		}
	}
	return x, nil
}

// splitQuantity cuts a quantity into the digits with their sign and point,
// the decimal exponent and the unit.
func splitQuantity(text string) (mantissa string, exponent int, unit string, err error) {
	s := strings.TrimSpace(text)
	if s == "" {
		return "", 0, "", errors.New("is empty")
	}
	i, digits := 0, 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	point := false
	for ; i < len(s); i++ {
		if s[i] == '.' && !point {
			point = true
		} else if isDigit(s[i]) {
			digits++
		} else {
			break
		}
	}
	if digits == 0 {
		return "", 0, "", fmt.Errorf("%q is not a number", text)
	}
	mantissa = s[:i]
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		k := j
		for k < len(s) && isDigit(s[k]) {
			k++
		}
		if k > j {
			// More than six digits of exponent are beyond float64 either
			// way, and parseDecimal says so.
			exponent, err = strconv.Atoi(s[i+1 : k])
			if err != nil || exponent > 999999 || exponent < -999999 {
				return "", 0, "", fmt.Errorf("%q is out of range", text)
			}
			i = k
		}
	}
	unit = strings.TrimSpace(s[i:])
	for _, r := range unit {
		if isDigitRune(r) || strings.ContainsRune(" .+-,=", r) {
			return "", 0, "", fmt.Errorf("%q is not a number", text)
		}
	}
	return mantissa, exponent, unit, nil
}

func isDigit(c byte) bool     { return c >= '0' && c <= '9' }
func isDigitRune(r rune) bool { return r >= '0' && r <= '9' }

// parseDecimal gives mantissa · 10^exponent, correctly rounded; text is what
// they come from.
func parseDecimal(text, mantissa string, exponent int) (float64, error) {
	x, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(exponent), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is too large", text)
	}
	if x == 0 {
		x = 0 // no negative zero
	}
	return x, nil
}

// FormatQuantity writes x with its unit in the fewest digits that
// ParseQuantity reads back as the same float64.
func FormatQuantity(x float64, unit Unit) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	// Plain digits up to 1e6 and down to 1e-4 are easier to read and type.
	if a := math.Abs(x); a >= 1e-4 && a < 1e9 {
		s = strconv.FormatFloat(x, 'f', -1, 64)
	}
	return s + string(unit)
}
