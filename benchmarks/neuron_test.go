package benchmarks

import (
	"maps"
	"slices"
	"testing"

	"github.com/apical-sim/apical/neuron"
)

// BenchmarkNeuronStep advances 8192 neurons of each model by one step. Cells
// are driven by a steady current of 300 pA into their somata, so that their
// spikes are part of the cost.
func BenchmarkNeuronStep(b *testing.B) {
	const size = 8192
	kinds := neuron.Kinds()
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
			step := int64(0)
			for ; step < 2000; step++ { // past the transient of the start
				spikes = p.Advance(step, 0, size, spikes[:0])
			}
			emitted := 0
			b.ReportAllocs()
			for b.Loop() {
				spikes = p.Advance(step, 0, size, spikes[:0])
				emitted += len(spikes)
				step++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/update")
			b.ReportMetric(float64(emitted)/float64(b.N)/size*1e4, "Hz")
		})
	}
}
