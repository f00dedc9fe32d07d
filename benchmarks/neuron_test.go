package benchmarks

import (
	"maps"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
)

// BenchmarkNeuronStep advances 8192 neurons of each model by one step. Cells
// are driven by a steady current of 300 pA into their somata, so that their
// spikes are part of the cost; a spike_list replays 10 Hz, again each second.
func BenchmarkNeuronStep(b *testing.B) {
	const size, second = 8192, 10_000
	kinds := neuron.Kinds()
	kinds["spike_list"] = tenHz(size, second)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		b.Run(name, func(b *testing.B) {
			p := kinds[name].New(neuron.Env{Size: size, Dt: 0.1, Seed: 1})
			for _, c := range p.Compartments() {
				if c.Name != "soma" {
					continue
				}
				for i := range c.Inject {
					c.Inject[i] = float32(300 * c.PerPicoampere)
				}
			}
			spikes := make([]uint32, 0, size)
			step, emitted := int64(0), 0
			advance := func() {
				at := step
				if name == "spike_list" {
					at %= second
				}
				spikes = p.Advance(at, 0, size, spikes[:0])
				emitted += len(spikes)
				step++
			}
			for step < 2000 { // past the transient of the start
				advance()
			}
			emitted = 0
			b.ReportAllocs()
			for b.Loop() {
				advance()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/update")
			b.ReportMetric(float64(emitted)/float64(b.N)/size*1e4, "Hz")
		})
	}
}

// tenHz lists ten spikes of each neuron in that many steps, evenly.
func tenHz(size, steps int) neuron.SpikeList {
	var list neuron.SpikeList
	for step := range steps {
		for i := step % 1000; i < size; i += 1000 {
			list.Spikes = append(list.Spikes, neuron.SpikeTime{Step: int64(step), Neuron: uint32(i)})
		}
	}
	return list
}
