package spiketable

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/analysis"
)

const (
	maxStepsPerSecond = 1e9
	defaultMaxSorted  = 1 << 27
)

// Options chooses what of a file is read, and says what the file does not.
type Options struct {
	// Populations restricts the recording to these, in the order of the file; none
	// means all.
	Populations []string
	// Windows are the stretches of time in which spikes were recorded, ascending and
	// apart; none means that the file's manifest, FromS and UntilS say so.
	Windows []Span
	// Where nothing says when a file of others was recorded, that is from 0 s to the
	// last spike. It is refused if the first spike is later than 1 s and further from
	// 0 than from the last, as times of a clock that runs since long are; FromS says
	// when recording began.
	//
	// FromS and UntilS cut the recorded time, in s, >= 0; 0 leaves it as it is. They
	// cannot be given together with Windows.
	FromS, UntilS float64

	// The rest is for files that apical did not write; those that it did say all of
	// this themselves.

	// The columns that hold the times, the neurons and, if there is one, the
	// populations: a name, or, where none has that name, a place from 1. "" guesses
	// them from their names. Neurons and populations are integers or names.
	TimeColumn, NeuronColumn, PopulationColumn string
	// Unit is what the times count; "" guesses, from what the file says of the
	// column or from its name, or else takes seconds.
	Unit Unit
	// StepsPerSecond is 1/dt, 0 to 1e9; 0 means what the file says, or 10000 (0.1
	// ms). Times are rounded to steps.
	StepsPerSecond int64
	// Sizes are the numbers of neurons of populations, silent ones included. Names
	// that are not in the file are populations that were silent. A single one
	// without a name is that of a file without a column of populations. All
	// together are at most MaxNeurons.
	Sizes []analysis.Population
	// MaxSorted is the number of spikes up to which a file that is not in the order
	// of time is sorted in memory, 16 bytes each; 0 means 134 217 728 (2 GiB).
	MaxSorted int
}

// MaxNeurons is how many neurons the populations of a recording may have together.
// Analyses keep up to some 160 bytes of each, whether it spikes or not.
const MaxNeurons = 1 << 24

// tooMany is an error about path if populations have more neurons than MaxNeurons.
func tooMany(path string, populations []analysis.Population) error {
	n := uint64(0)
	for _, p := range populations {
		n += uint64(p.Size)
	}
	if n > MaxNeurons {
		return inputf(path, "%d neurons, want at most %d in all; leave out populations (--population), or correct --neurons", n, MaxNeurons)
	}
	return nil
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
	if o.Unit != "" && !slices.Contains(Units(), string(o.Unit)) {
		return &InputError{Reason: fmt.Sprintf("unit: %q, want one of %s", o.Unit, list(Units())), Unknown: string(o.Unit), Known: Units()}
	}
	if o.StepsPerSecond < 0 || o.StepsPerSecond > maxStepsPerSecond {
		return inputf("", "steps per second: %d, want 1 to %d", o.StepsPerSecond, int64(maxStepsPerSecond))
	}
	for i, p := range o.Sizes {
		switch {
		case p.Size < 1 || p.Size > MaxNeurons:
			return inputf("", "neurons: %d of population %q, want 1 to %d", p.Size, p.Name, MaxNeurons)
		case p.Name == "" && len(o.Sizes) > 1:
			return inputf("", "neurons: a number without a name stands alone, for a file without populations; want NAME=SIZE")
		case slices.ContainsFunc(o.Sizes[:i], func(q analysis.Population) bool { return q.Name == p.Name }):
			return inputf("", "neurons: two sizes of population %q", p.Name)
		}
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

// ofFile names the first option that only files of others take, "" if none is
// given.
func (o Options) ofFile() string {
	switch {
	case o.TimeColumn != "":
		return "time-column"
	case o.NeuronColumn != "":
		return "neuron-column"
	case o.PopulationColumn != "":
		return "population-column"
	case o.Unit != "":
		return "unit"
	case len(o.Sizes) > 0:
		return "neurons"
	}
	return ""
}
