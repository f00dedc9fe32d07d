package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// naive is the plainest simulator of LIFCurrent cells: dense matrices of
// weights and delays, a loop over all pairs in every step, the whole history of
// spikes. It follows the documentation of LIFCurrent and of package sim alone,
// in float32, with sums in the promised order: projections, delays, then sources ascending.
type naive struct {
	cells    int
	p        neuron.LIFCurrent
	v        []float32
	exc, inh []float32
	held     []int // steps of refractoriness to go
	current  func(cell int, ms float64) float64
	given    map[int64][]int // spikes of the sources after the cells
	history  [][]bool        // by step and unit
	weight   [][]float32     // from unit to cell, > 0 excites, 0 where there is no synapse
	delay    [][]int64
	longest  int64
}

func (m *naive) step(n int64) (spikes []int) {
	m.deliver(n, 0, m.cells)
	m.deliver(n, m.cells, len(m.weight))
	const dt = 0.1
	p := m.p
	decay := func(tau float64) float32 { return float32(math.Exp(-dt / tau)) }
	// P_x as the documentation has it; the engine evaluates it otherwise.
	propagator := func(tau float64) float32 {
		return float32(tau * p.TauMS * (math.Exp(-dt/p.TauMS) - math.Exp(-dt/tau)) / (p.CapacitancePF * (p.TauMS - tau)))
	}
	fired := make([]bool, len(m.weight))
	for i := range m.cells {
		pA := m.current(i, float64(n)*dt)
		rest := float32(p.RestMV)
		next := rest + float32(decay(p.TauMS)*(m.v[i]-rest)) +
			float32(propagator(p.TauExcMS)*m.exc[i]) - float32(propagator(p.TauInhMS)*m.inh[i]) +
			float32(pA*p.TauMS/p.CapacitancePF*(1-math.Exp(-dt/p.TauMS)))
		m.exc[i] *= decay(p.TauExcMS)
		m.inh[i] *= decay(p.TauInhMS)
		switch {
		case m.held[i] > 0:
			m.held[i]--
			next = float32(p.ResetMV)
		case next >= float32(p.ThresholdMV):
			next = float32(p.ResetMV)
			m.held[i] = int(math.Round(p.RefractoryMS / dt))
			fired[i] = true
			spikes = append(spikes, i)
		}
		m.v[i] = next
	}
	for _, unit := range m.given[n] {
		fired[unit] = true
	}
	m.history = append(m.history, fired)
	return spikes
}

// deliver adds what the units [lo, hi) sent and is due at step n.
func (m *naive) deliver(n int64, lo, hi int) {
	for d := int64(1); d <= min(n, m.longest); d++ {
		for from := lo; from < hi; from++ {
			if !m.history[n-d][from] {
				continue
			}
			for to, w := range m.weight[from] {
				switch {
				case m.delay[from][to] != d:
				case w > 0:
					m.exc[to] += w
				case w < 0:
					m.inh[to] -= w
				}
			}
		}
	}
}

// TestNaive runs a recurrent network of 150 cells, and 10 sources that replay
// random spikes, in both simulators: every fourth cell inhibits, and each synapse
// has a weight and a delay of 1 to 20 steps of its own. All spikes must agree.
func TestNaive(t *testing.T) {
	const cells, sources, steps = 150, 10, 6000
	random := rand.New(rand.NewPCG(1, 2))
	p := neuron.DefaultLIFCurrent()
	p.TauExcMS, p.TauInhMS = 3, 5
	units := cells + sources
	m := &naive{
		cells: cells, p: p, longest: 20,
		v: make([]float32, cells), exc: make([]float32, cells), inh: make([]float32, cells), held: make([]int, cells),
		weight: make([][]float32, units), delay: make([][]int64, units), given: map[int64][]int{},
	}
	lists := map[string]*synapse.Explicit{"cells exc": {}, "cells inh": {}, "sources exc": {}}
	for from := range units {
		m.weight[from], m.delay[from] = make([]float32, cells), make([]int64, cells)
		for to := range cells {
			if from == to || random.Float64() > 0.2 {
				continue
			}
			d := 1 + random.Int64N(20)
			w := 10 + 20*random.Float64() // pA
			list, source := lists["cells exc"], from
			switch {
			case from >= cells:
				w *= 10
				list, source = lists["sources exc"], from-cells
			case from%4 == 0:
				w *= -3
				list = lists["cells inh"]
			}
			m.weight[from][to], m.delay[from][to] = float32(w), d
			list.Sources = append(list.Sources, uint32(source))
			list.Targets = append(list.Targets, uint32(to))
			list.Weights = append(list.Weights, math.Abs(w))
			list.DelaysMS = append(list.DelaysMS, float64(d)/10)
		}
	}
	var given []neuron.SpikeTime
	for n := range int64(steps) {
		for s := range sources {
			if random.Float64() < 0.01 { // 100 Hz
				m.given[n] = append(m.given[n], cells+s)
				given = append(given, neuron.SpikeTime{Step: n, Neuron: uint32(s)})
			}
		}
	}
	each := make(sim.Each, cells)
	for i := range each {
		each[i] = 300 + float64(i) // rheobase is 375 pA
		m.v[i] = float32(p.InitialMeanMV)
	}
	// Either kind of current alone: the engine rounds each to mV by itself.
	for _, varying := range []bool{false, true} {
		reset(m, p)
		current := sim.Current{Name: "i", To: "cells", Compartment: "soma", Waveform: each}
		m.current = func(cell int, _ float64) float64 { return each[cell] }
		if varying {
			current.Waveform = sim.Sine{AmplitudePA: 450, FrequencyHz: 5}
			m.current = func(_ int, ms float64) float64 { return 450 * math.Sin(2*math.Pi*5*ms/1000) }
		}
		n := sim.Network{
			Populations: []sim.Population{
				{Name: "cells", Size: cells, Model: p},
				{Name: "sources", Size: sources, Model: neuron.SpikeList{Spikes: given}},
			},
			Currents: []sim.Current{current},
		}
		for _, x := range []struct{ list, from, receptor string }{
			{"cells exc", "cells", neuron.SomaExc}, {"cells inh", "cells", neuron.SomaInh}, {"sources exc", "sources", neuron.SomaExc},
		} {
			n.Projections = append(n.Projections, sim.Projection{
				Name: x.list, From: x.from, To: "cells", Receptor: x.receptor,
				Projection: synapse.Projection{Wiring: *lists[x.list]},
			})
		}
		s := build(t, n, 3)
		var r raster
		_, err := s.RecordSpikes(&r, "cells")
		must(t, err)
		run(t, s, steps)
		var want []spike
		for step := range int64(steps) {
			for _, i := range m.step(step) {
				want = append(want, spike{step, 0, uint32(i)})
			}
		}
		if len(want) < 1000 {
			t.Errorf("only %d spikes", len(want))
		}
		sameSpikes(t, fmt.Sprintf("varying current %v", varying), r.spikes, want)
	}
}

func reset(m *naive, p neuron.LIFCurrent) {
	m.history = nil
	for i := range m.v {
		m.v[i], m.exc[i], m.inh[i], m.held[i] = float32(p.InitialMeanMV), 0, 0, 0
	}
}
