package sim

import (
	"fmt"
	"slices"
)

// StateSample is the value of one variable of one neuron at one time.
type StateSample struct {
	Step       int64
	Population int // index in the network's description
	Neuron     uint32
	Variable   int     // index in the list given to RecordStates
	Value      float64 // in the variable's unit
}

type stateMonitor struct {
	interval int64
	values   [][]float32 // by variable
	samples  []StateSample
	to       func([]StateSample) error
}

// RecordStates hands over variables of a population's neurons (all of it, if
// neurons is empty) every interval steps, and now: as they are at the beginning
// of that step. Neurons come in the order given, and of each the variables. The
// slice is valid during the call only. An error ends the run.
func (s *Simulation) RecordStates(interval int64, name string, variables []string, neurons []uint32, to func([]StateSample) error) error {
	if interval < 1 {
		return fmt.Errorf("states: interval of %d steps, want >= 1", interval)
	}
	index := slices.IndexFunc(s.populations, func(p *population) bool { return p.name == name })
	if index < 0 {
		return fmt.Errorf("states: no population %q", name)
	}
	if len(variables) == 0 {
		return fmt.Errorf("states: no variable of %s named, want at least one", name)
	}
	m := &stateMonitor{interval: interval, to: to}
	for _, variable := range variables {
		values, err := s.State(name, variable)
		if err != nil {
			return fmt.Errorf("states: %w", err)
		}
		m.values = append(m.values, values)
	}
	size := s.populations[index].size
	if len(neurons) == 0 {
		neurons = make([]uint32, size)
		for i := range neurons {
			neurons[i] = uint32(i)
		}
	}
	for _, n := range neurons {
		if int64(n) >= int64(size) {
			return fmt.Errorf("states: neuron %d of %s, want below its size %d", n, name, size)
		}
		for v := range variables {
			m.samples = append(m.samples, StateSample{Population: index, Neuron: n, Variable: v})
		}
	}
	if err := m.report(s.now); err != nil {
		return err
	}
	s.devices = append(s.devices, m)
	return nil
}

func (m *stateMonitor) due(after int64) int64      { return nextMultiple(after, m.interval) }
func (m *stateMonitor) collect(int64, int64) error { return nil }

func (m *stateMonitor) sample(at int64) error {
	if at%m.interval != 0 {
		return nil
	}
	return m.report(at)
}

func (m *stateMonitor) report(at int64) error {
	for i := range m.samples {
		sample := &m.samples[i]
		sample.Step = at
		sample.Value = float64(m.values[sample.Variable][sample.Neuron])
	}
	return m.to(m.samples)
}
