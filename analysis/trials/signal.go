package trials

import (
	"math"

	"github.com/apical-sim/apical/analysis"
)

// Signal is one of the four curves that a spike train is demultiplexed into.
type Signal uint8

// The signals, named as in files.
const (
	// EventRate is events per neuron and second: E/(N·T), Hz.
	EventRate Signal = iota
	// BurstRate is bursts per neuron and second: B/(N·T), Hz.
	BurstRate
	// BurstFraction is bursts per event: B/E of sums, from 0 to 1; it has no value
	// without events.
	BurstFraction
	// FiringRate is spikes per neuron and second: S/(N·T), Hz.
	FiringRate
)

// String returns the name in files.
func (s Signal) String() string { return SignalNames()[s] }

// SignalNames are the names of all signals, in the order of their values.
func SignalNames() []string {
	return []string{"event_rate_hz", "burst_rate_hz", "burst_fraction", "firing_rate_hz"}
}

// signals is their number.
const signals = 4

// ratio returns a signal of counts as a numerator and a denominator. neurons is
// how many neurons were observed, added over trials; a rate per bin is made one
// per second by whoever divides. A burst counts where its event does, so that a
// burst fraction is at most 1.
func ratio(c analysis.Counts, s Signal, neurons int64) (numerator, denominator int64) {
	switch s {
	case EventRate:
		return c.Events, neurons
	case BurstRate:
		return c.Bursts, neurons
	case BurstFraction:
		return c.ClassifiedBursts, c.Classified
	}
	return c.Spikes, neurons
}

// Value returns a signal of what was counted in neuronSeconds: neurons times
// trials times s of each. It is NaN where the signal has no value.
func (s Signal) Value(c analysis.Counts, neuronSeconds float64) float64 {
	n, d := ratio(c, s, 1)
	if s != BurstFraction {
		return quotient(float64(n), neuronSeconds)
	}
	return quotient(float64(n), float64(d))
}

// quotient is NaN where there is nothing to divide by.
func quotient(n, d float64) float64 {
	if d == 0 {
		return math.NaN()
	}
	return n / d
}
