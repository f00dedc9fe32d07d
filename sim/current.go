package sim

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/apical-sim/apical/internal/check"
	"github.com/apical-sim/apical/neuron"
)

// Waveform is the course of an injected current: Constant, Sine, Steps or Each.
type Waveform interface {
	// Validate returns what is out of range for a population of that size.
	Validate(size int) error
	// at returns the current of a neuron at a time (ms), pA: it depends on one
	// of the two at most.
	at(ms float64, neuron int) float64
	// changes tells whether at depends on time.
	changes() bool
}

// Constant is a steady current, pA.
type Constant float64

// Validate implements Waveform.
func (c Constant) Validate(int) error {
	var l check.List
	l.Finite("pa", float64(c))
	return l.Err()
}

func (c Constant) at(float64, int) float64 { return float64(c) }
func (c Constant) changes() bool           { return false }

// Sine is the current A sin(2π f (t−t0)), with t from the run's beginning.
type Sine struct {
	AmplitudePA float64
	FrequencyHz float64 // ≥ 0
	StartMS     float64 // t0
	FromMS      float64 // no current before this time
}

// Validate implements Waveform.
func (s Sine) Validate(int) error {
	var l check.List
	l.Finite("amplitude_pa", s.AmplitudePA)
	l.NotNegative("frequency_hz", s.FrequencyHz)
	l.Finite("start_ms", s.StartMS)
	l.Finite("from_ms", s.FromMS)
	return l.Err()
}

func (s Sine) at(ms float64, _ int) float64 {
	if ms < s.FromMS {
		return 0
	}
	return s.AmplitudePA * math.Sin(2*math.Pi*s.FrequencyHz*(ms-s.StartMS)/1000)
}
func (s Sine) changes() bool { return true }

// Steps is a current that takes each value from its time on; it is 0 before
// the first.
type Steps struct {
	TimesMS []float64 // ms, ascending
	PA      []float64 // as many
}

// Validate implements Waveform.
func (s Steps) Validate(int) error {
	var l check.List
	if len(s.TimesMS) != len(s.PA) {
		l.Addf("pa", "%d values for %d times, want as many", len(s.PA), len(s.TimesMS))
	}
	if !slices.IsSorted(s.TimesMS) {
		l.Addf("times_ms", "not ascending")
	}
	for i, v := range s.TimesMS {
		l.Finite(fmt.Sprintf("times_ms[%d]", i), v)
	}
	for i, v := range s.PA {
		l.Finite(fmt.Sprintf("pa[%d]", i), v)
	}
	return l.Err()
}

func (s Steps) at(ms float64, _ int) float64 {
	// The table is met to a millionth of a millisecond, since n·dt is inexact.
	next := sort.Search(len(s.TimesMS), func(i int) bool { return s.TimesMS[i] > ms+1e-6 })
	if next == 0 {
		return 0
	}
	return s.PA[next-1]
}
func (s Steps) changes() bool { return true }

// Each is a steady current of its own for each neuron, pA.
type Each []float64

// Validate implements Waveform.
func (e Each) Validate(size int) error {
	var l check.List
	if len(e) != size {
		l.Addf("pa", "%d values, want %d, one a neuron", len(e), size)
	}
	for i, v := range e {
		if v-v != 0 {
			l.Addf(fmt.Sprintf("pa[%d]", i), "%v, want a finite number", v)
			break
		}
	}
	return l.Err()
}

func (e Each) at(_ float64, neuron int) float64 { return e[neuron] }
func (e Each) changes() bool                    { return false }

// injection is all that is injected into one compartment.
type injection struct {
	compartment neuron.Compartment
	currents    []*Current
	base        []float32 // what does not change, mV per step; padded
	varying     bool
}

// settle recomputes what does not change with time. Sums run in the order of
// the description.
func (j *injection) settle(size int) {
	total := make([]float64, size)
	j.varying = false
	for _, c := range j.currents {
		if c.Waveform.changes() {
			j.varying = true
			continue
		}
		for i := range total {
			total[i] += c.Waveform.at(0, i)
		}
	}
	for i, v := range total {
		j.base[i] = float32(v * j.compartment.PerPicoampere)
		j.compartment.Inject[i] = j.base[i]
	}
}

// set writes what is injected in the step that begins at ms into [lo, hi).
func (j *injection) set(ms float64, lo, hi int) {
	now := 0.0
	for _, c := range j.currents {
		if c.Waveform.changes() {
			now += c.Waveform.at(ms, 0)
		}
	}
	add := float32(now * j.compartment.PerPicoampere)
	inject := j.compartment.Inject[lo:hi]
	for i, b := range j.base[lo:hi] {
		inject[i] = b + add
	}
}
