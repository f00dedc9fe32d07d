package analysis

import (
	"fmt"
	"math"
)

// Recording says what was recorded, and for how long: what a list of spikes
// alone cannot tell.
type Recording struct {
	// StepsPerSecond is 1/dt, > 0.
	StepsPerSecond int64
	// Windows are the stretches of time in which spikes were recorded, ascending
	// and apart from each other, at least one. Outside them it is unknown whether
	// there were spikes: their edges censor events, and no rate is defined there.
	Windows []Window
	// Populations has at least one entry. Neurons that never spiked are part of it.
	Populations []Population
}

// Window is a stretch of time, [From, To) in steps.
type Window struct{ From, To int64 }

// Steps is the length of the window.
func (w Window) Steps() int64 { return w.To - w.From }

// Population is a named group of neurons, numbered from 0.
type Population struct {
	Name string
	Size int // neurons, >= 1
}

// Seconds converts a step to s.
func (r Recording) Seconds(step int64) float64 { return float64(step) / float64(r.StepsPerSecond) }

// Steps converts a time in s to the nearest step; halves go away from 0.
func (r Recording) Steps(seconds float64) int64 {
	return int64(math.Round(seconds * float64(r.StepsPerSecond)))
}

// Recorded is the recorded time in steps.
func (r Recording) Recorded() int64 {
	var n int64
	for _, w := range r.Windows {
		n += w.Steps()
	}
	return n
}

// Validate returns the first thing that is wrong with r, nil if nothing is.
func (r Recording) Validate() error {
	switch {
	case r.StepsPerSecond < 1:
		return fmt.Errorf("steps per second: %d, want > 0", r.StepsPerSecond)
	case len(r.Windows) == 0:
		return fmt.Errorf("windows: none, want the recorded time")
	case len(r.Populations) == 0:
		return fmt.Errorf("populations: none, want at least one")
	case len(r.Populations) > math.MaxInt16:
		return fmt.Errorf("populations: %d, want at most %d", len(r.Populations), math.MaxInt16)
	}
	for i, w := range r.Windows {
		switch {
		case w.From < 0 || w.To <= w.From:
			return fmt.Errorf("windows: from step %d to %d, want 0 <= from < to", w.From, w.To)
		case i > 0 && w.From <= r.Windows[i-1].To:
			return fmt.Errorf("windows: one begins at step %d, the one before ends at %d; want them ascending and apart", w.From, r.Windows[i-1].To)
		}
	}
	names := make(map[string]bool, len(r.Populations))
	for _, p := range r.Populations {
		if p.Size < 1 || uint64(p.Size) > math.MaxUint32 {
			return fmt.Errorf("populations: %q has %d neurons, want 1 to %d", p.Name, p.Size, uint32(math.MaxUint32))
		}
		if names[p.Name] {
			return fmt.Errorf("populations: two are named %q", p.Name)
		}
		names[p.Name] = true
	}
	return nil
}

// Batch holds spikes: slices of equal length, ascending by step, populations
// (indices into Recording.Populations) and neurons within them in any order
// among spikes of one step.
type Batch struct {
	Steps       []int64
	Neurons     []uint32
	Populations []int16
}

// Source gives the spikes of a recording:
//
//	for s.Next() {
//		batch := s.Batch()
//	}
//	if err := s.Err(); err != nil {
//
// Every spike lies in a window and belongs to a neuron of the recording; steps do
// not decrease, and no neuron has two spikes in a step.
type Source interface {
	Recording() Recording
	// Next loads a batch, or returns false at the end and at an error.
	Next() bool
	// Batch is valid until the next call of Next and must not be changed.
	Batch() Batch
	Err() error
}
