package sim

import (
	"fmt"
	"math"
	"slices"
)

// device watches a run. collect sees all steps in order, some at a time, while
// workers may already be further: it may read what was emitted, not the
// network's state. sample is called with the network at rest, at least at each
// step that due announced. due depends on nothing that a run changes: all
// workers ask for it.
type device interface {
	due(after int64) int64 // the next step > after at which sample is wanted
	collect(from, to int64) error
	sample(at int64) error
}

// never is the due step of a device that needs no sample.
const never = math.MaxInt64

// nextMultiple returns the first multiple of interval after a step.
func nextMultiple(after, interval int64) int64 { return (after/interval + 1) * interval }

// SpikeRecorder takes spikes as they come: steps never decrease; within a step
// populations ascend, and within these neurons. neurons is valid during the
// call only. An error ends the run.
type SpikeRecorder interface {
	Record(step int64, population int, neurons []uint32) error
}

// SpikeRecording is the handle of a recording.
type SpikeRecording struct {
	sim         *Simulation
	to          SpikeRecorder
	populations []int
	on          bool
}

// RecordSpikes hands the spikes of the named populations (all, if none is
// named) to a recorder, from now on. The population index is the one in the
// network's description.
func (s *Simulation) RecordSpikes(to SpikeRecorder, names ...string) (*SpikeRecording, error) {
	r := &SpikeRecording{sim: s, to: to, on: true}
	if err := r.Select(names...); err != nil {
		return nil, err
	}
	s.devices = append(s.devices, r)
	return r, nil
}

// Select changes which populations are recorded, between runs; none named means
// all. A wrong name changes nothing.
func (r *SpikeRecording) Select(names ...string) error {
	for _, name := range names {
		if r.sim.population(name) == nil {
			return fmt.Errorf("record: no population %q", name)
		}
	}
	r.populations = r.populations[:0]
	for i, p := range r.sim.populations {
		if len(names) == 0 || slices.Contains(names, p.name) {
			r.populations = append(r.populations, i)
		}
	}
	return nil
}

// Set switches the recording on or off, between runs.
func (r *SpikeRecording) Set(on bool) { r.on = on }

func (r *SpikeRecording) due(int64) int64    { return never }
func (r *SpikeRecording) sample(int64) error { return nil }

func (r *SpikeRecording) collect(from, to int64) error {
	if !r.on {
		return nil
	}
	for n := from; n < to; n++ {
		if r.sim.silent(n) {
			continue
		}
		for _, i := range r.populations {
			p := r.sim.populations[i]
			for w := range p.trains {
				at := p.trains[w].emitted(n)
				if at == nil {
					continue
				}
				if err := r.to.Record(n, i, at.signals[0]); err != nil {
					return fmt.Errorf("recording spikes: %w", err)
				}
			}
		}
	}
	return nil
}

// RateBin is what a population emitted in one bin.
type RateBin struct {
	Population             int   // index in the network's description
	From, To               int64 // steps; To is not included
	Neurons                int
	Spikes, Events, Bursts int64
}

// EventRateHz returns the events per neuron and second.
func (b RateBin) EventRateHz(stepsPerSecond int64) float64 { return b.hz(b.Events, stepsPerSecond) }

// BurstFraction returns the bursts per event, NaN without events.
func (b RateBin) BurstFraction() float64 { return float64(b.Bursts) / float64(b.Events) }

func (b RateBin) hz(count, stepsPerSecond int64) float64 {
	return float64(count) * float64(stepsPerSecond) / (float64(b.To-b.From) * float64(b.Neurons))
}

type rateMonitor struct {
	sim      *Simulation
	interval int64
	bins     []RateBin
	to       func([]RateBin) error
}

// RecordRates counts spikes, events and bursts of all populations and hands
// them over whenever the step count is a multiple of interval: a first bin that
// begins in between is shorter, and one that no run completes is not handed
// over. The slice is valid during the call only. Events and
// bursts are those of each population's Detector.
func (s *Simulation) RecordRates(interval int64, to func([]RateBin) error) error {
	if interval < 1 {
		return fmt.Errorf("rates: bin of %d steps, want >= 1", interval)
	}
	m := &rateMonitor{sim: s, interval: interval, to: to, bins: make([]RateBin, len(s.populations))}
	m.reset(s.now)
	s.devices = append(s.devices, m)
	return nil
}

func (m *rateMonitor) reset(at int64) {
	for i, p := range m.sim.populations {
		m.bins[i] = RateBin{Population: i, From: at, To: at, Neurons: p.size}
	}
}

func (m *rateMonitor) due(after int64) int64 { return nextMultiple(after, m.interval) }

func (m *rateMonitor) collect(from, to int64) error {
	for i := range m.bins {
		m.bins[i].To = to
	}
	for n := from; n < to; n++ {
		if m.sim.silent(n) {
			continue
		}
		for i, p := range m.sim.populations {
			b := &m.bins[i]
			for w := range p.trains {
				at := p.trains[w].emitted(n)
				if at == nil {
					continue
				}
				b.Spikes += int64(len(at.signals[0]))
				b.Events += int64(len(at.signals[signal(Events, recordingDetector)]))
				b.Bursts += int64(len(at.signals[signal(Bursts, recordingDetector)]))
			}
		}
	}
	return nil
}

func (m *rateMonitor) sample(at int64) error {
	if at%m.interval != 0 {
		return nil
	}
	err := m.to(m.bins)
	m.reset(at)
	return err
}
