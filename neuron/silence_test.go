package neuron

import (
	"maps"
	"math"
	"slices"
	"testing"
)

// leastNormal is the least float32 that is not denormal.
const leastNormal = 0x1p-126

// quiet returns the models that have inputs, and variants with more variables.
func quiet() map[string]Params {
	kinds := Kinds()
	delete(kinds, "poisson")
	delete(kinds, "spike_list")
	nmda := DefaultTwoCompartment()
	nmda.Synapses.NMDAFraction = 0.5
	kinds["two_compartment NMDA"] = nmda
	kinds["lif_exp Brunel"] = BrunelLIFCurrent()
	return kinds
}

// stir leaves something in every input of a population.
func stir(p Population) {
	for _, r := range p.Receptors() {
		for i := range r.G {
			r.G[i] = 1
		}
	}
}

// TestSilenceLeavesNoDenormals leaves each model alone after one input and looks
// at its variables at all times: what fades becomes 0 before it becomes
// denormal.
func TestSilenceLeavesNoDenormals(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(quiet())) {
		t.Run(name, func(t *testing.T) {
			p := quiet()[name].New(Env{Size: Block, Dt: dt, Seed: 1})
			stir(p)
			columns := p.State()
			var spikes []uint32
			for step := range int64(200_000) {
				spikes = p.Advance(step, 0, Block, spikes[:0])
				if step%97 != 0 {
					continue
				}
				for _, c := range columns {
					for i, v := range c.Values {
						if v != 0 && math.Abs(float64(v)) < leastNormal {
							t.Fatalf("step %d: %s[%d] = %v", step, c.Name, i, v)
						}
					}
				}
			}
			for _, r := range p.Receptors() {
				if r.G[0] != 0 {
					t.Errorf("%s is %v after 20 s", r.Name, r.G[0])
				}
			}
		})
	}
}

// BenchmarkSilence advances 512 neurons that nothing has reached for 20 s.
func BenchmarkSilence(b *testing.B) {
	const n = 512
	for _, name := range slices.Sorted(maps.Keys(quiet())) {
		b.Run(name, func(b *testing.B) {
			p := quiet()[name].New(Env{Size: n, Dt: dt, Seed: 1})
			stir(p)
			spikes, step := make([]uint32, 0, n), int64(0)
			for ; step < 200_000; step++ {
				spikes = p.Advance(step, 0, n, spikes[:0])
			}
			for b.Loop() {
				spikes = p.Advance(step, 0, n, spikes[:0])
				step++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/update")
		})
	}
}
