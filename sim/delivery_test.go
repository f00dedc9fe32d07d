package sim_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/apical-sim/apical/neuron"
	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/sim"
	"github.com/apical-sim/apical/synapse"
)

// receiver is a cell that never spikes, at rest, so that its excitatory
// conductance shows what arrives: LIFCond without NMDA, τ_E 5 ms.
func receiver() neuron.LIFCond {
	p := neuron.VogelsAbbottLIFCond()
	p.ThresholdMV = 1000
	return p
}

// ms turns steps of 0.1 ms into a delay.
func ms(steps int64) float64 { return float64(steps) / 10 }

// arrivals runs a network and returns what arrived at each neuron of population
// "to", by step: the conductance after the step, divided by the decay of one
// step, less the conductance before it.
func arrivals(t *testing.T, n sim.Network, workers int, steps int64) []map[int64]float64 {
	t.Helper()
	s := build(t, n, workers)
	decay := math.Exp(-0.1 / 5)
	var before []float64
	var found []map[int64]float64
	must(t, s.RecordStates(1, "to", []string{"g_soma_exc"}, nil, func(samples []sim.StateSample) error {
		for _, x := range samples {
			if x.Step == 0 {
				before = append(before, 0)
				found = append(found, map[int64]float64{})
			}
			came := x.Value/decay - before[x.Neuron]
			// float32 has 24 bits: conductances of order 1 carry errors of 1e-7.
			if math.Abs(came) > 1e-6 {
				found[x.Neuron][x.Step-1] = came
			}
			before[x.Neuron] = x.Value
		}
		return nil
	}))
	run(t, s, steps)
	return found
}

// check compares arrivals with what is wanted, by neuron and step.
func checkArrivals(t *testing.T, what string, got []map[int64]float64, want map[uint32]map[int64]float64, tolerance float64) {
	t.Helper()
	for i, g := range got {
		w := want[uint32(i)]
		for step, v := range g {
			if _, ok := w[step]; !ok {
				t.Errorf("%s: neuron %d gets %v in step %d, want nothing", what, i, v, step)
			}
		}
		for step, v := range w {
			if math.Abs(g[step]-v) > tolerance {
				t.Errorf("%s: neuron %d gets %v in step %d, want %v", what, i, g[step], step, v)
			}
		}
	}
}

// TestArrival sends a spike of step 5 over delays that are the shortest, odd,
// a power of two and one more than the length of some ring.
func TestArrival(t *testing.T) {
	for _, delay := range []int64{1, 2, 8, 17} {
		for _, workers := range []int{1, 2, 3} {
			n := sim.Network{
				Populations: []sim.Population{
					list("from", 70, neuron.SpikeTime{Step: 5, Neuron: 67}),
					{Name: "to", Size: 130, Model: receiver()},
				},
				Projections: []sim.Projection{{
					Name: "p", From: "from", To: "to", Receptor: neuron.SomaExc,
					Projection: synapse.Projection{
						Wiring:  synapse.Explicit{Sources: []uint32{67}, Targets: []uint32{129}},
						Weight:  synapse.Constant(0.5),
						DelayMS: synapse.Constant(ms(delay)),
					},
				}},
			}
			got := arrivals(t, n, workers, 60)
			want := map[uint32]map[int64]float64{129: {5 + delay: 0.5}}
			checkArrivals(t, fmt.Sprintf("delay %d, %d workers", delay, workers), got, want, 1e-6)
		}
	}
}

// TestDelaysOfTheirOwn gives each synapse a delay of its own, so that the
// blocks of the workers have different delays, and one has none.
func TestDelaysOfTheirOwn(t *testing.T) {
	wiring := synapse.Explicit{
		Sources:  []uint32{0, 0, 0, 1, 1, 69, 69, 69},
		Targets:  []uint32{0, 63, 130, 0, 130, 0, 64, 64},
		Weights:  []float64{1, 2, 3, 4, 5, 6, 7, 8},
		DelaysMS: []float64{ms(1), ms(17), ms(8), ms(2), ms(8), ms(1), ms(33), ms(2)},
	}
	sent := map[uint32]int64{0: 3, 1: 3, 69: 20} // step of each source's spike
	var spikes []neuron.SpikeTime
	for source, step := range sent {
		spikes = append(spikes, neuron.SpikeTime{Step: step, Neuron: source})
	}
	want := map[uint32]map[int64]float64{}
	for i, source := range wiring.Sources {
		target := wiring.Targets[i]
		if want[target] == nil {
			want[target] = map[int64]float64{}
		}
		want[target][sent[source]+int64(math.Round(wiring.DelaysMS[i]*10))] += wiring.Weights[i]
	}
	for _, plastic := range []bool{false, true} {
		for _, workers := range []int{1, 2, 3, 7} {
			p := sim.Projection{
				Name: "p", From: "from", To: "to", Receptor: neuron.SomaExc,
				Projection: synapse.Projection{Wiring: wiring},
			}
			if plastic { // a rule transmits too, also while it is off
				p.Rule = plasticity.AdaptiveEventBurst()
			}
			n := sim.Network{
				Populations: []sim.Population{list("from", 70, spikes...), {Name: "to", Size: 200, Model: receiver()}},
				Projections: []sim.Projection{p},
			}
			got := arrivals(t, n, workers, 80)
			checkArrivals(t, fmt.Sprintf("plastic %v, %d workers", plastic, workers), got, want, 1e-5)
		}
	}
}

