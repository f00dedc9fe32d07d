package analysis

// Class says what an event is known to be.
type Class uint8

// The classes of events, named as in files.
const (
	// Singlet is an event that no second spike follows within the threshold.
	Singlet Class = iota
	// Burst is an event of two or more spikes, counted once.
	Burst
	// LeftCensored is a spike, with those chained to it, whose past is not recorded
	// for as long as the threshold: it may continue a burst.
	LeftCensored
	// RightCensored is an event of one spike whose future is not recorded for as
	// long as the threshold: it may be the first of a burst.
	RightCensored
	// SilenceCensored is an event for certain, with those chained to it, whose past
	// is not recorded for as long as the silence that a burst needs.
	SilenceCensored
)

// String returns the name in files.
func (c Class) String() string {
	return [...]string{"singlet", "burst", "left_censored", "right_censored", "silence_censored"}[c]
}

// Classes are the names of all classes, in the order of their values.
func Classes() []string {
	return []string{"singlet", "burst", "left_censored", "right_censored", "silence_censored"}
}

// End says what ended an event: whether its last spike is known.
type End uint8

// The ends of events, named as in files.
const (
	// Silence of more than the threshold: the event is known to its end.
	Silence End = iota
	// WindowEnd: the recording ends within the threshold after the last spike
	// known, and there may have been more.
	WindowEnd
	// Capped: the event lasts longer than a detector follows it; there are more
	// spikes, which are of no event.
	Capped
)

// String returns the name in files.
func (e End) String() string { return [...]string{"silence", "window_end", "capped"}[e] }

// Ends are the names of all ends, in the order of their values.
func Ends() []string { return []string{"silence", "window_end", "capped"} }

// Event is a spike with no other of its neuron within the threshold before, and
// those that follow it, each within the threshold of the one before. If End is
// not [Silence], Last and Spikes are the least that they can be.
type Event struct {
	Step       int64 // of its first spike
	Second     int64 // step of its second spike, -1 if it has none
	Last       int64 // step of its last spike
	Neuron     uint32
	Population int16
	Class      Class
	End        End
	Spikes     int32 // >= 1
	// Followed says that the recording goes on for at least the threshold after
	// the first spike, so that a second spike could not have been missed. Near the
	// end of a window bursts are recognized and singlets are not: a burst fraction
	// of all events whose class is known would be too large there, and that of the
	// events followed is not.
	Followed bool
}

// Classified reports whether the event counts in a burst fraction: its past is
// recorded, and it was followed.
func (e Event) Classified() bool {
	return e.Followed && e.Class != LeftCensored && e.Class != SilenceCensored
}

// Criterion tells events and bursts apart. Intervals are in steps.
type Criterion struct {
	// ISI is the longest interval between two spikes of one burst, inclusive, > 0.
	ISI int64
	// PreSilence is the silence that has to precede the first spike of a burst, >= 0;
	// 0 or anything up to ISI asks for no more than what makes it an event. An event
	// that follows a shorter silence stays an event, but is a singlet however many
	// spikes it has.
	PreSilence int64
}
