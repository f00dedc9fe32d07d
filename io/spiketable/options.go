package spiketable

import (
	"fmt"
	"math"
)

// Options chooses what of a file is read, and says what the file does not.
type Options struct {
	// Populations restricts the recording to these, in the order of the file; none
	// means all.
	Populations []string
	// Windows are the stretches of time in which spikes were recorded, ascending and
	// apart; none means that the file's manifest, FromS and UntilS say so.
	Windows []Span
	// FromS and UntilS cut the recorded time, in s, >= 0; 0 leaves it as it is. They
	// cannot be given together with Windows.
	FromS, UntilS float64
}

// Span is the time from FromS up to, but not including, UntilS, in s; 0 <= FromS
// < UntilS.
type Span struct{ FromS, UntilS float64 }

// InputError reports a file or an option that cannot be used as it is, on one
// line.
type InputError struct {
	// Path is the file, "" if an option alone is wrong.
	Path string
	// Reason says what is wrong and what would be right.
	Reason string
	// Unknown is the name that was not found among Known, if that is the problem.
	Unknown string
	Known   []string
	// Err is the error underneath, if there is one.
	Err error
}

// Error returns one line: the file and the reason.
func (e *InputError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Unwrap returns the error underneath, or nil.
func (e *InputError) Unwrap() error { return e.Err }

// inputf makes an InputError about a file.
func inputf(path, format string, args ...any) error {
	return &InputError{Path: path, Reason: fmt.Sprintf(format, args...)}
}

// validate returns the first option that is wrong, nil if none is.
func (o Options) validate() error {
	switch {
	case !(o.FromS >= 0) || math.IsInf(o.FromS, 1):
		return inputf("", "from: %v s, want 0 s or later", o.FromS)
	case !(o.UntilS >= 0) || math.IsInf(o.UntilS, 1):
		return inputf("", "until: %v s, want a time above 0 s", o.UntilS)
	case o.UntilS > 0 && o.UntilS <= o.FromS:
		return inputf("", "until: %v s, want it after from, %v s", o.UntilS, o.FromS)
	case len(o.Windows) > 0 && (o.FromS > 0 || o.UntilS > 0):
		return inputf("", "window: give windows, or from and until, not both")
	}
	for i, w := range o.Windows {
		if !(w.FromS >= 0) || !(w.UntilS > w.FromS) || math.IsInf(w.UntilS, 1) {
			return inputf("", "window: %v s to %v s, want 0 <= from < to", w.FromS, w.UntilS)
		}
		if i > 0 && w.FromS <= o.Windows[i-1].UntilS {
			return inputf("", "window: one begins at %v s, the one before ends at %v s; want them ascending and apart", w.FromS, o.Windows[i-1].UntilS)
		}
	}
	return nil
}
