package benchmarks

import (
	"maps"
	"slices"
	"testing"

	"github.com/apical-sim/apical/plasticity"
	"github.com/apical-sim/apical/synapse"
)

// The network of the synapse benchmarks: 1000 sources, 10 000 targets, 1 in 10
// connected, so that a row has about 1000 synapses.
const (
	sources = 1000
	targets = 10_000
)

func block(b *testing.B, weight synapse.Distribution, plastic bool) *synapse.Block {
	b.Helper()
	p := synapse.Projection{Wiring: synapse.FixedProbability{P: 0.1}, Weight: weight}
	g := synapse.Geometry{Sources: sources, Targets: targets}
	k, err := synapse.Build(p, g, 0, targets, synapse.BuildOptions{Seed: 1, Dt: 0.1, Plastic: plastic, Incoming: plastic})
	if err != nil {
		b.Fatal(err)
	}
	return k
}

// BenchmarkDeliver delivers one spike to its row of synapses: with a common
// weight, with a weight a synapse, and scaled by short-term plasticity.
func BenchmarkDeliver(b *testing.B) {
	for _, c := range []struct {
		name   string
		weight synapse.Distribution
		stp    bool
	}{
		{"common_weight", synapse.Constant(0.01), false},
		{"own_weights", synapse.Normal(0.01, 0.001), false},
		{"short_term", synapse.Normal(0.01, 0.001), true},
	} {
		b.Run(c.name, func(b *testing.B) {
			k := block(b, c.weight, false)
			g := make([]float32, targets)
			efficacy := synapse.NewEfficacy(synapse.Facilitating(), sources, 0.1)
			source, factor := make([]uint32, 1), make([]float32, 0, 1)
			events := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				source[0] = uint32(i % sources)
				factor = factor[:0]
				if c.stp {
					factor = efficacy.Factors(int64(i), source, factor)
					k.Deliver(0, source, factor, g)
				} else {
					k.Deliver(0, source, nil, g)
				}
				from, to := k.Row(source[0], 0)
				events += int(to - from)
			}
			reportEvents(b, events)
		})
	}
}

// BenchmarkRule lets one spike arrive and one target fire a burst in each step,
// for every rule: an event is one synapse touched by either.
func BenchmarkRule(b *testing.B) {
	kinds := plasticity.Kinds()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		b.Run(name, func(b *testing.B) {
			k := block(b, synapse.Constant(0.01), true)
			r := kinds[name].New(k, plasticity.Env{Dt: 0.1, Onto: make([]float32, targets)})
			r.SetPlastic(true)
			source, target := make([]uint32, 1), make([]uint32, 1)
			in := plasticity.Input{Arrivals: []plasticity.Arrival{{Sources: source}}, Spikes: target, Events: target, Bursts: nil}
			events := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				source[0], target[0] = uint32(i%sources), uint32(i%targets)
				r.Step(int64(i+1), in)
				from, to := k.Row(source[0], 0)
				incoming, _ := k.Incoming(target[0])
				events += int(to-from) + len(incoming)
			}
			reportEvents(b, events)
		})
	}
}

// BenchmarkConstruction draws and sorts a million random synapses.
func BenchmarkConstruction(b *testing.B) {
	n := 0
	for b.Loop() {
		n += block(b, synapse.Constant(0.01), false).Count()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "synapses/s")
}

func reportEvents(b *testing.B, events int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
