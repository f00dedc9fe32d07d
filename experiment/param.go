package experiment

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a parameter's value.
type Kind int

// The kinds of parameters, and the Go type of their Default.
const (
	Number   Kind = iota // float64 (an int constant is taken too)
	Integer              // int
	Choice               // string, one of Param.Choices
	Bool                 // bool
	List                 // []float64
	Optional             // float64, or nil for the word Param.Empty
	Words                // []string, each one of Param.Choices
	Text                 // string, not empty
)

// String names the kind as describe prints it.
func (k Kind) String() string {
	switch k {
	case Number:
		return "number"
	case Integer:
		return "integer"
	case Choice:
		return "choice"
	case Bool:
		return "bool"
	case List:
		return "list"
	case Optional:
		return "number or word"
	case Words:
		return "words"
	case Text:
		return "text"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Param is one value of an experiment that can be set.
type Param struct {
	// Key is what --set calls it: lower case letters, digits and '_',
	// starting with a letter.
	Key  string
	Kind Kind
	// Unit is the unit of Default, Min and Max and of Values.Float, Number and Floats;
	// only a Number, an Optional and a List have one. "" is dimensionless.
	Unit Unit
	// Default has the type that Kind names and lies in the range.
	Default any
	// Min and Max bound a Number, an Integer, an Optional or each number of a List, both
	// included unless OpenMin or OpenMax says otherwise. Min < Max; infinities
	// stand for no bound.
	Min, Max         float64
	OpenMin, OpenMax bool
	// Choices are the words that a Choice, and each of Words, may be.
	Choices []string
	// Empty is the word for an empty List or for no Optional, such as "published"
	// where it stands for what the publication has; "" if there must be a number.
	Empty string
	// Flag makes the value a flag of its own beside --set: --key value.
	Flag bool
	// Grows lets a run that is continued have a larger value than before, as the
	// number of epochs may; all others have to be as they were.
	Grows bool
	// Doc is one line without a full stop.
	Doc string
}

// NumberWithin declares a Number and the bounds that it may reach.
func NumberWithin(key string, unit Unit, value, low, high float64, doc string) Param {
	return Param{Key: key, Kind: Number, Unit: unit, Default: value, Min: low, Max: high, Doc: doc}
}

// NumberAboveZero declares a Number above 0 and the upper bound that it may reach.
func NumberAboveZero(key string, unit Unit, value, high float64, doc string) Param {
	return Param{Key: key, Kind: Number, Unit: unit, Default: value, Min: 0, OpenMin: true, Max: high, Doc: doc}
}

var keyRule = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// validate adds the mistakes in the declaration.
func (q *Param) validate(p *problems) {
	bad := func(format string, args ...any) {
		p.addf("params.%s: %s", q.Key, fmt.Sprintf(format, args...))
	}
	if !keyRule.MatchString(q.Key) {
		bad("malformed key")
	}
	if q.Doc == "" || strings.ContainsAny(q.Doc, "\n\r") {
		bad("doc must be one line")
	}
	if q.Kind < Number || q.Kind > Text {
		bad("unknown kind %d", int(q.Kind))
		return
	}
	if q.Unit != "" {
		if _, ok := q.Unit.scale(); !ok || !q.numbers() || q.Kind == Integer {
			bad("unit %q does not fit", q.Unit)
		}
	}
	if q.numbers() && !(q.Min < q.Max) {
		bad("range %v to %v, want min < max", q.Min, q.Max)
	}
	if (q.Kind == Choice || q.Kind == Words) && len(q.Choices) == 0 {
		bad("no choices")
	}
	if q.Kind == Optional && q.Empty == "" {
		bad("no word for no number")
	}
	if q.Grows && q.Kind != Integer {
		bad("grows, want an integer")
	}
	v, err := q.defaultValue()
	if err == nil {
		err = q.check(v)
	}
	if err != nil {
		bad("default: %v", err)
	}
}

// numbers tells whether values are, or hold, numbers.
func (q *Param) numbers() bool {
	return q.Kind == Number || q.Kind == Integer || q.Kind == List || q.Kind == Optional
}

// defaultValue gives Default as the Go type of the kind.
func (q *Param) defaultValue() (any, error) {
	switch d := q.Default.(type) {
	case float64:
		if q.Kind == Number || q.Kind == Optional {
			return d, nil
		}
	case int:
		if q.Kind == Number || q.Kind == Optional {
			return float64(d), nil
		}
		if q.Kind == Integer {
			return d, nil
		}
	case string:
		if q.Kind == Choice || q.Kind == Text {
			return d, nil
		}
	case nil:
		if q.Kind == Optional {
			return nil, nil
		}
	case []string:
		if q.Kind == Words {
			return slices.Clone(d), nil
		}
	case bool:
		if q.Kind == Bool {
			return d, nil
		}
	case []float64:
		if q.Kind == List {
			return append([]float64{}, d...), nil
		}
	}
	return nil, fmt.Errorf("%v (%T) is not a %s", q.Default, q.Default, q.Kind)
}

// Parse reads a value as the command line writes it and checks its range. The
// result has the type that the kind names. The error does not name the key.
func (q *Param) Parse(text string) (any, error) {
	var v any
	var err error
	switch q.Kind {
	case Number:
		v, err = ParseQuantity(text, q.Unit)
	case Optional:
		if strings.TrimSpace(text) == q.Empty {
			return nil, nil
		}
		if v, err = ParseQuantity(text, q.Unit); err != nil {
			err = fmt.Errorf("%w, or %s", err, q.Empty)
		}
	case Integer:
		if v, err = parseInteger(text); err != nil {
			err = fmt.Errorf("%w, want a whole number, %s", err, q.Range())
		}
	case Choice, Text:
		v = strings.TrimSpace(text)
	case Words:
		v = q.parseWords(text)
	case Bool:
		v, err = parseBool(text)
	case List:
		v, err = q.parseList(text)
	}
	if err != nil {
		return nil, err
	}
	return v, q.check(v)
}

// parseInteger reads digits, or a number whose exponent makes it whole: 2e3.
func parseInteger(text string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is too large", text)
	case strings.TrimSpace(text) == "":
		return 0, errors.New("is empty")
	}
	x, err := ParseQuantity(text, "")
	if err != nil || x != math.Trunc(x) {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	if math.Abs(x) >= min(1<<53, math.MaxInt) { // beyond, float64 skips whole numbers
		return 0, fmt.Errorf("%s is too large", text)
	}
	return int(x), nil
}

func parseBool(text string) (bool, error) {
	switch strings.TrimSpace(text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q, want true or false", text)
}

// check reports a value outside the range or the choices.
func (q *Param) check(v any) error {
	switch v := v.(type) {
	case float64:
		return q.checkRange(v)
	case int:
		return q.checkRange(float64(v))
	case []float64:
		return q.checkList(v)
	case []string:
		return q.checkWords(v)
	case string:
		if q.Kind == Text {
			return checkText(v)
		}
		return q.checkWord(v)
	}
	return nil
}

func (q *Param) checkRange(x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("%v is not a finite number", x)
	}
	if x < q.Min || x > q.Max || (q.OpenMin && x == q.Min) || (q.OpenMax && x == q.Max) {
		return fmt.Errorf("%s is out of range, want %s", q.formatNumber(x), q.bounds())
	}
	return nil
}

// formatNumber writes a number of the parameter, or a bound.
func (q *Param) formatNumber(x float64) string {
	if q.Kind == Integer {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return FormatQuantity(x, q.Unit)
}

// Range writes the legal values for people: "0.1s to 100s", "> 0s",
// "fixed, random", "numbers 0 to 1, or published".
func (q *Param) Range() string {
	switch q.Kind {
	case List:
		text := "numbers " + q.bounds()
		if q.Empty != "" {
			text += ", or " + q.Empty
		}
		return text
	case Optional:
		return q.bounds() + ", or " + q.Empty
	case Choice:
		return strings.Join(q.Choices, ", ")
	case Words:
		return "any of " + strings.Join(q.Choices, ", ")
	case Text:
		return "text"
	case Bool:
		return "true, false"
	}
	return q.bounds()
}

// bounds writes Min and Max for people.
func (q *Param) bounds() string {
	lo, hi := q.formatNumber(q.Min), q.formatNumber(q.Max)
	noLo, noHi := math.IsInf(q.Min, 0), math.IsInf(q.Max, 0)
	atLeast, atMost := ">= ", "<= "
	if q.OpenMin {
		atLeast = "> "
	}
	if q.OpenMax {
		atMost = "< "
	}
	switch {
	case noLo && noHi:
		return "any finite number"
	case noHi:
		return atLeast + lo
	case noLo:
		return atMost + hi
	case q.OpenMin || q.OpenMax:
		return atLeast + lo + " and " + atMost + hi
	}
	return lo + " to " + hi
}

// Format writes a value of this parameter as Parse reads it.
func (q *Param) Format(v any) string {
	switch v := v.(type) {
	case float64:
		return FormatQuantity(v, q.Unit)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	case []float64:
		return q.formatList(v)
	case []string:
		return strings.Join(v, ",")
	case nil:
		return q.Empty
	}
	panic(fmt.Sprintf("experiment: %s: value of type %T", q.Key, v))
}

// DefaultText is the default as Parse reads it. It panics on a declaration
// that Validate refuses.
func (q *Param) DefaultText() string {
	v, err := q.defaultValue()
	if err != nil {
		panic(fmt.Sprintf("experiment: %s: default: %v", q.Key, err))
	}
	return q.Format(v)
}
