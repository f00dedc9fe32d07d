// Package check collects what is wrong with a description, all of it, each
// with the field's name and what would be right.
package check

import (
	"errors"
	"fmt"
	"math"
)

// List gathers problems. The zero List is empty and ready to use.
type List struct{ problems []error }

// Addf notes a problem of a field: "field: what is wrong".
func (l *List) Addf(field, format string, args ...any) {
	l.problems = append(l.problems, fmt.Errorf("%s: "+format, append([]any{field}, args...)...))
}

// Merge adds the problems of a part under the part's path. err may be nil, one
// problem, or what Err returned for the part.
func (l *List) Merge(path string, err error) {
	if err == nil {
		return
	}
	// Not errors.As, which would look inside a single problem and lose its text.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			l.problems = append(l.problems, fmt.Errorf("%s.%w", path, e))
		}
		return
	}
	l.problems = append(l.problems, fmt.Errorf("%s.%w", path, err))
}

// Err returns all problems joined, or nil.
func (l *List) Err() error { return errors.Join(l.problems...) }

// Finite wants a number that is neither NaN nor infinite.
func (l *List) Finite(field string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		l.Addf(field, "%v, want a finite number", v)
	}
}

// Positive wants a finite number > 0.
func (l *List) Positive(field string, v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		l.Addf(field, "%v, want > 0", v)
	}
}

// NotNegative wants a finite number ≥ 0.
func (l *List) NotNegative(field string, v float64) {
	if !(v >= 0) || math.IsInf(v, 0) {
		l.Addf(field, "%v, want >= 0", v)
	}
}

// Within wants lo ≤ v ≤ hi.
func (l *List) Within(field string, v, lo, hi float64) {
	if !(v >= lo && v <= hi) {
		l.Addf(field, "%v, want %v to %v", v, lo, hi)
	}
}
