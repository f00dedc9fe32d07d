package sim

import (
	"fmt"
	"math"
	"slices"

	"github.com/apical-sim/apical/synapse"
)

// device watches a run. collect sees every slice in order, while other workers
// may already be in the next one: it may read what was emitted, not the
// network's state. sample is called with the network at rest, at least at each
// step that due announced.
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

// Select changes which populations are recorded; none named means all.
func (r *SpikeRecording) Select(names ...string) error {
	r.populations = r.populations[:0]
	for i, p := range r.sim.populations {
		if len(names) == 0 || slices.Contains(names, p.name) {
			r.populations = append(r.populations, i)
		}
	}
	for _, name := range names {
		if r.sim.population(name) == nil {
			return fmt.Errorf("record: no population %q", name)
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
		for _, i := range r.populations {
			p := r.sim.populations[i]
			for w := range p.trains {
				list := p.trains[w].at(n).signals[0]
				if len(list) == 0 {
					continue
				}
				if err := r.to.Record(n, i, list); err != nil {
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
// them over at the end of each bin of interval steps (the run's step count is
// a multiple of it); the slice is valid during the call only. Events and
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
	for i, p := range m.sim.populations {
		b := &m.bins[i]
		b.To = to
		for w := range p.trains {
			for n := from; n < to; n++ {
				at := p.trains[w].at(n)
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

// WeightSummary describes the weights of one projection at one time.
type WeightSummary struct {
	Projection         int // index in the network's description
	Step               int64
	Synapses           int64
	Mean, SD, Min, Max float64 // as the receptor takes weights
}

type weightMonitor struct {
	sim      *Simulation
	interval int64
	watched  []WeightSummary
	to       func([]WeightSummary) error
}

// RecordWeights summarises the weights of all plastic projections every
// interval steps, and now.
func (s *Simulation) RecordWeights(interval int64, to func([]WeightSummary) error) error {
	if interval < 1 {
		return fmt.Errorf("weights: interval of %d steps, want >= 1", interval)
	}
	m := &weightMonitor{sim: s, interval: interval, to: to}
	for i, p := range s.projections {
		if p.rules != nil {
			m.watched = append(m.watched, WeightSummary{Projection: i, Step: -1})
		}
	}
	s.devices = append(s.devices, m)
	return m.report(s.now)
}

func (m *weightMonitor) due(after int64) int64        { return nextMultiple(after, m.interval) }
func (m *weightMonitor) collect(from, to int64) error { return nil }

func (m *weightMonitor) sample(at int64) error {
	if at%m.interval != 0 {
		return nil
	}
	return m.report(at)
}

func (m *weightMonitor) report(at int64) error {
	for i := range m.watched {
		m.sim.projections[m.watched[i].Projection].summarise(&m.watched[i])
		m.watched[i].Step = at
	}
	return m.to(m.watched)
}

// summarise computes the statistics, source by source and worker by worker, so
// that the sums do not depend on the number of workers. While the projection
// has not been plastic since the last summary, that one still holds.
func (p *projection) summarise(s *WeightSummary) {
	if s.Step >= 0 && !p.touched {
		return
	}
	p.touched = p.plastic
	var n int64
	var sum, squares float64
	low, high := math.Inf(1), math.Inf(-1)
	for source := range p.from.size {
		for _, b := range p.blocks {
			for g := range b.Delays {
				from, to := b.Row(uint32(source), g)
				for _, w := range b.Weights()[from:to] {
					v := float64(w)
					sum += v
					squares += v * v
					low, high = min(low, v), max(high, v)
				}
				n += int64(to - from)
			}
		}
	}
	*s = WeightSummary{Projection: s.Projection, Synapses: n, Mean: math.NaN(), SD: math.NaN(), Min: math.NaN(), Max: math.NaN()}
	if n > 0 {
		s.Mean, s.Min, s.Max = sum/float64(n), low, high
		s.SD = math.Sqrt(max(0, squares/float64(n)-s.Mean*s.Mean))
	}
}

// Weights appends every weight of a plastic or static projection to into,
// source by source, targets ascending.
func (s *Simulation) Weights(name string, into []float64) ([]float64, error) {
	p, err := s.projection(name)
	if err != nil {
		return nil, err
	}
	for source := range p.from.size {
		for _, b := range p.blocks {
			into = appendWeights(into, b, uint32(source))
		}
	}
	return into, nil
}

func appendWeights(into []float64, b *synapse.Block, source uint32) []float64 {
	for g := range b.Delays {
		from, to := b.Row(source, g)
		for slot := from; slot < to; slot++ {
			into = append(into, float64(b.Weight(slot)))
		}
	}
	return into
}