// TestSignals transmits spikes, events and bursts of one train: a singlet, a
// triplet with intervals of 10 and 5 ms, and a singlet. The presynaptic
// detector's window is 16 ms. The bursts' delay, 3 steps, tells them apart.
func TestSignals(t *testing.T) {
	train := []int64{10, 1000, 1100, 1150, 2000}
	want := map[sim.Signal][]int64{
		sim.Spikes: train,
		sim.Events: {10, 1000, 2000},
		sim.Bursts: {1100},
	}
	var spikes []neuron.SpikeTime
	for _, step := range train {
		spikes = append(spikes, neuron.SpikeTime{Step: step, Neuron: 1})
	}
	for kind, steps := range want {
		n := sim.Network{
			Populations: []sim.Population{list("from", 2, spikes...), {Name: "to", Size: 1, Model: receiver()}},
			Projections: []sim.Projection{{
				Name: "p", From: "from", To: "to", Receptor: neuron.SomaExc, Transmit: kind,
				Projection: synapse.Projection{Wiring: synapse.AllToAll{}, Weight: synapse.Constant(0.25), DelayMS: synapse.Constant(ms(3))},
			}},
		}
		wanted := map[int64]float64{}
		for _, step := range steps {
			wanted[step+3] = 0.25
		}
		got := arrivals(t, n, 2, 2100)
		checkArrivals(t, fmt.Sprintf("signal %d", kind), got, map[uint32]map[int64]float64{0: wanted}, 1e-6)
	}
}

// TestShortTermFactorsTravel sends four spikes 10 ms apart from rest, with
// different delays: each carries the factor of its emission. The factors are
// those of the specification, section 2.2, to the digits given there.
func TestShortTermFactorsTravel(t *testing.T) {
	depressing, facilitating := synapse.Depressing(), synapse.Facilitating()
	depressing.InitialU, facilitating.InitialU = depressing.U, facilitating.U // from rest
	for _, c := range []struct {
		name    string
		kind    synapse.ShortTerm
		factors [4]float64
	}{
		{"depressing", depressing, [4]float64{.9000, .4499, .3964, .3943}},
		{"facilitating", facilitating, [4]float64{.0200, .0371, .0508, .0613}},
	} {
		delays := []int64{1, 8, 150} // the last is longer than the interval
		wiring := synapse.Explicit{Sources: []uint32{0, 0, 0}, Targets: []uint32{0, 64, 128}}
		var spikes []neuron.SpikeTime
		want := map[uint32]map[int64]float64{0: {}, 64: {}, 128: {}}
		for k := range int64(4) {
			spikes = append(spikes, neuron.SpikeTime{Step: 20 + 100*k})
			for i, d := range delays {
				want[wiring.Targets[i]][20+100*k+d] = c.factors[k]
			}
		}
		for _, d := range delays {
			wiring.DelaysMS = append(wiring.DelaysMS, ms(d))
		}
		n := sim.Network{
			Populations: []sim.Population{list("from", 1, spikes...), {Name: "to", Size: 150, Model: receiver()}},
			Projections: []sim.Projection{{
				Name: "p", From: "from", To: "to", Receptor: neuron.SomaExc, ShortTerm: &c.kind,
				Projection: synapse.Projection{Wiring: wiring, Weight: synapse.Constant(1)},
			}},
		}
		checkArrivals(t, c.name, arrivals(t, n, 3, 500), want, 6e-5)
	}
}

// TestLongDelaysAreRefused asks for delays of up to 1000 s: a population would
// have to keep its spikes that long.
func TestLongDelaysAreRefused(t *testing.T) {
	n := sim.Network{
		Populations: []sim.Population{{Name: "a", Size: 100, Model: neuron.DefaultPoisson()}, {Name: "to", Size: 100, Model: receiver()}},
		Projections: []sim.Projection{{
			Name: "p", From: "a", To: "to", Receptor: neuron.SomaExc,
			Projection: synapse.Projection{Wiring: synapse.AllToAll{}, Weight: synapse.Constant(1), DelayMS: synapse.Uniform(1, 1e6)},
		}},
	}
	if _, err := n.Build(sim.Options{Workers: 2}); err == nil {
		t.Error("a delay of minutes was accepted")
	}
}
