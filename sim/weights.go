package sim

import (
	"fmt"
	"math"
)

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
	if err := m.report(s.now); err != nil {
		return err
	}
	s.devices = append(s.devices, m)
	return nil
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
		m.sim.projections[m.watched[i].Projection].summarise(&m.watched[i], at)
	}
	return m.to(m.watched)
}

// summarise computes the statistics over the weights in the order of Weights, so
// that the sums do not depend on the number of workers. While the projection
// has not been plastic since the last summary, that one still holds.
func (p *projection) summarise(s *WeightSummary, at int64) {
	last := p.changed
	if p.plastic {
		last = at
	}
	if s.Step >= last {
		s.Step = at
		return
	}
	*s = WeightSummary{
		Projection: s.Projection, Step: at,
		Mean: math.NaN(), SD: math.NaN(), Min: math.NaN(), Max: math.NaN(),
	}
	// Sums are of differences from the first weight, so that the SD of equal
	// weights is 0 and that of nearly equal ones keeps its digits.
	var first, sum, squares float64
	for source := range p.from.size {
		for _, k := range p.groups {
			from, to := k.block.Row(uint32(source), k.group)
			if from < to && s.Synapses == 0 {
				first = float64(k.block.Weight(from))
				s.Min, s.Max = first, first
			}
			for _, w := range k.block.Weights()[from:to] {
				v := float64(w)
				d := v - first
				sum += d
				squares += d * d
				s.Min, s.Max = min(s.Min, v), max(s.Max, v)
			}
			s.Synapses += int64(to - from)
		}
	}
	if n := float64(s.Synapses); n > 0 {
		s.Mean = first + sum/n
		s.SD = math.Sqrt(max(0, squares/n-sum/n*(sum/n)))
	}
}

// Weights appends every weight of a plastic or static projection to into:
// sources ascend, of one source the delays, and of one delay the targets.
func (s *Simulation) Weights(name string, into []float64) ([]float64, error) {
	p, err := s.projection(name)
	if err != nil {
		return nil, err
	}
	for source := range p.from.size {
		for _, k := range p.groups {
			from, to := k.block.Row(uint32(source), k.group)
			for slot := from; slot < to; slot++ {
				into = append(into, float64(k.block.Weight(slot)))
			}
		}
	}
	return into, nil
}

// Synapses returns how many synapses a projection has.
func (s *Simulation) Synapses(name string) (int64, error) {
	p, err := s.projection(name)
	if err != nil {
		return 0, err
	}
	var n int64
	for _, b := range p.blocks {
		n += int64(b.Count())
	}
	return n, nil
}
