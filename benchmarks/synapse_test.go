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

func block(b *testing.B, weight, delayMS synapse.Distribution, plastic bool) *synapse.Block {
	b.Helper()
	p := synapse.Projection{Wiring: synapse.FixedProbability{P: 0.1}, Weight: weight, DelayMS: delayMS}
	g := synapse.Geometry{Sources: sources, Targets: targets}
	k, err := synapse.Build(p, g, 0, targets, synapse.BuildOptions{Seed: 1, Dt: 0.1, Plastic: plastic, Incoming: plastic})
	if err != nil {
		b.Fatal(err)
	}
	return k
}

// measured builds a block and returns what it takes of the heap for each synapse.
func measured(b *testing.B, weight, delayMS synapse.Distribution, plastic bool) (k *synapse.Block, bytesEach float64) {
	b.Helper()
	before := heap()
	k = block(b, weight, delayMS, plastic)
	return k, float64(heap()-before) / float64(k.Count())
}

// BenchmarkDeliver delivers one spike to its row of synapses: with a common
// weight, with a weight a synapse, with twenty delays, each of which has a row of
// its own, and scaled by short-term plasticity.
func BenchmarkDeliver(b *testing.B) {
	const weight = 0.01
	common, own, delay := synapse.Constant(weight), synapse.Normal(weight, weight/10), synapse.Constant(0.1)
	for _, c := range []struct {
		name           string
		weight, delays synapse.Distribution
		stp            *synapse.ShortTerm
	}{
		{name: "common_weight", weight: common, delays: delay},
		{name: "own_weights", weight: own, delays: delay},
		{name: "own_delays", weight: common, delays: synapse.Uniform(0.06, 2.04)},
		{name: "short_term", weight: own, delays: delay, stp: new(synapse.Facilitating())},
		{name: "short_term_depressing", weight: own, delays: delay, stp: new(synapse.Depressing())},
	} {
		b.Run(c.name, func(b *testing.B) {
			k, bytesEach := measured(b, c.weight, c.delays, false)
			g := make([]float32, targets)
			var efficacy *synapse.Efficacy
			if c.stp != nil {
				efficacy = synapse.NewEfficacy(*c.stp, sources, 0.1)
			}
			source, room := make([]uint32, 1), make([]float32, 0, 1)
			events := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				source[0] = uint32(i % sources)
				var factor []float32
				if efficacy != nil {
					factor = efficacy.Factors(int64(i), source, room[:0])
				}
				for group := range k.Delays {
					k.Deliver(group, source, factor, g)
					from, to := k.Row(source[0], group)
					events += int(to - from)
				}
			}
			reportEvents(b, events, bytesEach)
		})
	}
}

// BenchmarkRule takes one step of every rule, in which one spike arrives, one
// target begins a burst (an event) and the one before it has its second spike (a
// burst). An event, to be counted, is one synapse touched by one of these.
func BenchmarkRule(b *testing.B) {
	kinds := plasticity.Kinds()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		b.Run(name, func(b *testing.B) {
			k, bytesEach := measured(b, synapse.Constant(0.01), synapse.Constant(0.1), true)
			r := kinds[name].New(k, plasticity.Env{Dt: 0.1, Onto: make([]float32, targets)})
			r.SetPlastic(true)
			source, spikes := make([]uint32, 1), make([]uint32, 2)
			in := plasticity.Input{
				Arrivals: []plasticity.Arrival{{Sources: source}},
				Spikes:   spikes, Events: spikes[1:], Bursts: spikes[:1],
			}
			events := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				source[0] = uint32(i % sources)
				spikes[0] = uint32(i % (targets - 1))
				spikes[1] = spikes[0] + 1
				r.Step(int64(i+1), in)
				from, to := k.Row(source[0], 0)
				events += int(to - from)
				for _, target := range spikes {
					slots, _ := k.Incoming(target)
					events += len(slots)
				}
			}
			reportEvents(b, events, bytesEach)
		})
	}
}

// BenchmarkPairing takes one synapse of the offline rule through 1 s, in steps of
// 0.1 ms, of two trains of 10 bursts. An event, to be counted, is an event or a
// burst of the postsynaptic train.
func BenchmarkPairing(b *testing.B) {
	const dt, hz, steps = 0.1, 10, 10_000
	var times []float64
	for i := range hz {
		times = append(times, 0.01+float64(i)/hz, 0.02+float64(i)/hz) // bursts of two
	}
	train := plasticity.NewTrain(times, 16, dt, steps)
	s := plasticity.DefaultPairing().New(dt)
	b.ReportAllocs()
	for b.Loop() {
		s.Run(train, train)
	}
	ns := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(ns/steps, "ns/update")
	b.ReportMetric(ns/(2*hz), "ns/event")
	b.ReportMetric(2*hz*1e9/ns, "events/s")
	b.ReportMetric(1e9/ns, "model-s/s")
}

// BenchmarkConstruction draws and sorts a million random synapses.
func BenchmarkConstruction(b *testing.B) {
	for _, c := range []struct {
		name    string
		plastic bool
	}{{"static", false}, {"plastic", true}} {
		b.Run(c.name, func(b *testing.B) {
			_, bytesEach := measured(b, synapse.Constant(0.01), synapse.Constant(0.1), c.plastic)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				n += block(b, synapse.Constant(0.01), synapse.Constant(0.1), c.plastic).Count()
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "synapses/s")
			b.ReportMetric(bytesEach, "B/synapse")
		})
	}
}

func reportEvents(b *testing.B, events int, bytesEach float64) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(bytesEach, "B/synapse")
}
